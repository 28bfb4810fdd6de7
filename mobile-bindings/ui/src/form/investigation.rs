//! 现场调查: the steps in the order of the scene. Fields as DOMAIN §2.1b names them; it asks what
//! the rules I01–I05 and G02–G14 will look at.

use super::layout::{
    Choice, Deed, Field, Given, Kind, Label, Lead, List, Piece, Preset, Step, Title,
};

/// The steps.
pub const STEPS: &[Step] = &[
    Step {
        key: "arrive",
        title: |w| w.step_arrive,
        pieces: &[
            Piece::Field(field("t0", |w| w.f_t0, Kind::Moment)),
            Piece::Field(hinted(
                "place",
                |w| w.f_place,
                Kind::Line,
                |w| w.f_place_hint,
            )),
            Piece::ListAddress,
            Piece::Fix,
            Piece::Field(field("no_fix_reason", |w| w.f_no_fix, Kind::Line)),
            Piece::Deeds(&[
                deed(
                    "no_fix_indoor",
                    |w| w.no_fix_indoor,
                    &[("no_fix_reason", Given::Words(|w| w.no_fix_indoor))],
                ),
                deed(
                    "no_fix_device",
                    |w| w.no_fix_device,
                    &[("no_fix_reason", Given::Words(|w| w.no_fix_device))],
                ),
                deed(
                    "no_fix_secret",
                    |w| w.no_fix_secret,
                    &[("no_fix_reason", Given::Words(|w| w.no_fix_secret))],
                ),
            ]),
        ],
        leading: &[
            Lead::Any(&["t0"]),
            Lead::Any(&["place"]),
            Lead::Any(&["fix", "no_fix_reason"]),
        ],
    },
    Step {
        key: "officers",
        title: |w| w.step_officers,
        pieces: &[Piece::List(List {
            name: "officers",
            heading: |w| w.step_officers,
            title: Title::Text("person", |w| w.settings_officer),
            fields: &[
                field("person", |w| w.f_officer_name, Kind::Line),
                field("role", |w| w.f_officer_role, Kind::Choice(OFFICER_ROLES)),
                field("id_shown_at", |w| w.f_id_shown, Kind::Moment),
                field("uniform", |w| w.f_uniform, Kind::Flag),
                field("recusal", |w| w.f_recusal, Kind::Choice(RECUSAL)),
            ],
            deeds: &[],
            presets: &[Preset {
                key: "officer",
                label: |w| w.add_officer,
                values: &[("role", Given::Code("executor"))],
            }],
        })],
        leading: &[Lead::Each("officers", &["id_shown_at"])],
    },
    Step {
        key: "present",
        title: |w| w.step_present,
        pieces: &[
            Piece::Field(field("debtor/name", |w| w.debtor, Kind::Line)),
            Piece::Field(field(
                "debtor_met",
                |w| w.f_debtor_met,
                Kind::YesNo(|w| w.met, |w| w.not_met),
            )),
            Piece::List(PRESENT),
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
            Piece::Field(field("no_witness_reason", |w| w.f_no_witness, Kind::Text)),
            Piece::List(NEIGHBOURS),
            Piece::Flags {
                title: |w| w.special_title,
                group: "special",
                flags: SPECIAL,
                none: |w| w.special_none,
            },
        ],
        leading: &[
            Lead::Any(&["debtor_met"]),
            Lead::Any(&["present", "no_witness_reason", "neighbours"]),
        ],
    },
    Step {
        key: "checked",
        title: |w| w.step_checked,
        pieces: &[Piece::List(List {
            name: "checked",
            heading: |w| w.checked_title,
            title: Title::Choice("item", CHECKED, |w| w.checked_title),
            fields: &[
                field("fact", |w| w.f_fact, Kind::Text),
                field("none_found", |w| w.f_none_found, Kind::Flag),
            ],
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
        })],
        leading: &[Lead::Each("checked", &["fact", "none_found"])],
    },
    Step {
        key: "asked",
        title: |w| w.step_asked,
        pieces: &[
            Piece::Field(field("rights_told", |w| w.f_rights_told, Kind::Flag)),
            Piece::Field(field("willingness", |w| w.f_willingness, Kind::Text)),
            Piece::Field(field("assets_stated", |w| w.f_assets_stated, Kind::Text)),
            Piece::Field(field(
                "property_order",
                |w| w.f_property_order,
                Kind::Choice(PROPERTY_ORDER),
            )),
            Piece::List(List {
                name: "questions",
                heading: |w| w.questions_title,
                title: Title::Numbered(|w| w.f_question),
                fields: &[
                    field("q", |w| w.f_question, Kind::Text),
                    field("a", |w| w.f_answer, Kind::Text),
                ],
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
            }),
        ],
        leading: &[Lead::Any(&["willingness", "assets_stated", "questions"])],
    },
    Step {
        key: "result",
        title: |w| w.step_result,
        pieces: &[
            Piece::Field(hinted(
                "course",
                |w| w.f_course,
                Kind::Text,
                |w| w.f_course_hint,
            )),
            Piece::Field(field("result", |w| w.f_result, Kind::Choice(RESULTS))),
            Piece::List(List {
                name: "sources",
                heading: |w| w.sources_title,
                title: Title::Text("", |w| w.f_source),
                fields: &[field("", |w| w.f_source, Kind::Line)],
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
            }),
            Piece::Field(field("objections", |w| w.f_objections, Kind::Text)),
            Piece::Field(field("remarks", |w| w.f_remarks, Kind::Text)),
            Piece::Field(field("t1", |w| w.f_t1, Kind::Moment)),
            Piece::Heading(|w| w.tip_title),
            Piece::Field(field("tip/no", |w| w.f_tip_no, Kind::Line)),
            Piece::Field(field("tip/received_at", |w| w.f_tip_received, Kind::Moment)),
            Piece::Field(field("tip/urgent", |w| w.f_tip_urgent, Kind::Flag)),
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
        pieces: &[Piece::Photos],
        leading: &[Lead::Any(&["photos"])],
    },
];

const PRESENT: List = List {
    name: "present",
    heading: |w| w.present_title,
    title: Title::Text("name", |w| w.person),
    fields: &[
        field("name", |w| w.f_name, Kind::Line),
        field("role", |w| w.f_present_role, Kind::Choice(PRESENT_ROLES)),
        field("post", |w| w.f_post, Kind::Line),
        field("id_no", |w| w.f_id_no, Kind::Line),
        field("refusal", |w| w.f_refusal, Kind::Text),
    ],
    deeds: &[
        hard(
            "refuse_sign",
            |w| w.do_refuse_sign,
            &[("refusal", Given::Sentence(|w| w.write_refuse_sign))],
        ),
        hard(
            "no_id",
            |w| w.do_no_id,
            &[("id_not_shown", Given::Flag(true))],
        ),
        hard(
            "refuse_answer",
            |w| w.do_refuse_answer,
            &[("refusal", Given::Sentence(|w| w.write_refuse_answer))],
        ),
    ],
    presets: &[Preset {
        key: "person",
        label: |w| w.person,
        values: &[("name", Given::Words(|_| ""))],
    }],
};

const NEIGHBOURS: List = List {
    name: "neighbours",
    heading: |w| w.neighbours_title,
    title: Title::Text("who", |w| w.f_who),
    fields: &[
        field("who", |w| w.f_who, Kind::Line),
        field("name", |w| w.f_name, Kind::Line),
        field("refused", |w| w.f_refused, Kind::Flag),
    ],
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

const OFFICER_ROLES: &[Choice] = &[
    choice("executor", |w| w.role_executor),
    choice("judge", |w| w.role_judge),
    choice("clerk", |w| w.role_clerk),
    choice("judicial_police", |w| w.role_bailiff),
];

const RECUSAL: &[Choice] = &[
    choice("none", |w| w.recusal_none),
    Choice {
        code: "needed",
        label: |w| w.recusal_needed,
        hard: true,
    },
];

const PRESENT_ROLES: &[Choice] = &[
    choice("debtor", |w| w.present_debtor),
    choice("legal_representative", |w| w.present_legal_rep),
    choice("adult_family", |w| w.present_family),
    choice("employee", |w| w.present_staff),
    choice("grassroots", |w| w.present_grassroots),
    choice("applicant", |w| w.present_applicant),
    choice("other", |w| w.present_other),
];

const SPECIAL: &[(&str, Label)] = &[
    ("deputy", |w| w.special_deputy),
    ("military", |w| w.special_military),
    ("foreign", |w| w.special_foreign),
    ("pregnant", |w| w.special_pregnant),
    ("over_70", |w| w.special_over_70),
    ("ill", |w| w.special_ill),
];

const CHECKED: &[Choice] = &[
    choice("residence", |w| w.check_residence),
    choice("premises", |w| w.check_premises),
    choice("employer", |w| w.check_employer),
    choice("income", |w| w.check_income),
    choice("vehicle", |w| w.check_vehicle),
    choice("real_estate", |w| w.check_real_estate),
    choice("neighbourhood", |w| w.check_neighbourhood),
    choice("other", |w| w.check_other),
];

const PROPERTY_ORDER: &[Choice] = &[
    choice("served_now", |w| w.order_served_now),
    choice("served_before", |w| w.order_served_before),
    choice("not_served", |w| w.order_not_served),
];

const RESULTS: &[Choice] = &[
    choice("assets_found", |w| w.result_assets),
    choice("leads", |w| w.result_partial),
    choice("no_assets", |w| w.result_none),
    choice("moved", |w| w.result_moved),
];

const fn field(name: &'static str, label: Label, kind: Kind) -> Field {
    Field {
        name,
        label,
        kind,
        hint: None,
    }
}

const fn hinted(name: &'static str, label: Label, kind: Kind, hint: Label) -> Field {
    Field {
        name,
        label,
        kind,
        hint: Some(hint),
    }
}

const fn choice(code: &'static str, label: Label) -> Choice {
    Choice {
        code,
        label,
        hard: false,
    }
}

const fn deed(key: &'static str, label: Label, values: &'static [(&'static str, Given)]) -> Deed {
    Deed {
        key,
        label,
        values,
        hard: false,
    }
}

const fn hard(key: &'static str, label: Label, values: &'static [(&'static str, Given)]) -> Deed {
    Deed {
        key,
        label,
        values,
        hard: true,
    }
}

const fn add(key: &'static str, label: Label, values: &'static [(&'static str, Given)]) -> Preset {
    Preset { key, label, values }
}
