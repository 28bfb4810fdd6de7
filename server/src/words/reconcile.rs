//! Words of `waiqin-server reconcile` and `records`.

waiqin_protocol::words! {
    /// What the commands say.
    pub struct ReconcileWords {
        /// The file of `try` cannot be opened.
        no_file: "打不开 {file}。", "{file} cannot be opened.";
        /// It is too long.
        too_long: "{file} 超过 {max} MiB，未读取。", "{file} has more than {max} MiB and was not read.";
        /// It does not read.
        not_read: "{file} 读不懂：{why}。", "{file} does not read: {why}.";
        /// A record of the file does not read.
        bad_record: "记录 {id}：{what}“{text}”读不懂。", "Record {id}: {what} \"{text}\" is not understood.";
        /// Two records have one id.
        same_id: "记录编号 {id} 出现两次。", "The record id {id} occurs twice.";
        /// The kind of act.
        what_kind: "行动种类", "the act";
        /// The time.
        what_time: "时间", "the time";
        /// No list yet.
        no_list: "尚未导入名册，无从核对。", "No list has been imported; there is nothing to compare with.";
        /// `--made-against` names no list.
        no_version: "没有第 {version} 版名册；现有第 1 至 {newest} 版。", "There is no list version {version}; there are 1 to {newest}.";
        /// Heading of `list`.
        tally: "待定 {waiting} 份，已定 {settled} 份", "{waiting} waiting, {settled} settled";
        /// Nothing on the list.
        nothing: "没有符合条件的记录。", "No record fits.";
        /// More than shown.
        more: "只列出前 {n} 份；可用 --limit 增加。", "Only the first {n}; --limit shows more.";
        /// A case column without one.
        no_case: "（无）", "(none)";
        /// No such record.
        record_unknown: "没有记录 {record}，或尚未封存。", "There is no record {record}, or it is not sealed.";
        /// A word that is none.
        word_unknown: "不认识“{word}”。可用：{known}", "\"{word}\" is not known. There are: {known}";
        /// The login may not decide.
        may_not: "{login} 的角色不能作核对结论。", "The role of {login} does not reconcile.";
        /// The record was judged by a newer list, or the question is settled.
        changed: "情况已变，未作结论：此项现不待定，或名册已更新。请重新列出。", "Nothing was concluded: this is not asked (any more), or the list is newer. List again.";
        /// A reason is missing.
        needs_reason: "此项处理须写明理由（--reason，至多 1000 字）。", "This decision needs a reason (--reason, at most 1000 characters).";
        /// A case is missing.
        needs_case: "此项处理须指明名册中的案件（--case，案件标识或案号；候选案件须在候选之列）。",
            "This decision names a case of the list (--case, id or number; of candidates one that is offered).";
        /// Done.
        concluded: "已作结论：{record} · {question} · {decision}。记录本身未改动；结论写入院内日志与审计，并送达手机。",
            "Concluded: {record}, {question}, {decision}. The record is as it was; the conclusion is in the office's journal and the audit, and goes to the phone.";
        /// States of `records`.
        sealed: "已封存", "sealed";
        /// Not sealed.
        open: "未封存", "not sealed";
        /// Void.
        void: "已作废", "void";
    }
}
