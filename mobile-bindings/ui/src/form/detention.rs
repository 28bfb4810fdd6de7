//! 司法拘留: the steps from the decision to the place of detention (民诉法 114–119).

use super::layout::{Copy, Given, Lead, Piece, Step};
use super::layout::{add, deed, field, hard};
use super::shared::{
    ARRIVAL, DEBTOR, END, FOLLOW_UP_OTHER, NOBODY, NOTICES, OFFICERS, PHOTOS, PRESENT, SPECIAL,
    follow_ups, papers,
};

/// The steps.
pub const STEPS: &[Step] = &[
    ARRIVAL,
    Step {
        key: "officers",
        title: |w| w.step_decision_shown,
        groups: &[OFFICERS, &[PAPERS]],
        leading: &[
            Lead::Each("officers", &["id_shown_at"]),
            Lead::Each("docs", &["no"]),
        ],
    },
    Step {
        key: "target",
        title: |w| w.step_target,
        groups: &[DEBTOR, TARGET, SPECIAL],
        leading: &[Lead::Any(&["target/name"]), Lead::Any(&["special/deputy"])],
    },
    Step {
        key: "facts",
        title: |w| w.step_facts,
        groups: &[&[
            Piece::Field(field("act_on")),
            Piece::Field(field("facts").hint(|w| w.f_facts_hint)),
            Piece::Field(field("legal_item")),
            Piece::Field(field("emergency")),
            Piece::Field(field("emergency_reason")),
        ]],
        leading: &[Lead::Any(&["facts"]), Lead::Any(&["legal_item"])],
    },
    Step {
        key: "decision",
        title: |w| w.step_decision,
        groups: &[DECISION],
        leading: &[
            Lead::Any(&["days"]),
            Lead::Any(&["to_on"]),
            Lead::Any(&["served/signed", "served/refusal"]),
        ],
    },
    Step {
        key: "present",
        title: |w| w.step_persons,
        groups: &[PRESENT, NOBODY, NOTICES],
        leading: &[Lead::Any(&["present", "no_witness_reason"])],
    },
    Step {
        key: "jail",
        title: |w| w.step_jail,
        groups: &[JAIL, &[FOLLOW_UPS]],
        leading: &[Lead::Any(&["execution"])],
    },
    PHOTOS,
    END,
];

const PAPERS: Piece = papers(&[
    add(
        "decision",
        |w| w.add_detention_decision,
        &[
            ("type", Given::Code("detention_decision")),
            ("approved_by", Given::Code("president")),
        ],
    ),
    add(
        "permission",
        |w| w.add_deputy_permission,
        &[("type", Given::Code("deputy_permission"))],
    ),
    add("other", |w| w.add_other, &[("type", Given::Code("other"))]),
]);

const TARGET: &[Piece] = &[
    Piece::Heading(|w| w.step_target),
    Piece::Copy(Copy {
        key: "debtor",
        label: |w| w.copy_debtor,
        from: "debtor",
        to: "target",
        names: &[
            "name",
            "kind",
            "gender",
            "birth_on",
            "id_no",
            "id_not_shown",
            "address",
        ],
    }),
    Piece::Field(field("target/name")),
    Piece::Field(field("target/kind")),
    Piece::Field(field("target/gender")),
    Piece::Field(field("target/birth_on")),
    Piece::Field(field("target/id_no")),
    Piece::Field(field("target/id_not_shown")),
    Piece::Field(field("target/address")),
];

const DECISION: &[Piece] = &[
    Piece::Field(field("days").hint(|w| w.f_days_hint)),
    Piece::Field(field("from_on")),
    Piece::Field(field("to_on")),
    Piece::Deeds(&[deed(
        "read_out",
        |w| w.do_read_out,
        &[("read_out_at", Given::Now), ("served/at", Given::Now)],
    )]),
    Piece::Field(field("read_out_at")),
    Piece::Field(field("served/at")),
    Piece::Field(field("served/signed")),
    Piece::Deeds(&[hard(
        "refuse_service",
        |w| w.do_refuse_service,
        &[(
            "served/refusal",
            Given::Sentence(|w| w.write_refuse_service),
        )],
    )]),
    Piece::Field(field("served/refusal")),
    Piece::Field(field("review_told")),
];

const JAIL: &[Piece] = &[
    Piece::Field(field("execution").hard(&["not_found"])),
    Piece::Field(field("jail/name")),
    Piece::Field(field("jail/receipt_no")),
    Piece::Field(field("jail/in_at")),
    Piece::Field(field("out_of_district")),
    Piece::Field(field("local_court")),
    Piece::Heading(|w| w.family_title),
    Piece::Field(field("family_notice/who")),
    Piece::Field(field("family_notice/mode")),
    Piece::Field(field("family_notice/at")),
    Piece::Field(field("family_notice/reason")),
];

const FOLLOW_UPS: Piece = follow_ups(&[
    add(
        "approve",
        |w| w.add_approve,
        &[("kind", Given::Code("approve_detention"))],
    ),
    add(
        "family",
        |w| w.add_tell_family,
        &[("kind", Given::Code("tell_family"))],
    ),
    FOLLOW_UP_OTHER,
]);
