//! Steps and groups of pieces that several acts ask alike.

use super::layout::{Deed, Field, Given, Lead, List, Piece, Preset, Step};
use super::layout::{add, deed, field, hard};

/// 到场: when and where.
pub const ARRIVE: &[Piece] = &[
    Piece::Field(field("t0")),
    Piece::Field(field("place").hint(|w| w.f_place_hint)),
    Piece::ListAddress,
    Piece::Fix,
    Piece::Field(field("no_fix_reason")),
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
];

/// What makes an arrival whole.
pub const ARRIVE_LEADING: &[Lead] = &[
    Lead::Any(&["t0"]),
    Lead::Any(&["place"]),
    Lead::Any(&["fix", "no_fix_reason"]),
];

/// 执行人员、出示证件
pub const OFFICERS: &[Piece] = &[Piece::List(List {
    name: "officers",
    heading: |w| w.officers_title,
    one: |w| w.settings_officer,
    title: &["person"],
    fields: &[
        field("person"),
        field("role"),
        field("id_shown_at"),
        field("uniform"),
        field("recusal").hard(&["needed"]),
    ],
    more: &[field("gender")],
    deeds: &[],
    presets: &[
        add(
            "officer",
            |w| w.add_officer,
            &[("role", Given::Code("executor"))],
        ),
        add("clerk", |w| w.add_clerk, &[("role", Given::Code("clerk"))]),
        add(
            "police",
            |w| w.add_police,
            &[("role", Given::Code("judicial_police"))],
        ),
    ],
})];

/// Papers shown and served (文书), with the buttons that an act needs first.
pub const fn papers(presets: &'static [Preset]) -> Piece {
    Piece::List(List {
        name: "docs",
        heading: |w| w.docs_title,
        one: |w| w.doc,
        title: &["type", "no"],
        fields: PAPER,
        more: PAPER_MORE,
        deeds: &[],
        presets,
    })
}

const PAPER: &[Field] = &[
    field("type"),
    field("no"),
    field("on"),
    field("shown_at"),
    field("served_at"),
];
const PAPER_MORE: &[Field] = &[field("approved_by"), field("article")];

/// 被执行人
pub const DEBTOR: &[Piece] = &[
    Piece::Field(field("debtor/name")),
    Piece::More(|w| w.debtor_more),
    Piece::Field(field("debtor/kind")),
    Piece::Field(field("debtor/gender")),
    Piece::Field(field("debtor/birth_on")),
    Piece::Field(field("debtor/id_no")),
    Piece::Field(field("debtor/id_not_shown")),
    Piece::Field(field("debtor/address")),
    Piece::Less,
];

/// 通知: who was told to come, and whether they came.
pub const NOTICES: &[Piece] = &[Piece::List(List {
    name: "notices",
    heading: |w| w.notices_title,
    one: |w| w.notice,
    title: &["class", "to"],
    fields: &[
        field("to"),
        field("mode"),
        field("at"),
        field("came").hard(&["refused"]),
    ],
    more: &[field("class")],
    deeds: &[],
    presets: &[
        add("debtor", |w| w.debtor, &[("class", Given::Code("debtor"))]),
        add(
            "family",
            |w| w.add_family,
            &[("class", Given::Code("adult_family"))],
        ),
        add(
            "legal",
            |w| w.add_legal_rep,
            &[("class", Given::Code("legal_representative"))],
        ),
        add(
            "grassroots",
            |w| w.add_grassroots,
            &[("class", Given::Code("grassroots"))],
        ),
        add("other", |w| w.add_other, &[("class", Given::Code("other"))]),
    ],
})];

