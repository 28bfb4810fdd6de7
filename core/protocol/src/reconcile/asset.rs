//! What makes two things one: plate or VIN, 不动产单元号, certificate, serial number; else name, location
//! and debtor together.

use crate::numbers::land::read_unit_number;
use crate::numbers::text::squeeze;
use crate::numbers::vehicle::{read_plate, read_vin};
use crate::record::Facts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a thing is known by: its kind of mark and the mark, e.g. `plate:粤A2Q8F0`. Two things that share
/// one are the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AssetKey(pub String);

/// A thing as a list of assets names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NamedAsset<'a> {
    /// 名称
    pub name: &'a str,
    /// 所在地
    pub location: &'a str,
    /// 号牌号码
    pub plate: &'a str,
    /// 车辆识别代号
    pub vin: &'a str,
    /// 权属证书号, or a 不动产单元号 in its place.
    pub cert_no: &'a str,
    /// 出厂编号
    pub serial_no: &'a str,
}

impl NamedAsset<'_> {
    /// What it is known by. Its name counts only where nothing else does.
    #[must_use]
    pub fn keys(&self, debtor: &str) -> BTreeSet<AssetKey> {
        let mut keys = BTreeSet::new();
        let mut key = |kind: &str, text: &str| {
            if !text.is_empty() {
                keys.insert(AssetKey(format!("{kind}:{text}")));
            }
        };
        let plate = read_plate(self.plate).map_or_else(|_| plain(self.plate), |it| it.normal);
        key("plate", &plate);
        key(
            "vin",
            &read_vin(self.vin).map_or_else(|_| plain(self.vin), |it| it.normal),
        );
        match read_unit_number(self.cert_no) {
            Ok(unit) => key("unit", &unit.normal),
            Err(_) => key("cert", &plain(self.cert_no)),
        }
        key("serial", &plain(self.serial_no));
        let (name, location) = (plain(self.name), plain(self.location));
        if keys.is_empty() && !name.is_empty() && !location.is_empty() {
            let text = format!("{name}|{location}|{}", plain(debtor));
            keys.insert(AssetKey(format!("thing:{text}")));
        }
        keys
    }
}

/// The keys of every thing on a record's list.
pub(super) fn keys_of(facts: &Facts, debtor: &str) -> BTreeSet<AssetKey> {
    let items = facts.items("assets").into_iter();
    items
        .flat_map(|id| {
            let text = |field: &str| facts.text(&format!("assets/{id}/{field}"));
            let named = NamedAsset {
                name: text("name"),
                location: text("location"),
                plate: text("plate"),
                vin: text("vin"),
                cert_no: text("cert_no"),
                serial_no: text("serial_no"),
            };
            named.keys(debtor)
        })
        .collect()
}

/// The longest mark that is compared, in characters.
const MARK_CHARS_MAX: usize = 200;

/// Without white space, in half width and upper case; empty where it is far too long to be a mark.
fn plain(text: &str) -> String {
    let squeezed = squeeze(text, MARK_CHARS_MAX).unwrap_or_default();
    squeezed.to_uppercase()
}
