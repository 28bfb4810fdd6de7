//! What a court sets: what it may write, and what a phone takes from the wire.

use super::*;
use crate::journal::Severity;
use crate::wire::hello::Limits;

fn court(overrides: &[(&str, Setting)]) -> RuleSet {
    let overrides = overrides.iter().map(|(id, it)| ((*id).to_owned(), *it));
    RuleSet {
        overrides: overrides.collect(),
        ..RuleSet::default()
    }
}

#[test]
fn an_override_wins_over_the_table_in_both_directions() {
    let set = court(&[
        ("G02", Setting::Off),
        ("G03", Setting::Warn),
        ("G05b", Setting::Block),
    ]);
    for (id, built_in, weighs) in [
        ("G02", Severity::Block, None),
        ("G03", Severity::Block, Some(Severity::Warn)),
        ("G05b", Severity::Warn, Some(Severity::Block)),
        ("G04", Severity::Block, Some(Severity::Block)),
        ("G06", Severity::Warn, Some(Severity::Warn)),
    ] {
        assert_eq!(rule(id).unwrap().severity, built_in, "{id}");
        assert_eq!(set.severity_of(id, built_in), weighs, "{id}");
    }
    let weakened: Vec<&str> = set.weakened().map(|it| it.id).collect();
    assert_eq!(weakened, ["G02", "G03"]);
    assert_eq!(RuleSet::default().weakened().count(), 0);
}

#[test]
fn a_set_is_refused_for_what_is_no_rule_and_for_what_makes_no_sense() {
    use RuleSetError::{Excess, ForcedSale, NeverBlocks, Unknown};
    let of = |excess_percent, forced_sale_percent| RuleSet {
        excess_percent,
        forced_sale_percent,
        ..RuleSet::default()
    };
    for set in [
        of(100, 1),
        of(1000, 100),
        court(&[("Z16", Setting::Off), ("G02", Setting::Off)]),
    ] {
        assert_eq!(set.clone().checked(), Ok(set));
    }
    for (set, error) in [
        (of(99, 100), Excess(99)),
        (of(1001, 100), Excess(1001)),
        (of(120, 0), ForcedSale(0)),
        (of(120, 101), ForcedSale(101)),
        (court(&[("g02", Setting::Off)]), Unknown("g02".into())),
        (court(&[("Z16", Setting::Block)]), NeverBlocks("Z16".into())),
    ] {
        assert_eq!(set.checked(), Err(error));
    }
}

#[test]
fn the_rules_that_never_block_are_rules_that_warn() {
    assert!(rule("Z16").is_some_and(|it| it.severity == Severity::Warn));
}

/// Every rule can be weighed, and every id fits.
#[test]
fn the_bounds_of_the_wire_hold_the_whole_table() {
    let mut set = RuleSet::default();
    set.overrides
        .extend(rules().map(|it| (it.id.to_owned(), Setting::Off)));
    let text = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<RuleSet>(&text).unwrap(), set);
    assert!(ACTS.iter().all(|act| set.of_act(*act).count() == 0));
}

#[test]
fn a_set_from_the_wire_is_bounded_and_may_name_rules_of_another_version() {
    let read = |overrides: serde_json::Value| {
        serde_json::from_value::<RuleSet>(serde_json::json!({ "overrides": overrides }))
    };
    let many = |n: usize| {
        let of = |n| (format!("N{n}"), serde_json::json!("warn"));
        serde_json::Value::Object((0..n).map(of).collect())
    };
    assert_eq!(
        read(many(OVERRIDES_MAX)).unwrap().overrides.len(),
        OVERRIDES_MAX
    );
    assert!(read(many(OVERRIDES_MAX + 1)).is_err());
    let id = |bytes: usize| serde_json::json!({ "N".repeat(bytes): "off" });
    assert!(read(id(RULE_ID_BYTES_MAX)).is_ok());
    assert!(read(id(RULE_ID_BYTES_MAX + 1)).is_err());
    assert!(read(serde_json::json!({ "G02": "loud" })).is_err());
}

#[test]
fn limits_without_rules_read_as_the_built_in_weights() {
    let mut text = serde_json::to_value(Limits::default()).unwrap();
    let rules = text.as_object_mut().unwrap().remove("rules");
    assert!(rules.is_some());
    assert_eq!(
        serde_json::from_value::<Limits>(text).unwrap(),
        Limits::default()
    );
}
