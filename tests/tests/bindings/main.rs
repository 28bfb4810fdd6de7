//! The library of `mobile-bindings` from another language: Python drives a court day at a real server,
//! and what it made is the same, byte for byte, as what the Rust engine makes of the same acts.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod court;
mod twin;

use anyhow::{Context, Result, ensure};
use court::{Court, Folder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use waiqin_demo::script::{Journal, ServerFolder};
use waiqin_tests::suite;

const PYTHON: &str = "python3 (3.9 or newer)";
const BINDGEN: &str = "cargo build --manifest-path mobile-bindings/bindgen/Cargo.toml \
                       --target-dir target/bindgen --locked";

#[tokio::test(flavor = "multi_thread")]
async fn python_drives_a_court_day_and_the_engine_makes_the_same_of_it() -> Result<()> {
    let Some(bindgen) = ready_for_python("bindings from Python") else {
        return Ok(());
    };
    let dir = tempfile::tempdir()?;
    let at = |name: &str| dir.path().join(name);
    let folder = Folder::set_up(&at("court"))?;
    let [wang, lin] = [folder.ticket("wang")?, folder.ticket("lin")?];
    let more = [folder.ticket("lin")?, folder.ticket("lin")?];
    let twin_court = folder.copy_to(&at("twin-court"))?.serve()?;
    let mut court = folder.serve()?;
    let photos = photos(&at("photos"))?;
    let python = Python::with(&bindgen, &at("python"))?;
    let job = json!({
        "folder": dir.path(),
        "photos": photos,
        "story": home().join("visit.json"),
        "tickets": {
            "wang": court.leading_here(&wang)?,
            "lin": court.leading_here(&lin)?,
            "lin_2": court.leading_here(&more[0])?,
            "lin_3": court.leading_here(&more[1])?,
            "used": court.leading_here(&wang)?,
            "other_key": court.with_another_key(&more[1])?,
        },
        "hand_in": court.hand_in()?,
    });
    std::fs::write(at("job.json"), job.to_string())?;
    let said = python.run(&home().join("visit.py"), &[&at("job.json")])?;
    let said: Value = serde_json::from_str(&said)?;
    told_in_words(&said["refused"]);
    delivered(&said);

    court.end_and_verify()?;
    held_by_the_court(&court, &said, &photos).await?;

    let story: Value = serde_json::from_slice(&std::fs::read(home().join("visit.json"))?)?;
    let made = twin::play(&twin::Job {
        folder: &at("twin"),
        photos: &photos,
        story: &story,
        tickets: [
            &twin_court.leading_here(&wang)?,
            &twin_court.leading_here(&lin)?,
        ],
    })
    .await?;
    assert!(made.offline.len() > 8, "{:?}", made.offline);
    assert_eq!(json!(made.offline), said["offline"], "entry hashes");
    for name in ["visit", "settlement"] {
        let sealed = &said["records"][name]["sealed"];
        assert_eq!(&json!(made.sealed[name]), sealed, "record hash of {name}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_the_readme_does_what_it_says() -> Result<()> {
    let Some(bindgen) = ready_for_python("the README's Python example") else {
        return Ok(());
    };
    let dir = tempfile::tempdir()?;
    let folder = Folder::set_up(&dir.path().join("court"))?;
    let ticket = folder.ticket("wang")?;
    let mut court = folder.serve()?;
    let readme = std::fs::read_to_string(root().join("README.md"))?;
    let example = readme.split("```python\n").nth(1).context("no example")?;
    let example = example.split("```").next().context("no end")?;
    let program = dir.path().join("example.py");
    std::fs::write(&program, example)?;
    std::fs::copy(gate(), dir.path().join("gate.jpg"))?;
    let python = Python::with(&bindgen, &dir.path().join("python"))?;
    let said = python.run(&program, &[Path::new(&court.leading_here(&ticket)?)])?;
    assert!(said.contains("DONE 0 0"), "{said}");
    let report = court.end_and_verify()?;
    let bytes = std::fs::metadata(gate())?.len();
    assert_eq!(report["evidence"]["bytes"], bytes, "{report}");
    Ok(())
}

/// Kotlin and Swift are written without complaint, with the names that shells will use.
#[test]
fn kotlin_and_swift_are_written_too() -> Result<()> {
    let Some(bindgen) = ready("bindings for Kotlin and Swift") else {
        return Ok(());
    };
    let dir = tempfile::tempdir()?;
    for (language, file) in [
        ("kotlin", "uniffi/waiqin_mobile/waiqin_mobile.kt"),
        ("swift", "waiqin_mobile.swift"),
    ] {
        generate(&bindgen, language, dir.path())?;
        let text = std::fs::read_to_string(dir.path().join(file))?;
        for name in ["countersignRequest", "addPhoto", "SyncListener", "startUi"] {
            assert!(text.contains(name), "{language} has no {name}");
        }
    }
    Ok(())
}

fn ready_for_python(name: &str) -> Option<PathBuf> {
    if suite::program("python3").is_none() {
        suite::skip(name, PYTHON);
        return None;
    }
    ready(name)
}

/// The program that writes bindings, where it was built.
fn ready(name: &str) -> Option<PathBuf> {
    let built = root().join("target/bindgen/debug/waiqin-bindgen");
    if !built.exists() {
        suite::skip(name, BINDGEN);
        return None;
    }
    Some(built)
}

/// A folder from which Python imports the library.
struct Python {
    modules: PathBuf,
}

impl Python {
    fn with(bindgen: &Path, modules: &Path) -> Result<Self> {
        std::fs::create_dir_all(modules)?;
        generate(bindgen, "python", modules)?;
        let library = library()?;
        let name = library.file_name().context("no name")?;
        std::os::unix::fs::symlink(&library, modules.join(name))?;
        Ok(Self {
            modules: modules.to_owned(),
        })
    }

    /// Runs a program in the folder's parent, to what it prints.
    fn run(&self, program: &Path, args: &[&Path]) -> Result<String> {
        let output = Command::new("python3")
            .arg("-B")
            .arg(program)
            .args(args)
            .current_dir(self.modules.parent().context("no parent")?)
            .env("PYTHONPATH", &self.modules)
            .env("PYTHONIOENCODING", "utf-8")
            .output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}: {error}", program.display());
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn generate(bindgen: &Path, language: &str, to: &Path) -> Result<()> {
    let output = Command::new(bindgen)
        .args([
            "generate",
            "--no-format",
            "--language",
            language,
            "--out-dir",
        ])
        .arg(to)
        .arg(library()?)
        .output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{language}: {error}");
    ensure!(!error.contains("error"), "{language}: {error}");
    Ok(())
}

/// The library that was built beside this test.
fn library() -> Result<PathBuf> {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let beside = Path::new(env!("CARGO_BIN_EXE_waiqin-bench")).with_file_name("deps");
    let library = beside.join(format!("{DLL_PREFIX}waiqin_mobile{DLL_SUFFIX}"));
    ensure!(library.exists(), "{} is not built", library.display());
    Ok(library)
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap().to_owned()
}

fn home() -> PathBuf {
    root().join("mobile-bindings/python")
}

fn gate() -> PathBuf {
    root().join("tests/fixtures/gate.jpg")
}

/// Two photos with the names of the story, of different bytes.
fn photos(to: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(to)?;
    let mut bytes = std::fs::read(gate())?;
    for name in ["大门.jpg", "和解笔录.jpg"] {
        std::fs::write(to.join(name), &bytes)?;
        bytes.push(0);
    }
    Ok(to.to_owned())
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// What was refused came with words for an officer: what he typed, what was meant, what to do.
fn told_in_words(refused: &Value) {
    let told = refused.as_object().unwrap();
    for (name, words) in told {
        let words = words.as_str().unwrap();
        assert_eq!(
            words.chars().any(is_han),
            name != "english",
            "{name}: {words}"
        );
    }
    for (name, holds) in [
        ("pin", "口令不对"),
        ("second_pin", "口令不对"),
        ("file", "/no/such.jpg"),
        ("number", "（2019）粤0115执100号"),
        ("sealed", "已封存"),
        ("locked", "已锁"),
        ("panic", "程序出错"),
        ("id", "not-a-record"),
        ("used", "登记码"),
        ("other_key", "不是登记码所指的那一台"),
        ("others_receipts", "另一台手机"),
    ] {
        assert!(
            refused[name].as_str().unwrap().contains(holds),
            "{name}: {refused}"
        );
    }
}

/// What waited was counted, and waits no more.
fn delivered(said: &Value) {
    let (before, after) = (&said["before"], &said["after"]);
    assert_eq!(before["entries"], before["saved"], "{before}");
    // The photo and the strokes.
    assert_eq!(before["photos"], 2, "{before}");
    assert_eq!(
        before["next_try"], false,
        "offline nothing is planned: {before}"
    );
    assert_eq!(after["entries"], 0, "{after}");
    assert_eq!(after["photos"], 0, "{after}");
    assert_eq!(after["next_try"], true, "{after}");
    assert_eq!(said["synced"][0][0], "DONE", "{}", said["synced"]);
    assert_eq!(
        said["synced"][0][1], before["entries"],
        "{}",
        said["synced"]
    );
    assert_eq!(said["synced"][0][2], 2, "{}", said["synced"]);
    assert_eq!(said["synced"][1][0], "DONE", "{}", said["synced"]);
    assert_eq!(
        said["cases"],
        json!([["1001", "（2019）粤0115执100号", "李某"]])
    );
    for name in ["visit", "settlement"] {
        let record = &said["records"][name];
        assert_eq!(record["delivery"], "RECEIVED", "{name}: {record}");
        assert_eq!(
            record["countersigns"].as_array().unwrap().len(),
            1,
            "{name}: {record}"
        );
        assert_eq!(record["countersigns"][0][1], "书记员", "{name}: {record}");
        assert_eq!(
            record["countersigns"][0][2], record["sealed"],
            "{name}: {record}"
        );
    }
    let fields = &said["records"]["settlement"]["fields"];
    assert_eq!(fields["total_fen"], "320,000.00", "{fields}");
    assert_eq!(fields["debtor/name"], "李某", "{fields}");
    assert_eq!(said["page"], json!([200, true]));
}

/// What the library named is what lies at the court: SHA-256 over its bytes, by code of the tests.
async fn held_by_the_court(court: &Court, said: &Value, photos: &Path) -> Result<()> {
    let folder = ServerFolder::open(&court.data).await?;
    let journals = folder.journals().await?;
    let of = |login: &'static str| journals.iter().filter(move |it| it.login == login);
    assert_eq!((of("wang").count(), of("lin").count()), (1, 2));
    let hashes: BTreeSet<String> = journals.iter().flat_map(hashes).collect();
    for name in ["visit", "settlement"] {
        let record = &said["records"][name];
        for hash in record["entries"].as_array().unwrap() {
            assert!(hashes.contains(hash.as_str().unwrap()), "{name}: {hash}");
        }
        let id = &record["id"];
        let changes = of("wang").flat_map(|it| &it.entries);
        let sealed = changes
            .filter(|it| it.json["subject"] == *id && it.json["change"]["kind"] == "sealed")
            .map(|it| sha256(it.json["change"]["body"].to_string().as_bytes()));
        assert_eq!(
            json!(sealed.collect::<Vec<_>>()),
            json!([record["sealed"]]),
            "{name}"
        );
        let countersigned = of("lin")
            .flat_map(|it| &it.entries)
            .filter(|it| it.json["change"]["countersign"]["body"]["record"] == record["sealed"]);
        assert_eq!(
            countersigned.count(),
            1,
            "{name}: in the second officer's own journal"
        );
    }
    for (name, hash) in ["大门.jpg", "和解笔录.jpg"]
        .iter()
        .zip(said["photos"].as_array().unwrap())
    {
        let taken = std::fs::read(photos.join(name))?;
        assert_eq!(json!(sha256(&taken)), *hash, "{name}");
        assert!(
            folder.object(hash.as_str().unwrap())? == taken,
            "{name} at the court"
        );
    }
    Ok(())
}

fn hashes(journal: &Journal) -> Vec<String> {
    journal.entries.iter().map(|it| sha256(&it.bytes)).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
