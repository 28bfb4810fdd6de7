//! What people type, whatever it is: stored as typed, shown as typed on phone and console, printed and
//! exported as typed; and never markup, a query or a command.

use crate::clerk::Clerk;
use crate::court::{Court, sync};
use crate::host::Host;
use std::collections::BTreeMap;
use waiqin_protocol::fields::{Kind, of_act};
use waiqin_protocol::journal::{ACTS, Act, Change, Entry};

/// Texts that broke other programs: markup, queries, templates, paths, other directions of writing,
/// characters beyond the first plane, joined and combining ones, half words of file formats.
const NAUGHTY: [&str; 24] = [
    "\"><script>alert(1)</script>",
    "'; DROP TABLE records; --",
    "{{ 7 * 7 }}${7*7}<%= 7 %>",
    "&lt;b&gt;&amp;amp;&#39;",
    "</textarea></script><img src=x onerror=alert(1)>",
    "../../../../etc/passwd",
    "$(touch /tmp/x) `id` | cat",
    "%00%0d%0aSet-Cookie: a=b",
    "\\u0041\\\"\\'\\\\n",
    "\u{202e}反向\u{202c}书写",
    "𠮷野 㛃 䶮 𪚥 \u{e863}",
    "👩‍👩‍👧‍👦 🏳️‍🌈 ①㈱℡",
    "السَّلَامُ عَلَيْكُمْ",
    "e\u{301} 与 é 不是一样的字节",
    "Ω≈ç√∫˜µ≤≥÷ ﾟ･✿ヾ╲(｡◕‿◕｡)╱✿･ﾟ",
    "null",
    "undefined",
    "NaN",
    "-1E+02",
    "0x1F",
    "true",
    "=1+1",
    "\u{feff}有字节序标记",
    "全角　空格\u{a0}在中间",
];

/// The fields of an act that take words, as a person could fill them, each with one of the texts.
fn words_for(act: Act, turn: usize) -> BTreeMap<String, &'static str> {
    let texts = of_act(act).filter(|it| matches!(it.kind, Kind::Line | Kind::Text));
    texts
        .enumerate()
        .map(|(n, it)| {
            let path = it.pattern.replace('*', &"a7".repeat(16));
            (path, NAUGHTY[(n + turn) % NAUGHTY.len()])
        })
        .collect()
}

/// The text of a page without its markup.
fn plain(html: &str) -> String {
    let mut text = html.to_owned();
    for (escaped, is) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        text = text.replace(escaped, is);
    }
    text
}

/// No text has become markup.
fn harmless(page: &str, at: &str) {
    for markup in [
        "<script>alert",
        "<img src=x",
        "</textarea></script>",
        "<b>&amp;",
    ] {
        assert!(!page.contains(markup), "{at} holds {markup}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_comes_out_as_it_was_typed() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    court.import();
    let (ticket, officer) = court.ticket();
    let mut phone = Host::start(&dir.path().join("phone"), &ticket);
    phone.enrol(&ticket);
    let mut typed: BTreeMap<String, BTreeMap<String, &'static str>> = BTreeMap::new();
    for (turn, act) in ACTS.into_iter().enumerate() {
        let code = serde_json::to_value(act).unwrap();
        let values = words_for(act, turn);
        assert!(values.len() > 10, "{act:?} takes {} texts", values.len());
        let number = ("typed", NAUGHTY[turn % NAUGHTY.len()]);
        let fields = [number, ("act", code.as_str().unwrap())];
        let opened = phone.door.post("/records/new", &fields).unwrap();
        let record = opened.location.unwrap();
        let record = record.split('?').next().unwrap().to_owned();
        let fields: Vec<(&str, &str)> = values.iter().map(|(k, v)| (k.as_str(), *v)).collect();
        let saved = phone
            .door
            .post(&format!("{record}/fields"), &fields)
            .unwrap();
        assert!(
            saved.body.contains("\"saved\":true"),
            "{act:?}: {}",
            saved.body
        );
        typed.insert(record, values);
    }
    let mut shown = 0;
    for (record, values) in &typed {
        let mut pages = String::new();
        for at in ["", "?all=1", "/check", "/paper/record", "/assets"] {
            let page = phone.door.get(&format!("{record}{at}")).unwrap();
            harmless(&page.body, &format!("{record}{at}"));
            pages.push_str(&plain(&page.body));
        }
        shown += values
            .values()
            .filter(|text| pages.contains(**text))
            .count();
    }
    let all: usize = typed.values().map(BTreeMap::len).sum();
    // A paper of a draft prints what its act has; fields of other steps stand on their step's page.
    assert!(
        shown * 2 > all,
        "{shown} of {all} texts are shown on the phone"
    );
    for at in ["/records", "/today", "/cases", "/sync", "/status"] {
        harmless(&phone.door.get(at).unwrap().body, at);
    }
    sync(&mut phone);
    let mut clerk = Clerk::sign_in(&court).await;
    for (record, values) in &typed {
        let page = clerk.get(record).await;
        harmless(&page, record);
        let page = plain(&page);
        for (path, text) in values {
            assert!(
                page.contains(text),
                "the console does not show {path} = {text} of {record}"
            );
        }
    }
    for at in [
        "/records",
        "/cases?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/reconcile",
    ] {
        harmless(&clerk.get(at).await, at);
    }
    // Byte for byte in the journal that is exported.
    let export = dir.path().join("export");
    drop(phone);
    let journal = journal_of(&court, &officer);
    let to = export.to_str().unwrap();
    crate::court::server(court.data(), &["export", "journal", &journal, "--to", to]);
    let lines = std::fs::read_to_string(export.join("journal.ndjson")).unwrap();
    let mut kept: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for line in lines.lines() {
        let Ok(entry) = Entry::from_bytes(line.as_bytes()) else {
            continue;
        };
        let values = match entry.change {
            Change::FieldsChanged { values } | Change::RecordOpened { values, .. } => values,
            _ => continue,
        };
        let record = kept
            .entry(format!("/records/{}", entry.subject))
            .or_default();
        for (path, value) in values {
            if let Some(text) = value.as_text() {
                record.insert(path.as_str().to_owned(), text.to_owned());
            }
        }
    }
    for (record, values) in &typed {
        for (path, text) in values {
            assert_eq!(
                kept[record].get(path).map(String::as_str),
                Some(*text),
                "{path}"
            );
        }
    }
    court.verified();
}

/// The journal of an officer.
fn journal_of(court: &Court, officer: &str) -> String {
    let said = crate::court::server(court.data(), &["device", "list", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let devices = said
        .as_array()
        .or_else(|| said["devices"].as_array())
        .unwrap();
    let own = devices
        .iter()
        .find(|it| it["officer"] == officer)
        .unwrap_or(&devices[0]);
    own["journal"].as_str().unwrap().to_owned()
}
