//! How a court weighs the rules: from its settings file to its phones.
#![allow(clippy::unwrap_used, reason = "a crate of tests")]

mod support;

use support::{Answer, Phone, Server, refused};
use waiqin_protocol::rules::Setting;
use waiqin_protocol::wire::hello::Limits;
use waiqin_protocol::wire::sync::DownLine;

/// Writes the table behind the settings that `init` wrote.
fn weigh(server: &Server, table: &str) {
    let path = server.data.join("waiqin.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let own = text.split("\n[rules").next().unwrap();
    std::fs::write(&path, format!("{own}\n{table}")).unwrap();
}

fn told(answer: &Answer) -> Option<Limits> {
    answer.lines.iter().find_map(|line| match line {
        DownLine::Limits(limits) => Some(limits.clone()),
        DownLine::Standing(_)
        | DownLine::Receipt(_)
        | DownLine::Verdicts(_)
        | DownLine::Beacon(_)
        | DownLine::Safe(_)
        | DownLine::Page(_)
        | DownLine::Refetched(_)
        | DownLine::Digests(_)
        | DownLine::End(_) => None,
    })
}

#[tokio::test]
async fn a_phone_hears_once_how_the_court_weighs_the_rules() {
    let mut server = Server::start();
    let mut phone = Phone::enrol(&server, "wang", 1).await;
    assert_eq!(told(&phone.sync().await), None, "it knows version 1");
    weigh(
        &server,
        "[rules]\nexcess_percent = 150\n[rules.overrides]\nG02 = \"warn\"\n",
    );
    for _ in 0..2 {
        server.crash_and_serve_again();
        phone.url = server.http.clone();
        // Whoever still knows version 1 is told the same at every sync: no start counts up.
        let limits = told(&phone.sync().await).unwrap();
        assert_eq!((limits.version, limits.rules.excess_percent), (2, 150));
        assert_eq!(limits.rules.overrides["G02"], Setting::Warn);
    }
    let mut head = phone.sync_head();
    head.limits = 2;
    assert_eq!(told(&phone.send(phone.body(head, 10), None).await), None);
}

#[test]
fn a_table_that_cannot_be_used_is_refused_at_the_start_in_both_languages() {
    let mut server = Server::start();
    server.stop();
    for (table, zh, en) in [
        (
            "[rules.overrides]\nG99 = \"off\"\n",
            "没有这条规则",
            "which is no rule",
        ),
        (
            "[rules.overrides]\nZ16 = \"block\"\n",
            "不能设为 block",
            "never block",
        ),
        (
            "[rules]\nexcess_percent = 99\n",
            "excess_percent 须在 100 至 1000 之间，现为 99",
            "excess_percent must be between 100 and 1000, not 99",
        ),
        (
            "[rules]\nforced_sale_percent = 101\n",
            "forced_sale_percent 须在 1 至 100 之间，现为 101",
            "forced_sale_percent must be between 1 and 100, not 101",
        ),
    ] {
        weigh(&server, table);
        for (lang, said) in [("zh", zh), ("en", en)] {
            let error = refused(&server.data, &["serve", "--lang", lang]);
            assert!(error.contains(said), "{table}: {error}");
            assert!(error.contains("waiqin.toml"), "{table}: {error}");
        }
    }
}
