//! What phones are told when a request is refused: what happened, what is safe, what to do.

waiqin_protocol::words! {
    /// Sentences of the problems.
    pub struct Words {
        unauthorised: "连接凭据已过期，手机会自动重新取得；未送达的内容都在手机上。",
            "The connection's token is over; the phone gets a new one by itself. Nothing on the phone is lost.";
        revoked: "本机已被吊销：不再下发案件，仍可上交未送达的内容。请联系内勤。",
            "This phone is revoked: it gets no cases but may hand in what is undelivered. Please ask the office.";
        enrol_code: "登记码无效、已用过或已过期。请向内勤索取新码。",
            "The enrolment code is unknown, used or over. Please ask the office for a new one.";
        malformed: "服务器看不懂这次请求，未收下任何内容；手机上的内容不受影响。",
            "The server does not understand the request and took nothing; what is on the phone is safe.";
        entry_one: "登记所用的首条日志不符合格式，未登记。请更新手机程序后用原码重试。",
            "The first entry of the journal is not as it must be; nothing was enrolled. Update the app and use the same code again.";
        wrong_server: "这条日志是写给另一台服务器或另一位人员的，未登记。请核对登记码。",
            "The journal was written for another server or officer; nothing was enrolled. Check the ticket.";
        too_large: "超过上限 {max} 字节，未收下。内容仍在手机上。",
            "More than the limit of {max} bytes; it was not taken. It is still on the phone.";
        piece_too_large: "一次签名所覆盖的条目超过上限（{max}），这一段未收下，前面的已收下。",
            "More under one signature than the limit ({max}); this piece was not taken, those before it were.";
        no_upload: "没有这个上传，或已过期。手机会重新上传。",
            "There is no such upload, or it is over. The phone starts it again.";
        offset: "续传位置不对，服务器现有 {offset} 字节。手机会从那里继续。",
            "The upload stands at {offset} bytes. The phone continues from there.";
        overtaken: "同一上传有了更新的连接，这个连接已让出。",
            "A newer connection continues this upload; this one gave way.";
        checksum: "传输中有字节损坏，这一段未收下。手机会重发。",
            "Bytes were damaged on the way; this part was not taken. The phone sends it again.";
        checksum_unknown: "不认识这种校验方法，请用 sha1 或 sha256。",
            "This checksum is not known here; use sha1 or sha256.";
        hash_mismatch: "收到的内容与拍摄时的哈希不符，已弃去。手机会重新上传原件。",
            "What arrived does not have the hash fixed at capture; it was discarded. The phone uploads the original again.";
        empty: "证据是空的（0 字节），无法上传。请在记录中声明缺失并说明原因。",
            "The evidence is empty (0 bytes) and cannot be uploaded. Declare it missing in the record, with the reason.";
        signature: "签名与设备密钥不符，未收下。手机上的内容不受影响。",
            "The signature does not fit the device's key; nothing was taken. What is on the phone is safe.";
        busy: "服务器正忙，请稍后再试；手机会自动重试。",
            "The server is busy; the phone tries again by itself.";
        too_many: "本机同时进行的请求太多，这一个没有收下；手机会自动重试，内容都在手机上。",
            "This phone has too many requests under way; this one was not taken. It tries again by itself; everything is still on it.";
        too_often: "错误的请求太频繁，请 {seconds} 秒后再试；手机会自动重试，内容都在手机上。",
            "Wrong requests come too often; try again in {seconds} s. The phone does so by itself; everything is still on it.";
        stalled: "连接停顿太久，已断开。已收下的部分保留，手机会继续。",
            "The connection stood still for too long and was given up. What was taken is kept; the phone continues.";
        internal: "服务器出错，没有确认任何新内容；手机会自动重试。",
            "The server failed and acknowledged nothing new; the phone tries again by itself.";
        not_found: "没有这个地址或对象。", "There is no such address or thing.";
        journal_unknown: "服务器不认识这本日志（服务器可能恢复过旧备份）。内容仍在手机上，请联系内勤。",
            "The server does not know this journal (it may have been restored from an older backup). Everything is on the phone; please ask the office.";
        method: "这个地址不接受这种请求。", "This address does not take this kind of request.";
        tus_version: "上传协议版本应为 1.0.0。", "The version of the upload protocol must be 1.0.0.";
    }
}

#[cfg(test)]
mod tests {
    use super::Words;
    use waiqin_protocol::words::placeholders;

    #[test]
    fn both_languages_are_complete_and_carry_the_same_values() {
        for (name, zh, en) in Words::ALL {
            assert_eq!(placeholders(zh), placeholders(en), "{name}");
            assert!(!zh.contains(['！', '!']) && !en.contains('!'), "{name}");
        }
    }
}
