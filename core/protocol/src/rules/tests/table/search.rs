use super::Edit::{Line, Outside};
use super::{Row, row};
use crate::rules::tests::samples::{preservation as pres, search, survey};

pub const SURVEY: &[Row] = &[
    row(survey, &["A01"], &[Line("assets/#20/title =")]).at("assets/#20/title"),
    row(survey, &["A01"], &[Line("assets/#20/occupancy =")]),
    row(survey, &["A01"], &[Line("assets/#20/tenancy =")]),
    row(survey, &["A01"], &[Line("assets/#20/defects =")]),
    row(survey, &["A01"], &[Line("assets/#20/arrears =")]),
    row(
        survey,
        &["A01"],
        &[Outside("no assets", |it| {
            it.facts
                .values
                .retain(|path, _| !path.as_str().starts_with("assets"));
        })],
    )
    .at("assets"),
    row(survey, &["A02"], &[Line("occupant/name =")]).at("occupant/name"),
    row(survey, &["A02"], &[Line("occupant/basis =")]).at("occupant/basis"),
    row(survey, &["A02"], &[Line("occupant/since =")]).at("occupant/since"),
    row(
        survey,
        &["A02"],
        &[Outside("no lease", |it| it.facts.proofs.clear())],
    )
    .at("photos"),
    row(
        survey,
        &["A02"],
        &[Outside("another photo", |it| {
            it.facts.proofs[0].role = crate::journal::EvidenceRole::Overall
        })],
    ),
    row(
        survey,
        &["A02"],
        &[
            Line("assets/#20/held_by ="),
            Outside("no lease", |it| it.facts.proofs.clear()),
        ],
    ),
    row(
        survey,
        &[],
        &[
            Line("assets/#20/held_by = debtor"),
            Line("occupant/name ="),
            Outside("no lease", |it| it.facts.proofs.clear()),
        ],
    ),
];

pub const SEARCH: &[Row] = &[
    row(search, &["C01"], &[Line("docs/#10/no =")]).at("docs"),
    row(search, &["C01"], &[Line("docs/#10/on = 2019-07-10")]),
    row(search, &["C01"], &[Line("docs/#10/on =")]),
    row(search, &["C01"], &[Line("docs/#10/approved_by = panel")]),
    row(search, &["C01"], &[Line("docs/#10/shown_at =")]),
    row(search, &["C01"], &[Line("docs/#10/type = other")]),
    row(search, &["C02"], &[Line("officers/#1/uniform =")]).at("officers/#1/uniform"),
    row(search, &["C03"], &[Line("officers/#2/gender = male")]).at("targets/#20/searcher"),
    row(search, &["C03"], &[Line("officers/#2/gender =")]),
    row(search, &["C03"], &[Line("targets/#20/searcher = #1")]),
    row(search, &["C03"], &[Line("targets/#20/gender =")]).at("targets/#20/gender"),
    row(
        search,
        &[],
        &[
            Line("targets/#20/gender = male"),
            Line("targets/#20/searcher = #1"),
        ],
    ),
    row(
        search,
        &[],
        &[
            Line("targets/#20/kind = place"),
            Line("targets/#20/searcher = #1"),
        ],
    ),
    row(search, &["C04"], &[Line("notices/#12/class = employer")]).at("notices"),
    row(search, &["C04"], &[Line("notices/#11/class = employer")]),
    row(search, &["C04"], &[Line("notices/#11/came =")]),
    row(search, &[], &[Line("notices/#11/class = adult_family")]),
    row(
        search,
        &[],
        &[
            Line("targets/#21/place_kind = business"),
            Line("notices/#12/class = employer"),
        ],
    ),
    row(search, &["C05"], &[Line("forced/#22/what =")]).at("forced/#22/what"),
    row(search, &["C05"], &[Line("forced/#22/ordered_at =")]),
    row(search, &["C05"], &[Line("forced/#22/refusal =")]),
    row(search, &["C05"], &[Line("forced/#22/opened_by =")]),
    row(search, &["C05"], &[Line("forced/#22/result =")]),
    row(
        search,
        &["C05"],
        &[Outside("one photo", |it| it.facts.proofs.truncate(1))],
    )
    .at("forced/#22/photos"),
    row(search, &["C06"], &[Line("nothing_found =")]).at("nothing_found"),
    row(search, &["C06"], &[Line("found_records/#23 = 扣押笔录")]),
    row(
        search,
        &[],
        &[
            Line("nothing_found ="),
            Line("found_records/#23 = 扣押笔录"),
        ],
    ),
];

pub const PRESERVATION: &[Row] = &[
    row(pres, &["P01a"], &[Line("docs/#10/type = ruling")]).at("docs"),
    row(pres, &["Z01", "P01a"], &[Line("docs/#10/no =")]),
    row(pres, &["P01a"], &[Line("ruling_amount_fen =")]).at("ruling_amount_fen"),
    // The machine is worth 200,000 less 10,000 of liens.
    row(pres, &["P01b"], &[Line("ruling_amount_fen = 18999999")]).at("excess_reason"),
    row(pres, &[], &[Line("ruling_amount_fen = 19000000")]),
    row(
        pres,
        &["P01b"],
        &[
            Line("assets/#20/senior_liens_fen ="),
            Line("ruling_amount_fen = 19999999"),
        ],
    ),
    row(
        pres,
        &[],
        &[
            Line("ruling_amount_fen = 1"),
            Line("excess_reason = 不可分"),
        ],
    ),
    row(
        pres,
        &[],
        &[
            Line("ruling_amount_fen = 18999999"),
            Line("excess_reason = 不可分"),
        ],
    ),
    // Ruled on Thursday 4 July: five days end on the 9th; on the 3rd: on the 8th.
    row(pres, &[], &[Line("docs/#10/on = 2019-07-04")]),
    row(pres, &["P02"], &[Line("docs/#10/on = 2019-07-03")]).at("t0"),
    row(
        pres,
        &["P02"],
        &[Line("docs/#10/on = 2019-07-07"), Line("urgent_48h = yes")],
    ),
    row(
        pres,
        &[],
        &[Line("docs/#10/on = 2019-07-08"), Line("urgent_48h = yes")],
    ),
    row(pres, &["P03"], &[Line("expiry_notice/from =")]).at("expiry_notice/from"),
    row(pres, &["P03"], &[Line("expiry_notice/expires_on =")]).at("expiry_notice/expires_on"),
    row(
        pres,
        &["P03"],
        &[Line("expiry_notice/expires_on = 2021-07-08")],
    )
    .at("expiry_notice/expires_on"),
    row(pres, &["Z20"], &[Line("expires_on =")]),
    row(pres, &["P04"], &[Line("notices/#11/class = adult_family")]).at("notices"),
    // Whoever speaks for a unit was told for it; of a person Z03 asks for himself or his family.
    row(
        pres,
        &["Z03"],
        &[Line("notices/#11/class = legal_representative")],
    ),
    row(
        pres,
        &["Z03"],
        &[Line("notices/#11/class = person_in_charge")],
    ),
    row(
        pres,
        &[],
        &[
            Line("notices/#11/class = adult_family"),
            Line("docs/#10/served_at = T10:30"),
            Line("docs/#32/type = preservation_ruling"),
        ],
    ),
    row(
        pres,
        &[],
        &[
            Line("notices/#11/class = adult_family"),
            Line("docs/#10/served_at = T10:30"),
        ],
    ),
];
