//! One line of the list of assets (财产清单): only what its kind needs is asked, and what was given
//! stays shown whatever the kind became.

use super::deeds::{Held, Place, first_values};
use super::layout::{Given, List, Piece, Preset, Step};
use super::layout::{add, field, join, patterns};
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::exempt_kind;
use waiqin_protocol::journal::Path;
use waiqin_protocol::record::Record;

/// Every group that a line can have, in the order of asking.
pub static STEPS: &[Step] = &[
    group("what", |w| w.asset_what, &[WHAT]),
    group("machine", |w| w.asset_machine, &[MACHINE]),
    group("vehicle", |w| w.asset_vehicle, &[VEHICLE]),
    group("register", |w| w.asset_register, &[REGISTER]),
    group("home", |w| w.asset_home, &[HOME]),
    group("value", |w| w.asset_value, &[VALUE]),
    group("cash", |w| w.asset_cash, &[CASH]),
    group("rank", |w| w.asset_rank, &[RANK]),
    group("prior", |w| w.asset_prior, &[PRIOR]),
    group("co_owners", |w| w.asset_co_owners, &[CO_OWNERS]),
    group("third_party", |w| w.asset_third_party, &[THIRD_PARTY]),
    group("exempt", |w| w.asset_exempt, &[EXEMPT]),
    group("perishable", |w| w.asset_perishable, &[PERISHABLE]),
    group("rest", |w| w.asset_rest, &[REST]),
];

/// The buttons that add a line, likeliest first.
pub const PRESETS: &[Preset] = &[
    add(
        "equipment",
        |w| w.add_equipment,
        &[
            ("kind", Given::Code("equipment")),
            ("class", Given::Code("movable")),
            ("unit", Given::Words(|w| w.unit_machine)),
        ],
    ),
    add(
        "vehicle",
        |w| w.add_vehicle,
        &[
            ("kind", Given::Code("vehicle")),
            ("class", Given::Code("movable")),
            ("quantity", Given::Number(1)),
            ("unit", Given::Words(|w| w.unit_vehicle)),
        ],
    ),
    add(
        "house",
        |w| w.add_real_estate,
        &[
            ("kind", Given::Code("house")),
            ("class", Given::Code("real_estate_equity_other")),
            ("quantity", Given::Number(1)),
            ("unit", Given::Words(|w| w.unit_house)),
        ],
    ),
    add(
        "cash",
        |w| w.add_cash,
        &[
            ("kind", Given::Code("cash")),
            ("class", Given::Code("cash_deposit")),
            ("name", Given::Words(|w| w.add_cash)),
            ("quantity", Given::Number(1)),
            ("unit", Given::Words(|w| w.unit_cash)),
        ],
    ),
    add(
        "other",
        |w| w.add_other,
        &[
            ("kind", Given::Code("other_movable")),
            ("class", Given::Code("movable")),
        ],
    ),
];

/// Whether these steps are those of a line's page.
pub(super) fn is_page(steps: &'static [Step]) -> bool {
    std::ptr::eq(steps, STEPS)
}

/// The first values of a new line: what its kind says, its number, and the place of the record,
/// where a thing on the list usually is.
#[must_use]
pub fn added(key: &str, held: &Held<'_>, place: &Place) -> Option<BTreeMap<Path, Value>> {
    let preset = PRESETS.iter().find(|it| it.key == key)?;
    let before = join("assets", &place.new_item);
    let mut values = first_values(preset, &before, held, place);
    values.insert(
        Path::new(join(&before, "line")).ok()?,
        next_line(held.record),
    );
    let at = held.record.text("place");
    if !at.is_empty() {
        values.insert(Path::new(join(&before, "location")).ok()?, Value::from(at));
    }
    Some(values)
}

