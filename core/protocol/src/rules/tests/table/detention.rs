use super::Edit::{Line, Outside};
use super::{Row, row};
use crate::journal::EvidenceRole;
use crate::rules::Sanction;
use crate::rules::tests::samples::{Sample, case_b, detention as det, emergency};

fn punished(sample: &mut Sample, person: &str, day: &str, legal_item: &str) {
    sample.context.sanctions_before.push(Sanction {
        person: person.into(),
        act_on: day.parse().unwrap(),
        legal_item: legal_item.into(),
    });
}

pub const DETENTION: &[Row] = &[
    row(det, &["D01"], &[Line("docs/#10/no =")]).at("docs"),
    row(det, &["D01"], &[Line("docs/#10/on =")]),
    row(det, &["D01"], &[Line("docs/#10/on = 2019-07-03")]),
    row(det, &["D01"], &[Line("docs/#10/approved_by = judge")]),
    row(det, &["D01"], &[Line("docs/#10/type = fine_decision")]),
    row(emergency, &["D01"], &[Line("emergency_reason =")]).at("emergency_reason"),
    row(emergency, &["D01"], &[Line("emergency =")]).at("docs"),
    row(emergency, &["D02"], &[Line("follow_ups/#15/done_at =")]).at("follow_ups"),
    row(emergency, &["D02"], &[Line("follow_ups/#15/kind = other")]),
    row(det, &["D03a"], &[Line("days =")]).at("days"),
    row(det, &["D03a"], &[Line("to_on =")]).at("to_on"),
    row(det, &["D03a"], &[Line("days = 16")]).at("days"),
    row(
        det,
        &["D03a"],
        &[Line("days = 0"), Line("to_on = 2019-07-02")],
    ),
    row(det, &[], &[Line("days = 1"), Line("to_on = 2019-07-02")]),
    row(det, &[], &[Line("to_on = 2019-07-16")]),
    row(det, &["D03b"], &[Line("to_on = 2019-07-15")]).at("to_on"),
    row(det, &["D03b"], &[Line("to_on = 2019-07-18")]),
    row(det, &["D03b"], &[Line("from_on =")]).at("from_on"),
    row(det, &["D04"], &[Line("legal_item =")]).at("legal_item"),
    row(
        det,
        &["D04"],
        &[Line("facts = 一二三四五六七八九十 一二三四五六七八九")],
    )
    .at("facts"),
    row(
        det,
        &[],
        &[Line("facts = 一二三四五六七八九十一二三四五六七八九十")],
    ),
    row(det, &["D05"], &[Line("read_out_at =")]).at("read_out_at"),
    row(det, &["D05"], &[Line("served/at =")]).at("served/at"),
    row(case_b, &["D05"], &[Line("execution =")]).at("execution"),
    // She signed the record among those present.
    row(det, &[], &[Line("served/signed =")]),
    row(
        det,
        &["D05"],
        &[Line("served/signed ="), Line("target/name = 黄某")],
    )
    .at("served/signed"),
    row(
        det,
        &[],
        &[
            Line("served/signed ="),
            Line("target/name = 黄某"),
            Line("served/refusal = 拒绝签收"),
        ],
    ),
    row(
        case_b,
        &[],
        &[
            Line("execution = not_found"),
            Line("read_out_at ="),
            Line("served/at ="),
            Line("served/signed ="),
            Line("review_told ="),
        ],
    ),
    row(det, &["D06"], &[Line("review_told =")]).at("review_told"),
    row(case_b, &["D06"], &[Line("review_told =")]),
    row(det, &["D07"], &[Line("officers/#2/role = clerk")]).at("officers"),
    row(case_b, &[], &[Line("officers/#2/role = clerk")]),
    row(det, &["D08"], &[Line("special/deputy = yes")]).at("special/deputy"),
    row(det, &["G14", "D08"], &[Line("special/deputy =")]),
    row(
        det,
        &[],
        &[
            Line("special/deputy = yes"),
            Line("docs/#30/type = deputy_permission"),
            Line("docs/#30/no = 许可 1"),
        ],
    ),
    row(
        det,
        &["D08"],
        &[
            Line("special/deputy = yes"),
            Line("docs/#30/type = deputy_permission"),
        ],
    ),
    row(
        det,
        &["D08"],
        &[
            Line("special/deputy = yes"),
            Line("docs/#30/type = other"),
            Line("docs/#30/no = 许可 1"),
        ],
    ),
    row(det, &["D09"], &[Line("target/birth_on =")]).at("target/birth_on"),
    row(det, &["G14", "D09"], &[Line("special/over_70 =")]),
    row(det, &["G14", "D09"], &[Line("special/pregnant =")]),
    row(det, &["G14", "D09"], &[Line("special/ill =")]),
    row(det, &["D10"], &[Line("jail/name =")]).at("jail/name"),
    row(det, &["D10"], &[Line("jail/in_at =")]).at("jail/in_at"),
    row(det, &["D10"], &[Line("jail/receipt_no =")]).at("jail/receipt_no"),
    row(
        det,
        &[],
        &[
            Line("jail/receipt_no ="),
            Outside("photo of it", |it| it.photo(EvidenceRole::Paper, 0)),
        ],
    ),
    row(
        det,
        &["D10"],
        &[
            Line("jail/receipt_no ="),
            Outside("another photo", |it| it.photo(EvidenceRole::Injury, 0)),
        ],
    ),
    row(det, &["D11"], &[Line("family_notice/who =")]).at("family_notice/who"),
    row(det, &["D11"], &[Line("family_notice/mode =")]).at("family_notice/mode"),
    row(det, &["D11"], &[Line("family_notice/at =")]).at("family_notice/at"),
    row(
        det,
        &["D11"],
        &[Line("family_notice/at = 2019-07-03T16:01")],
    )
    .at("family_notice/at"),
    row(
        det,
        &[],
        &[
            Line("family_notice/at ="),
            Line("family_notice/reason = 无家属联系方式"),
        ],
    ),
    // The 24 hours run from the reading of the decision, else from the begin of the act.
    row(
        det,
        &[],
        &[
            Line("read_out_at = T16:05"),
            Line("family_notice/at = 2019-07-03T17:00"),
        ],
    ),
    row(
        det,
        &["D05", "D11"],
        &[
            Line("read_out_at ="),
            Line("family_notice/at = 2019-07-03T16:01"),
        ],
    ),
    row(det, &["D12"], &[Line("local_court =")]).at("local_court"),
    row(
        det,
        &[],
        &[Line("local_court ="), Line("out_of_district = no")],
    ),
    row(case_b, &[], &[Line("out_of_district = yes")]),
    row(
        det,
        &["D13"],
        &[Outside("same act", |it| {
            punished(it, "封某", "2019-06-20", "cpl_114_6")
        })],
    )
    .at("act_on"),
    row(
        det,
        &[],
        &[Outside("another day", |it| {
            punished(it, "封某", "2019-06-21", "cpl_114_6")
        })],
    ),
    row(
        det,
        &[],
        &[Outside("another person", |it| {
            punished(it, "黄某", "2019-06-20", "cpl_114_6")
        })],
    ),
    row(
        det,
        &[],
        &[Outside("another ground", |it| {
            punished(it, "封某", "2019-06-20", "cpl_252")
        })],
    ),
];
