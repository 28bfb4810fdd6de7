use super::Edit::{Line, Outside};
use super::{Row, drop_photos, row};
use crate::journal::EvidenceRole;
use crate::numbers::money::Fen;
use crate::rules::tests::samples::{self, Sample, seal, seal_of_all_kinds as kinds};
use crate::rules::{Debt, OtherSeizure};

fn seized_elsewhere(sample: &mut Sample, key: &str) {
    sample.context.other_seizures.push(OtherSeizure {
        key: key.into(),
        court: "某法院".into(),
        case_no: "（2019）粤0113执1号".into(),
    });
}

fn owed(sample: &mut Sample, change: fn(&mut Debt)) {
    sample.context.debt.iter_mut().for_each(change);
}

pub const ASSETS: &[Row] = &[
    row(
        seal,
        &["Z10"],
        &[Outside("no overall", |it| {
            drop_photos(it, EvidenceRole::Overall)
        })],
    )
    .at("assets/#20/photos"),
    row(
        seal,
        &["Z10"],
        &[Outside("no detail", |it| {
            drop_photos(it, EvidenceRole::Detail)
        })],
    )
    .at("assets/#20/photos"),
    row(
        seal,
        &[],
        &[Outside("a nameplate", |it| {
            it.facts.proofs[2].role = EvidenceRole::Nameplate
        })],
    ),
    row(
        seal,
        &["Z10"],
        &[Outside("of another item", |it| {
            it.facts.proofs[1].item = Some(samples::id(21))
        })],
    ),
    row(kinds, &["Z11"], &[Line("assets/#21/registry =")]).at("assets/#21/registry"),
    row(kinds, &["Z11"], &[Line("assets/#21/assist_notice =")]).at("assets/#21/assist_notice"),
    row(kinds, &["Z11"], &[Line("assets/#21/assist_notice = #10")]),
    row(
        kinds,
        &[],
        &[
            Line("assets/#21/assist_notice ="),
            Line("follow_ups/#16/kind = tell_registry"),
        ],
    ),
    row(
        kinds,
        &["Z12a"],
        &[Line("assets/#21/plate ="), Line("assets/#21/vin =")],
    )
    .at("assets/#21/plate"),
    row(kinds, &["Z12a"], &[Line("assets/#21/plate = 黔A12345")]).at("assets/#21/plate"),
    row(
        kinds,
        &["Z12a"],
        &[Line("assets/#21/vin = LSVAG218E2100001")],
    )
    .at("assets/#21/vin"),
    row(kinds, &[], &[Line("assets/#21/plate =")]),
    row(kinds, &[], &[Line("assets/#21/vin =")]),
    row(kinds, &["Z12a"], &[Line("assets/#22/engine_no =")]).at("assets/#22/engine_no"),
    row(
        kinds,
        &["Z12b"],
        &[Line("assets/#21/vin = LSVAG2180E2100001")],
    )
    .at("assets/#21/vin"),
    row(kinds, &["Z13"], &[Line("assets/#27/exempt/answer =")]).at("assets/#27/exempt/answer"),
    row(kinds, &["Z13"], &[Line("assets/#27/exempt/reason =")]).at("assets/#27/exempt/reason"),
    row(
        seal,
        &["Z13"],
        &[Line("assets/#20/kind = family_necessities")],
    ),
    row(seal, &["Z13"], &[Line("assets/#20/kind = medal")]),
    row(kinds, &["Z14"], &[Line("assets/#23/note =")]).at("assets/#23/note"),
    row(kinds, &["Z14"], &[Line("assets/#23/note = 唯一住房")]),
    row(kinds, &["Z15"], &[Line("assets/#25/rank = first")]).at("assets/#25/rank"),
    row(kinds, &["Z15"], &[Line("assets/#25/prior_seal/court =")])
        .at("assets/#25/prior_seal/court"),
    row(kinds, &["Z15"], &[Line("assets/#25/prior_seal/case_no =")])
        .at("assets/#25/prior_seal/case_no"),
    row(
        kinds,
        &["Z15"],
        &[Line("assets/#25/prior_seal/signed_by_both =")],
    )
    .at("assets/#25/prior_seal/signed_by_both"),
    row(
        kinds,
        &[],
        &[
            Line("assets/#25/prior_seal/signed_by_both ="),
            Line("follow_ups/#16/kind = tell_first_court"),
        ],
    ),
    row(seal, &["Z15"], &[Line("assets/#20/rank = waiting")]).at("assets/#20/prior_seal/court"),
    row(
        seal,
        &["Z15"],
        &[Line("assets/#20/prior_seal/court = 某法院")],
    )
    .at("assets/#20/rank"),
    row(seal, &["Z15"], &[Line("assets/#20/prior_seal/case_no = 1")]).at("assets/#20/rank"),
    row(
        kinds,
        &["Z15"],
        &[Outside("plate elsewhere", |it| {
            seized_elsewhere(it, "粤a·12345")
        })],
    )
    .at("assets/#21/rank"),
    row(
        kinds,
        &["Z15"],
        &[Outside("vin elsewhere", |it| {
            seized_elsewhere(it, "LSVAG2186E2100001")
        })],
    ),
    row(
        seal,
        &["Z15"],
        &[
            Line("assets/#20/serial_no = A 7"),
            Outside("serial elsewhere", |it| seized_elsewhere(it, "a7")),
        ],
    ),
    row(
        seal,
        &["Z15"],
        &[
            Line("assets/#20/cert_no = 粤 7"),
            Outside("certificate elsewhere", |it| seized_elsewhere(it, "粤7")),
        ],
    ),
    row(
        seal,
        &[],
        &[Outside("no key elsewhere", |it| seized_elsewhere(it, " "))],
    ),
    row(
        seal,
        &[],
        &[Outside("another elsewhere", |it| {
            seized_elsewhere(it, "粤A99999")
        })],
    ),
    row(
        kinds,
        &[],
        &[
            Line("assets/#21/rank = waiting"),
            Line("assets/#21/prior_seal/court = 某法院"),
            Line("assets/#21/prior_seal/case_no = 1"),
        ],
    ),
    row(kinds, &["Z16"], &[Line("excess_reason =")]).at("excess_reason"),
    // 19,000,000 against 1.2 × 15,833,334 = 19,000,000.8: no excess.
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Outside("one fen more", |it| owed(it, |debt| debt.fee = Fen(33_334))),
        ],
    ),
    // 19,000,000 is exactly 1.25 × 15,200,000.
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Outside("exactly the limit", |it| {
                it.set.excess_percent = 125;
                it.context.debt = Some(Debt {
                    outstanding: Fen(15_200_000),
                    ..Debt::default()
                });
            }),
        ],
    ),
    row(
        kinds,
        &["Z16"],
        &[
            Line("excess_reason ="),
            Outside("one fen owed", |it| {
                it.context.debt = Some(Debt {
                    outstanding: Fen(1),
                    ..Debt::default()
                });
            }),
        ],
    ),
    row(
        kinds,
        &["Z16"],
        &[
            Line("excess_reason ="),
            Outside("less interest", |it| {
                owed(it, |debt| {
                    *debt = Debt {
                        interest: Fen(799_998),
                        fee: Fen(33_334),
                        ..*debt
                    };
                })
            }),
        ],
    ),
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Outside("debt unknown", |it| it.context.debt = None),
        ],
    ),
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Outside("nothing owed", |it| it.context.debt = Some(Debt::default())),
        ],
    ),
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Outside("forced sale at 90 %", |it| it.set.forced_sale_percent = 90),
        ],
    ),
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Outside("limit at 130 %", |it| it.set.excess_percent = 130),
        ],
    ),
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Line("assets/#20/senior_liens_fen = 1000100"),
        ],
    ),
    row(
        kinds,
        &["Z16"],
        &[
            Line("excess_reason ="),
            Line("assets/#21/senior_liens_fen = 9000000"),
        ],
    ),
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Line("assets/#20/exempt/answer = exempt"),
        ],
    ),
    row(
        kinds,
        &[],
        &[
            Line("excess_reason ="),
            Line("assets/#20/third_party/outcome = not_sealed"),
        ],
    ),
    row(kinds, &["Z17"], &[Line("notices/#14/class = employer")]).at("assets/#23/owner"),
    row(kinds, &["Z17"], &[Line("notices/#14/mode =")]),
    row(kinds, &["Z17"], &[Line("notices/#14/at =")]),
    row(
        kinds,
        &[],
        &[
            Line("notices/#14/class = employer"),
            Line("follow_ups/#16/kind = tell_co_owner"),
        ],
    ),
    row(kinds, &["Z17"], &[Line("follow_ups/#15/kind = other")]).at("assets/#23/mortgagee"),
    row(
        kinds,
        &[],
        &[
            Line("follow_ups/#15/kind = other"),
            Line("notices/#18/class = mortgagee"),
            Line("notices/#18/mode = letter"),
            Line("notices/#18/at = T09:30"),
        ],
    ),
    row(
        kinds,
        &["Z17"],
        &[
            Line("assets/#23/owner ="),
            Line("notices/#14/class = employer"),
        ],
    ),
    row(
        kinds,
        &["Z17"],
        &[
            Line("assets/#23/co_owners/#24 ="),
            Line("notices/#14/class = employer"),
        ],
    ),
    row(seal, &["Z17"], &[Line("assets/#20/mortgagee = 某银行")]),
    row(seal, &["Z17"], &[Line("assets/#20/owner = co_owned")]),
    row(
        kinds,
        &["Z18"],
        &[Line("assets/#28/third_party/confirmed =")],
    )
    .at("assets/#28/third_party/confirmed"),
    row(
        kinds,
        &["Z18"],
        &[Line("assets/#29/third_party/objection =")],
    )
    .at("assets/#29/third_party/confirmed"),
    row(kinds, &["Z18"], &[Line("assets/#29/third_party/outcome =")]),
    row(seal, &["Z18"], &[Line("assets/#20/held_by = third_party")]),
    row(seal, &["Z18"], &[Line("assets/#20/owner = third_party")]),
    row(kinds, &["Z19"], &[Line("assets/#26/disposal_plan =")]).at("assets/#26/disposal_plan"),
    row(kinds, &["Z21"], &[Line("cash/amount_fen =")]).at("cash/amount_fen"),
    row(kinds, &["Z21"], &[Line("cash/amount_capital =")]).at("cash/amount_capital"),
    row(kinds, &["Z21"], &[Line("cash/amount_fen = 9860001")]).at("cash/amount_capital"),
    row(kinds, &["Z21"], &[Line("cash/amount_capital = 待查")]),
    row(kinds, &["Z21"], &[Line("cash/counted_by/#17 =")]).at("cash/counted_by"),
    row(kinds, &["Z21"], &[Line("cash/counted_by/#17 = #1")]),
    row(kinds, &["Z21"], &[Line("cash/counted_by/#17 = #9")]),
    row(seal, &["Z21"], &[Line("assets/#20/kind = jewellery")]),
    row(
        seal,
        &[],
        &[
            Line("assets/#20/kind = jewellery"),
            Line("cash/counted_by/#16 = #1"),
            Line("cash/counted_by/#17 = #2"),
        ],
    ),
];
