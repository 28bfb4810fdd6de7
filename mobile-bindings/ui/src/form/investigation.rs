//! 现场调查: the steps in the order of the scene; it asks what the rules I01–I05 and G02–G14 will
//! look at.

use super::layout::{Given, Lead, List, Piece, Step};
use super::layout::{add, field, hard};
use super::shared::{
    ARRIVAL, CLOSING, COURSE, DEBTOR, FOLLOW_UP_OTHER, NOTICES, OFFICERS, PHOTOS_LEADING, PRESENT,
    READ_BACK, SPECIAL, follow_ups, papers,
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
        key: "present",
        title: |w| w.step_present,
        groups: &[
            DEBTOR,
            &[MET],
            PRESENT,
            NOBODY,
            &[Piece::List(NEIGHBOURS)],
            SPECIAL,
            &[Piece::More(|w| w.notices_title)],
            NOTICES,
            &[Piece::Less],
        ],
        leading: &[
            Lead::Any(&["debtor_met"]),
            Lead::Any(&["present", "no_witness_reason", "neighbours"]),
        ],
    },
    Step {
        key: "checked",
        title: |w| w.step_checked,
        groups: &[&[Piece::List(CHECKED)]],
        leading: &[Lead::Each("checked", &["fact", "none_found"])],
    },
    Step {
        key: "asked",
        title: |w| w.step_asked,
        groups: &[&[
            Piece::Field(field("rights_told")),
            Piece::Field(field("willingness")),
            Piece::Field(field("assets_stated")),
            Piece::Field(field("property_order")),
            Piece::List(QUESTIONS),
        ]],
        leading: &[Lead::Any(&["willingness", "assets_stated", "questions"])],
    },
    Step {
        key: "result",
        title: |w| w.step_result,
        groups: &[
            &[
                Piece::Field(COURSE),
                Piece::Field(field("result")),
                Piece::List(SOURCES),
                Piece::List(COPIES),
            ],
            READ_BACK,
            CLOSING,
            &[
                follow_ups(&[
                    add(
                        "revisit",
                        |w| w.add_revisit,
                        &[("kind", Given::Code("revisit"))],
                    ),
                    FOLLOW_UP_OTHER,
                ]),
                Piece::Heading(|w| w.tip_title),
                Piece::Field(field("tip/no")),
                Piece::Field(field("tip/received_at")),
                Piece::Field(field("tip/urgent")),
            ],
        ],
        leading: &[
            Lead::Any(&["course"]),
            Lead::Any(&["result"]),
            Lead::Any(&["t1"]),
        ],
    },
    Step {
        key: "photos",
        title: |w| w.step_photos,
        groups: &[&[Piece::Photos]],
        leading: PHOTOS_LEADING,
    },
];

const PAPERS: Piece = papers(&[
    add(
        "property_order",
        |w| w.add_property_order,
        &[("type", Given::Code("property_order"))],
    ),
    add("other", |w| w.add_other, &[("type", Given::Code("other"))]),
]);

const MET: Piece = Piece::Field(field("debtor_met").yes_no(|w| w.met, |w| w.not_met));

/// Nobody there, or refusal to come: then the debtor was not met either.
const NOBODY: &[Piece] = &[
    Piece::Deeds(&[
        hard(
            "nobody",
            |w| w.do_nobody,
            &[
                ("no_witness_reason", Given::Sentence(|w| w.write_nobody)),
                ("debtor_met", Given::Flag(false)),
            ],
        ),
        hard(
            "refuse_come",
            |w| w.do_refuse_come,
            &[
                (
                    "no_witness_reason",
                    Given::Sentence(|w| w.write_refuse_come),
                ),
                ("debtor_met", Given::Flag(false)),
            ],
        ),
    ]),
    Piece::Field(field("no_witness_reason")),
];

const CHECKED: List = List {
    name: "checked",
    heading: |w| w.checked_title,
    one: |w| w.checked_title,
    title: &["item"],
    fields: &[field("fact"), field("none_found")],
    more: &[field("item")],
    deeds: &[],
    presets: &[
        add(
            "residence",
            |w| w.check_residence,
            &[("item", Given::Code("residence"))],
        ),
        add(
            "premises",
            |w| w.check_premises,
            &[("item", Given::Code("premises"))],
        ),
        add(
            "employer",
            |w| w.check_employer,
            &[("item", Given::Code("employer"))],
        ),
        add(
            "income",
            |w| w.check_income,
            &[("item", Given::Code("income"))],
        ),
        add(
            "vehicle",
            |w| w.check_vehicle,
            &[("item", Given::Code("vehicle"))],
        ),
        add(
            "real_estate",
            |w| w.check_real_estate,
            &[("item", Given::Code("real_estate"))],
        ),
        add(
            "neighbourhood",
            |w| w.check_neighbourhood,
            &[("item", Given::Code("neighbourhood"))],
        ),
        add(
            "other",
            |w| w.check_other,
            &[("item", Given::Code("other"))],
        ),
    ],
};

const QUESTIONS: List = List {
    name: "questions",
    heading: |w| w.questions_title,
    one: |w| w.f_question,
    title: &[],
    fields: &[field("q"), field("a")],
    more: &[],
    deeds: &[hard(
        "refuse_answer",
        |w| w.do_refuse_answer,
        &[("a", Given::Sentence(|w| w.write_refuse_answer))],
    )],
    presets: &[
        add(
            "pay",
            |w| w.add_question_pay,
            &[("q", Given::Words(|w| w.ask_pay))],
        ),
        add(
            "assets",
            |w| w.add_question_assets,
            &[("q", Given::Words(|w| w.ask_assets))],
        ),
        add(
            "address",
            |w| w.add_question_address,
            &[("q", Given::Words(|w| w.ask_address))],
        ),
        add("free", |w| w.add_question, &[("q", Given::Words(|_| ""))]),
    ],
};

const SOURCES: List = List {
    name: "sources",
    heading: |w| w.sources_title,
    one: |w| w.f_source,
    title: &[""],
    fields: &[field("")],
    more: &[],
    deeds: &[],
    presets: &[
        add(
            "property",
            |w| w.who_property_office,
            &[("", Given::Words(|w| w.who_property_office))],
        ),
        add(
            "committee",
            |w| w.who_committee,
            &[("", Given::Words(|w| w.who_committee))],
        ),
        add(
            "family",
            |w| w.source_family,
            &[("", Given::Words(|w| w.source_family))],
        ),
        add(
            "registry",
            |w| w.source_registry,
            &[("", Given::Words(|w| w.source_registry))],
        ),
        add("free", |w| w.add_source, &[("", Given::Words(|_| ""))]),
    ],
};

const COPIES: List = List {
    name: "copies",
    heading: |w| w.copies_title,
    one: |w| w.copies_title,
    title: &[""],
    fields: &[field("")],
    more: &[],
    deeds: &[],
    presets: &[add("free", |w| w.add_copy, &[("", Given::Words(|_| ""))])],
};

const NEIGHBOURS: List = List {
    name: "neighbours",
    heading: |w| w.neighbours_title,
    one: |w| w.f_who,
    title: &["who"],
    fields: &[field("who"), field("name"), field("refused")],
    more: &[],
    deeds: &[],
    presets: &[
        add(
            "neighbour",
            |w| w.who_neighbour,
            &[("who", Given::Words(|w| w.who_neighbour))],
        ),
        add(
            "property_office",
            |w| w.who_property_office,
            &[("who", Given::Words(|w| w.who_property_office))],
        ),
        add(
            "committee",
            |w| w.who_committee,
            &[("who", Given::Words(|w| w.who_committee))],
        ),
    ],
};
