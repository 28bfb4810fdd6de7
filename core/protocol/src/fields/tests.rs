use super::*;
use crate::canonical::Value;
use crate::journal::{ACTS, Path};
use std::collections::{BTreeMap, BTreeSet};

const ID: &str = "0123456789abcdef0123456789abcdef";

fn all() -> impl Iterator<Item = &'static FieldDef> {
    PAPERS.iter().flat_map(|paper| paper.fields)
}

#[test]
fn every_pattern_is_a_path_and_stands_once_in_each_act() {
    for act in ACTS {
        let mut seen = BTreeSet::new();
        for field in of_act(act) {
            let path = field.pattern.replace('*', ID);
            assert!(Path::new(path.as_str()).is_ok(), "{path}");
            assert!(
                seen.insert(field.pattern),
                "{act:?} has {} twice",
                field.pattern
            );
            assert_eq!(field_at(act, &path), Some(field));
        }
    }
}

#[test]
fn no_list_shares_its_name_with_a_field_and_no_field_is_within_another() {
    for act in ACTS {
        let patterns: Vec<&str> = of_act(act).map(|it| it.pattern).collect();
        for one in &patterns {
            let within = format!("{one}/");
            let inner = patterns.iter().find(|it| it.starts_with(&within));
            assert_eq!(inner, None, "{one} of {act:?} is a field and holds fields");
        }
        for list in lists_of(act) {
            assert!(list_label(list).is_some(), "{list} has no name");
            let direct: Vec<&&str> = patterns
                .iter()
                .filter(|it| {
                    it.strip_prefix(list)
                        .is_some_and(|rest| rest.starts_with('/'))
                })
                .filter(|it| !it[list.len()..].starts_with("/*"))
                .collect();
            assert!(
                direct.is_empty(),
                "{list} of {act:?} is a list and holds {direct:?}"
            );
        }
    }
}

#[test]
fn one_path_has_one_meaning_unless_it_is_the_result() {
    let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
    for field in all().filter(|it| it.pattern != "result") {
        let before = kinds.insert(field.pattern, field.kind);
        assert!(
            before.is_none_or(|it| it == field.kind),
            "{}",
            field.pattern
        );
    }
}

#[test]
fn codes_and_labels_are_unique_in_their_choice_and_nothing_is_empty() {
    for field in all() {
        assert!(
            !field.zh.is_empty() && !field.en.is_empty(),
            "{}",
            field.pattern
        );
        assert!(field.en.is_ascii(), "{}", field.en);
        if let Kind::Choice(codes) = field.kind {
            for pick in [|it: &Code| it.code, |it: &Code| it.zh, |it: &Code| it.en] {
                let unique: BTreeSet<&str> = codes.iter().map(pick).collect();
                assert_eq!(unique.len(), codes.len(), "{}", field.pattern);
                assert!(!unique.contains(""), "{}", field.pattern);
            }
            for code in codes {
                assert!(
                    Path::new(code.code).is_ok(),
                    "{} is no ASCII name",
                    code.code
                );
            }
        }
    }
}

#[test]
fn every_item_that_a_field_points_to_is_of_a_list_of_the_same_acts() {
    for act in ACTS {
        for field in of_act(act) {
            if let Kind::Item(list) = field.kind {
                assert!(
                    lists_of(act).contains(&list),
                    "{} of {act:?}",
                    field.pattern
                );
            }
        }
    }
}

