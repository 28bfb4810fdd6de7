use super::Edit::{Line, Outside};
use super::{Row, drop_photos, row};
use crate::journal::EvidenceRole;
use crate::rules::tests::samples::{
    preservation, removal, seal, seal_of_all_kinds as kinds, seal_of_entity as entity,
};

pub const SEIZURE: &[Row] = &[
    row(seal, &["Z01"], &[Line("docs/#10/no =")]).at("docs"),
    row(seal, &["Z01"], &[Line("docs/#10/on =")]),
    row(seal, &["Z01"], &[Line("docs/#10/on = 2019-07-10")]),
    row(seal, &["Z01"], &[Line("docs/#10/type = list")]),
    row(
        preservation,
        &["Z01", "P01a"],
        &[Line("docs/#10/type = enforcement_notice")],
    ),
    row(
        seal,
        &["Z02"],
        &[Outside("stay", |it| it.context.stay = Some("中止".into()))],
    ),
    row(seal, &["Z03"], &[Line("debtor/kind =")]).at("debtor/kind"),
    row(
        seal,
        &["Z03"],
        &[Line("notices/#11/class = legal_representative")],
    )
    .at("notices"),
    row(seal, &["Z03"], &[Line("notices/#11/mode =")]),
    row(seal, &["Z03"], &[Line("notices/#11/at =")]),
    row(seal, &["Z03"], &[Line("notices/#11/came =")]),
    row(seal, &[], &[Line("notices/#11/class = adult_family")]),
    row(seal, &[], &[Line("notices/#11/came = refused")]),
    row(entity, &["Z04"], &[Line("notices/#11/class = debtor")]).at("notices"),
    row(entity, &["Z04"], &[Line("notices/#11/came =")]),
    row(entity, &[], &[Line("notices/#11/class = person_in_charge")]),
    row(seal, &["Z05"], &[Line("present/#12/role = applicant")]).at("no_witness_reason"),
    row(seal, &[], &[Line("present/#12/role = employer")]),
    row(entity, &[], &[Line("present/#12/role = applicant")]),
    row(
        seal,
        &[],
        &[
            Line("present/#12/role = applicant"),
            Line("no_witness_reason = 村委无人值班"),
        ],
    ),
    row(
        seal,
        &[],
        &[
            Line("present/#12/role = applicant"),
            Line("notices/#14/class = employer"),
            Line("notices/#14/came = came"),
        ],
    ),
    row(
        seal,
        &["Z05"],
        &[
            Line("present/#12/role = applicant"),
            Line("notices/#14/class = grassroots"),
            Line("notices/#14/came = absent"),
        ],
    ),
    row(seal, &["Z06"], &[Line("assets/#20/name =")]).at("assets/#20/name"),
    row(seal, &["Z06"], &[Line("assets/#20/kind =")]).at("assets/#20/kind"),
    row(seal, &["Z06"], &[Line("assets/#20/quantity =")]).at("assets/#20/quantity"),
    row(seal, &["Z06"], &[Line("assets/#20/quantity = 0")]),
    row(seal, &["Z06"], &[Line("assets/#20/unit =")]).at("assets/#20/unit"),
    row(seal, &["Z06"], &[Line("assets/#20/location =")]).at("assets/#20/location"),
    row(seal, &["Z06"], &[Line("assets/#20/condition =")]).at("assets/#20/condition"),
    row(
        seal,
        &["Z06"],
        &[Outside("no assets", |it| {
            it.facts
                .values
                .retain(|path, _| !path.as_str().starts_with("assets/"));
        })],
    )
    .at("assets"),
    row(seal, &["Z07"], &[Line("list_handed/to =")]).at("list_handed/to"),
    row(seal, &["Z07"], &[Line("list_handed/at =")]).at("list_handed/at"),
    row(seal, &["Z07"], &[Line("list_handed/copies =")]).at("list_handed/copies"),
    row(seal, &["Z07"], &[Line("list_handed/copies = 0")]),
    row(seal, &["Z08"], &[Line("keeper/name =")]).at("keeper/name"),
    row(seal, &[], &[Line("keeper/name = 何某")]),
    row(seal, &["Z08"], &[Line("keeper/kind =")]).at("keeper/kind"),
    row(seal, &["Z08"], &[Line("keeper/use_allowed =")]).at("keeper/use_allowed"),
    row(seal, &[], &[Line("keeper/use_allowed = no")]),
    row(seal, &["Z08"], &[Line("keeper/kind = applicant")]).at("keeper/use_allowed"),
    row(
        seal,
        &[],
        &[Line("keeper/kind = court"), Line("keeper/use_allowed = no")],
    ),
    row(
        seal,
        &["Z08"],
        &[Line("keeper/name = 何某"), Line("keeper/signed =")],
    )
    .at("keeper/signed"),
    // The keeper is the debtor, who signed among those present.
    row(seal, &[], &[Line("keeper/signed =")]),
    row(
        seal,
        &["Z08"],
        &[
            Line("keeper/signed ="),
            Line("present/#3/signed ="),
            Line("present/#3/refusal = 拒签"),
        ],
    ),
    row(seal, &["Z09"], &[Line("publicity/seal_nos/#13 =")]).at("publicity/seal_nos"),
    row(
        seal,
        &["Z09"],
        &[Outside("no photo of it", |it| {
            drop_photos(it, EvidenceRole::SealStrip)
        })],
    )
    .at("photos"),
    row(kinds, &["Z09"], &[Line("publicity/notice_no =")]),
    // One thing that carries a strip is enough.
    row(
        kinds,
        &["Z09"],
        &[
            Line("publicity/notice_no ="),
            Line("assets/#28/kind = deposit"),
        ],
    ),
    row(preservation, &["Z09"], &[Line("publicity/seal_nos/#13 =")]),
    row(
        seal,
        &[],
        &[
            Line("publicity/seal_nos/#13 ="),
            Line("assets/#20/kind = equity"),
            Outside("no photo of it", |it| {
                drop_photos(it, EvidenceRole::SealStrip)
            }),
        ],
    ),
    row(seal, &["Z20"], &[Line("effect_from =")]).at("effect_from"),
    row(seal, &["Z20"], &[Line("expires_on =")]).at("expires_on"),
    row(seal, &["Z20"], &[Line("expires_on = 2021-07-10")]).at("assets/#20/class"),
    row(seal, &["Z20"], &[Line("expires_on = 2019-07-09")]),
    row(seal, &["Z20"], &[Line("assets/#20/class =")]).at("assets/#20/class"),
    row(seal, &["Z20"], &[Line("assets/#20/class = cash_deposit")]),
    row(
        seal,
        &[],
        &[
            Line("assets/#20/class = cash_deposit"),
            Line("expires_on = 2020-07-09"),
        ],
    ),
    row(
        seal,
        &[],
        &[
            Line("assets/#20/class = real_estate_equity_other"),
            Line("expires_on = 2022-07-09"),
        ],
    ),
    row(
        seal,
        &["Z20"],
        &[
            Line("assets/#20/class = real_estate_equity_other"),
            Line("expires_on = 2022-07-10"),
        ],
    ),
    row(
        seal,
        &[],
        &[
            Line("assets/#20/rank = waiting"),
            Line("assets/#20/prior_seal/court = 某法院"),
            Line("assets/#20/prior_seal/case_no = 1"),
            Line("assets/#20/prior_seal/signed_by_both = yes"),
            Line("expires_on ="),
        ],
    ),
    row(removal, &["K01"], &[Line("handover/carrier =")]).at("handover/carrier"),
    row(removal, &["K01"], &[Line("handover/store =")]).at("handover/store"),
    row(removal, &["K01"], &[Line("handover/receiver =")]).at("handover/receiver"),
    row(removal, &["K01"], &[Line("handover/receiver_signed =")]).at("handover/receiver_signed"),
    row(removal, &["K01"], &[Line("handover/at =")]).at("handover/at"),
    row(removal, &["K01"], &[Line("handover/at = T11:59")]).at("handover/at"),
    row(
        removal,
        &[],
        &[
            Line("handover/receiver_signed ="),
            Line("handover/receiver = 陈某"),
        ],
    ),
];
