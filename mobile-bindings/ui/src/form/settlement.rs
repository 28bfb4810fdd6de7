//! 执行和解: who settles, on what, and what follows a default (民诉法 241, 执行和解规定).

use super::layout::{Given, Lead, List, Piece, Step};
use super::layout::{add, deed, field};
use super::shared::{
    ARRIVAL, DEBTOR, END, FOLLOW_UP_OTHER, NOBODY, NOTICES, OFFICERS, PHOTOS, PRESENT, SPECIAL,
    follow_ups, papers,
};

/// The steps.
pub const STEPS: &[Step] = &[
    ARRIVAL,
    Step {
        key: "officers",
        title: |w| w.step_officers,
        groups: &[OFFICERS, &[PAPERS]],
        leading: &[Lead::Each("officers", &["id_shown_at"])],
    },
    Step {
        key: "parties",
        title: |w| w.step_parties,
        groups: &[
            &[Piece::List(PARTIES)],
            DEBTOR,
            &[Piece::More(|w| w.step_persons)],
            PRESENT,
            NOBODY,
            NOTICES,
            SPECIAL,
            &[Piece::Less],
        ],
        leading: &[Lead::Each("parties", &["name"])],
    },
    Step {
        key: "terms",
        title: |w| w.step_terms,
        groups: &[TERMS, &[FOLLOW_UPS]],
        leading: &[
            Lead::Any(&["total_fen"]),
            Lead::Each("instalments", &["due_on"]),
            Lead::Any(&["default_told"]),
        ],
    },
    PHOTOS,
    END,
];

const PAPERS: Piece = papers(&[
    add(
        "settlement",
        |w| w.add_settlement,
        &[("type", Given::Code("settlement"))],
    ),
    add(
        "authority",
        |w| w.add_authority,
        &[("type", Given::Code("authority"))],
    ),
    add("other", |w| w.add_other, &[("type", Given::Code("other"))]),
]);

const PARTIES: List = List {
    name: "parties",
    heading: |w| w.step_parties,
    one: |w| w.party,
    title: &["name", "side"],
    fields: &[field("name"), field("side"), field("signed")],
    more: &[field("agent"), field("authority")],
    deeds: &[],
    presets: &[
        add(
            "applicant",
            |w| w.applicant,
            &[("side", Given::Code("applicant"))],
        ),
        add("debtor", |w| w.debtor, &[("side", Given::Code("debtor"))]),
        add(
            "guarantor",
            |w| w.guarantor,
            &[("side", Given::Code("guarantor"))],
        ),
    ],
};

const TERMS: &[Piece] = &[
    Piece::Field(field("total_fen")),
    Piece::List(List {
        name: "instalments",
        heading: |w| w.instalments_title,
        one: |w| w.instalment,
        title: &[],
        fields: &[field("amount_fen"), field("due_on")],
        more: &[],
        deeds: &[],
        presets: &[add(
            "left",
            |w| w.add_instalment,
            &[(
                "amount_fen",
                Given::Left("total_fen", "instalments", "amount_fen"),
            )],
        )],
    }),
    Piece::Deeds(&[deed(
        "default",
        |w| w.do_default_clause,
        &[("default_clause", Given::Sentence(|w| w.write_default))],
    )]),
    Piece::Field(field("default_clause")),
    Piece::Field(field("default_told")),
    Piece::Field(field("measures_kept")),
    Piece::Field(field("in_kind")),
    Piece::Field(field("in_kind_note").hint(|w| w.f_in_kind_hint)),
    Piece::List(List {
        name: "guarantors",
        heading: |w| w.guarantors_title,
        one: |w| w.guarantor,
        title: &["name"],
        fields: &[field("name"), field("direct_enforcement"), field("term")],
        more: &[],
        deeds: &[],
        presets: &[add(
            "guarantor",
            |w| w.guarantor,
            &[("name", Given::Words(|_| ""))],
        )],
    }),
];

const FOLLOW_UPS: Piece = follow_ups(&[
    add(
        "payment",
        |w| w.add_check_payment,
        &[("kind", Given::Code("check_payment"))],
    ),
    FOLLOW_UP_OTHER,
]);