/// The first values of a line like another: of its kind, counted alike, at the same place. What was
/// seen of the one thing is not said of the next.
#[must_use]
pub fn again(of: &str, held: &Held<'_>, place: &Place) -> Option<BTreeMap<Path, Value>> {
    held.record.items("assets").iter().find(|it| *it == of)?;
    let before = join("assets", &place.new_item);
    let alike = ["kind", "class", "unit", "location"];
    let value = |name: &&str| {
        let value = held.value(&format!("assets/{of}/{name}"))?.clone();
        Some((Path::new(join(&before, name)).ok()?, value))
    };
    let mut values: BTreeMap<Path, Value> = alike.iter().filter_map(value).collect();
    values.insert(
        Path::new(join(&before, "line")).ok()?,
        next_line(held.record),
    );
    Some(values)
}

/// One more than the highest number, and than there are lines.
fn next_line(record: &Record) -> Value {
    let ids = record.items("assets");
    let line = |id: &String| record.value(&format!("assets/{id}/line"))?.as_int();
    let counted = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let last = ids.iter().filter_map(line).max().unwrap_or(0).max(counted);
    Value::Int(last.saturating_add(1))
}

/// Ids of the lines in the order of the list: by number, then as they were added.
#[must_use]
pub fn in_order(record: &Record) -> Vec<String> {
    let mut ids = record.items("assets");
    let line = |id: &String| record.value(&format!("assets/{id}/line"))?.as_int();
    ids.sort_by_cached_key(|id| line(id).unwrap_or(i64::MAX));
    ids
}

/// The groups that a line asks now.
#[must_use]
pub fn asked_of(record: &Record, id: &str) -> Vec<&'static Step> {
    let of = |name: &str| record.text(&format!("assets/{id}/{name}"));
    let facts = Facts {
        kind: of("kind"),
        rank: of("rank"),
        owner: of("owner"),
        held_by: of("held_by"),
    };
    let holds = |step: &'static Step| {
        patterns(std::slice::from_ref(step))
            .iter()
            .any(|pattern| given(record, &pattern.replacen('*', id, 1)))
    };
    STEPS
        .iter()
        .filter(|step| facts.ask(step.key) || holds(step))
        .collect()
}

/// Whether a field, or a list of such a pattern, has a value.
fn given(record: &Record, path: &str) -> bool {
    match path.split_once("/*") {
        Some((list, _)) => !record.items(list).is_empty(),
        None => record
            .value(path)
            .is_some_and(|it| it.as_text() != Some("")),
    }
}

struct Facts<'a> {
    kind: &'a str,
    rank: &'a str,
    owner: &'a str,
    held_by: &'a str,
}

impl Facts<'_> {
    fn ask(&self, group: &str) -> bool {
        let kind = |kinds: &[&str]| kinds.contains(&self.kind);
        match group {
            "what" | "value" | "rank" | "rest" => true,
            "machine" => kind(&[
                "equipment",
                "vehicle",
                "ship",
                "furniture",
                "goods",
                "other_movable",
            ]),
            "vehicle" => kind(&["vehicle"]),
            "register" => kind(&[
                "vehicle",
                "ship",
                "house",
                "land",
                "building_unregistered",
                "deposit",
                "equity",
                "claim",
                "intellectual",
                "other_right",
            ]),
            "home" => kind(&["house", "building_unregistered"]),
            "cash" => kind(&["cash", "jewellery"]),
            "prior" => self.rank == "waiting",
            "co_owners" => self.owner == "co_owned",
            "third_party" => self.owner == "third_party" || self.held_by == "third_party",
            "exempt" => exempt_kind(self.kind),
            "perishable" => kind(&["goods", "other_movable"]),
            _ => false,
        }
    }
}

const fn group(
    key: &'static str,
    title: super::layout::Label,
    groups: &'static [&'static [Piece]],
) -> Step {
    Step {
        key,
        title,
        groups,
        leading: &[],
    }
}

const WHAT: &[Piece] = &[
    Piece::Field(field("assets/*/name").hint(|w| w.f_asset_name_hint)),
    Piece::Field(field("assets/*/kind").reshapes()),
    Piece::Field(field("assets/*/quantity").half()),
    Piece::Field(field("assets/*/unit").half()),
    Piece::Field(field("assets/*/condition").hint(|w| w.f_condition_hint)),
    Piece::Field(field("assets/*/location")),
];

