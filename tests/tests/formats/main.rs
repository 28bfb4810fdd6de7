//! What an outsider can check of an exported folder: real phones and a real court make it, and
//! `docs/verify.py`, which is written from docs/FORMAT.md and shares no code with the product, judges it.
//! It passes what is untouched and finds every bit that turned, every line that is gone, moved or foreign.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    reason = "a crate of tests, which uses a part of the host"
)]

mod clerk;
#[path = "../phones/court.rs"]
mod court;
mod damage;
#[path = "../../../server/tests/support/desk.rs"]
mod desk;
#[path = "../../../mobile-bindings/ui/tests/real/host.rs"]
mod host;
mod naughty;
mod story;

use damage::{Folder, Harm};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use story::Story;
use waiqin_tests::suite;

const CRYPTOGRAPHY: &str = "python3 with the package cryptography (pip install cryptography)";
/// Bits that are turned in a file that is longer.
const FLIPS_MOST: usize = 6;

/// What the verifier says of a folder: its exit status and its words.
fn verify(folder: &Path) -> (i32, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said + &error)
}

fn has_python() -> bool {
    let here = Command::new("python3")
        .args(["-c", "import cryptography"])
        .output();
    here.is_ok_and(|it| it.status.success())
}

fn passes(folder: &Path) {
    let (code, said) = verify(folder);
    assert_eq!(code, 0, "{}: {said}", folder.display());
    assert!(!said.contains("Traceback"), "{said}");
}

fn is_found(folder: &Path, what: &str) {
    let (code, said) = verify(folder);
    assert!(matches!(code, 1 | 2), "{what} was not found: {said}");
    assert!(!said.contains("Traceback"), "{what}: {said}");
}

#[tokio::test]
async fn an_export_passes_untouched_and_no_damage_to_it_passes() {
    let story = Story::told().await;
    let exports = exported(&story);
    the_exports_hold_what_happened(&story, &exports);
    if let Some(dir) = std::env::var_os("WAIQIN_FORMATS_SAMPLES") {
        damage::samples(&exports, Path::new(&dir));
    }
    if !has_python() {
        return suite::skip("exported folders before docs/verify.py", CRYPTOGRAPHY);
    }
    for folder in &exports {
        passes(&folder.dir);
    }
    let mut seed = 1;
    for folder in &exports {
        for name in folder.files() {
            for _ in 0..folder.flips(&name, FLIPS_MOST) {
                seed += 1;
                let copy = folder.copy(&story.path("flipped"));
                let at = copy.flip(&name, seed);
                is_found(&copy.dir, &format!("{name} of {}, {at}", folder.title));
                // Who means it writes new sums: what is signed shows it all the same.
                if Folder::is_signed(&name) {
                    copy.sum_again();
                    let what = format!("{name} of {}, {at}, summed again", folder.title);
                    is_found(&copy.dir, &what);
                }
            }
        }
        for harm in Harm::all(folder, &exports) {
            let copy = folder.copy(&story.path("harmed"));
            harm.done_to(&copy);
            copy.sum_again();
            is_found(&copy.dir, &format!("{harm} of {}", folder.title));
        }
    }
}

/// Exports of the story: a journal, a case, two phones.
fn exported(story: &Story) -> Vec<Folder> {
    let to = |name: &str| story.path(name);
    let court = |args: &[&str], name: &str| {
        let dir = to(name);
        let place = ["--to", dir.to_str().unwrap(), "--json"];
        let args = [&["export"], args, &place].concat();
        let said: Value = serde_json::from_str(&court::server(story.court.data(), &args)).unwrap();
        assert_eq!(said["ok"], true, "{said}");
        Folder::at(name, dir)
    };
    let journal = court(&["journal", &story.journal], "journal");
    let case = court(&["case", "(2019)粤0115执100号"], "case");
    let mut all = vec![journal, case];
    for (name, phone) in [("phone", &story.phone), ("copied-phone", &story.copied)] {
        let dir = to(name);
        phone.export(&dir);
        all.push(Folder::at(name, dir));
    }
    all
}

