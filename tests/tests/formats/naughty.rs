//! What people type, whatever it is: kept as typed, shown as typed on phone and console, printed and
//! exported as typed; and never markup, a query, a path or a command.
//!
//! **The rules by which a text may differ from what was typed**, and no others:
//! - A form ends its lines with CR LF; kept is LF.
//! - Reasons, captions and case numbers have nothing blank at their ends; papers print so.
//! - NUL is refused on the phone, with words, because no page can show it and not every database hold it.
//! - What is too long is refused with words and stands on the page again; nothing is cut.
//! - The name of a phone has no control characters.
//! - Cells of a case list have nothing blank or invisible at their ends, no invisible characters within,
//!   and no apostrophe in front; a word that means nothing is nothing (`null`, `-`). A formula, and what an
//!   earlier program had lost already (U+FFFD), is not used, and the court is told.

mod seen;
mod strings;

use crate::clerk::Clerk;
use crate::court::{Court, server, sync};
use crate::desk::hidden;
use crate::host::Host;
use crate::{CRYPTOGRAPHY, has_python, passes};
use seen::Seen;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use strings::{NAUGHTY, nth};
use waiqin_protocol::fields::{Kind, of_act};
use waiqin_protocol::journal::Act;
use waiqin_tests::suite;

/// What can be recorded on the phone.
const ACTS: [(Act, &str); 5] = [
    (Act::Investigation, "investigation"),
    (Act::Seal, "seal"),
    (Act::Removal, "removal"),
    (Act::Detention, "detention"),
    (Act::Settlement, "settlement"),
];
const OFFICER: &str = "\u{202e}范'某<i> & \"co\"";
const DEVICE: &str = "<b>某手机</b> '\"; 👩‍👩‍👧‍👦";
/// The most characters of a line, a text, a reason, a number; of a reason for a list.
const LINE_MOST: usize = 500;
const TEXT_MOST: usize = 20_000;
const REASON_MOST: usize = 1000;
const NUMBER_MOST: usize = 200;
const LIST_REASON_MOST: usize = 500;

/// A record, and what was typed into it.
struct Typed {
    act: &'static str,
    /// Its address.
    at: String,
    number: String,
    values: BTreeMap<String, String>,
    /// What was typed beside its fields: captions, reasons.
    beside: Vec<String>,
}

