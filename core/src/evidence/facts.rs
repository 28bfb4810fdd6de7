//! What bytes say of themselves: kind by their first bytes, size, and the claims of EXIF. Claims
//! are kept as claims: they decide nothing.

use super::picture;
use chrono::{FixedOffset, NaiveDateTime};
use exif::{In, Tag, Value};
use image::ImageFormat;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use waiqin_protocol::numbers::days::instant_ms;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PictureFacts {
    /// Media type of a picture that reads; `None`: 无法识别为图片.
    pub media: Option<&'static str>,
    /// Pixels, as stored.
    pub width: Option<u32>,
    /// Pixels, as stored.
    pub height: Option<u32>,
    /// When the camera says it was taken, ms UTC.
    pub taken: Option<i64>,
}

/// Reads facts and a thumbnail from bytes.
pub(super) fn read(bytes: &[u8]) -> (PictureFacts, Option<Vec<u8>>) {
    let (format, media) = match bytes {
        [0xff, 0xd8, 0xff, ..] if jpeg_is_whole(bytes) => (ImageFormat::Jpeg, "image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => (ImageFormat::Png, "image/png"),
        _ => return (PictureFacts::default(), None),
    };
    let claims = catch_unwind(AssertUnwindSafe(|| Claims::read(bytes))).unwrap_or_default();
    match picture::read(bytes, format, claims.orientation) {
        Some(read) => {
            let facts = PictureFacts {
                media: Some(media),
                width: Some(read.width),
                height: Some(read.height),
                taken: claims.taken,
            };
            (facts, Some(read.thumbnail))
        }
        None => (
            PictureFacts {
                taken: claims.taken,
                ..PictureFacts::default()
            },
            None,
        ),
    }
}

/// A name that shows what was given and nothing more: no folders, no characters that steer the
/// text around them, at most 120 characters.
pub(crate) fn display_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = last.chars().filter(|c| !steers(*c)).take(120).collect();
    let name = name.trim().to_owned();
    if name.chars().all(|c| c == '.') {
        String::new()
    } else {
        name
    }
}

/// A JPEG cut short still decodes, with grey where the rest was: so the end is looked for, in the
/// scans, because the thumbnail inside EXIF has an end of its own.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker]) = bytes.get(at..at + 2) {
        match marker {
            0xff => at += 1,
            0x01 | 0xd0..=0xd7 => at += 2,
            0xd9 => return false,
            0xda => {
                let scans = bytes.get(at..).unwrap_or_default();
                return scans.windows(2).any(|pair| pair == [0xff, 0xd9]);
            }
            _ => {
                let Some([high, low]) = bytes.get(at + 2..at + 4) else {
                    return false;
                };
                at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
            }
        }
    }
    false
}

#[derive(Default)]
struct Claims {
    orientation: Option<u8>,
    taken: Option<i64>,
}

impl Claims {
    fn read(bytes: &[u8]) -> Self {
        let mut reader = exif::Reader::new();
        reader.continue_on_error(true);
        let read = reader
            .read_from_container(&mut Cursor::new(bytes))
            .or_else(|error| error.distill_partial_result(|_| {}));
        let Ok(claims) = read else {
            return Self::default();
        };
        let text = |tag| {
            let field = claims.get_field(tag, In::PRIMARY)?;
            let Value::Ascii(texts) = &field.value else {
                return None;
            };
            std::str::from_utf8(texts.first()?).ok().map(str::to_owned)
        };
        let orientation = claims
            .get_field(Tag::Orientation, In::PRIMARY)
            .and_then(|field| field.value.get_uint(0))
            .and_then(|value| u8::try_from(value).ok());
        let taken = text(Tag::DateTimeOriginal)
            .and_then(|local| taken_ms(&local, text(Tag::OffsetTimeOriginal).as_deref()));
        Self { orientation, taken }
    }
}

/// Camera time to ms UTC. Without an offset it is taken for China's time, where the court is.
fn taken_ms(local: &str, offset: Option<&str>) -> Option<i64> {
    let local = NaiveDateTime::parse_from_str(local.trim(), "%Y:%m:%d %H:%M:%S").ok()?;
    match offset.and_then(|text| text.trim().parse::<FixedOffset>().ok()) {
        Some(offset) => Some(
            local
                .and_local_timezone(offset)
                .single()?
                .timestamp_millis(),
        ),
        None => Some(instant_ms(local)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn camera_time_is_chinas_unless_it_names_an_offset() {
        let ms = 1_562_030_040_000; // 2019-07-02 09:14:00 +08:00
        assert_eq!(taken_ms("2019:07:02 09:14:00", None), Some(ms));
        assert_eq!(
            taken_ms("2019:07:02 09:14:00", Some("+09:00")),
            Some(ms - 3_600_000)
        );
        for lie in [
            "",
            "0000:00:00 00:00:00",
            "2019-07-02",
            "2019:13:02 09:14:00",
            "今天",
        ] {
            assert_eq!(taken_ms(lie, None), None, "{lie}");
        }
    }

    #[test]
    fn names_lose_folders_and_steering_characters_and_keep_chinese() {
        for (given, shown) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\现场\\大门.jpg", "大门.jpg"),
            ("大岗镇 厂房（正门）.jpg", "大岗镇 厂房（正门）.jpg"),
            ("a\u{202e}gpj.exe", "agpj.exe"),
            ("a\0b\n.png", "ab.png"),
            ("..", ""),
            ("/", ""),
            ("", ""),
        ] {
            assert_eq!(display_name(given), shown, "{given:?}");
        }
        assert_eq!(display_name(&"名".repeat(5000)).chars().count(), 120);
    }

    proptest! {
        #[test]
        fn foreign_bytes_are_looked_at_without_harm(
            bytes in proptest::collection::vec(any::<u8>(), 0..400), kind in 0usize..3,
        ) {
            let mut file = [&b""[..], &[0xff, 0xd8, 0xff, 0xe1], b"\x89PNG\r\n\x1a\n"][kind].to_vec();
            file.extend(bytes);
            let (facts, thumbnail) = read(&file);
            prop_assert_eq!(facts.media.is_some(), thumbnail.is_some());
        }
    }
}
