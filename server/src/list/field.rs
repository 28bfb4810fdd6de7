//! The fields of a list and the names that exports give their columns (DOMAIN §6.1).

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 案件标识
    Id,
    /// 案号
    Number,
    /// 案件类型
    Kind,
    /// 收案日期
    ReceivedOn,
    /// 立案日期
    FiledOn,
    /// 分案日期
    AssignedOn,
    /// 结案日期
    ClosedOn,
    /// 执行期限届满日期
    DueOn,
    /// 立案案由
    Cause,
    /// 申请执行人
    Applicants,
    /// 被执行人
    Debtors,
    /// 当事人, both sides in one column
    Parties,
    /// Codes of the applicants
    ApplicantCodes,
    /// 证件号码: codes of the debtors
    Codes,
    /// 应执行标的金额
    Amount,
    /// 剩余执行标的金额
    Remaining,
    /// 实际到位金额
    Paid,
    /// 承办人
    Officer,
    /// 承办部门
    Department,
    /// 案件进展阶段
    Stage,
    /// 当前案件止停缓标志
    Stay,
    /// 执行依据文书文号
    Basis,
    /// 结案方式
    CloseMode,
    /// 首次执行案号
    FirstCase,
    /// 地址
    Address,
    /// 送达地址
    ServiceAddress,
    /// 手机号码
    Phone,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 27] = [
        Self::Id,
        Self::Number,
        Self::Kind,
        Self::ReceivedOn,
        Self::FiledOn,
        Self::AssignedOn,
        Self::ClosedOn,
        Self::DueOn,
        Self::Cause,
        Self::Applicants,
        Self::Debtors,
        Self::Parties,
        Self::ApplicantCodes,
        Self::Codes,
        Self::Amount,
        Self::Remaining,
        Self::Paid,
        Self::Officer,
        Self::Department,
        Self::Stage,
        Self::Stay,
        Self::Basis,
        Self::CloseMode,
        Self::FirstCase,
        Self::Address,
        Self::ServiceAddress,
        Self::Phone,
    ];

    /// The names that exports give the column, the most telling first; normalised as
    /// `plain_header` does.
    #[must_use]
    pub fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Id => &[
                "案件标识",
                "案件ID",
                "N_AJBS",
                "AJBS",
                "案件标识号",
                "案件唯一标识",
            ],
            Self::Number => &["案号", "执行案号", "案件编号", "AH", "C_AH"],
            Self::Kind => &["案件类型代字", "案件类型", "子类型", "类型代字"],
            Self::ReceivedOn => &["收案日期", "收案时间"],
            Self::FiledOn => &["立案日期", "立案时间", "受理日期", "受理时间", "LARQ"],
            Self::AssignedOn => &["分案日期", "分案时间"],
            Self::ClosedOn => &["结案日期", "结案时间", "JARQ"],
            Self::DueOn => &[
                "执行期限届满日期",
                "执行期限届满日",
                "期限届满日期",
                "审限届满日期",
                "审限",
            ],
            Self::Cause => &["立案案由", "案由", "执行案由"],
            Self::Applicants => &["申请执行人", "申请执行人名称", "申请执行人姓名", "申请人"],
            Self::Debtors => &["被执行人", "被执行人名称", "被执行人姓名", "被申请人"],
            Self::Parties => &["当事人", "当事人名称"],
            Self::ApplicantCodes => &[
                "申请执行人证件号码",
                "申请人证件号码",
                "申请执行人身份证号",
                "申请执行人统一社会信用代码",
            ],
            Self::Codes => &[
                "证件号码",
                "被执行人证件号码",
                "被执行人证件号",
                "被申请人证件号码",
                "证件号",
                "身份证号",
                "身份证号码",
                "公民身份号码",
                "被执行人身份证号",
                "被执行人身份证号码",
                "统一社会信用代码",
                "被执行人统一社会信用代码",
                "组织机构代码",
                "被执行人组织机构代码",
                "身份证号/统一社会信用代码",
                "身份证号码/统一社会信用代码",
                "身份证号码/组织机构代码",
            ],
            Self::Amount => &[
                "应执行标的金额",
                "执行标的金额",
                "申请执行标的金额",
                "执行标的",
                "标的金额",
                "标的额",
            ],
            Self::Remaining => &["剩余执行标的金额", "剩余标的金额", "剩余标的", "剩余标的额"],
            Self::Paid => &["实际到位金额", "到位金额", "执行到位金额", "实际到位"],
            Self::Officer => &["承办人", "主办法官", "承办法官", "主办人"],
            Self::Department => &["承办部门", "承办庭室"],
            Self::Stage => &[
                "案件进展阶段",
                "进展阶段",
                "案件阶段",
                "阶段",
                "状态",
                "案件状态",
            ],
            Self::Stay => &["当前案件止停缓标志", "止停缓标志", "止停缓"],
            Self::Basis => &[
                "执行依据文书文号",
                "执行依据文号",
                "执行依据案号",
                "生效文书",
                "生效文书文号",
                "生效法律文书文号",
            ],
            Self::CloseMode => &["结案方式"],
            Self::FirstCase => &["首次执行案号", "原执行案号", "关联案号"],
            Self::Address => &["地址", "被执行人地址", "住址", "住所地"],
            Self::ServiceAddress => &["送达地址"],
            Self::Phone => &["手机号码", "联系电话", "手机号", "电话", "被执行人手机号码"],
        }
    }

    /// The name under which a change of this field is shown and stored.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Number => "number",
            Self::Kind => "kind",
            Self::ReceivedOn => "received_on",
            Self::FiledOn => "filed_on",
            Self::AssignedOn => "assigned_on",
            Self::ClosedOn => "closed_on",
            Self::DueOn => "due_on",
            Self::Cause => "cause",
            Self::Applicants | Self::ApplicantCodes => "applicants",
            Self::Debtors | Self::Codes => "debtors",
            Self::Parties => "parties",
            Self::Amount => "amount_fen",
            Self::Remaining => "remaining_fen",
            Self::Paid => "paid_fen",
            Self::Officer => "officer",
            Self::Department => "department",
            Self::Stage => "stage",
            Self::Stay => "stay",
            Self::Basis => "basis",
            Self::CloseMode => "close_mode",
            Self::FirstCase => "first_case",
            Self::Address => "address",
            Self::ServiceAddress => "service_address",
            Self::Phone => "phone",
        }
    }

    /// Several columns may feed this field (身份证号 beside 统一社会信用代码).
    pub(crate) fn may_repeat(self) -> bool {
        matches!(self, Self::Codes | Self::ApplicantCodes)
    }

    /// Field and rank among its names of a header; `None` for one that no field knows.
    #[must_use]
    pub fn of_header(plain: &str) -> Option<(Self, usize)> {
        Self::ALL.into_iter().find_map(|field| {
            Some((
                field,
                field.headers().iter().position(|name| *name == plain)?,
            ))
        })
    }
}
