//! Words of `export`.

waiqin_protocol::words! {
    /// What an export says.
    pub struct Words {
        /// After an export.
        exported: "已导出到 {to}：日志 {journals} 本，条目 {entries} 条（另有 {hashes} 条只列哈希），证据 {evidence} 件。",
            "Exported to {to}: {journals} journals, {entries} entries ({hashes} more as hashes alone), {evidence} pieces of evidence.";
        /// How it is checked.
        check: "核验方法见 docs/FORMAT.md：python3 docs/verify.py {to}。本院签名公钥指纹：{print}",
            "How to check it: docs/FORMAT.md, python3 docs/verify.py {to}. Fingerprint of the court's signing key: {print}";
        /// The folder is in clear.
        in_clear: "导出内容未加密，含个人信息，请按卷宗保管。",
            "The folder is not encrypted and holds personal data: keep it as you keep files.";
        /// Entries lost on the phone.
        lost: "其中 {n} 条在手机上已损坏，从未送达，导出中以缺口标明。",
            "{n} entries rotted on the phone and never came; they stand as gaps.";
        /// Entries beside the chain.
        forked: "另有 {n} 条在分叉上，列于 forked.ndjson。", "{n} entries lie beside the chain, in forked.ndjson.";
        /// Evidence that could not be put in.
        lacking: "有 {n} 件证据不在导出中：", "{n} pieces of evidence are not in it:";
        undelivered: "{hash}：手机尚未送达", "{hash}: not delivered by the phone";
        erased: "{hash}：已依令销毁", "{hash}: destroyed by order";
        missing: "{hash}：应在服务器上而不在，请运行 doctor", "{hash}: should be on this server and is gone; run doctor";
        damaged: "{hash}：服务器上的文件已损坏，请运行 doctor", "{hash}: damaged on this server; run doctor";
        /// The folder is there.
        exists: "{to} 已存在，未作任何改动。请导出到一个新目录。",
            "{to} is there already; nothing was changed. Export into a new folder.";
        /// An earlier export was cut off.
        half: "{part} 是一次未完成的导出，请删除它后再试。",
            "{part} is left of an export that did not finish: remove it and try again.";
        /// Something cannot be written.
        not_written: "无法写入 {to}，导出已取消，未留下文件。请检查路径、权限和磁盘空间。",
            "{to} cannot be written; the export was given up and left nothing. Check path, permissions and room on the disk.";
        /// Unknown journal.
        journal_unknown: "没有日志 {journal}。日志编号见 device list。",
            "There is no journal {journal}; device list shows them.";
        /// Unknown case.
        case_unknown: "名册中没有案件 {case}（或不止一件符合）。请用案件标识或完整案号。",
            "The list has no case {case}, or more than one that fits. Give its id or its whole number.";
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
