use super::Edit::{Line, Outside};
use super::{Row, row};
use crate::journal::EvidenceRole;
use crate::rules::tests::samples::{
    campaign, cash, eviction as evict, fine, forced_appearance as compel, service,
    service_left as left, service_posted as posted,
};

pub const SANCTIONS: &[Row] = &[
    row(fine, &["F01"], &[Line("fine_fen = 10000001")]).at("fine_fen"),
    row(fine, &["F01"], &[Line("fine_fen = 99")]),
    row(fine, &[], &[Line("fine_fen = 100")]),
    row(fine, &["F01"], &[Line("fine_fen =")]),
    row(fine, &["F01"], &[Line("target/kind =")]).at("target/kind"),
    row(fine, &[], &[Line("target/kind = entity")]),
    row(
        fine,
        &["F01"],
        &[Line("target/kind = entity"), Line("fine_fen = 4999999")],
    ),
    row(
        fine,
        &[],
        &[Line("target/kind = entity"), Line("fine_fen = 5000000")],
    ),
    row(
        fine,
        &[],
        &[Line("target/kind = entity"), Line("fine_fen = 100000000")],
    ),
    row(
        fine,
        &["F01"],
        &[Line("target/kind = entity"), Line("fine_fen = 100000001")],
    ),
    row(compel, &["F02"], &[Line("t1 = T17:01")]).at("ground_24h"),
    row(compel, &["F02"], &[Line("docs/#10/no =")]).at("docs"),
    row(compel, &["F02"], &[Line("docs/#10/type = summons")]),
    row(
        compel,
        &[],
        &[Line("t1 = T17:01"), Line("ground_24h = complex_detention")],
    ),
    row(cash, &["N01"], &[Line("receipt_no =")]).at("receipt_no"),
    row(cash, &["N01"], &[Line("payer/name =")]).at("payer/name"),
    row(cash, &["N01"], &[Line("payer/signed =")]).at("payer/signed"),
    row(
        cash,
        &[],
        &[Line("payer/signed ="), Line("payer/name = 封某")],
    ),
    row(cash, &["N01"], &[Line("amount_fen =")]).at("amount_fen"),
    row(cash, &["N01"], &[Line("amount_fen = 5000001")]).at("amount_capital"),
    row(cash, &["N01"], &[Line("amount_capital =")]).at("amount_capital"),
    row(cash, &["N01"], &[Line("hand_in_due =")]).at("hand_in_due"),
    row(cash, &["N01"], &[Line("hand_in_due = 2019-07-10T00:00")]),
    row(campaign, &["X01"], &[Line("children/#21 = 另一条")]).at("children/#21"),
    row(
        campaign,
        &["X01"],
        &[Outside("not sealed", |it| {
            it.context.children[0].sealed = false
        })],
    ),
    row(campaign, &["X01"], &[Line("children/#21 =")]).at("children"),
];

pub const EVICTION: &[Row] = &[
    row(evict, &["E01"], &[Line("docs/#10/no =")]).at("docs"),
    row(evict, &["E01"], &[Line("docs/#10/on = 2019-07-10")]),
    row(evict, &["E01"], &[Line("docs/#10/approved_by = judge")]),
    row(evict, &["E01"], &[Line("docs/#10/type = other")]),
    row(evict, &["E01"], &[Line("deadline_on = 2019-07-09")]).at("deadline_on"),
    row(evict, &["E01"], &[Line("deadline_on =")]).at("deadline_on"),
    row(evict, &["E02a"], &[Line("notices/#11/class = employer")]).at("notices"),
    row(evict, &["E02a"], &[Line("notices/#11/came =")]),
    row(evict, &["E02a"], &[Line("debtor/kind =")]).at("debtor/kind"),
    row(evict, &["E02a"], &[Line("debtor/kind = entity")]),
    row(
        evict,
        &[],
        &[
            Line("debtor/kind = entity"),
            Line("notices/#11/class = person_in_charge"),
        ],
    ),
    // Of a unit nobody from the employer or the committee has to be there.
    row(
        evict,
        &[],
        &[
            Line("debtor/kind = entity"),
            Line("notices/#11/class = legal_representative"),
            Line("present/#12/role = other"),
        ],
    ),
    row(evict, &[], &[Line("notices/#11/class = adult_family")]),
    row(evict, &["E02b"], &[Line("present/#12/role = other")]).at("no_witness_reason"),
    row(
        evict,
        &[],
        &[
            Line("present/#12/role = other"),
            Line("no_witness_reason = 居委无人"),
        ],
    ),
    row(evict, &["E03"], &[Line("goods/#20/name =")]).at("goods/#20/name"),
    row(evict, &["E03"], &[Line("goods/#20/destination =")]).at("goods/#20/destination"),
    row(
        evict,
        &["E03"],
        &[Outside("no goods", |it| {
            it.facts
                .values
                .retain(|path, _| !path.as_str().starts_with("goods"));
        })],
    )
    .at("goods"),
    row(evict, &["E03"], &[Line("receiver/signed =")]).at("receiver/signed"),
    row(evict, &["E03"], &[Line("receiver/name =")]).at("receiver/signed"),
    row(
        evict,
        &[],
        &[Line("receiver/signed ="), Line("receiver/name = 封某")],
    ),
    row(
        evict,
        &[],
        &[
            Line("receiver/signed ="),
            Line("receiver/refusal = 拒绝接收"),
        ],
    ),
    row(evict, &["E04"], &[Line("disposal_ruling_on = 2019-01-09")]).at("disposal_ruling_on"),
    row(evict, &["E04"], &[Line("disposal_ruling_on =")]).at("disposal_ruling_on"),
    row(evict, &["E04"], &[Line("low_income = yes")]).at("low_income"),
    row(evict, &["E04"], &[Line("low_income =")]),
    row(
        evict,
        &[],
        &[Line("low_income = yes"), Line("mortgaged_home = no")],
    ),
];

