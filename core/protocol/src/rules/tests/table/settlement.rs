use super::Edit::{Line, Outside};
use super::{Row, row};
use crate::rules::tests::samples::{self, settlement as set};

pub const SETTLEMENT: &[Row] = &[
    row(set, &["H01"], &[Line("parties/#40/signed =")]).at("parties/#40/signed"),
    row(set, &["H01"], &[Line("parties/#40/name =")]).at("parties/#40/name"),
    row(set, &["H01"], &[Line("parties/#40/authority =")]).at("parties/#40/authority"),
    row(set, &["H01"], &[Line("docs/#10/type = other")]),
    row(
        set,
        &[],
        &[Line("parties/#40/authority ="), Line("parties/#40/agent =")],
    ),
    row(set, &["H01"], &[Line("parties/#40/side = debtor")]).at("parties"),
    row(set, &["H01"], &[Line("parties/#41/side = outsider")]).at("parties"),
    // The debtor signed the record among those present.
    row(set, &[], &[Line("parties/#41/signed =")]),
    row(
        set,
        &[],
        &[
            Line("parties/#40/signed ="),
            Outside("on the glass", |it| {
                it.facts.signed.insert(samples::id(40));
            }),
        ],
    ),
    row(set, &["H02"], &[Line("total_fen = 31999999")]).at("total_fen"),
    row(set, &["H02"], &[Line("total_fen =")]).at("total_fen"),
    row(
        set,
        &["H02"],
        &[Line("instalments/#43/amount_fen = 5000001")],
    )
    .at("total_fen"),
    row(
        set,
        &[],
        &[
            Line("instalments/#43/amount_fen = 1"),
            Line("total_fen = 27000001"),
        ],
    ),
    row(set, &["H02"], &[Line("instalments/#43/due_on =")]).at("instalments/#43/due_on"),
    row(
        set,
        &["H02"],
        &[Line("instalments/#43/due_on = 2019-07-02")],
    )
    .at("instalments/#43/due_on"),
    row(
        set,
        &["H02"],
        &[Line("instalments/#42/due_on = 2019-07-01")],
    )
    .at("instalments/#42/due_on"),
    row(
        set,
        &["H02"],
        &[
            Line("instalments/#43/amount_fen = 0"),
            Line("total_fen = 27000000"),
        ],
    )
    .at("instalments/#43/amount_fen"),
    row(
        set,
        &["H02"],
        &[
            Line("instalments/#42/amount_fen ="),
            Line("instalments/#42/due_on ="),
            Line("instalments/#43/amount_fen ="),
            Line("instalments/#43/due_on ="),
            Line("total_fen = 0"),
        ],
    )
    .at("instalments"),
    row(set, &["H03"], &[Line("default_told =")]).at("default_told"),
    row(set, &["H04"], &[Line("in_kind_note =")]).at("in_kind_note"),
    row(set, &["H04"], &[Line("in_kind_note = 双方自行过户")]),
    row(set, &[], &[Line("in_kind_note ="), Line("in_kind = no")]),
    row(set, &["H05"], &[Line("guarantors/#44/name =")]).at("guarantors/#44/name"),
    row(set, &["H05"], &[Line("guarantors/#44/term =")]).at("guarantors/#44/term"),
    row(
        set,
        &["H05"],
        &[Line("guarantors/#44/direct_enforcement =")],
    )
    .at("guarantors/#44/direct_enforcement"),
];
