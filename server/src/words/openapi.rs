//! What integrators read in the description of the phones' interface.

waiqin_protocol::words! {
    /// Sentences of the description.
    pub struct Words {
        title: "外勤：手机接口", "Waiqin: the phones' interface";
        about: "手机与法院服务器之间的接口。每个请求都可以原样重发：不会重复收下，已签收的不会减少。拒绝一律答 {\"problem\":{…}}：程序按 code 处理，zh、en 给人看。未列出的地址答 404（not_found），不接受的方法答 405（malformed）。签名与日志的确切字节见 core/protocol/src/journal，随附 core/protocol/golden 中的固定样例。",
            "What phones and the court's server say to each other. Every request may be sent again unchanged: nothing doubles and no acknowledgement shrinks. A refusal is always {\"problem\":{…}}: programs go by its code, people read zh and en. An address that is not listed answers 404 (not_found), a method that it does not take 405 (malformed). The exact bytes of signatures and journals stand in core/protocol/src/journal, frozen as samples in core/protocol/golden.";
        bearer: "由 POST /session 取得；401 附有下一次用的 challenge。", "Given by POST /session; a 401 brings the challenge for the next.";
        openapi: "本说明", "This description";
        hello: "服务器自我介绍：身份、公钥、上限、质询", "The server introduces itself: identity, key, limits, a challenge";
        enrol_begin: "查登记码属于谁；登记码仍可用", "Whose enrolment code it is; the code stays good";
        enrol: "用一次性登记码登记一部手机的日志", "Enrols a phone's journal with a one-time code";
        enrol_more: "entry 是首条日志（journal_opened）的规范字节。正文最多 {message} 字节。", "entry holds the canonical bytes of entry 1 (journal_opened). A body has at most {message} bytes.";
        journal: "恢复副本或分叉之后，登记接续的新日志", "After a restored copy or a fork, certifies the journal that follows";
        session: "以设备密钥回答质询，换取令牌", "Answers a challenge with the device's key and gets a token";
        sync: "上交条目，取回回执、裁定与案件变动", "Hands entries in; brings receipts, verdicts and changes of cases";
        sync_more: "正文逐行为一个 JSON 值（NDJSON，每行最多 {line} 字节）：首行 head，其后各段为条目原字节，每段以签名的 checkpoint 结尾，最多 {entries} 条、{bytes} 字节；解压后全部最多 {push} 字节。可用 zstd 压缩，窗口最多 8 MiB。回答同为逐行 JSON，最后一行为 end；没有 end 就是被切断，重发即可。行的写法见 core/protocol/src/wire/sync.rs。",
            "The body is one JSON value per line (NDJSON, a line has at most {line} bytes): first the head, then pieces: bytes of entries as they are, closed by a signed checkpoint, at most {entries} entries and {bytes} bytes each; all of it at most {push} bytes when decompressed. It may be compressed with zstd, window at most 8 MiB. The answer is lines too and its last line is end; without it the answer was cut: send again. Lines are defined in core/protocol/src/wire/sync.rs.";
        discover: "所支持的 tus 版本、扩展与上限", "Version, extensions and limit of tus here";
        create: "开始上传一件证据（tus 1.0.0），可附首段字节", "Begins an upload of evidence (tus 1.0.0), perhaps with its first bytes";
        create_more: "Upload-Metadata 的 sha256 为证据的 SHA-256（小写十六进制，再以 base64 写入）。一件最多 {evidence} 字节。从不告知别人有什么：每本日志各自上传。", "sha256 in Upload-Metadata is the evidence's SHA-256 (lower-case hexadecimal, then in base64). At most {evidence} bytes. Nothing tells what others hold: each journal brings its own.";
        head: "上传到了哪里", "Where an upload stands";
        head_more: "回答没有正文；接手此上传，挂起的旧请求让出。", "Answers have no body. It takes the upload over: an older request that hangs gives way.";
        patch: "从某一位置续传字节", "Adds bytes at an offset";
        patch_more: "最后一段到齐时核对全部字节的哈希。连接中断时，已到的字节保留。", "With the last bytes the hash over all of them is compared. What came before a cut is kept.";
        delete: "放弃一个上传", "Ends an upload that is not wanted";
        instead: "以 X-HTTP-Method-Override 代替 HEAD、PATCH、DELETE", "HEAD, PATCH or DELETE by X-HTTP-Method-Override";
        status: "服务器对本日志的证据收到了多少，附回执", "What the server has of this journal's evidence, with receipts";
        status_more: "一次最多问 {hashes} 个哈希。", "At most {hashes} hashes at a time.";
        answered: "已完成。", "Done.";
        begun: "已开始；地址在 Location 中。", "Begun; its address is in Location.";
        received: "已落盘到 Upload-Offset。", "Durable up to Upload-Offset.";
        ended: "已完成，无正文。", "Done, without a body.";
        stands: "到 Upload-Offset 为止已落盘。", "What is before Upload-Offset is durable.";
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn both_languages_carry_the_same_values() {
        // Braces of JSON stand in the text, so names are compared by what is filled in.
        for (name, zh, en) in Words::ALL {
            for value in [
                "{message}",
                "{line}",
                "{entries}",
                "{bytes}",
                "{push}",
                "{evidence}",
                "{hashes}",
            ] {
                assert_eq!(zh.contains(value), en.contains(value), "{name} {value}");
            }
            assert!(!zh.contains(['！', '!']) && !en.contains('!'), "{name}");
        }
    }
}