const MACHINE: &[Piece] = &[
    Piece::Field(field("assets/*/brand").half()),
    Piece::Field(field("assets/*/model").half()),
    Piece::Field(field("assets/*/serial_no")),
];

const VEHICLE: &[Piece] = &[
    Piece::Field(field("assets/*/plate")),
    Piece::Field(field("assets/*/vin")),
    Piece::Field(field("assets/*/engine_no")),
];

const REGISTER: &[Piece] = &[
    Piece::Field(field("assets/*/registered")),
    Piece::Field(field("assets/*/cert_no")),
    Piece::Field(field("assets/*/registry")),
    Piece::Field(field("assets/*/assist_notice")),
];

const HOME: &[Piece] = &[Piece::Field(field("assets/*/sole_home"))];

const VALUE: &[Piece] = &[
    Piece::Field(field("assets/*/est_value_fen")),
    Piece::More(|w| w.asset_liens),
    Piece::Field(field("assets/*/senior_liens_fen")),
    Piece::Field(field("assets/*/mortgagee")),
    Piece::Less,
];

const CASH: &[Piece] = &[
    Piece::Field(field("cash/amount_fen")),
    Piece::Capital {
        from: "cash/amount_fen",
        into: "cash/amount_capital",
    },
    Piece::Field(field("cash/amount_capital")),
    Piece::Pick(super::layout::Pick {
        list: "cash/counted_by",
        from: "officers",
        name: "person",
    }),
];

const RANK: &[Piece] = &[
    Piece::Field(field("assets/*/rank").reshapes()),
    Piece::Field(field("assets/*/owner").reshapes()),
    Piece::Field(field("assets/*/held_by").reshapes()),
];

const PRIOR: &[Piece] = &[
    Piece::Field(field("assets/*/prior_seal/court")),
    Piece::Field(field("assets/*/prior_seal/case_no")),
    Piece::Field(field("assets/*/prior_seal/signed_by_both")),
];

const CO_OWNERS: &[Piece] = &[Piece::List(List {
    name: "assets/*/co_owners",
    heading: |w| w.asset_co_owners,
    one: |w| w.co_owner,
    title: &[""],
    fields: &[field("")],
    more: &[],
    deeds: &[],
    presets: &[add(
        "co_owner",
        |w| w.co_owner,
        &[("", Given::Words(|_| ""))],
    )],
})];

const THIRD_PARTY: &[Piece] = &[
    Piece::Field(field("assets/*/third_party/name")),
    Piece::Field(field("assets/*/third_party/confirmed")),
    Piece::Field(field("assets/*/third_party/objection")),
    Piece::Field(field("assets/*/third_party/outcome")),
];

const EXEMPT: &[Piece] = &[
    Piece::Field(field("assets/*/exempt/answer").hard(&["exempt"])),
    Piece::Field(field("assets/*/exempt/reason")),
];

const PERISHABLE: &[Piece] = &[
    Piece::Field(field("assets/*/perishable")),
    Piece::Field(field("assets/*/disposal_plan")),
];