/// The oracle is what was done, read from the files by nothing but a reader of JSON.
fn the_exports_hold_what_happened(story: &Story, exports: &[Folder]) {
    let [journal, case, phone, copied] = exports else {
        panic!("four exports")
    };
    // The court's folder of the journal and the phone's have the same entries, byte for byte.
    assert_eq!(journal.read("journal.ndjson"), phone.read("journal.ndjson"));
    let kinds = journal.text("journal.ndjson");
    for kind in [
        "sealed",
        "signature_taken",
        "countersigned",
        "evidence_added",
    ] {
        assert!(kinds.contains(&format!("\"kind\":\"{kind}\"")), "{kind}");
    }
    // A case shows its own records whole, and of others no word.
    let journals: Vec<String> = case.files().into_iter().collect();
    let all: String = journals
        .iter()
        .filter(|it| it.starts_with("journal-"))
        .map(|it| case.text(it))
        .collect();
    assert!(all.contains("contest_decided") && all.contains("{\"hash\":"));
    assert!(all.contains(story::PLACE) && !all.contains(story::ELSEWHERE));
    assert!(!case.text("forked.ndjson").is_empty());
    // Photos as they were taken; every receipt has its row.
    for bytes in [story::PHOTO, &story.large] {
        let hash = story::sha256(bytes);
        assert_eq!(journal.read(&format!("evidence/{hash}")), bytes);
        assert_eq!(case.read(&format!("evidence/{hash}")), bytes);
    }
    let rows = journal.text("log.ndjson").matches("{\"row\":").count();
    assert_eq!(rows, journal.text("receipts.ndjson").lines().count());
    assert_eq!(journal.text("checkpoints.ndjson").lines().count(), 1);
    // The copied phone forked: its branch lies beside the chain, and a journal follows.
    let followed = copied
        .files()
        .into_iter()
        .filter(|it| it.starts_with("journal-"));
    assert_eq!(followed.count(), 1);
    assert!(journal.text("forked.ndjson").contains(story::BRANCH));
}

/// Words and refusals of the command; an export that fails leaves nothing.
#[tokio::test]
async fn an_export_says_why_it_is_none_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let court = court::Court::open(&dir.path().join("court"));
    court.import();
    let to = dir.path().join("to");
    let says = |args: &[&str]| -> String {
        let words = ["zh", "en"].map(|lang| {
            let args = [
                &["--lang", lang, "export"],
                args,
                &["--to", to.to_str().unwrap()],
            ];
            let (code, _, error) = court::server_says(court.data(), &args.concat());
            assert_eq!(code, 1, "{error}");
            error
        });
        words.concat()
    };
    let nobody = "00".repeat(16);
    let said = says(&["journal", &nobody]);
    assert!(
        said.contains("没有日志") && said.contains("no journal"),
        "{said}"
    );
    let said = says(&["case", "（2019）粤0115执999号"]);
    assert!(
        said.contains("没有案件") && said.contains("no case"),
        "{said}"
    );
    assert!(!to.exists());
    std::fs::create_dir(&to).unwrap();
    let said = says(&["case", "1001"]);
    assert!(
        said.contains("已存在") && said.contains("there already"),
        "{said}"
    );
    std::fs::remove_dir(&to).unwrap();
    let part = PathBuf::from(format!("{}.part", to.display()));
    std::fs::create_dir(&part).unwrap();
    let said = says(&["case", "1001"]);
    assert!(
        said.contains("未完成") && said.contains("did not finish"),
        "{said}"
    );
    std::fs::remove_dir(&part).unwrap();
    // A case of which nothing was recorded is a folder all the same.
    let args = ["export", "case", "1001", "--to", to.to_str().unwrap()];
    let said = court::server(court.data(), &args);
    assert!(
        said.contains("日志 0 本") && said.contains("指纹"),
        "{said}"
    );
    assert!(to.join("keys.json").exists() && !part.exists());
}
