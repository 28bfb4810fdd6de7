//! 查封, 扣押: the steps in the order of the scene (民诉法 255–257). What is seized stands in the
//! list of assets, which has its own page ([`super::assets`]).

use super::layout::{Given, Lead, List, Piece, Step};
use super::layout::{add, field};
use super::shared::{
    ARRIVAL, DEBTOR, END, FOLLOW_UP_OTHER, NOBODY, NOTICES, OFFICERS, PHOTOS, PRESENT, SPECIAL,
    follow_ups, papers,
};

/// The steps of a seizure on the spot (查封).
pub const SEAL_STEPS: &[Step] = &[
    ARRIVAL,
    AUTHORITY,
    PERSONS,
    LIST,
    PHOTOS,
    Step {
        key: "keeping",
        title: |w| w.step_keeping,
        groups: &[PUBLICITY, KEEPER, TERM, HANDED, &[FOLLOW_UPS]],
        leading: KEEPING_LEADING,
    },
    END,
];

/// The steps of a removal (扣押): what is taken away is also handed over.
pub const REMOVAL_STEPS: &[Step] = &[
    ARRIVAL,
    AUTHORITY,
    PERSONS,
    LIST,
    PHOTOS,
    Step {
        key: "keeping",
        title: |w| w.step_keeping,
        groups: &[PUBLICITY, KEEPER, HANDOVER, TERM, HANDED, &[FOLLOW_UPS]],
        leading: KEEPING_LEADING,
    },
    END,
];

const AUTHORITY: Step = Step {
    key: "officers",
    title: |w| w.step_authority,
    groups: &[OFFICERS, &[PAPERS]],
    leading: &[
        Lead::Each("officers", &["id_shown_at"]),
        Lead::Each("docs", &["no"]),
    ],
};

const PERSONS: Step = Step {
    key: "present",
    title: |w| w.step_persons,
    groups: &[DEBTOR, NOTICES, PRESENT, NOBODY, SPECIAL],
    leading: &[
        Lead::Each("notices", &["came"]),
        Lead::Any(&["present", "no_witness_reason"]),
    ],
};

const LIST: Step = Step {
    key: "assets",
    title: |w| w.step_assets,
    groups: &[&[Piece::Assets]],
    leading: &[Lead::Each("assets", &["name"])],
};

const KEEPING_LEADING: &[Lead] = &[
    Lead::Any(&["publicity/seal_nos", "publicity/notice_no"]),
    Lead::Any(&["keeper/name"]),
    Lead::Any(&["list_handed/to"]),
    Lead::Any(&["expires_on"]),
];

const PAPERS: Piece = papers(&[
    add(
        "ruling",
        |w| w.add_ruling,
        &[("type", Given::Code("ruling"))],
    ),
    add(
        "assist",
        |w| w.add_assist_notice,
        &[("type", Given::Code("assist_notice"))],
    ),
    add("other", |w| w.add_other, &[("type", Given::Code("other"))]),
]);

const PUBLICITY: &[Piece] = &[
    Piece::List(List {
        name: "publicity/seal_nos",
        heading: |w| w.publicity_title,
        one: |w| w.seal_strip,
        title: &[],
        fields: &[field("")],
        more: &[],
        deeds: &[],
        presets: &[add(
            "strip",
            |w| w.seal_strip,
            &[("", Given::Words(|_| ""))],
        )],
    }),
    Piece::Field(field("publicity/notice_no")),
];

const KEEPER: &[Piece] = &[
    Piece::Heading(|w| w.keeper_title),
    Piece::Field(field("keeper/kind")),
    Piece::Field(field("keeper/name")),
    Piece::Field(field("keeper/use_allowed")),
    Piece::Field(field("keeper/signed")),
];

const HANDOVER: &[Piece] = &[
    Piece::Heading(|w| w.handover_title),
    Piece::Field(field("handover/carrier")),
    Piece::Field(field("handover/store")),
    Piece::Field(field("handover/receiver")),
    Piece::Field(field("handover/receiver_signed")),
    Piece::Field(field("handover/at")),
];

const TERM: &[Piece] = &[
    Piece::Heading(|w| w.term_title),
    Piece::Field(field("effect_from")),
    Piece::Field(field("expires_on").hint(|w| w.f_expires_hint)),
    Piece::More(|w| w.excess_title),
    Piece::Field(field("excess_reason")),
    Piece::Less,
];

const HANDED: &[Piece] = &[
    Piece::Heading(|w| w.handed_title),
    Piece::Field(field("list_no")),
    Piece::Field(field("list_handed/to")),
    Piece::Field(field("list_handed/at")),
    Piece::Field(field("list_handed/copies")),
];

const FOLLOW_UPS: Piece = follow_ups(&[
    add(
        "registry",
        |w| w.add_tell_registry,
        &[("kind", Given::Code("tell_registry"))],
    ),
    add("renew", |w| w.add_renew, &[("kind", Given::Code("renew"))]),
    FOLLOW_UP_OTHER,
]);
