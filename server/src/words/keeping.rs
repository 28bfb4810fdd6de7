//! Words of `backup` and `restore`.

waiqin_protocol::words! {
    /// What backup and restore say.
    pub struct Words {
        /// After `backup`.
        backed_up: "备份完成并已重新读取核对：服务器记录至第 {log} 条，证据 {evidence} 件，其中本次新复制 {copied} 件。",
            "Backed up and read again: log up to row {log}, {evidence} pieces of evidence, {copied} of them copied now.";
        /// Without `--with-keys`.
        keys_apart: "备份不含密钥。恢复时需要 keys/ 目录，请确认它另有副本，存放在别处。",
            "The keys are not in it. A restore needs the folder keys/: make sure that a copy of it lies elsewhere.";
        /// On PostgreSQL.
        database_apart: "数据库是 PostgreSQL，不在此备份内：请在运行本命令之前用 pg_dump 备份，两者合为一份备份。手机不会据此清除已上交内容。",
            "The database is PostgreSQL and not in it: run pg_dump before this command, both together are the backup. Phones are not told to count on it.";
        /// Evidence that could not be copied.
        lacking: "有 {n} 件证据在服务器上缺失或已损坏，备份中没有；手机不会据此清除已上交内容。请运行 doctor：",
            "{n} pieces of evidence are gone or damaged on the server and not in the backup; phones are not told to count on it. Run doctor:";
        /// The target is a data folder.
        is_server: "{folder} 是一个服务器的数据目录，不能作为备份目录，未作任何改动。",
            "{folder} is the data folder of a server and cannot hold a backup; nothing was changed.";
        /// Another backup is being made there.
        in_use: "{to} 正在进行另一次备份，请等它结束后再试。",
            "Another backup is being made in {to}: try again when it has ended.";
        /// The target holds what this server does not know.
        other_history: "{to} 中的备份含有本服务器没有的记录（另一台服务器，或本服务器恢复之前的较新数据），不能覆盖。请备份到另一个目录，并保留它。",
            "The backup in {to} holds what this server does not know (another server's, or newer than what this one was restored from) and is not written over. Back up into another folder, and keep that one.";
        /// After `restore`.
        restored: "恢复完成：服务器记录至第 {log} 条，证据 {evidence} 件。",
            "Restored: log up to row {log}, {evidence} pieces of evidence.";
        /// What ended with it.
        restored_ended: "所有登录、手机会话和未用的登记码已失效；备份之后吊销的手机、停用的人员须重新处理。手机下次同步时会补交备份之后的内容。",
            "All sign-ins, sessions of phones and open enrolment codes ended; what was revoked or disabled after the backup has to be again. Phones bring what the backup lacks at their next sync.";
        /// After `restore` with `--incomplete`, or of an incomplete backup.
        restored_without: "其中 {n} 件证据没有恢复，请保存此清单：", "{n} pieces of evidence were not restored; keep this list:";
        /// On PostgreSQL.
        database_apart_restored: "数据库是 PostgreSQL，请用 pg_restore 恢复，然后在启动服务之前清空其 tokens 和 web_sessions 两表。",
            "The database is PostgreSQL: restore it with pg_restore, then empty its tables tokens and web_sessions before serving.";
        /// The place of the new server is taken.
        in_the_way: "{data} 不是空目录，未作任何改动。请恢复到一个新目录。",
            "{data} is not empty; nothing was changed. Restore into a new folder.";
        /// An earlier restore was cut off.
        half_restored: "{half} 是一次未完成的恢复，请删除它后再试。",
            "{half} is left of a restore that did not finish: remove it and try again.";
        /// There is no manifest.
        no_backup: "{from} 中没有完成的备份（缺少 MANIFEST.json）。", "There is no finished backup in {from} (no MANIFEST.json).";
        /// No keys in the backup, none given.
        needs_keys: "备份不含密钥：请用 --keys 指明服务器 keys/ 目录的副本。",
            "The backup is without keys: name the copy of the server's folder keys/ with --keys.";
        /// Keys of another server.
        other_keys: "{keys} 中不是这台服务器的密钥，没有恢复。", "The keys in {keys} are not this server's; nothing was restored.";
        /// A file is not what it was.
        damaged_file: "备份中的 {name} 已损坏，没有恢复。请改用另一份备份。",
            "{name} in the backup is damaged; nothing was restored. Use another backup.";
        /// Evidence is not what it was.
        damaged_evidence: "备份中有 {n} 件证据缺失或已损坏，没有恢复。如没有更好的备份，可加 --incomplete 恢复其余内容：",
            "{n} pieces of evidence in the backup are gone or damaged; nothing was restored. Where there is no better backup, --incomplete restores the rest:";
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