pub const SERVICE: &[Row] = &[
    row(service, &["S01"], &[Line("mode =")]).at("mode"),
    row(service, &["S01"], &[Line("docs/#10/type =")]).at("docs"),
    row(service, &["S01"], &[Line("docs/#30/no = 1")]).at("docs/#30/type"),
    row(service, &["S01"], &[Line("mode = electronic")]).at("receiver/class"),
    row(service, &["S01"], &[Line("mode = handed_on")]),
    row(service, &["S01"], &[Line("receiver/class =")]).at("receiver/class"),
    row(service, &[], &[Line("mode = post")]),
    row(service, &[], &[Line("mode = entrusted")]),
    row(service, &[], &[Line("receiver/class = recipient")]),
    row(service, &[], &[Line("receiver/class = named_receiver")]),
    row(service, &[], &[Line("receiver/class = agent")]),
    row(
        service,
        &[],
        &[Line("receiver/class = agent"), Line("mode = electronic")],
    ),
    row(
        service,
        &[],
        &[
            Line("receiver/class = recipient"),
            Line("mode = electronic"),
        ],
    ),
    row(left, &[], &[Line("mode = direct")]),
    row(left, &[], &[Line("mode = handed_on")]),
    row(left, &["S01"], &[Line("receiver/class = agent")]),
    row(left, &["S01"], &[Line("receiver/class = named_receiver")]),
    row(left, &[], &[Line("receiver/class = recipient")]),
    row(service, &["S03"], &[Line("mode = left")]),
    row(service, &["S02"], &[Line("receiver/age = 17")]).at("receiver/age"),
    row(service, &["S02"], &[Line("receiver/age =")]),
    row(service, &["S02"], &[Line("receiver/relation =")]).at("receiver/relation"),
    row(service, &["S02"], &[Line("receiver/cohabits =")]).at("receiver/cohabits"),
    row(left, &["S03"], &[Line("witness/signed =")]).at("witness/signed"),
    row(left, &["S03"], &[Line("witness/name =")]),
    row(
        left,
        &[],
        &[Line("witness/signed ="), Line("witness/name = 封某")],
    ),
    row(
        left,
        &[],
        &[
            Line("witness/signed ="),
            Outside("photo of it", |it| it.photo(EvidenceRole::Service, 0)),
        ],
    ),
    row(
        left,
        &["S03"],
        &[
            Line("witness/signed ="),
            Outside("another photo", |it| it.photo(EvidenceRole::Overall, 0)),
        ],
    ),
    row(left, &["S04"], &[Line("receiver/post =")]).at("receiver/post"),
    row(
        posted,
        &["S05"],
        &[Outside("no paper", |it| {
            super::drop_photos(it, EvidenceRole::Service)
        })],
    )
    .at("photos"),
    row(
        posted,
        &["S05"],
        &[Outside("no place", |it| {
            super::drop_photos(it, EvidenceRole::Overall)
        })],
    ),
];
