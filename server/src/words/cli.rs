//! Words of the command line.

waiqin_protocol::words! {
    /// What the commands say.
    pub struct Words {
        /// After `init`.
        initialised: "已建立：{court}。数据目录 {data}，服务器编号 {server}。",
            "Made: {court}. Data folder {data}, server {server}.";
        /// `init` in a folder that is in use.
        already: "{data} 已是一个服务器的数据目录，未作任何改动。",
            "{data} already holds a server; nothing was changed.";
        /// `init` without a court's code that reads.
        bad_code: "法院代字 {code} 无法识别，应如 粤0115。",
            "The court code {code} is not understood; it should look like 粤0115.";
        /// `[rules.overrides]` names what is no rule.
        rules_unknown: "waiqin.toml 的 [rules.overrides] 写有 {id}，没有这条规则；规则编号见核对页，区分大小写。服务器没有启动。",
            "[rules.overrides] in waiqin.toml names {id}, which is no rule; ids are those of the check page, capitals count. Nothing was started.";
        /// `[rules.overrides]` lets an estimate block.
        rules_never_block: "waiqin.toml 的 [rules.overrides]：{id} 比较的是估价，只能设为 warn 或 off，不能设为 block。服务器没有启动。",
            "[rules.overrides] in waiqin.toml: {id} compares estimates; it can be warn or off, never block. Nothing was started.";
        /// A percentage of `[rules]` is out of sense.
        rules_percent: "waiqin.toml 的 [rules]：{name} 须在 {min} 至 {max} 之间，现为 {value}。服务器没有启动。",
            "[rules] in waiqin.toml: {name} must be between {min} and {max}, not {value}. Nothing was started.";
        /// After `user add`.
        user_added: "已添加 {name}（{role}），登录名 {login}。",
            "Added {name} ({role}), login {login}.";
        /// A password was made up.
        password_made: "初始密码：{password}（只显示这一次）",
            "First password: {password} (shown this once)";
        /// After `user passwd`.
        password_set: "{login} 的密码已更换，其网页登录已全部退出。",
            "The password of {login} was changed and all web sign-ins ended.";
        /// After `user role`.
        role_set: "{login} 的角色改为 {role}，自下一次请求起生效。",
            "{login} is {role} from the next request on.";
        /// After `user disable`.
        user_disabled: "{login} 已停用：不能登录，手机不再下发数据，仍可上交。",
            "{login} is disabled: no sign-in, no data to the phone, which may hand in.";
        /// After `user enable`.
        user_enabled: "{login} 已恢复使用。", "{login} is let in again.";
        /// After `user unlock`.
        user_unlocked: "{login} 的登录锁定已解除。", "{login} is not locked out any more.";
        /// It was so already.
        user_unchanged: "{login} 本来就是这样，未作改动。", "{login} is so already; nothing was changed.";
        /// The login is taken.
        login_taken: "登录名 {login} 已被占用，未添加。", "The login {login} is taken; nobody was added.";
        /// The list does not hold the case.
        case_unknown: "名册里没有案件 {case}。", "The list holds no case {case}.";
        /// His role does not give cases to officers.
        assign_may_not: "{login} 的角色不能指派案件。", "The role of {login} does not assign cases.";
        /// Cases are not given to him.
        assign_whom: "{login} 不带手机或没有名册姓名，案件不能指派给他。",
            "{login} carries no phone or has no name in the list; cases are not given to him.";
        /// An assignment needs a reason.
        assign_reason: "指派和撤回须写明事项或理由（--reason，至多 1000 字）。",
            "An assignment needs a reason (--reason, at most 1000 characters).";
        /// Nothing was done.
        assign_already: "已经如此，什么也没有改动。", "It is so already; nothing was done.";
        /// No assignments.
        assigned_to_nobody: "没有指派。", "Assigned to nobody.";
        /// An assignment that stands.
        assigned_line: "{name} · 由 {by} 指派：{reason}", "{name} · by {by}: {reason}";
        /// One that was taken back.
        assigned_line_taken: "{name} · 由 {by} 指派：{reason} · 已撤回：{end}",
            "{name} · by {by}: {reason} · taken back: {end}";
        /// The login does not exist.
        login_unknown: "没有登录名 {login}。", "There is no login {login}.";
        /// The login has odd characters.
        login_bad: "登录名只能用小写字母、数字和 . _ -，1 至 64 个字符。",
            "A login is 1 to 64 of a-z, 0-9 and . _ -.";
        /// A password is refused.
        password_bad: "密码至少 8 个字符、至多 1024 字节，未更改。",
            "A password has at least 8 characters and at most 1024 bytes; nothing was changed.";
        /// The user is no officer.
        not_officer: "{login} 的角色是 {role}，登记码只发给外勤人员和外勤组长。",
            "The role of {login} is {role}; codes are given to field officers and their leads alone.";
        /// The ticket of `device code`.
        ticket: "{name} 的登记码（{hours} 小时内有效，只能使用一次）：",
            "Enrolment ticket of {name} (good for {hours} hours, once):";
        /// No address to put into a ticket.
        no_url: "不知道手机从哪里访问服务器：请先运行 serve，或用 --public-url 指明。",
            "It is not known where phones reach the server: run serve first, or give --public-url.";
        /// `--bench-enrol` on a server that others reach.
        bench_loopback: "--bench-enrol 的登记码任何人都能使用，只能在本机（回环地址）上提供服务。服务器没有启动。",
            "Anybody may use the code of --bench-enrol: it is for a server on loopback alone. Nothing was started.";
        /// After `device revoke`.
        revoked: "日志 {journal} 已吊销：不再下发数据，仍可上交，其条目待核。",
            "Journal {journal} is revoked: it gets no data, may hand in, and its entries are held.";
        /// Unknown journal.
        journal_unknown: "没有日志 {journal}。", "There is no journal {journal}.";
        /// Result of `verify`.
        verified: "核验通过：{journals} 个日志，{entries} 条，证据 {evidence} 件，服务器记录 {log} 条。",
            "Verified: {journals} journals, {entries} entries, {evidence} pieces of evidence, {log} rows of the log.";
        /// Problems of `verify`.
        problems: "核验发现 {n} 个问题：", "Verification found {n} problems:";
        /// Before the changes of a list.
        import_cases: "{kind}，{rows} 行，读出 {cases} 个案件。", "{kind}, {rows} rows: {cases} cases.";
        /// Heads the repairs.
        import_repairs: "已规范：", "Repaired:";
        /// Heads the changes.
        import_changes: "变动：", "Changes:";
        /// There are none.
        import_unchanged: "与现有清单相比没有变动。", "Nothing differs from the present list.";
        /// Behind the first changes.
        import_more: "  另有 {n} 处", "  and {n} more";
        /// Heads rows that are no case.
        import_rejected: "未读入 {n} 行：", "{n} rows set aside:";
        /// After a preview.
        import_previewed: "以上是预览，没有应用。", "This was a preview; nothing was applied.";
        /// After an import.
        import_applied: "已应用，成为清单第 {version} 版。", "Applied as list version {version}.";
        /// After an import of the newest list's own file.
        import_same_file: "与现有清单是同一个文件，案件没有变动；记为第 {version} 版。",
            "This is the file of the present list: no case changed; it was noted as list version {version}.";
        /// A suspicious list without a reason.
        import_not_applied: "没有应用，原清单未变动。", "It was not applied; the former list is unchanged.";
        /// What to do about it.
        import_suspicious: "清单有可疑之处，没有应用，原清单未变动。核对后如确认无误，请加 --force 并写明理由。",
            "The list looks suspicious and was not applied; the former list is unchanged. If it is right after a check, give --force and the reason.";
        /// Another import came in between.
        import_overtaken: "刚才另有清单应用或回退，这一次没有改动任何内容。请再运行一次。",
            "Another list was applied or taken back just now; this command changed nothing. Run it once more.";
        /// The file does not open.
        import_no_file: "无法读取文件 {file}，原清单未变动。请检查路径和权限。",
            "The file {file} cannot be read; the former list is unchanged. Check path and permissions.";
        /// After `rollback`.
        rolled_back: "已回退第 {version} 版及其后各版，恢复 {cases} 个案件，成为清单第 {made} 版。",
            "Took back version {version} and every later one; {cases} cases were restored, as list version {made}.";
        /// Nothing was decided since.
        no_decisions: "其间没有办公室的决定。", "No decisions were made since.";
        /// Heads the decisions made since.
        decisions: "其间办公室作出 {n} 项决定，请复核：", "{n} decisions of the office were made since; look at them again:";
        /// No such version.
        rollback_unknown: "没有清单第 {version} 版（现有至第 {newest} 版），没有改动。",
            "There is no list version {version} (the newest is {newest}); nothing was changed.";
        /// A reason of more characters than are kept.
        list_reason_long: "理由最多 {max} 个字符，没有改动。", "A reason has at most {max} characters; nothing was changed.";
        /// A blank reason.
        rollback_needs_reason: "请写明回退的理由（--reason），没有改动。",
            "Give the reason for taking the list back (--reason); nothing was changed.";
    }
}

#[cfg(test)]
mod tests {
    use super::Words;
    use waiqin_protocol::words::placeholders;

    #[test]
    fn both_languages_carry_the_same_values() {
        for (name, zh, en) in Words::ALL {
            assert_eq!(placeholders(zh), placeholders(en), "{name}");
        }
    }
}
