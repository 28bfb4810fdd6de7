//! Words of `doctor`: what it found, and what to do.

waiqin_protocol::words! {
    /// What doctor says.
    pub struct Words {
        /// Marks what is well.
        well: "正常", "well";
        /// Marks what should be looked at.
        warning: "注意", "warning";
        /// Marks what is wrong.
        error: "错误", "error";

        /// There is nothing to look at.
        no_server: "{data} 不是服务器的数据目录。", "{data} is no data folder of a server.";
        /// What to do.
        no_server_do: "用 --data 指明数据目录；磁盘未挂载时先挂载。", "Name the data folder with --data; mount its disk first where it is not.";
        /// There is room.
        disk_ok: "磁盘余 {mib} MiB。", "{mib} MiB are free on the disk.";
        /// There is little.
        disk_low: "磁盘只余 {mib} MiB，外勤照片很快放不下。", "Only {mib} MiB are free on the disk: photos will soon find no room.";
        /// There is none.
        disk_full: "磁盘只余 {mib} MiB，服务器即将无法签收。", "Only {mib} MiB are free on the disk: soon nothing is acknowledged any more.";
        /// What to do.
        disk_do: "扩大磁盘或移走其他文件；不要删除 evidence/ 与 waiqin.db。", "Make the disk larger or move other files away; delete nothing of evidence/ and waiqin.db.";
        /// The disk does not say.
        disk_bad: "磁盘状态不能读取：{why}。", "The disk cannot be asked: {why}.";
        /// The settings read.
        settings_ok: "设置可读，法院：{court}。", "The settings read; court: {court}.";
        /// They do not.
        settings_bad: "设置不能使用：{why}。", "The settings cannot be used: {why}.";
        /// What to do.
        settings_do: "改正 waiqin.toml（或 WAIQIN_… 环境变量）后再运行。", "Correct waiqin.toml (or WAIQIN_… in the environment) and run doctor again.";

        /// Keys are there.
        keys_ok: "密钥齐全，仅属主可读。", "The keys are there, and their owner alone can read them.";
        /// A key does not open.
        keys_bad: "密钥不能使用：{why}。没有它，服务器不能签收。", "The keys cannot be used: {why}. Without them nothing is acknowledged.";
        /// What to do.
        keys_do: "从另存的副本恢复 keys/ 目录；不要重新生成，否则手机不再认得服务器。",
            "Put the folder keys/ back from its copy. Do not make new ones: phones would not know the server any more.";
        /// Others can read a key.
        keys_open: "keys/{name} 可被其他用户读取；持有者能以法院名义签发回执。",
            "Others can read keys/{name}; whoever has it can sign receipts in the court's name.";
        /// What to do.
        keys_open_do: "执行 chmod 600，并查清谁能登录这台机器。", "chmod 600 it, and find out who could sign in to this machine.";

        /// The certificate.
        tls_ok: "TLS 证书有效至 {day}。", "The TLS certificate is good until {day}.";
        /// It ends soon.
        tls_soon: "TLS 证书将于 {day} 到期，之后浏览器会拒绝打开控制台。", "The TLS certificate ends on {day}; browsers will refuse the console then.";
        /// It ended.
        tls_over: "TLS 证书已于 {day} 到期。", "The TLS certificate ended on {day}.";
        /// What to do.
        tls_renew: "用同一私钥换发证书，放到 keys/tls.pem 后重启；换了私钥，手机须重新登记。",
            "Renew it over the same key, put it to keys/tls.pem and restart; with another key phones have to enrol again.";
        /// It does not read.
        tls_bad: "TLS 证书或私钥不能使用：{why}。", "The TLS certificate or its key cannot be used: {why}.";

        /// The database is well.
        database_ok: "数据库完整，结构为本版本。", "The database is whole and of this version.";
        /// It does not open.
        database_bad: "数据库打不开：{why}。", "The database does not open: {why}.";
        /// Its pages are damaged.
        database_damaged: "数据库文件损坏：{why}。", "The database file is damaged: {why}.";
        /// What to do about either.
        database_do: "停止服务，保留整个目录，检查磁盘；从最近的备份恢复，手机会补交其后的内容。",
            "Stop the server, keep the whole folder, look at the disk; restore the newest backup, phones bring what came after it.";
        /// What to do about PostgreSQL.
        database_apart_do: "检查 PostgreSQL 是否运行，地址、用户和口令是否正确（WAIQIN_DATABASE）。",
            "See whether PostgreSQL runs, and whether address, user and password are right (WAIQIN_DATABASE).";
        /// Migrations are pending.
        database_older: "数据库结构早于本版本（待升级 {n} 步），其余各项未检查。", "The database is older than this version ({n} steps to go); the rest was not looked at.";
        /// What to do.
        database_older_do: "先备份，再启动本版本服务，升级会自动进行。", "Make a backup, then start this version: it brings the database up by itself.";
        /// A newer program wrote it.
        database_newer: "数据库由更新的版本写过（{n} 步本版本不认识），其余各项未检查。", "A newer version wrote the database ({n} steps unknown here); the rest was not looked at.";
        /// What to do.
        database_newer_do: "改用较新的 waiqin-server。", "Use the newer waiqin-server.";

        /// Log, audit log and journals hold together.
        chains_ok: "服务器记录 {log} 条、日志 {journals} 个共 {entries} 条，链条与签名完整；审计记录完整。",
            "Log ({log} rows), {journals} journals with {entries} entries and the audit log hold together.";
        /// They do not.
        chains_bad: "与已签名的内容不符：{why}。", "Does not fit what was signed: {why}.";
        /// What to do.
        chains_do: "数据被改动或磁盘出错。停止服务，保留整个目录，用 verify 与备份比对，并报告。",
            "Something changed the data, or the disk did. Stop the server, keep the folder, compare with a backup by verify, and report it.";

        /// Who sees which case fits.
        scopes_ok: "各人可见的案件与名册和指派一致。", "Who sees which case fits list and assignments.";
        /// They do not.
        scopes_bad: "这些案件由谁可见与名册和指派不符：{why}。", "Who sees these cases does not fit list and assignments: {why}.";
        /// What to do.
        scopes_do: "有人直接改动了数据库。再次应用名册会更正其中有变动的案件；请报告。", "Somebody changed the database by hand. Applying a list again mends those cases that it changes; report it.";

        /// Digests of cases fit.
        digests_ok: "各案摘要与条目一致。", "Digests of cases fit their entries.";
        /// They do not.
        digests_bad: "各案摘要与条目不符：{why}。", "Digests of cases do not fit their entries: {why}.";
        /// What to do.
        digests_do: "条目本身未受影响。手机下次核对时，服务器会按条目重新计算相关案件；仍不符时请报告。", "The entries themselves are not affected. When a phone compares next the server counts the case again from its entries; report it if that does not help.";

        /// Evidence is there.
        evidence_ok: "证据 {n} 件都在，长度相符（内容由 verify 重新计算）。", "All {n} pieces of evidence are there and of their length (verify reads them again).";
        /// It is not.
        evidence_bad: "{n} 件已签收的证据缺失或长度不符：{hashes}。", "{n} pieces of acknowledged evidence are gone or of another length: {hashes}.";
        /// What to do.
        evidence_do: "从备份的 evidence/objects 取回同名文件；备份没有的，请持有人手机重新上传，不要清除手机。",
            "Take the files of these names from evidence/objects of a backup; what no backup has, let the phone send again, and wipe no phone.";
        /// The evidence folder cannot be read.
        evidence_unread: "证据目录不能读取：{why}。", "The evidence folder cannot be read: {why}.";
        /// What to do.
        evidence_unread_do: "检查磁盘是否挂载、权限是否属于运行服务的用户。", "See whether the disk is mounted and belongs to the user that serves.";

        /// Uploads that nobody cleared up.
        uploads_over: "{n} 个上传已过期一天以上而未清理。", "{n} uploads are over since more than a day and were not cleared up.";
        /// What to do.
        uploads_do: "服务器每小时清理一次：请确认它在运行，并查看其日志。", "The server clears them up while it runs: see whether it does, and what its log says.";

        /// A backup is known.
        backup_ok: "最近一次核对过的备份：{day}，至第 {log} 条。", "The newest verified backup: {day}, up to row {log}.";
        /// None is.
        backup_none: "没有核对过的备份：磁盘一坏，手机上已清除的内容就找不回来。", "There is no verified backup: what phones no longer hold would be lost with this disk.";
        /// It is old.
        backup_old: "最近一次核对过的备份是 {day}，已超过 {days} 天。", "The newest verified backup is of {day}, more than {days} days ago.";
        /// What to do.
        backup_do: "把 waiqin-server backup 设为每天运行，存到另一块磁盘。", "Let waiqin-server backup run every day, to another disk.";
        /// On PostgreSQL.
        backup_apart: "数据库是 PostgreSQL，其备份不由本程序核对。", "The database is PostgreSQL; its backups are not checked by this program.";
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
