//! 财产清单: the list of assets, one row each, as long as it is.

use super::Writer;
use super::item::Said;
use super::text::Line;
use waiqin_protocol::numbers::money::Fen;
use waiqin_protocol::words::fill;

/// Key of the paper whose fields stand in rows.
pub(super) const LIST: &str = "list";
/// Fields with a column of their own.
const COLUMNS: [&str; 6] = [
    "line",
    "name",
    "quantity",
    "unit",
    "condition",
    "est_value_fen",
];
/// Fields that say what the thing is; the rest are remarks.
const FEATURES: [&str; 11] = [
    "kind",
    "location",
    "brand",
    "model",
    "serial_no",
    "plate",
    "vin",
    "engine_no",
    "cert_no",
    "registry",
    "registered",
];

/// A thing on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetRow {
    /// Its number on the paper.
    pub line: String,
    /// Name.
    pub name: String,
    /// What it is: kind, marks, place.
    pub features: String,
    /// Quantity.
    pub quantity: String,
    /// Unit.
    pub unit: String,
    /// Condition.
    pub condition: String,
    /// Estimated value in yuan.
    pub value: String,
    /// Rank, rights of others, photos.
    pub remarks: String,
}

/// The list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetList {
    /// Rows in order.
    pub rows: Vec<AssetRow>,
    /// How many things, and what they are worth together.
    pub total: String,
    /// The line that stands in the record for the list.
    pub summary: Line,
}

impl Writer<'_> {
    /// The list; `None` where nothing is listed.
    #[must_use]
    pub fn assets(&self) -> Option<AssetList> {
        let ids = self.items("assets");
        if ids.is_empty() {
            return None;
        }
        let rows: Vec<AssetRow> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| self.asset(index, id))
            .collect();
        let worth = |id: &String| self.facts.int(&format!("assets/{id}/est_value_fen"));
        let amounts: Vec<Fen> = ids.iter().filter_map(worth).map(Fen).collect();
        let sum = Fen::checked_sum(amounts.iter().copied()).filter(|_| !amounts.is_empty());
        let n = rows.len();
        let total = match sum {
            Some(sum) => fill(
                self.w.paper_total,
                &[("n", &n), ("amount", &self.money(sum.0))],
            ),
            None => fill(self.w.paper_total_count, &[("n", &n)]),
        };
        Some(AssetList {
            rows,
            summary: Line {
                label: self.w.paper_assets.to_owned(),
                text: fill(self.w.paper_assets_see, &[("total", &total)]),
                long: false,
            },
            total,
        })
    }

    fn asset(&self, index: usize, id: &str) -> AssetRow {
        let said = self.item("assets", id);
        let name = |it: &Said| it.def.pattern.trim_start_matches("assets/*/").to_owned();
        let text = |wanted: &str| {
            let found = said.iter().find(|it| name(it) == wanted);
            found.map_or_else(String::new, |it| it.text.clone())
        };
        let (features, rest): (Vec<&Said>, Vec<&Said>) = said
            .iter()
            .filter(|it| !COLUMNS.contains(&name(it).as_str()))
            .partition(|it| FEATURES.contains(&name(it).as_str()));
        let mut remarks = vec![self.parts(&rest)];
        remarks.push(self.photos_of(id));
        remarks.retain(|it| !it.is_empty());
        let value = self.facts.int(&format!("assets/{id}/est_value_fen"));
        let line = text("line");
        AssetRow {
            line: if line.is_empty() {
                (index + 1).to_string()
            } else {
                line
            },
            name: text("name"),
            features: self.parts(&features),
            quantity: text("quantity"),
            unit: text("unit"),
            condition: text("condition"),
            value: value.map_or_else(String::new, |it| Fen(it).yuan()),
            remarks: remarks.join(self.w.paper_comma),
        }
    }

    fn photos_of(&self, id: &str) -> String {
        match self.facts.proofs_of(id).count() {
            0 => String::new(),
            n => fill(self.w.paper_photos, &[("n", &n)]),
        }
    }
}
