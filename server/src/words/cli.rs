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
        /// After `user add`.
        user_added: "已添加 {name}（{role}），登录名 {login}。",
            "Added {name} ({role}), login {login}.";
        /// A password was made up.
        password_made: "初始密码：{password}（只显示这一次）",
            "First password: {password} (shown this once)";
        /// After `user passwd`.
        password_set: "{login} 的密码已更换，其网页登录已全部退出。",
            "The password of {login} was changed and all web sign-ins ended.";
        /// The login is taken.
        login_taken: "登录名 {login} 已被占用，未添加。", "The login {login} is taken; nobody was added.";
        /// The login does not exist.
        login_unknown: "没有登录名 {login}。", "There is no login {login}.";
        /// The login has odd characters.
        login_bad: "登录名只能用小写字母、数字和 . _ -，1 至 64 个字符。",
            "A login is 1 to 64 of a-z, 0-9 and . _ -.";
        /// A password is refused.
        password_bad: "密码至少 8 个字符、至多 1024 字节，未更改。",
            "A password has at least 8 characters and at most 1024 bytes; nothing was changed.";
        /// The user is no officer.
        not_officer: "{login} 的角色是 {role}，登记码只发给外勤人员。",
            "The role of {login} is {role}; codes are given to field officers alone.";
        /// The ticket of `device code`.
        ticket: "{name} 的登记码（{hours} 小时内有效，只能使用一次）：",
            "Enrolment ticket of {name} (good for {hours} hours, once):";
        /// No address to put into a ticket.
        no_url: "不知道手机从哪里访问服务器：请先运行 serve，或用 --public-url 指明。",
            "It is not known where phones reach the server: run serve first, or give --public-url.";
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
