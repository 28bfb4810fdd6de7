use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path);
        }
    }
}

fn han(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}'))
        .collect()
}

#[test]
fn pages_and_their_code_hold_no_words_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in ["templates", "static", "src/console"] {
        files(&root.join(folder), &mut all);
    }
    assert!(all.len() > 40);
    for path in all {
        let name = path.to_string_lossy().into_owned();
        if name.contains("/tests") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let product = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        // Comments may give the court's own term.
        let code: String = product
            .lines()
            .map(|line| line.split_once("//").map_or(line, |(code, _)| code))
            .collect::<Vec<_>>()
            .join("\n");
        assert_eq!(han(&code), "", "{name}");
    }
}

#[test]
fn changes_are_routed_by_forms_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
    let mut all = Vec::new();
    files(&root, &mut all);
    for path in all {
        let name = path.to_string_lossy().into_owned();
        if name.contains("/tests") || name.ends_with("/form.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for verb in [
            "routing::post",
            "routing::put",
            "routing::delete",
            "routing::patch",
            "post(",
        ] {
            assert!(
                !text.contains(verb),
                "{name} routes {verb} past the form's token"
            );
        }
    }
}
