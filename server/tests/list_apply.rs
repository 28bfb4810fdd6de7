//! The case list on the command line: previews, refusals, rollbacks, and imports beside a server
//! that writes. What must come of the samples is told by truth.json alone.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod support;

use serde_json::Value;
use sqlx::{Connection, Row};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use support::{Phone, Server, run};
use waiqin_protocol::wire::sync::Heads;

const JULY: &str = "case-list-2019-07-01.gbk.csv";
const AUGUST: &str = "case-list-2019-08-01.xlsx";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../demo/lists")
        .join(name)
}

fn truth() -> Value {
    serde_json::from_slice(&std::fs::read(sample("truth.json")).unwrap()).unwrap()
}

/// A court that nobody serves.
struct Court {
    dir: tempfile::TempDir,
}

impl Court {
    fn new() -> Self {
        let court = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let codes = ["--code", "粤0115", "--code", "粤0191"];
        run(
            &court.data(),
            &[&["init", "--court", "某法院"], &codes[..]].concat(),
        );
        court
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("court")
    }

    fn file(&self, name: &str, text: &[u8]) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&run(&self.data(), &[args, &["--json"]].concat())).unwrap()
    }

    async fn query(&self, sql: &'static str) -> Vec<String> {
        query(&self.data(), sql).await
    }

    /// Everything that a list writes.
    async fn everything(&self) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        for sql in [
            "SELECT id || number || officer || absent || list_version || body FROM cases ORDER BY id",
            "SELECT officer || case_id || since || '|' || changed FROM scope ORDER BY 1",
            "SELECT number || case_id FROM case_aliases ORDER BY 1",
            "SELECT version || case_id || kinds FROM case_changes ORDER BY 1",
            "SELECT version || summary FROM lists ORDER BY 1",
            "SELECT number || link FROM log ORDER BY number",
            "SELECT number || link FROM audit ORDER BY number",
        ] {
            all.push(self.query(sql).await);
        }
        all
    }
}

async fn query(data: &Path, sql: &'static str) -> Vec<String> {
    let url = format!("sqlite://{}", data.join("waiqin.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waiqin-server"));
    command.args(args).arg("--data").arg(data);
    command
        .env_remove("WAIQIN_DATABASE")
        .env_remove("WAIQIN_LANG");
    command
}