/// The names of DOMAIN §2.1b, paper by paper, as that page writes them; not taken from the table.
const NAMED: &[(&[Act], &str)] = &[
    (
        &ACTS,
        "t0 t1 place fix no_fix_reason officers/*/{person role gender id_shown_at uniform recusal} debtor/{name kind gender birth_on id_no id_not_shown address} present/*/{name role post gender age capacity relation id_no id_not_shown signed refusal} special/{deputy military foreign pregnant over_70 ill} docs/*/{type no on approved_by article shown_at served_at} notices/*/{to class mode at came} no_witness_reason read_back/{done refusal} course result objections remarks follow_ups/*/{kind to due done_at}",
    ),
    (
        &[Act::Investigation],
        "tip/{no received_at urgent} checked/*/{item fact none_found} debtor_met neighbours/*/{who name refused} willingness assets_stated property_order sources/* rights_told questions/*/{q a} copies/*",
    ),
    (
        &[Act::AssetSurvey],
        "assets/*/{title occupancy tenancy defects arrears access name location} occupant/{name basis since}",
    ),
    (
        &[Act::Seal, Act::Removal, Act::Preservation],
        "list_no list_handed/{to at copies} keeper/{name kind signed use_allowed} publicity/seal_nos/* publicity/notice_no effect_from expires_on excess_reason cash/{amount_fen amount_capital counted_by/*} assets/*/{line name kind class rank quantity unit condition location brand model serial_no plate vin engine_no registered cert_no registry assist_notice est_value_fen senior_liens_fen owner held_by third_party/confirmed third_party/objection third_party/outcome co_owners/* mortgagee sole_home exempt/answer exempt/reason prior_seal/court prior_seal/case_no prior_seal/signed_by_both perishable disposal_plan note}",
    ),
    (
        &[Act::Removal],
        "handover/{carrier store receiver receiver_signed at}",
    ),
    (
        &[Act::Search],
        "targets/*/{kind place_kind person gender searcher} areas/* forced/*/{what ordered_at refusal opened_by result} nothing_found found_records/*",
    ),
    (
        &[Act::Preservation],
        "ruling_amount_fen urgent_48h expiry_notice/{from expires_on receipt}",
    ),
    (
        &[Act::Detention],
        "execution target/{name kind gender birth_on id_no id_not_shown address} act_on facts legal_item days from_on to_on emergency emergency_reason read_out_at served/{at signed refusal} review_told jail/{name receipt_no in_at} family_notice/{who mode at reason} out_of_district local_court",
    ),
    (
        &[Act::Fine],
        "target/name act_on facts legal_item fine_fen pay_by served/{at signed refusal} review_told",
    ),
    (
        &[Act::ForcedAppearance],
        "target/name reason summons_before ground_24h questions/*/{q a}",
    ),
    (
        &[Act::Settlement],
        "parties/*/{name side signed agent authority} total_fen instalments/*/{amount_fen due_on} default_clause default_told in_kind in_kind_note guarantors/*/{name direct_enforcement term} measures_kept",
    ),
    (
        &[Act::Eviction],
        "deadline_on goods/*/{name quantity destination} receiver/{name signed refusal} mortgaged_home disposal_ruling_on low_income",
    ),
    (
        &[Act::Service],
        "mode receiver/{name class post age relation cohabits signed refusal} witness/{name unit signed}",
    ),
    (
        &[Act::CashReceipt],
        "payer/{name signed} amount_fen amount_capital receipt_no hand_in_due",
    ),
    (
        &[Act::Campaign],
        "plan_no groups/*/{leader members/*} children/*",
    ),
    (
        &[Act::Tip],
        "tip/{no received_at urgent order_no channel informant content} verified_at",
    ),
];

#[test]
fn every_name_of_the_domain_page_is_in_the_table() {
    for (acts, names) in NAMED {
        for act in *acts {
            for path in expanded(names) {
                let path = path.replace('*', ID);
                assert!(field_at(*act, &path).is_some(), "{act:?} has no {path}");
            }
        }
    }
}

/// `a/{b c}` → `a/b`, `a/c`.
fn expanded(names: &str) -> Vec<String> {
    let (mut out, mut group) = (Vec::new(), None::<String>);
    for word in names.split_whitespace() {
        let opened = word.split_once('{');
        if let Some((prefix, _)) = opened {
            group = Some(prefix.to_owned());
        }
        let name = opened.map_or(word, |it| it.1).trim_end_matches('}');
        out.push(format!("{}{name}", group.as_deref().unwrap_or_default()));
        if word.ends_with('}') {
            group = None;
        }
    }
    out
}