const REST: &[Piece] = &[
    Piece::More(|w| w.asset_rest),
    Piece::Field(field("assets/*/class")),
    Piece::Field(field("assets/*/line")),
    Piece::Field(field("assets/*/note")),
    Piece::Less,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{ITEM, long_list, seizure_record};
    use waiqin_protocol::fields::ASSET_KINDS;

    fn keys(record: &Record, id: &str) -> Vec<&'static str> {
        asked_of(record, id).iter().map(|it| it.key).collect()
    }

    fn put(record: &mut Record, path: &str, value: Value) {
        let mut state = record.fields.values().next().unwrap().clone();
        state.candidates[0].value = value;
        record.fields.insert(Path::new(path).unwrap(), state);
    }

    fn with(kind: &str) -> Record {
        let mut record = long_list().record;
        let id = "01".repeat(16);
        put(&mut record, &format!("assets/{id}/kind"), Value::from(kind));
        record
    }

    #[test]
    fn a_kind_asks_what_it_needs_and_no_other_kinds_numbers() {
        let id = "01".repeat(16);
        for (kind, asks, spares) in [
            ("vehicle", "vehicle", "home"),
            ("house", "register", "vehicle"),
            ("house", "home", "machine"),
            ("cash", "cash", "register"),
            ("equipment", "machine", "vehicle"),
            ("goods", "perishable", "cash"),
            ("schooling", "exempt", "machine"),
            ("equity", "register", "exempt"),
        ] {
            let keys = keys(&with(kind), &id);
            assert!(keys.contains(&asks), "{kind} does not ask {asks}");
            assert!(!keys.contains(&spares), "{kind} asks {spares}");
        }
        for kind in ASSET_KINDS {
            let keys = keys(&with(kind.code), &id);
            for always in ["what", "value", "rank", "rest"] {
                assert!(
                    keys.contains(&always),
                    "{} does not ask {always}",
                    kind.code
                );
            }
        }
    }

    #[test]
    fn rank_owner_and_holder_ask_what_follows_from_them() {
        let id = "01".repeat(16);
        for (name, value, group) in [
            ("rank", "waiting", "prior"),
            ("owner", "co_owned", "co_owners"),
            ("owner", "third_party", "third_party"),
            ("held_by", "third_party", "third_party"),
        ] {
            let mut record = with("equipment");
            assert!(!keys(&record, &id).contains(&group));
            put(
                &mut record,
                &format!("assets/{id}/{name}"),
                Value::from(value),
            );
            assert!(keys(&record, &id).contains(&group), "{name}={value}");
        }
    }

    #[test]
    fn what_was_given_stays_shown_whatever_the_kind_became() {
        let id = "01".repeat(16);
        let mut record = with("vehicle");
        put(&mut record, &format!("assets/{id}/vin"), Value::from("X"));
        put(
            &mut record,
            &format!("assets/{id}/kind"),
            Value::from("furniture"),
        );
        assert!(keys(&record, &id).contains(&"vehicle"));
        put(&mut record, &format!("assets/{id}/vin"), Value::from(""));
        assert!(
            !keys(&record, &id).contains(&"vehicle"),
            "an emptied text is nothing"
        );
        // Another line's numbers are not this line's.
        let seizure = seizure_record().record;
        assert!(!keys(&seizure, ITEM).contains(&"vehicle"));
    }

    #[test]
    fn a_new_line_has_the_next_number_its_class_and_the_place_and_no_more_facts() {
        let record = seizure_record().record;
        let nothing = BTreeMap::new();
        let held = Held {
            record: &record,
            typed: &nothing,
        };
        let place = Place {
            now_ms: 1,
            new_item: "ab".repeat(16),
            address: None,
        };
        let values = added("vehicle", &held, &place).unwrap();
        let of = |name: &str| {
            values.get(&Path::new(format!("assets/{}/{name}", place.new_item)).unwrap())
        };
        assert_eq!(of("line"), Some(&Value::Int(5)));
        assert_eq!(of("class"), Some(&Value::from("movable")));
        assert_eq!(of("location"), Some(&Value::from(record.text("place"))));
        for fact in ["rank", "owner", "held_by", "registered", "est_value_fen"] {
            assert_eq!(of(fact), None, "{fact} was not seen by anybody yet");
        }
        assert!(added("moon", &held, &place).is_none());
        let like = again(ITEM, &held, &place).unwrap();
        let of =
            |name: &str| like.get(&Path::new(format!("assets/{}/{name}", place.new_item)).unwrap());
        assert_eq!(of("kind"), Some(&Value::from("equipment")));
        assert_eq!(of("line"), Some(&Value::Int(5)));
        for fact in ["name", "quantity", "rank", "est_value_fen"] {
            assert_eq!(of(fact), None, "{fact} was seen of the other thing");
        }
        assert!(again(&"ab".repeat(16), &held, &place).is_none());
    }
}
