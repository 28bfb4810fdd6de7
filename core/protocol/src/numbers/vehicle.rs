//! Vehicles: identification numbers (VIN, GB 16735) and number plates (号牌, GA 36-2018).

#[cfg(test)]
mod tests;

use super::text::squeeze;
use serde::{Deserialize, Serialize};

/// The longest text that is looked at, in characters.
const VEHICLE_CHARS_MAX: usize = 40;

/// Why a text is no VIN or plate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum VehicleError {
    /// Nothing is written.
    #[error("the number is empty")]
    Empty,
    /// It has not the length it needs.
    #[error("{0} characters long")]
    Length(usize),
    /// A character that cannot stand at its place; I, O and in a VIN Q are in use nowhere.
    #[error("{0} cannot stand there")]
    Character(char),
    /// No plate begins with this character.
    #[error("no plate begins with {wrong}")]
    Province {
        /// The character written.
        wrong: char,
        /// The plate's character of the same province: 贵 for 黔, 蒙 for 内.
        meant: Option<char>,
    },
    /// Eight characters that are no plate of a new-energy vehicle.
    #[error("not the shape of a new-energy plate")]
    NewEnergyShape,
    /// 港 or 澳 on another plate than one of 粤Z.
    #[error("plates of Hong Kong and Macao begin with 粤Z")]
    CrossBorderOffice,
}

/// A VIN of the right shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vin {
    /// 17 characters in upper case.
    pub normal: String,
    /// The ninth character that the others ask for, when it is another. A warning and no error:
    /// imported cars need not carry a check digit.
    pub expected_check: Option<char>,
}

impl Vin {
    /// Whether the check digit holds.
    #[must_use]
    pub fn check_ok(&self) -> bool {
        self.expected_check.is_none()
    }
}

/// Reads a vehicle identification number (车辆识别代号).
///
/// # Errors
/// A text of another shape; a wrong check digit is none.
pub fn read_vin(text: &str) -> Result<Vin, VehicleError> {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let normal = vehicle_text(text)?.replace('-', "");
    let length = normal.chars().count();
    let values = normal
        .chars()
        .map(|c| vin_value(c).ok_or(VehicleError::Character(c)))
        .collect::<Result<Vec<_>, _>>()?;
    if length != 17 {
        return Err(VehicleError::Length(length));
    }
    let sum: u32 = values
        .iter()
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    let expected = char::from_digit(sum % 11, 10).unwrap_or('X');
    let holds = normal.chars().nth(8) == Some(expected);
    Ok(Vin {
        normal,
        expected_check: (!holds).then_some(expected),
    })
}

fn vin_value(c: char) -> Option<u32> {
    Some(match c {
        '0'..='9' => c.to_digit(10)?,
        'A' | 'J' => 1,
        'B' | 'K' | 'S' => 2,
        'C' | 'L' | 'T' => 3,
        'D' | 'M' | 'U' => 4,
        'E' | 'N' | 'V' => 5,
        'F' | 'W' => 6,
        'G' | 'P' | 'X' => 7,
        'H' | 'Y' => 8,
        'R' | 'Z' => 9,
        _ => return None,
    })
}

/// The characters that plates begin with: 蒙 and 贵 here, 内 and 黔 in court codes.
pub const PLATE_PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// What kind of plate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlateKind {
    /// Seven characters.
    Ordinary,
    /// Eight characters, small vehicle, pure electric (D A B C E).
    ElectricSmall,
    /// Eight characters, small vehicle, other new energy (F G H J K).
    NewEnergySmall,
    /// Eight characters, large vehicle, pure electric.
    ElectricLarge,
    /// Eight characters, large vehicle, other new energy.
    NewEnergyLarge,
    /// …学, learners.
    Learner,
    /// …警, police.
    Police,
    /// …挂, trailers.
    Trailer,
    /// 粤Z…港
    HongKong,
    /// 粤Z…澳
    Macao,
    /// …使
    Embassy,
    /// …领
    Consulate,
    /// Military and armed police, kept as free text.
    Military,
}

/// What deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlateWarning {
    /// More than two letters in the serial.
    ManyLetters,
}

/// A number plate of a known shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plate {
    /// Upper case, without dots, hyphens and spaces: 粤A12345.
    pub normal: String,
    /// Its kind.
    pub kind: PlateKind,
    /// What deserves a look.
    pub warnings: Vec<PlateWarning>,
}