#[test]
fn paths_of_other_acts_positions_and_strangers_are_no_fields() {
    for (act, path) in [
        (Act::Seal, "checked/0123456789abcdef0123456789abcdef/item"),
        (Act::Seal, "assets/0/quantity"),
        (Act::Seal, "assets/0123456789abcdef0123456789abcdef"),
        (
            Act::Seal,
            "assets/0123456789abcdef0123456789abcdef/quantity/x",
        ),
        (Act::Investigation, "tip"),
        (Act::Investigation, "fix/lat"),
        (Act::Investigation, ""),
    ] {
        assert_eq!(field_at(act, path), None, "{path}");
    }
    assert!(field_at(Act::Investigation, &format!("sources/{ID}")).is_some());
}

#[test]
fn a_value_fits_its_kind_and_no_other() {
    let fix = |provider: Value| {
        let members = [
            ("acc_cm", 450.into()),
            ("age_ms", 0.into()),
            ("lat", 1.into()),
            ("lon", 2.into()),
            ("provider", provider),
        ];
        Value::Map(
            members
                .map(|(k, v): (&str, Value)| (k.to_owned(), v))
                .into(),
        )
    };
    let no_provider = fix(Value::Null);
    let (fix, long) = (fix("gnss".into()), "长".repeat(LINE_CHARS_MAX + 1));
    let good: &[(&str, Value)] = &[
        ("place", "大岗镇 3 号".into()),
        ("place", "长".repeat(LINE_CHARS_MAX).into()),
        ("course", long.clone().into()),
        ("course", "一\n二".into()),
        ("t0", 1_562_051_400_000.into()),
        ("fix", fix),
        ("special/ill", false.into()),
        ("debtor/birth_on", "1990-02-28".into()),
        ("debtor/id_not_shown", true.into()),
        ("expires_on", Value::Null),
        ("cash/amount_fen", 0.into()),
        ("list_handed/copies", 2.into()),
        ("keeper/kind", "court".into()),
        (
            "assets/0123456789abcdef0123456789abcdef/assist_notice",
            ID.into(),
        ),
    ];
    for (path, value) in good {
        let field = field_at(Act::Seal, path).unwrap();
        assert_eq!(field.check(value), Ok(()), "{path}");
    }
    let bad: &[(&str, Value, FieldError)] = &[
        ("place", 3.into(), FieldError::Kind),
        ("place", long.into(), FieldError::Long(LINE_CHARS_MAX)),
        ("place", "一\n二".into(), FieldError::Lines),
        ("t0", "2019-07-02".into(), FieldError::Kind),
        ("fix", no_provider, FieldError::Fix),
        ("special/ill", "yes".into(), FieldError::Kind),
        ("debtor/birth_on", "1989-02-29".into(), FieldError::Day),
        ("debtor/birth_on", "1990-2-8".into(), FieldError::Day),
        ("debtor/birth_on", "+1990-02-08".into(), FieldError::Day),
        ("debtor/id_not_shown", false.into(), FieldError::Kind),
        ("cash/amount_fen", (-1).into(), FieldError::Negative),
        ("list_handed/copies", "2".into(), FieldError::Kind),
        (
            "keeper/kind",
            "neighbour".into(),
            FieldError::Code("neighbour".into()),
        ),
        (
            "assets/0123456789abcdef0123456789abcdef/assist_notice",
            "3".into(),
            FieldError::Item,
        ),
    ];
    for (path, value, error) in bad {
        let field = field_at(Act::Seal, path).unwrap();
        assert_eq!(field.check(value).as_ref(), Err(error), "{path}");
        for lang in [Lang::Zh, Lang::En] {
            assert!(!error.said(lang).is_empty());
        }
    }
}
