//! House rules that no compiler checks.
#![allow(clippy::unwrap_used, reason = "a crate of tests")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

fn files(dir: &Path, endings: &[&str], into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && name != ".git" && name != "node_modules" {
                files(&path, endings, into);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            into.push(path);
        }
    }
}

fn sources(endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&root(), endings, &mut found);
    assert!(!found.is_empty());
    found.sort();
    found
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '\u{f900}'..='\u{faff}')
}

#[test]
fn templates_hold_no_words_of_their_own() {
    for (path, text) in sources(&[".html"]) {
        let found: String = text.chars().filter(|c| is_han(*c)).collect();
        assert!(
            found.is_empty(),
            "{} says {found}: words belong in the table",
            path.display()
        );
    }
}

#[test]
fn the_pure_crate_stays_pure() {
    let manifest = fs::read_to_string(root().join("core/protocol/Cargo.toml")).unwrap();
    let used = manifest.split("[dev-dependencies]").next().unwrap();
    for name in [
        "tokio",
        "reqwest",
        "sled",
        "axum",
        "getrandom",
        "rand",
        "sqlx",
        "rustix",
    ] {
        assert!(
            !used.lines().any(|line| line.starts_with(name)),
            "protocol depends on {name}"
        );
    }
    for (path, text) in sources(&[".rs"]) {
        if path.starts_with(root().join("core/protocol/src")) {
            for word in [
                "std::fs",
                "std::net",
                "SystemTime::now",
                "Instant::now",
                "Utc::now",
            ] {
                assert!(!text.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn arrows_point_one_way() {
    let forbidden = [
        ("server/Cargo.toml", vec!["waiqin-core", "waiqin-phone-ui"]),
        (
            "core/Cargo.toml",
            vec!["waiqin-phone-ui", "waiqin-server", "axum", "askama"],
        ),
        (
            "core/protocol/Cargo.toml",
            vec!["waiqin-core", "waiqin-server"],
        ),
        (
            "mobile-bindings/ui/Cargo.toml",
            vec!["sled", "reqwest", "waiqin-server", "waiqin-mobile"],
        ),
        (
            "mobile-bindings/Cargo.toml",
            vec!["sled", "reqwest", "waiqin-server", "axum", "askama"],
        ),
    ];
    for (manifest, names) in forbidden {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        let used = text.split("[dev-dependencies]").next().unwrap();
        for name in names {
            assert!(
                !used.lines().any(|line| line.starts_with(name)),
                "{manifest} names {name}"
            );
        }
    }
}

#[test]
fn sql_stands_in_db_alone() {
    for (path, text) in sources(&[".rs"]) {
        let inside = path.starts_with(root().join("server/src"))
            && !path.starts_with(root().join("server/src/db"));
        if inside {
            for word in ["sqlx::query", "SELECT ", "INSERT INTO", "UPDATE "] {
                assert!(
                    !text.contains(word),
                    "{} holds SQL ({word})",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn files_stay_short_enough_to_read() {
    // Tests are counted apart; a table of words is a table.
    for (path, text) in sources(&[".rs"]) {
        let product = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap()
            .lines()
            .count();
        let name = path.to_string_lossy().into_owned();
        let table = name.contains("words")
            || name.contains("holidays")
            || name.contains("/tests/")
            || name.ends_with("tests.rs");
        assert!(
            table || product <= 600,
            "{} has {product} lines before its tests",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_for_later_in_silence() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
    ];
    for (path, text) in sources(&[".rs", ".html", ".css", ".js", ".md", ".sql"]) {
        for mark in marks {
            assert!(!text.contains(mark), "{} holds a {mark}", path.display());
        }
    }
}

#[test]
fn no_machine_is_named() {
    let places = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/far", "m/"),
    ];
    for (path, text) in sources(&[".rs", ".md", ".toml", ".html", ".js", ".css", ".sql", "run"]) {
        for place in places {
            assert!(!text.contains(place), "{} names {place}", path.display());
        }
    }
}