/// Reads a number plate.
///
/// # Errors
/// A text of no known shape.
pub fn read_plate(text: &str) -> Result<Plate, VehicleError> {
    let mut normal = vehicle_text(text)?;
    normal.retain(|c| !matches!(c, '·' | '.' | '-' | '•' | '・' | '．'));
    let chars: Vec<char> = normal.chars().collect();
    let plate = |kind, warnings| {
        Ok(Plate {
            normal: normal.clone(),
            kind,
            warnings,
        })
    };
    if is_military(&chars) {
        return plate(PlateKind::Military, Vec::new());
    }
    let [province, office, serial @ ..] = chars.as_slice() else {
        return Err(VehicleError::Length(chars.len()));
    };
    if !PLATE_PROVINCES.contains(*province) {
        return Err(VehicleError::Province {
            wrong: *province,
            meant: plate_province(*province),
        });
    }
    if !office.is_ascii_uppercase() || !is_plate_character(*office) {
        return Err(VehicleError::Character(*office));
    }
    match serial {
        [body @ .., mark] if body.len() == 4 && suffix_kind(*mark).is_some() => {
            check_characters(body)?;
            let kind = suffix_kind(*mark).unwrap_or(PlateKind::Ordinary);
            let cross_border = matches!(kind, PlateKind::HongKong | PlateKind::Macao);
            if cross_border && (*province, *office) != ('粤', 'Z') {
                return Err(VehicleError::CrossBorderOffice);
            }
            plate(kind, Vec::new())
        }
        _ => {
            check_characters(serial)?;
            match serial.len() {
                5 => {
                    let letters = serial.iter().filter(|c| c.is_ascii_uppercase()).count();
                    let many = (letters > 2).then_some(PlateWarning::ManyLetters);
                    plate(PlateKind::Ordinary, many.into_iter().collect())
                }
                6 => plate(
                    new_energy(serial).ok_or(VehicleError::NewEnergyShape)?,
                    Vec::new(),
                ),
                _ => Err(VehicleError::Length(chars.len())),
            }
        }
    }
}

fn vehicle_text(text: &str) -> Result<String, VehicleError> {
    let text = squeeze(text, VEHICLE_CHARS_MAX)
        .ok_or_else(|| VehicleError::Length(text.chars().count()))?
        .to_ascii_uppercase();
    if text.is_empty() {
        Err(VehicleError::Empty)
    } else {
        Ok(text)
    }
}

fn is_military(chars: &[char]) -> bool {
    matches!(chars, ['W', 'J', ..] | ['武', '警', ..])
        || matches!(chars, [first, ..] if "军空海北沈兰济南广成".contains(*first))
}

fn plate_province(c: char) -> Option<char> {
    match c {
        '内' => Some('蒙'),
        '黔' => Some('贵'),
        _ => None,
    }
}

fn is_plate_character(c: char) -> bool {
    c.is_ascii_digit() || (c.is_ascii_uppercase() && c != 'I' && c != 'O')
}

fn check_characters(serial: &[char]) -> Result<(), VehicleError> {
    match serial.iter().find(|c| !is_plate_character(**c)) {
        Some(wrong) => Err(VehicleError::Character(*wrong)),
        None => Ok(()),
    }
}

fn suffix_kind(mark: char) -> Option<PlateKind> {
    Some(match mark {
        '学' => PlateKind::Learner,
        '警' => PlateKind::Police,
        '挂' => PlateKind::Trailer,
        '港' => PlateKind::HongKong,
        '澳' => PlateKind::Macao,
        '使' => PlateKind::Embassy,
        '领' => PlateKind::Consulate,
        _ => return None,
    })
}

/// Small: an energy letter, a letter or digit, four digits. Large: five digits and the letter.
fn new_energy(serial: &[char]) -> Option<PlateKind> {
    let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
    let electric = |letter: char| "ABCDE".contains(letter);
    match serial {
        [letter @ 'A'..='K', _, rest @ ..] if digits(rest) => Some(if electric(*letter) {
            PlateKind::ElectricSmall
        } else {
            PlateKind::NewEnergySmall
        }),
        [rest @ .., letter @ 'A'..='K'] if digits(rest) => Some(if electric(*letter) {
            PlateKind::ElectricLarge
        } else {
            PlateKind::NewEnergyLarge
        }),
        _ => None,
    }
}