#[test]
fn no_text_of_the_table_holds_another() {
    for (n, one) in NAUGHTY.iter().enumerate() {
        for (m, other) in NAUGHTY.iter().enumerate() {
            assert!(n == m || !one.contains(other), "{one:?} holds {other:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_comes_out_as_it_was_typed() {
    if !has_python() {
        return suite::skip("naughty texts before a parser of HTML", CRYPTOGRAPHY);
    }
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    let people = people(&court);
    let cases = list(&court);
    let url = format!("http://{}", court.address("http"));
    let (ticket, _) = court.ticket_of("fan", &url, None);
    let mut phone = Host::start_called(&dir.path().join("phone"), &ticket, DEVICE);
    phone.enrol(&ticket);
    let mut records: Vec<Typed> = (0..ACTS.len()).map(|turn| record(&phone, turn)).collect();
    for typed in &records {
        shown_on_the_phone(&phone, typed);
    }
    photos(&phone, &mut records[1]);
    seal(&phone, &mut records[0]);
    end(&phone, &mut records[4]);
    for at in ["/today", "/records", "/cases", "/sync", "/settings"] {
        Seen::of(&page(&phone, at), at);
    }
    let named = Seen::of(&page(&phone, "/settings"), "/settings");
    assert!(
        named.shows(OFFICER),
        "the phone calls its officer otherwise"
    );
    sync(&mut phone);
    phone.quit();
    conclude(&court, &mut records[0]);
    let mut clerk = Clerk::sign_in(&court).await;
    for typed in &records {
        shown_in_the_office(&mut clerk, typed).await;
    }
    for (case, cause) in &cases {
        let at = format!("/cases/{case}");
        let seen = Seen::of(&clerk.get(&at).await, &at);
        assert!(seen.shows(cause), "{at} does not show {cause:?}");
    }
    asked_for_anything(&mut clerk).await;
    too_long_in_the_office(&mut clerk).await;
    kept_by_the_administrator(&court, &people).await;
    for typed in &records {
        listed(&court, typed);
    }
    exported(&court, dir.path(), &records);
    court.verified();
}

/// People of any name; their names.
fn people(court: &Court) -> Vec<String> {
    let mut names = vec![OFFICER.to_owned()];
    names.extend(NAUGHTY.iter().step_by(6).map(|it| (*it).to_owned()));
    for (n, name) in names.iter().enumerate() {
        let login = if n == 0 {
            "fan".to_owned()
        } else {
            format!("n{n}")
        };
        let user = [
            "user",
            "add",
            "--login",
            login.as_str(),
            "--role",
            "officer",
        ];
        let name = format!("--name={name}");
        let list_name = format!("--list-name=名{n}");
        server(
            court.data(),
            &[&user[..], &[name.as_str(), list_name.as_str()]].concat(),
        );
    }
    let (code, _, said) = crate::court::server_says(
        court.data(),
        &[
            "user", "add", "--login", "<b>", "--name", "某", "--role", "officer",
        ],
    );
    assert!(code != 0 && !said.is_empty(), "a login of any letters");
    names
}

/// A list whose cells hold every text: cases by id with what their cause is to be.
fn list(court: &Court) -> Vec<(String, String)> {
    let mut text = "案件标识,案号,立案日期,案由,申请执行人,被执行人,承办人\n".to_owned();
    let cell = |it: &str| format!("\"{}\"", it.replace('"', "\"\""));
    let mut cases = Vec::new();
    let mut rows = 0;
    for (n, cause) in NAUGHTY.iter().enumerate() {
        let id = (2000 + n).to_string();
        let number = format!("（2019）粤0115执{id}号");
        let row = [
            id.as_str(),
            number.as_str(),
            "2019-01-02",
            cause,
            "某公司",
            "李某",
            "名0",
        ];
        text += &(row.map(cell).join(",") + "\n");
        rows += 1;
        let kept = as_a_list_keeps(cause);
        if !kept.is_empty() {
            cases.push((id, kept));
        }
    }
    let junk: Vec<&str> = NAUGHTY.iter().copied().step_by(5).collect();
    for (n, number) in junk.iter().enumerate() {
        let id = (9000 + n).to_string();
        let row = [
            id.as_str(),
            *number,
            "2019-01-02",
            "某",
            "某公司",
            "李某",
            "名0",
        ];
        text += &(row.map(cell).join(",") + "\n");
        rows += 1;
    }
    let file = court.data().with_file_name("名册 '\"=1+1.csv");
    std::fs::write(&file, text).unwrap();
    let long = "长".repeat(LIST_REASON_MOST + 1);
    let args = ["import", file.to_str().unwrap(), "--json", "--force"];
    let (code, _, said) =
        crate::court::server_says(court.data(), &[&args[..], &[long.as_str()]].concat());
    assert!(code != 0 && said.contains("500"), "a long reason: {said}");
    let said = server(court.data(), &[&args[..], &[NAUGHTY[0]]].concat());
    let report: Value = serde_json::from_str(&said).unwrap();
    let rejected = report["rejected"].as_array().unwrap().len();
    assert_eq!(rejected, junk.len(), "{report}");
    assert_eq!(report["cases"], rows - rejected, "{report}");
    let told = server(
        court.data(),
        &["import", file.to_str().unwrap(), "--preview"],
    );
    assert!(told.contains("有 2 格读不出来"), "{told}");
    cases
}

/// The rule of cells, written again.
fn as_a_list_keeps(cell: &str) -> String {
    let invisible =
        |c: char| matches!(u32::from(c), 0 | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060 | 0xfeff);
    let ends = |c: char| c.is_whitespace() || invisible(c);
    let text = cell.trim_matches(ends);
    let text = text
        .strip_prefix('\'')
        .map_or(text, |it| it.trim_matches(ends));
    let text = text.replace(invisible, "");
    if text == "null" || text.starts_with('=') || text.contains('\u{fffd}') {
        String::new()
    } else {
        text
    }
}

/// The fields of an act that take words, each with a text of its own.
fn words_for(act: Act, turn: usize) -> BTreeMap<String, String> {
    let texts = of_act(act).filter(|it| matches!(it.kind, Kind::Line | Kind::Text));
    texts
        .enumerate()
        .map(|(n, it)| {
            let path = it.pattern.replace('*', &"a7".repeat(16));
            (path, nth(n, turn * 11, it.kind == Kind::Text))
        })
        .collect()
}

/// Opens a record of an act and types into all of its fields.
fn record(phone: &Host, turn: usize) -> Typed {
    let (act, code) = ACTS[turn];
    let number = nth(turn, 7 * turn, false);
    let number = number.trim().to_owned();
    let open = |typed: &str| {
        let fields = [("typed", typed), ("act", code), ("pending", "yes")];
        phone.door.post("/records/new", &fields).unwrap()
    };
    for bad in ["长".repeat(NUMBER_MOST + 1), "空\0符".to_owned()] {
        let again = open(&bad);
        assert_eq!(again.status, 422, "{}", again.body);
        assert!(again.body.contains("案号最多 200 个字符"), "{}", again.body);
        // NUL is what no page can hand back.
        assert!(
            again.body.contains(&bad) || bad.contains('\0'),
            "it is gone"
        );
    }
    let location = open(&number).location.unwrap();
    let at = location.split('?').next().unwrap().to_owned();
    refuses(phone, &at);
    let values = words_for(act, turn);
    assert!(values.len() > 10, "{code} takes {} texts", values.len());
    let fields: Vec<(&str, &str)> = values
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let saved = phone.door.post(&format!("{at}/fields"), &fields).unwrap();
    assert!(saved.body.contains("\"saved\":true"), "{}", saved.body);
    assert!(saved.body.contains("\"problems\":[]"), "{}", saved.body);
    Typed {
        act: code,
        at,
        number,
        values,
        beside: Vec::new(),
    }
}

/// One character too many, a NUL, and a line break in a line: said, with the rest saved; as a form, what
/// was typed stands there again.
fn refuses(phone: &Host, at: &str) {
    let long = "长".repeat(LINE_MOST + 1);
    let longer = "文".repeat(TEXT_MOST + 1);
    for (path, bad, why) in [
        ("place", long.as_str(), "最多 500 个字符"),
        ("remarks", longer.as_str(), "最多 20000 个字符"),
        ("place", "空\0符", "NUL"),
        ("remarks", "空\0符", "NUL"),
        ("place", "两\n行", "只能写一行"),
    ] {
        let fields = [(path, bad), ("objections", "其余照存")];
        let saved = phone.door.post(&format!("{at}/fields"), &fields).unwrap();
        let saved: Value = serde_json::from_str(&saved.body).unwrap();
        assert_eq!(saved["saved"], true, "{saved}");
        assert_eq!(saved["problems"][0]["path"], path, "{saved}");
        let said = saved["problems"][0]["text"].as_str().unwrap();
        assert!(said.contains(why), "{path}: {said}");
        if path != "place" {
            continue;
        }
        let again = phone
            .door
            .post(at, &[(path, bad), ("step", "arrive")])
            .unwrap();
        assert_eq!(again.status, 422, "{path}: {}", again.body);
        let seen = Seen::of(&again.body, at);
        assert!(
            seen.shows(bad) || bad.contains('\0'),
            "{path}: {bad:?} is gone"
        );
    }
}

fn page(phone: &Host, at: &str) -> String {
    let answer = phone.door.get(at).unwrap();
    assert_eq!(answer.status, 200, "{at}: {}", answer.body);
    answer.body
}

/// The forms hold what was typed, the papers print it.
fn shown_on_the_phone(phone: &Host, typed: &Typed) {
    let Typed { act, at, .. } = typed;
    let mut seen = Seen::of(&page(phone, &format!("{at}/paper/record")), at);
    if matches!(*act, "seal" | "removal") {
        let at = format!("{at}/paper/list");
        seen.and(Seen::of(&page(phone, &at), &at));
    }
    for (path, text) in &typed.values {
        let text = text.trim();
        assert!(
            seen.shows(text),
            "no paper of {act} prints {path}: {text:?}"
        );
    }
    for more in ["", "/check", "/assets"] {
        let at = format!("{at}{more}");
        let answer = phone.door.get(&at).unwrap();
        if answer.status == 200 {
            Seen::of(&answer.body, &at);
        }
    }
    let seen = Seen::of(&page(phone, at), at);
    assert!(seen.shows(&typed.values["place"]), "{act} has no place");
    let records = Seen::of(&page(phone, "/records"), "/records");
    assert!(records.shows(&typed.values["place"]), "{act} is not listed");
}

/// Photos with captions; one is withdrawn.
fn photos(phone: &Host, typed: &mut Typed) {
    let at = &typed.at;
    let long = "长".repeat(LINE_MOST + 1);
    let refused = phone.door.photo(at, &long, b"x").unwrap();
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("文字说明最多 500 个字符"));
    assert!(
        Seen::of(&refused.body, at).shows(&long),
        "the caption is gone"
    );
    let captions = NAUGHTY.iter().filter(|it| !it.contains('\n')).step_by(9);
    for caption in captions {
        let taken = phone.door.photo(at, caption, caption.as_bytes()).unwrap();
        assert_eq!(taken.status, 303, "{}", taken.body);
        typed.beside.push(caption.trim().to_owned());
    }
    let shown = page(phone, &format!("{at}?step=photos"));
    let mut seen = Seen::of(&shown, at);
    let start = format!("{at}/photos/");
    let all: std::collections::BTreeSet<&str> = shown
        .split(&start)
        .skip(1)
        .map(|it| it.split(['"', '/', '?']).next().unwrap())
        .filter(|it| it.len() == 64)
        .collect();
    assert_eq!(all.len(), typed.beside.len(), "photos of {at}");
    for photo in &all {
        let at = format!("{start}{photo}");
        seen.and(Seen::of(&page(phone, &at), &at));
    }
    for caption in &typed.beside {
        assert!(seen.shows(caption), "no photo shows {caption:?}");
    }
    let photo = format!("{start}{}", all.first().unwrap());
    let withdraw = format!("{photo}/withdraw");
    refuses_a_long_reason(phone, &withdraw, &[]);
    let reason = NAUGHTY[1];
    let done = phone.door.post(&withdraw, &[("reason", reason)]).unwrap();
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(Seen::of(&page(phone, &photo), &photo).shows(reason));
    typed.beside.push(reason.to_owned());
}

/// A reason of one character too many is neither taken nor cut nor lost.
fn refuses_a_long_reason(phone: &Host, action: &str, more: &[(&str, &str)]) {
    let long = "因".repeat(REASON_MOST + 1);
    let fields = [more, &[("reason", long.as_str())]].concat();
    let refused = phone.door.post(action, &fields).unwrap();
    assert_eq!(refused.status, 422, "{action}: {}", refused.body);
    let seen = Seen::of(&refused.body, action);
    assert!(seen.shows("理由最多 1000 个字符"), "{action}");
    assert!(seen.shows(&long), "{action}: the reason is gone");
}

/// Seals with a reason for whatever is missing, then corrects with a reason.
fn seal(phone: &Host, typed: &mut Typed) {
    let at = typed.at.clone();
    let second = format!("officers/{}/role", "a7".repeat(16));
    let saved = phone
        .door
        .post(&format!("{at}/fields"), &[(second.as_str(), "clerk")]);
    assert!(saved.unwrap().body.contains("\"problems\":[]"));
    let check = page(phone, &format!("{at}/check"));
    let (shown, named) = (hidden(&check, "shown"), hidden(&check, "named"));
    let rules: std::collections::BTreeSet<&str> = check
        .split("name=\"reason:")
        .skip(1)
        .map(|it| it.split('"').next().unwrap())
        .collect();
    assert!(rules.len() > 2, "{rules:?}");
    let send = |reasons: &[String]| {
        let mut form = vec![
            ("shown".to_owned(), shown.clone()),
            ("second".to_owned(), "later".to_owned()),
            ("named".to_owned(), named.clone()),
        ];
        let names = rules.iter().map(|it| format!("reason:{it}"));
        form.extend(names.zip(reasons.iter().cloned()));
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        phone.door.post(&format!("{at}/seal"), &form).unwrap()
    };
    let reasons: Vec<String> = (0..rules.len())
        .map(|n| nth(n, 40, true).trim().to_owned())
        .collect();
    let mut long = reasons.clone();
    long[0] = "因".repeat(REASON_MOST + 1);
    let refused = send(&long);
    assert_eq!(refused.status, 422, "{}", refused.body);
    let seen = Seen::of(&refused.body, "seal");
    assert!(
        seen.shows("理由最多 1000 个字符"),
        "no word of the long reason"
    );
    for reason in &long {
        assert!(seen.shows(reason), "{reason:?} is gone");
    }
    let sealed = send(&reasons);
    assert_eq!(sealed.status, 303, "{}", sealed.body);
    let seen = Seen::of(&page(phone, &format!("{at}/check")), &at);
    for reason in &reasons {
        assert!(
            seen.shows(reason),
            "the sealed record does not show {reason:?}"
        );
    }
    typed.beside.extend(reasons);
    let amend = format!("{at}/amend");
    refuses_a_long_reason(phone, &amend, &[("kind", "correction")]);
    let reason = NAUGHTY[2];
    let form = [("kind", "correction"), ("reason", reason)];
    let amended = phone.door.post(&amend, &form).unwrap();
    assert_eq!(amended.status, 303, "{}", amended.body);
    let seen = Seen::of(&page(phone, &format!("{at}/check")), &at);
    assert!(seen.shows(reason), "the correction does not say why");
}

/// Makes a record void.
fn end(phone: &Host, typed: &mut Typed) {
    let void = format!("{}/void", typed.at);
    refuses_a_long_reason(phone, &void, &[]);
    let reason = NAUGHTY[4];
    let done = phone.door.post(&void, &[("reason", reason)]).unwrap();
    assert_eq!(done.status, 303, "{}", done.body);
    typed.beside.push(reason.to_owned());
}

/// The office concludes on a sealed record.
fn conclude(court: &Court, typed: &mut Typed) {
    let board = server(court.data(), &["reconcile", "list", "--all", "--json"]);
    let board: Value = serde_json::from_str(&board).unwrap();
    let record = typed.at.rsplit('/').next().unwrap();
    let row = board["records"].as_array().unwrap().iter();
    let row = row.clone().find(|it| it["record"] == record).unwrap();
    assert_eq!(row["number"], typed.number.as_str(), "{row}");
    let question = row["match"].as_str().unwrap();
    assert_eq!(question, "NOT_FOUND", "{row}");
    let decide = [
        "reconcile",
        "decide",
        record,
        "--by",
        "zhao",
        "--question",
        question,
    ];
    let user = ["user", "add", "--login", "zhao", "--role", "clerk"];
    let file = court.data().with_file_name("password");
    std::fs::write(&file, crate::clerk::PASSWORD).unwrap();
    let more = ["--name", "赵某", "--password-file", file.to_str().unwrap()];
    server(court.data(), &[&user[..], &more].concat());
    let reason = NAUGHTY[5].trim();
    let said = ["--decision", "wait", "--reason", reason];
    server(court.data(), &[&decide[..], &said].concat());
    typed.beside.push(reason.to_owned());
}

/// The pages of the console about a record.
async fn shown_in_the_office(clerk: &mut Clerk, typed: &Typed) {
    let Typed { act, at, .. } = typed;
    let html = clerk.get(at).await;
    let mut seen = Seen::of(&html, at);
    for (path, text) in &typed.values {
        assert!(
            seen.shows(text),
            "{at} ({act}) does not show {path}: {text:?}"
        );
    }
    for text in [typed.number.as_str(), OFFICER, DEVICE] {
        assert!(seen.shows(text), "{at} ({act}) does not show {text:?}");
    }
    let evidence = format!("{at}/evidence/");
    let all: std::collections::BTreeSet<&str> = html
        .split(&evidence)
        .skip(1)
        .map(|it| it.split('"').next().unwrap())
        .collect();
    for hash in all {
        let at = format!("{evidence}{hash}");
        seen.and(Seen::of(&clerk.get(&at).await, &at));
    }
    let board = at.replace("/records/", "/reconcile/");
    if *act == "investigation" {
        seen.and(Seen::of(&clerk.get(&board).await, &board));
    }
    for text in &typed.beside {
        assert!(
            seen.shows(text),
            "nothing about {at} ({act}) shows {text:?}"
        );
    }
}

/// Whatever stands in a search or a filter, there is a page, and the search line holds what was asked.
async fn asked_for_anything(clerk: &mut Clerk) {
    let long = "长".repeat(5000);
    let asked = NAUGHTY.iter().copied().chain([long.as_str(), " ", "\n"]);
    for (n, text) in asked.enumerate() {
        let filters = [
            "/cases?q=",
            "/cases?officer=",
            "/cases?stage=",
            "/cases?due=",
            "/cases?from=",
            "/records?officer=",
            "/records?act=",
            "/records?case=",
            "/records?after=1-",
            "/reconcile?question=",
            "/reconcile?before=1-",
        ];
        // Every search, and of the filters one after the other.
        for filter in [filters[0], filters[1 + n % (filters.len() - 1)]] {
            let at = format!("{filter}{}", encoded(text));
            let seen = Seen::of(&clerk.get(&at).await, &at);
            let echoed = filter == filters[0] && text.trim() == text && text != long;
            assert!(!echoed || seen.shows(text), "{at} forgot what was asked");
        }
    }
    for at in [
        "/cases?q=%00",
        "/records?case=a%00",
        "/reconcile?question=%00",
    ] {
        let (status, page) = clerk.tries_to_get(at).await;
        assert_eq!(status, 400, "{at}: {page}");
        Seen::of(&page, at);
    }
    for text in ["<script>", "../../etc/passwd", "%00", "\u{202e}"] {
        for place in [
            "/cases/",
            "/records/",
            "/reconcile/",
            "/evidence/",
            "/decisions/",
        ] {
            let at = format!("{place}{}", encoded(text));
            let (status, page) = clerk.tries_to_get(&at).await;
            assert!((400..500).contains(&status), "{at}: {status}");
            Seen::of(&page, &at);
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A reason for taking a list back.
async fn too_long_in_the_office(clerk: &mut Clerk) {
    let at = "/import/versions/1/rollback";
    let form = clerk.get(at).await;
    let long = "因".repeat(LIST_REASON_MOST + 1);
    for (reason, why) in [
        (long.as_str(), "理由最多 500 个字符"),
        ("", "请写明回退的理由"),
    ] {
        let (status, page) = clerk.tries(at, &form, &[("reason", reason)]).await;
        assert_eq!(status, 200, "{page}");
        let seen = Seen::of(&page, at);
        assert!(seen.shows(why) && seen.shows(reason), "{page}");
    }
    let (status, page) = clerk.tries(at, &form, &[("reason", "空\0符")]).await;
    assert_eq!(status, 400, "{page}");
    // The reason for which the list was applied, and its file's name.
    let at = "/import/versions/1";
    let seen = Seen::of(&clerk.get(at).await, at);
    assert!(seen.shows(NAUGHTY[0]) && seen.shows("名册 '\"=1+1.csv"));
    for at in ["/import", "/records", "/decisions", "/reconcile", "/"] {
        Seen::of(&clerk.get(at).await, at);
    }
}

/// People, phones and the log of what was done.
async fn kept_by_the_administrator(court: &Court, people: &[String]) {
    let mut admin = Clerk::sign_in_as(court, "admin", "<管理员>", "admin").await;
    let seen = Seen::of(&admin.get("/people").await, "/people");
    let listed = server(court.data(), &["user", "list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    for name in people {
        assert!(seen.shows(name), "/people does not show {name:?}");
        let known = listed.as_array().unwrap().iter();
        assert!(
            known.clone().any(|it| it["name"] == name.as_str()),
            "{name:?}"
        );
    }
    let seen = Seen::of(&admin.get("/devices").await, "/devices");
    assert!(seen.shows(DEVICE) && seen.shows(OFFICER));
    for (n, text) in NAUGHTY.iter().enumerate() {
        let name = ["person", "act", "day", "before"][n % 4];
        let at = format!("/audit?{name}={}", encoded(text));
        Seen::of(&admin.get(&at).await, &at);
    }
    let seen = Seen::of(&admin.get("/audit").await, "/audit");
    assert!(seen.shows("<管理员>"));
    let (status, _) = admin.tries_to_get("/audit?person=%00").await;
    assert_eq!(status, 400);
}

/// `records --json`.
fn listed(court: &Court, typed: &Typed) {
    let said = server(court.data(), &["records", "--json"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    let id = typed.at.rsplit('/').next().unwrap();
    let all = said["records"].as_array().unwrap().iter();
    let row = all.clone().find(|it| it["record"] == id).unwrap();
    assert_eq!(row["number"], typed.number.as_str());
    assert_eq!(row["place"], typed.values["place"].as_str());
    assert_eq!(row["officer"], OFFICER);
}

/// Letter for letter in the journal that is exported, which an outsider finds whole.
fn exported(court: &Court, dir: &Path, records: &[Typed]) {
    let devices = server(court.data(), &["device", "list", "--json"]);
    let devices: Value = serde_json::from_str(&devices).unwrap();
    let mut devices = devices.as_array().unwrap().iter();
    let device = devices.find(|it| it["device_name"] == DEVICE).unwrap();
    let journal = device["journal"].as_str().unwrap();
    let to = dir.join("export");
    let args = ["export", "journal", journal, "--to", to.to_str().unwrap()];
    server(court.data(), &args);
    passes(&to);
    let lines = std::fs::read_to_string(to.join("journal.ndjson")).unwrap();
    let mut kept: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let mut reasons = String::new();
    for line in lines.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let entry = if line["change"].is_object() {
            &line
        } else {
            &line["entry"]
        };
        let change = &entry["change"];
        for name in ["reason", "caption"] {
            for held in [&change[name], &change["evidence"][name]] {
                reasons += held.as_str().unwrap_or_default();
                reasons.push('\u{4}');
            }
        }
        for held in change["overrides"].as_array().into_iter().flatten() {
            reasons += held["reason"].as_str().unwrap();
            reasons.push('\u{4}');
        }
        let Some(subject) = entry["subject"].as_str() else {
            continue;
        };
        let record = kept.entry(format!("/records/{subject}")).or_default();
        if let Some(typed) = change["case"]["typed"].as_str() {
            record.insert(String::new(), typed.into());
        }
        for (path, value) in change["values"].as_object().into_iter().flatten() {
            record.insert(path.clone(), value.clone());
        }
    }
    for typed in records {
        let record = &kept[&typed.at];
        assert_eq!(record[""], typed.number.as_str(), "{}", typed.act);
        for (path, text) in &typed.values {
            assert_eq!(record[path], text.as_str(), "{path} of {}", typed.act);
        }
        // The office's own words stand in a journal of its own.
        for text in typed.beside.iter().filter(|it| **it != NAUGHTY[5].trim()) {
            assert!(reasons.contains(text.as_str()), "{text:?} is not exported");
        }
    }
}
