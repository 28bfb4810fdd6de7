//! Tests of the words: both languages whole, nothing said outside the table, nothing unused.

use crate::words::Words;
use std::fs;
use std::path::{Path, PathBuf};
use waiqin_protocol::words::placeholders;

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '\u{f900}'..='\u{faff}')
}

fn files(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into)
        } else {
            into.push(path)
        }
    }
}

/// Files of this crate that are shipped, with their text: tests and comments left out.
fn shipped() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for dir in ["src", "templates", "static"] {
        files(&root.join(dir), &mut found);
    }
    let tests = [
        "samples.rs",
        "samples_acts.rs",
        "words_test.rs",
        "tests.rs",
        "words.rs",
    ];
    found
        .into_iter()
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                path,
            )
        })
        .filter(|(name, _)| !tests.contains(&name.as_str()))
        .map(|(name, path)| {
            let text = fs::read_to_string(path).unwrap();
            let product = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let lines = product.lines().map(|line| match line.find("//") {
                Some(at) if !line[..at].contains("http:") => &line[..at],
                Some(_) | None => line,
            });
            (name, lines.collect::<Vec<_>>().join("\n"))
        })
        .collect()
}

#[test]
fn both_languages_are_whole_and_carry_the_same_placeholders() {
    for (name, zh, en) in Words::ALL {
        assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{name}");
        assert_eq!(placeholders(zh), placeholders(en), "{name}");
        let both = zh.chars().chain(en.chars());
        assert!(
            both.clone().all(|c| c != '!' && c != '！'),
            "{name} exclaims"
        );
        assert!(!zh.contains("成功"), "{name} boasts");
    }
}

#[test]
fn english_holds_no_han_but_the_name_of_the_language() {
    for (name, _, en) in Words::ALL {
        assert!(
            *name == "chinese" || !en.chars().any(is_han),
            "{name}: {en}"
        );
    }
}

#[test]
fn nothing_is_said_outside_the_table() {
    let shipped = shipped();
    assert!(
        shipped.len() > 40,
        "only {} files were looked at",
        shipped.len()
    );
    for (name, text) in shipped {
        let found: String = text.chars().filter(|c| is_han(*c)).collect();
        assert!(found.is_empty(), "{name} says {found}");
    }
}

#[test]
fn every_word_is_used() {
    let shipped = shipped();
    for (name, _, _) in Words::ALL {
        let used = format!(".{name}");
        let follows = |text: &str| {
            text.match_indices(&used).any(|(at, _)| {
                let next = text[at + used.len()..].chars().next().unwrap_or(' ');
                !next.is_alphanumeric() && next != '_'
            })
        };
        assert!(
            shipped.iter().any(|(_, text)| follows(text)),
            "{name} is said nowhere"
        );
    }
}
