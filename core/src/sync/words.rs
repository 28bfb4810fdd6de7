//! What the phone says by itself where the court's own words are missing.

waiqin_protocol::words! {
    /// Sentences beside those of the court.
    pub(crate) struct Words {
        gateway: "法院服务器暂时不可达（网关应答）。手机会自动重试，未送达的内容都在手机上。",
            "The court's server cannot be reached through its gateway now. The phone tries again by itself; everything undelivered is on the phone.";
        refused: "服务器拒绝了这次请求，未收下任何内容；手机上的内容不受影响。",
            "The server refused the request and took nothing; what is on the phone is safe.";
        version: "服务器与本机程序的通信版本不同，无法同步；手机上的内容不受影响。请更新手机程序。",
            "The server and this app speak different versions and cannot sync; what is on the phone is safe. Please update the app.";
        missing: "照片原件不在本机，无法送达。请核对；确已丢失的，在记录中声明缺失并说明原因。",
            "The original is not on this phone and cannot be delivered. Please check; if it is lost, declare it missing in the record, with the reason.";
        damaged: "照片原件已损坏，读不出拍摄时的内容，无法送达。请保留本机，并联系内勤。",
            "The original is damaged and no longer reads as it was taken; it cannot be delivered. Keep this phone as it is and ask the office.";
        lost: "日志中有条目已损坏，其后的条目无法在本日志中送达，但都在本机上。请保留本机，并联系内勤。",
            "An entry of the journal is damaged; those after it cannot be delivered in this journal but are all on this phone. Keep it as it is and ask the office.";
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn both_languages_are_complete_and_calm() {
        for (name, zh, en) in Words::ALL {
            assert!(!zh.is_empty() && !en.is_empty(), "{name}");
            assert!(!zh.contains(['！', '!']) && !en.contains('!'), "{name}");
        }
    }
}