/// 在场人; everybody here signs or refuses.
pub const PRESENT: &[Piece] = &[Piece::List(List {
    name: "present",
    heading: |w| w.present_title,
    one: |w| w.person,
    title: &["name", "role"],
    fields: &[
        field("name"),
        field("role"),
        field("post"),
        field("id_no"),
        field("id_not_shown"),
        field("signed"),
        field("refusal"),
    ],
    more: &[
        field("gender"),
        field("age"),
        field("capacity").hard(&["limited", "none"]),
        field("relation"),
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
    presets: &[
        add("debtor", |w| w.debtor, &[("role", Given::Code("debtor"))]),
        add(
            "family",
            |w| w.add_family,
            &[("role", Given::Code("adult_family"))],
        ),
        add(
            "legal",
            |w| w.add_legal_rep,
            &[("role", Given::Code("legal_representative"))],
        ),
        add(
            "grassroots",
            |w| w.add_grassroots,
            &[("role", Given::Code("grassroots"))],
        ),
        add(
            "person",
            |w| w.add_person,
            &[("name", Given::Words(|_| ""))],
        ),
    ],
})];

/// 无人在场, 拒不到场: the hard things beside the normal ones.
pub const NOBODY: &[Piece] = &[
    Piece::Deeds(&[
        hard(
            "nobody",
            |w| w.do_nobody,
            &[("no_witness_reason", Given::Sentence(|w| w.write_nobody))],
        ),
        hard(
            "refuse_come",
            |w| w.do_refuse_come,
            &[(
                "no_witness_reason",
                Given::Sentence(|w| w.write_refuse_come),
            )],
        ),
    ]),
    Piece::Field(field("no_witness_reason")),
];

/// 特殊主体
pub const SPECIAL: &[Piece] = &[Piece::Flags {
    title: |w| w.special_title,
    group: "special",
    names: &[
        "deputy", "military", "foreign", "pregnant", "over_70", "ill",
    ],
    none: |w| w.special_none,
    rest: |w| w.special_rest,
}];

/// 后续事项, with the buttons that an act needs first.
pub const fn follow_ups(presets: &'static [Preset]) -> Piece {
    Piece::List(List {
        name: "follow_ups",
        heading: |w| w.follow_ups_title,
        one: |w| w.follow_up,
        title: &["kind"],
        fields: FOLLOW_UP,
        more: FOLLOW_UP_MORE,
        deeds: &[],
        presets,
    })
}

const FOLLOW_UP: &[Field] = &[field("kind"), field("to"), field("due")];
const FOLLOW_UP_MORE: &[Field] = &[field("done_at")];

/// Another follow-up.
pub const FOLLOW_UP_OTHER: Preset =
    add("other", |w| w.add_other, &[("kind", Given::Code("other"))]);

/// 宣读: the record is read back to the person, or the refusal is written down.
pub const READ_BACK: &[Piece] = &[
    Piece::Field(field("read_back/done")),
    Piece::Deeds(&[REFUSE_READ]),
    Piece::Field(field("read_back/refusal")),
];

const REFUSE_READ: Deed = hard(
    "refuse_read",
    |w| w.do_refuse_read,
    &[(
        "read_back/refusal",
        Given::Sentence(|w| w.write_refuse_read),
    )],
);

/// 经过
pub const COURSE: Field = field("course").hint(|w| w.f_course_hint);

/// 异议、备注、结束
pub const CLOSING: &[Piece] = &[
    Piece::Field(field("objections")),
    Piece::Field(field("remarks")),
    Piece::Field(field("t1")),
];

/// A step's lead on the photos.
pub const PHOTOS_LEADING: &[Lead] = &[Lead::Any(&["photos"])];

/// 到场
pub const ARRIVAL: Step = Step {
    key: "arrive",
    title: |w| w.step_arrive,
    groups: &[ARRIVE],
    leading: ARRIVE_LEADING,
};

/// 照片与录音
pub const PHOTOS: Step = Step {
    key: "photos",
    title: |w| w.step_photos_sound,
    groups: &[&[Piece::Photos]],
    leading: PHOTOS_LEADING,
};

/// 经过、阅读与离场
pub const END: Step = Step {
    key: "sign",
    title: |w| w.step_sign,
    groups: &[
        &[Piece::Field(COURSE), Piece::Field(field("result"))],
        READ_BACK,
        CLOSING,
    ],
    leading: &[
        Lead::Any(&["course"]),
        Lead::Any(&["read_back/done", "read_back/refusal"]),
        Lead::Any(&["t1"]),
    ],
};
