//! Words of the console's page 审计.

use crate::db::AuditAct;
use AuditAct as A;

waiqin_protocol::words! {
    /// What the page says.
    pub struct AuditWords {
        what: "谁在什么时候做了什么；只记编号，不记内容，只追加、逐条相连。", "Who did what, and when: ids and no content, appended only, each row linked to the one before.";
        number: "序号", "No.";
        at: "时间", "Time";
        who: "人员", "Person";
        act: "操作", "Act";
        object: "对象", "About";
        device: "设备", "Device";
        day: "日期", "Day";
        by_server: "服务器", "The server";
        by_stranger: "未登录", "Not signed in";
        by_phone: "手机", "A phone";
        none: "没有这样的记录。", "There is no such row.";
        chain_whole: "{n} 条全部相符（{when} 核对）", "All {n} rows fit (checked {when})";
        chain_broken: "审计记录不完整：{n} 条中有不符之处（{when} 核对）", "The audit log is not whole: something does not fit among {n} rows (checked {when})";
        chain_todo: "记录被改动或磁盘出错。停止服务，保留整个目录，与备份比对（waiqin-server doctor 列出全部）。",
            "Something changed the log, or the disk did. Stop the server, keep the folder, compare with a backup (waiqin-server doctor names all).";
        check_again: "重新核对", "Check again";
        row_changed: "第 {n} 条与其链接不符", "row {n} does not fit its link";
        row_gone: "第 {n} 条不见了", "row {n} is gone";
        rows_gone: "第 {a} 至 {b} 条不见了", "rows {a} to {b} are gone";
        more_misfits: "还有更多", "and more";
        list_version: "第 {n} 版", "version {n}";
        photos: "新证据 {n} 件", "new evidence: {n}";
        log_row: "至第 {n} 号", "up to row {n}";
        entries: "条目 {n}", "entry {n}";

        act_unknown: "其他", "Other";
        user_added: "添加人员", "Person added";
        password_set: "更换密码", "Password changed";
        role_set: "更改角色", "Role changed";
        user_disabled: "停用人员", "Person disabled";
        user_enabled: "恢复人员", "Person let in again";
        user_unlocked: "解除登录锁定", "Lock-out ended";
        code_made: "发登记码", "Ticket issued";
        device_enrolled: "登记手机", "Phone enrolled";
        device_revoked: "吊销手机", "Phone revoked";
        signed_in: "登录", "Signed in";
        sign_in_failed: "登录失败", "Sign-in failed";
        signed_out: "退出", "Signed out";
        list_applied: "应用名册", "List applied";
        list_rolled_back: "回退名册", "List rolled back";
        backed_up: "备份", "Backed up";
        restored: "从备份恢复", "Restored from a backup";
        office_journal: "开办公室日志", "Office journal begun";
        contest_decided: "裁定", "Contest decided";
        held_released: "放行", "Held entry released";
        concluded: "核对结论", "Concluded by the list";
        case_assigned: "指派", "Case assigned";
        case_taken_back: "撤回指派", "Assignment taken back";
        exported: "导出", "Exported";
        case_read: "查看案件", "Case read";
        record_read: "查看记录", "Record read";
        evidence_read: "查看证据", "Evidence read";
        receipts_read: "下载回执包", "Receipts taken";
        audit_read: "查看审计", "Audit log read";
        handed_in: "收入上交包", "Package taken in";
        fork: "异常：一号两条", "Incident: fork";
        phone_restored: "异常：手机恢复过", "Incident: phone restored";
        entries_lost: "异常：手机丢失条目", "Incident: entries lost";
        server_rolled_back: "异常：服务器回退过", "Incident: server rolled back";
        case_differed: "异常：案件不一致", "Incident: case differed";
    }
}

/// What an act is called.
pub fn act_word(act: AuditAct, words: &AuditWords) -> &'static str {
    match act {
        A::UserAdded => words.user_added,
        A::PasswordSet => words.password_set,
        A::RoleSet => words.role_set,
        A::UserDisabled => words.user_disabled,
        A::UserEnabled => words.user_enabled,
        A::UserUnlocked => words.user_unlocked,
        A::CodeMade => words.code_made,
        A::DeviceEnrolled => words.device_enrolled,
        A::DeviceRevoked => words.device_revoked,
        A::SignedIn => words.signed_in,
        A::SignInFailed => words.sign_in_failed,
        A::SignedOut => words.signed_out,
        A::ListApplied => words.list_applied,
        A::ListRolledBack => words.list_rolled_back,
        A::BackedUp => words.backed_up,
        A::Restored => words.restored,
        A::OfficeJournal => words.office_journal,
        A::ContestDecided => words.contest_decided,
        A::HeldReleased => words.held_released,
        A::Concluded => words.concluded,
        A::CaseAssigned => words.case_assigned,
        A::CaseTakenBack => words.case_taken_back,
        A::Exported => words.exported,
        A::CaseRead => words.case_read,
        A::RecordRead => words.record_read,
        A::EvidenceRead => words.evidence_read,
        A::ReceiptsRead => words.receipts_read,
        A::AuditRead => words.audit_read,
        A::HandedIn => words.handed_in,
        A::Fork => words.fork,
        A::PhoneRestored => words.phone_restored,
        A::EntriesLost => words.entries_lost,
        A::ServerRolledBack => words.server_rolled_back,
        A::CaseDiffered => words.case_differed,
    }
}

#[cfg(test)]
mod tests {
    use super::AuditWords;
    use waiqin_protocol::words::placeholders;

    #[test]
    fn both_languages_carry_the_same_values() {
        for (name, zh, en) in AuditWords::ALL {
            assert_eq!(placeholders(zh), placeholders(en), "{name}");
        }
    }
}
