//! Words of hand-in packages.

waiqin_protocol::words! {
    /// What is said of a hand-in package, by command line and console.
    pub struct Words {
        /// The file does not open.
        no_file: "无法读取上交包 {file}，未收下任何内容。请检查路径和权限。",
            "The package {file} cannot be read; nothing was taken. Check path and permissions.";
        /// Reading broke off.
        read: "上交包读取中断（存储介质可能有故障），请换一个读取口或介质后重新收入；已签收的内容不会重复。",
            "Reading the package broke off (the medium may be failing). Take it in again from another port or medium: nothing doubles.";
        not_a_package: "这个文件不是外勤手机的上交包，未收下任何内容。",
            "This file is no hand-in package of a phone; nothing was taken.";
        version: "上交包的格式版本为 {version}，本服务器不认识，未收下任何内容。请更新服务器程序后重试。",
            "The package is of format version {version}, which this server does not know; nothing was taken. Update the server and try again.";
        other_server: "上交包是写给另一台服务器（{server}）的，未收下任何内容。请交给手机登记的那家法院。",
            "The package was written for another server ({server}); nothing was taken. Bring it to the court where the phone is enrolled.";
        other_key: "上交包是用另一把恢复公钥密封的，本服务器的 recovery.key 打不开，未收下任何内容。",
            "The package is sealed to another recovery key and recovery.key of this server does not open it; nothing was taken.";
        damaged: "上交包不完整或被改动过，未收下任何内容。请从手机重新写出，再拷贝一次。",
            "The package is cut off or was changed; nothing was taken. Write it again on the phone and copy it anew.";
        content: "上交包能打开，但内容不符合格式，未收下任何内容。请保留这个文件，并更新手机程序后重新写出。",
            "The package opens, but its content does not have the right form; nothing was taken. Keep the file, update the phone's app and write it again.";
        journal_unknown: "本服务器不认识日志 {journal}（服务器可能恢复过旧备份），未收下任何内容。请保留这个文件，请管理员处理。",
            "This server does not know the journal {journal} (it may have been restored from an older backup); nothing was taken. Keep the file and ask the administrator.";
        evidence_hash: "上交包中证据 {hash} 的字节与其哈希不符，未收下任何内容。请从手机重新写出。",
            "Evidence {hash} in the package does not have its hash; nothing was taken. Write it again on the phone.";
        refused: "未收下上交包：{why}", "The package was not taken: {why}";
        /// After intake.
        done: "已收入上交包：{officer}，{device}，日志 {journal}。",
            "Taken in: package of {officer}, {device}, journal {journal}.";
        journal: "日志 {journal}：包内第 {from} 至 {to} 条，新收 {new} 条，现已签收至第 {head} 条。",
            "Journal {journal}: entries {from} to {to} in the package, {new} new, in custody up to {head}.";
        journal_nothing: "日志 {journal}：包内没有待收条目，现已签收至第 {head} 条。",
            "Journal {journal}: no entries in the package, in custody up to {head}.";
        /// Held entries.
        revoked: "这台手机已被吊销，条目一律搁置，等办公室放行。",
            "The phone is revoked: its entries are held until the office lets them stand.";
        forked: "与已签收的日志有分叉：两支都已保留，包内这一支搁置在旁。手机收下回执包后会另开新日志，届时请再上交一次。",
            "It forks from what is in custody: both branches are kept, this one is held. After the receipts the phone begins a new journal; hand in once more then.";
        behind: "包内条目之前还有本服务器没有的条目（服务器可能恢复过旧备份）。请在手机上选“全部内容”重新写出。",
            "Entries before those in the package are not here (the server may have been restored). Write the package again on the phone with everything.";
        opened: "这是手机续开的新日志，已登记。", "A journal that the phone went on with; it is certified now.";
        aside_first: "日志 {journal} 的首条在手机上已损坏，无法登记，其条目没有收下，手机仍显示未送达。请长期保留这个上交包。",
            "The first entry of journal {journal} is damaged on the phone, so it cannot be certified; its entries were not taken and the phone still shows them. Keep this package for good.";
        aside_parent: "日志 {journal} 所接续的日志末尾尚未到达，暂不登记，其条目没有收下。请先补交前一本日志。",
            "The end of the journal before {journal} is not here, so it is not certified and its entries were not taken. Hand in the journal before it first.";
        evidence: "证据：新收 {new} 件，此前已收 {known} 件。", "Evidence: {new} taken now, {known} taken before.";
        lacking: "证据 {hash} 的字节在手机上已读不出，没有收到。", "Evidence {hash} does not read on the phone any more; it did not come.";
        too_large: "证据 {hash} 超过本服务器上限 {max} 字节，没有收下。", "Evidence {hash} is over this server's limit of {max} bytes and was not taken.";
        unnamed: "证据 {hash} 没有已签收的条目提到它，没有收下。", "No entry in custody names evidence {hash}; it was not taken.";
        receipts: "回执包已写到 {file}，请带回手机收下。", "The receipts are in {file}: bring them back to the phone.";
        receipts_name: "回执包没有写出：{file} 无法写入（{why}）。上交内容已签收，可重新运行本命令取得回执。",
            "The receipts were not written: {file} cannot be written ({why}). What was handed in is in custody; run the command again for the receipts.";
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
            assert!(!zh.contains(['！', '!']) && !en.contains('!'), "{name}");
        }
    }
}