fn try_run(data: &Path, args: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command(data, args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A list of `count` cases with a mark in each.
fn list(count: usize, mark: &str) -> Vec<u8> {
    let mut text = String::from("案件标识,案号,立案日期,承办人,承办部门\n");
    for n in 1..=count {
        writeln!(text, "A{n},（2019）粤0115执{n}号,2019-01-02,王法官,{mark}").unwrap();
    }
    text.into_bytes()
}

#[tokio::test]
async fn the_preview_says_what_the_truth_says_and_changes_nothing() {
    let court = Court::new();
    let truth = truth();
    let (july, august) = (sample(JULY), sample(AUGUST));
    let (july, august) = (july.to_str().unwrap(), august.to_str().unwrap());
    let empty = court.everything().await;
    let preview = court.json(&["import", july, "--preview"]);
    assert_eq!(court.everything().await, empty);
    assert_eq!(court.json(&["import", july]), preview);
    assert_eq!(preview["list_version"], 1);
    for (kind, count) in preview["changes"].as_object().unwrap() {
        let expected = if kind == "added" { 300 } else { 0 };
        assert_eq!(*count, expected, "{kind}");
    }
    let before = court.everything().await;
    let preview = court.json(&["import", august, "--preview"]);
    assert_eq!(court.everything().await, before);
    assert_eq!(court.json(&["import", august]), preview);
    let members: Vec<&String> = preview.as_object().unwrap().keys().collect();
    let expected = [
        "cases",
        "changes",
        "details",
        "list_version",
        "rejected",
        "repairs",
        "suspicious",
    ];
    assert_eq!(members, expected);
    assert_eq!(preview["changes"], truth["changes"]);
    assert_eq!(preview["repairs"], truth["second"]["repairs"]);
    assert_eq!(preview["cases"], truth["second"]["cases"]);
    assert_eq!(
        preview["rejected"][0]["row"],
        truth["second"]["rejected"][0]["row"]
    );
    assert!(preview["suspicious"].as_array().unwrap().is_empty());

    let again = court.json(&["import", august]);
    assert_eq!(again["list_version"], 3);
    assert!(
        again["changes"]
            .as_object()
            .unwrap()
            .values()
            .all(|count| *count == 0)
    );
    let (_, said, _) = try_run(&court.data(), &["import", august]);
    assert!(
        said.contains("同一个文件") && said.contains("第 4 版"),
        "{said}"
    );
    run(&court.data(), &["verify"]);
}

#[tokio::test]
async fn a_rollback_gives_numbers_officers_and_amounts_back() {
    let court = Court::new();
    let columns = "SELECT id || ' ' || number || ' ' || officer || ' ' || \
        COALESCE(remaining_fen, '') || ' ' || stage || ' ' || stay || ' ' || \
        COALESCE(closed_on, '') || ' ' || COALESCE(due_on, '') \
        FROM cases WHERE absent = 0 ORDER BY id";
    court.json(&["import", sample(JULY).to_str().unwrap()]);
    let july = court.query(columns).await;
    court.json(&["import", sample(AUGUST).to_str().unwrap()]);
    let august = court.query(columns).await;
    assert_eq!((july.len(), august.len()), (300, 339));

    let report = court.json(&["rollback", "--version", "2", "--reason", "误导入"]);
    assert_eq!(report["list_version"], 3);
    assert_eq!(report["rolls_back"], 2);
    assert_eq!(report["decisions"], serde_json::json!([]));
    assert_eq!(court.query(columns).await, july);
    let report = court.json(&["rollback", "--version", "3", "--reason", "其实没错"]);
    assert_eq!(report["list_version"], 4);
    assert_eq!(court.query(columns).await, august);
    assert_eq!(
        court.query("SELECT kind FROM lists ORDER BY version").await,
        ["import", "import", "rollback", "rollback"]
    );
    let before = court.everything().await;
    for (args, said) in [
        (["--version", "9", "--reason", "x"], "没有清单第 9 版"),
        (["--version", "0", "--reason", "x"], "没有清单第 0 版"),
        (["--version", "1", "--reason", "  "], "请写明回退的理由"),
    ] {
        let (code, out, error) = try_run(&court.data(), &[&["rollback"], &args[..]].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{error}");
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(court.everything().await, before);
    // All of it: nothing is deleted, everything is absent.
    court.json(&["rollback", "--version", "1", "--reason", "重来"]);
    assert!(court.query(columns).await.is_empty());
    assert_eq!(court.query("SELECT id FROM cases").await.len(), 344);
    run(&court.data(), &["verify"]);
}

#[tokio::test]
async fn a_list_that_looks_wrong_needs_a_reason_and_one_that_cannot_be_read_has_none() {
    let court = Court::new();
    let whole = court.file("whole.csv", &list(100, "一庭"));
    let half = court.file("half.csv", &list(50, "一庭"));
    court.json(&["import", &whole]);
    let before = court.everything().await;
    for args in [
        &["import", &half, "--json"][..],
        &["import", &half, "--json", "--force", " "],
    ] {
        let (code, out, error) = try_run(&court.data(), args);
        assert_eq!(code, 3, "{error}");
        let report: Value = serde_json::from_str(&out).unwrap();
        let codes: Vec<&Value> = report["suspicious"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["code"])
            .collect();
        assert_eq!(codes, ["dropped", "fewer_rows"]);
        assert_eq!(report["changes"]["dropped"], 50);
        assert!(error.contains("--force"), "{error}");
        assert_eq!(court.everything().await, before);
    }
    // Looking is free.
    court.json(&["import", &half, "--preview"]);
    let (code, out, error) = try_run(&court.data(), &["--lang", "en", "import", &half]);
    assert_eq!(code, 3);
    assert!(
        out.contains("not applied") && error.contains("--force"),
        "{out}{error}"
    );

    let page = court.file(
        "page.xls",
        b"<html><table><tr><td>x</td></tr></table></html>",
    );
    let absent = court.dir.path().join("absent.csv");
    for (file, lang, said) in [
        (page.as_str(), "zh", "原清单未变动"),
        (page.as_str(), "en", "The former list is unchanged"),
        (absent.to_str().unwrap(), "en", "cannot be read"),
        (court.dir.path().to_str().unwrap(), "zh", "无法读取文件"),
    ] {
        let (code, out, error) =
            try_run(&court.data(), &["--lang", lang, "import", file, "--json"]);
        assert_eq!((code, out.as_str()), (1, ""), "{error}");
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(court.everything().await, before);

    court.json(&["import", &half, "--force", "只导出了今年的案件"]);
    assert_eq!(
        court
            .query("SELECT reason FROM lists WHERE version = 2")
            .await,
        ["只导出了今年的案件"]
    );
    assert_eq!(
        court
            .query("SELECT id FROM cases WHERE absent = 1")
            .await
            .len(),
        50
    );
}

#[tokio::test]
async fn lists_are_applied_while_phones_deliver() {
    let mut server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    let folder = tempfile::tempdir().unwrap();
    let data = server.data.clone();
    let imports = std::thread::spawn(move || {
        for n in 0..6 {
            let file = folder.path().join(format!("{n}.csv"));
            std::fs::write(&file, list(1500, &format!("{n}庭"))).unwrap();
            run(&data, &["import", file.to_str().unwrap(), "--json"]);
        }
    });
    let mut syncs = 0u8;
    while !imports.is_finished() && syncs < 200 {
        syncs += 1;
        phone.open_record(syncs, "（2019）粤0115执7号", Some("（2019）粤0115执7号"));
        let answer = phone.sync().await;
        assert_eq!(answer.status, 200, "{:?}", answer.problem);
        assert_eq!(answer.standing().heads, Heads::Same);
    }
    imports.join().unwrap();
    println!("{syncs} visits beside six imports");
    let report = server.verified();
    assert_eq!(report["records"], syncs);
    // Every record found its case, whichever came first.
    assert_eq!(
        query(
            &server.data,
            "SELECT DISTINCT COALESCE(case_id, '-') FROM records"
        )
        .await,
        ["A7"]
    );
    let kinds = query(&server.data, "SELECT kind FROM log").await;
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in &kinds {
        *count.entry(kind).or_default() += 1;
    }
    assert_eq!(count["list"], 6);
    assert!(count["piece"] >= usize::from(syncs));
    server.stop();
}

#[tokio::test]
async fn an_import_that_is_killed_leaves_one_list_or_the_other() {
    const CASES: usize = 6000;
    let court = Court::new();
    let (mut whole, mut nothing) = (0, 0);
    let wal = court.data().join("waiqin.db-wal");
    let mut version = 0;
    // Killed once so much of the transaction is in the write-ahead log; at the end not at all.
    for (n, bytes) in [1, 300_000, 2_000_000, 4_000_000, 6_000_000, u64::MAX]
        .into_iter()
        .enumerate()
    {
        let before = court.everything().await;
        let file = court.file(&format!("{n}.csv"), &list(CASES, &format!("{n}庭")));
        let mut import = command(&court.data(), &["import", &file, "--json"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let finished = loop {
            if let Some(status) = import.try_wait().unwrap() {
                break Some(status);
            }
            if std::fs::metadata(&wal).is_ok_and(|it| it.len() >= bytes) {
                import.kill().unwrap();
                import.wait().unwrap();
                break None;
            }
            std::thread::yield_now();
        };
        let versions = court
            .query("SELECT CAST(version AS TEXT) FROM lists")
            .await
            .len();
        if versions == version {
            assert!(finished.is_none(), "it ended by itself");
            assert_eq!(court.everything().await, before);
            nothing += 1;
        } else {
            assert_eq!(versions, version + 1);
            let mark = court
                .query("SELECT DISTINCT json_extract(body, '$.department') FROM cases")
                .await;
            assert_eq!(mark, [format!("{n}庭")]);
            assert_eq!(
                court
                    .query("SELECT id FROM cases WHERE absent = 0")
                    .await
                    .len(),
                CASES
            );
            whole += 1;
        }
        version = versions;
        run(&court.data(), &["verify"]);
    }
    println!("{nothing} imports left nothing, {whole} were whole");
    assert!(nothing > 0 && whole > 0);
}
