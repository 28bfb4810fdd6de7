use super::house::{Answer, Browser, House};
use crate::access::Role;
use crate::words::console::ConsoleWords;
use axum::http::{StatusCode, header};
use std::collections::BTreeSet;
use waiqin_protocol::ids::{JournalId, OfficerId};

/// Values of an attribute in a page, as a browser reads them.
fn attributes(page: &str, name: &str) -> Vec<String> {
    page.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|value| value.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

fn is_own(link: &str) -> bool {
    link.starts_with('/') && !link.starts_with("//")
}

/// Walks over every link from the overview on and returns the pages seen.
async fn walk(browser: &mut Browser) -> Vec<(String, Answer)> {
    let mut waiting = vec!["/".to_owned()];
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut pages = Vec::new();
    // One of each kind of address is enough: a page of cases links fifty of them.
    let mut kinds: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path} is linked");
        let mut links = attributes(&page.body, "href");
        links.extend(attributes(&page.body, "data-go"));
        links.extend(attributes(&page.body, "src"));
        for link in links {
            let link = link.split('#').next().unwrap().to_owned();
            if link.is_empty() || known.contains(&link) {
                continue;
            }
            assert!(is_own(&link), "{path} links to {link}");
            let kind: String = link
                .chars()
                .map(|c| if c.is_ascii_digit() { '0' } else { c })
                .collect();
            let kind = kind.split("0000").next().unwrap().to_owned();
            if kinds.insert(kind) || link.starts_with("/records/") {
                known.insert(link.clone());
                waiting.push(link);
            }
        }
        pages.push((path, page));
    }
    pages
}

#[tokio::test]
async fn every_link_leads_to_a_page_and_every_form_to_a_route_in_both_languages() {
    let house = House::full().await;
    let read = ["/cases", "/records"];
    let watch = ["/undelivered", "/incidents", "/devices", "/reconcile"];
    for (login, leads_to, least) in [
        ("officer1", vec![&read[..]], 60),
        ("lead21", vec![&read[..], &watch], 90),
        (
            "clerk2",
            vec![&read[..], &watch, &["/decisions", "/import"]],
            90,
        ),
        ("command3", vec![&read[..], &watch, &["/decisions"]], 90),
        ("review22", vec![&read[..]], 90),
        ("supervisor23", vec![&read[..], &watch, &["/audit"]], 90),
        (
            "admin4",
            vec![&watch[..3], &["/people", "/audit", "/devices/hand-in"]],
            12,
        ),
    ] {
        for lang in ["zh-CN", "en"] {
            let mut browser = house.stranger();
            browser.lang = lang;
            let fields = [("login", login), ("password", super::house::PASSWORD)];
            browser.post("/sign-in", &fields).await;
            let pages = walk(&mut browser).await;
            let paths: BTreeSet<&str> = pages.iter().map(|(path, _)| path.as_str()).collect();
            for path in leads_to.iter().copied().flatten() {
                assert!(paths.contains(path), "{login}: nothing leads to {path}");
            }
            assert!(pages.len() >= least, "{login}: {} pages", pages.len());
            are_whole(&mut browser, &pages).await;
            if lang == "en" {
                english_pages_speak_english(&pages);
            }
        }
    }
}

/// Pages without gaps, in their language, whose forms lead to routes that this person may use.
async fn are_whole(browser: &mut Browser, pages: &[(String, Answer)]) {
    let lang = browser.lang;
    for (path, page) in pages {
        let html = page.headers[header::CONTENT_TYPE] == "text/html; charset=utf-8";
        if !html {
            continue;
        }
        assert!(
            page.body.contains(&format!("<html lang=\"{lang}\">")),
            "{path}"
        );
        assert!(
            !page.body.contains('{') && !page.body.contains('}'),
            "{path} has a gap"
        );
        assert!(
            !page.body.contains("<b>机器夜间运行"),
            "{path} lets text be markup"
        );
        assert!(
            !page.body.contains(" style=") && !page.body.contains(" onclick="),
            "{path}"
        );
        for action in attributes(&page.body, "action") {
            let route = action.split('?').next().unwrap();
            let answer = browser.get(route).await.status;
            assert!(
                answer.is_success() || answer.is_redirection(),
                "{path}: {action}"
            );
        }
    }
}

/// Chinese on an English page comes from the court's data alone.
fn english_pages_speak_english(pages: &[(String, Answer)]) {
    for (path, page) in pages {
        for (name, zh, _) in ConsoleWords::ALL {
            let data = [
                "officer", "stage", "number", "name", "debtor", "kind", "seal", "stay",
            ];
            let long = zh.chars().filter(|c| *c > '\u{3400}').count() >= 5 && !zh.contains('{');
            if long && !data.iter().any(|word| name.contains(word)) {
                assert!(!page.body.contains(zh), "{path} says {name} in Chinese");
            }
        }
    }
}

#[tokio::test]
async fn every_page_has_its_empty_state() {
    let house = House::empty().await;
    for (lang, empty) in [("zh-CN", &ConsoleWords::ZH), ("en", &ConsoleWords::EN)] {
        for (path, words) in [
            (
                "/",
                vec![empty.no_list, empty.no_record_yet, empty.nothing_waits],
            ),
            ("/cases", vec![empty.no_list]),
            ("/records", vec![empty.no_record_yet]),
            (
                "/undelivered",
                vec![empty.no_entries_missing, empty.no_photos_missing],
            ),
            ("/incidents", vec![empty.no_incident]),
            ("/import", vec![empty.no_list]),
            ("/devices", vec![empty.no_device]),
        ] {
            let login = if path == "/devices" {
                "admin4"
            } else {
                "clerk2"
            };
            let mut browser = house.stranger();
            browser.lang = lang;
            let fields = [("login", login), ("password", super::house::PASSWORD)];
            browser.post("/sign-in", &fields).await;
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            for word in words {
                assert!(page.body.contains(word), "{path} does not say {word}");
            }
        }
    }
}

#[tokio::test]
async fn a_record_shows_what_became_of_each_piece_of_evidence() {
    let house = House::full().await;
    let mut browser = house.browser("clerk2").await;
    let words = &ConsoleWords::ZH;
    let page = browser
        .get(&format!("/records/{}", house.subjects[0]))
        .await
        .body;
    for word in [
        words.evidence_received,
        words.evidence_undelivered,
        words.evidence_missing,
        words.evidence_withdrawn,
        words.not_a_picture,
    ] {
        assert!(page.contains(word), "{word}");
    }
    assert!(
        page.contains("6 张中 1 张未送达"),
        "the worst state is the record's"
    );
    assert!(
        page.contains("(2016)粤0115执1号") || page.contains("案号原写"),
        "as typed"
    );
    let pending = browser
        .get(&format!("/records/{}", house.subjects[1]))
        .await
        .body;
    assert!(pending.contains(words.number_pending));
    let aside = browser
        .get(&format!("/records/{}", house.subjects[2]))
        .await
        .body;
    assert!(aside.contains(words.verdict_held) && aside.contains(words.reason_unknown_base));
    assert!(aside.contains(words.verdict_refused) && aside.contains(words.unmatched));
    let long = browser
        .get(&format!("/records/{}", house.subjects[3]))
        .await
        .body;
    assert_eq!(long.matches("class=\"photo").count() - 1, 60);
    assert!(long.contains(words.voided) && long.contains("重复记录"));
}

#[tokio::test]
async fn originals_come_byte_for_byte_and_thumbnails_small_and_turned_into_pictures() {
    let house = House::full().await;
    let mut browser = house.browser("clerk2").await;
    let original = browser.get(&format!("/evidence/{}", house.photos[0])).await;
    assert_eq!(original.bytes, super::house::picture(1200, 800));
    assert_eq!(original.headers[header::CONTENT_TYPE], "image/png");
    let disposition = original.headers[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap();
    assert!(disposition.starts_with("inline; "), "{disposition}");
    let odd = browser.get(&format!("/evidence/{}", house.photos[5])).await;
    assert_eq!(odd.bytes, b"not a picture");
    assert_eq!(
        odd.headers[header::CONTENT_TYPE],
        "application/octet-stream"
    );
    assert!(
        odd.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    assert_eq!(odd.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    for _ in 0..2 {
        let small = browser
            .get(&format!("/evidence/{}/thumbnail", house.photos[0]))
            .await;
        assert_eq!(small.headers[header::CONTENT_TYPE], "image/jpeg");
        let picture = image::load_from_memory(&small.bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (480, 320));
    }
    let none = browser
        .get(&format!("/evidence/{}/thumbnail", house.photos[5]))
        .await;
    assert_eq!(none.headers[header::CONTENT_TYPE], "image/svg+xml");
    assert!(none.body.contains(ConsoleWords::ZH.not_a_picture));
    for gone in [
        house.photos[2].to_string(),
        "ab".repeat(32),
        "..".to_owned(),
    ] {
        let answer = browser.get(&format!("/evidence/{gone}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{gone}");
    }
}

#[tokio::test]
async fn what_is_waited_for_is_listed_and_what_was_declared_missing_is_not() {
    let house = House::full().await;
    let mut browser = house.browser("clerk2").await;
    let page = browser.get("/undelivered").await.body;
    assert!(page.contains("39 条（第 2–40 条）"));
    assert!(page.contains("undelivered "), "the name of the file");
    assert!(
        !page.contains("missing &#34;"),
        "declared missing is not waited for"
    );
    let home = browser.get("/").await.body;
    assert!(home.contains("何某1 的手机有 39 条未送达"));
}

#[tokio::test]
async fn a_whole_number_leads_to_its_case_and_a_part_to_a_list() {
    let house = House::full().await;
    let mut browser = house.browser("clerk2").await;
    let number =
        serde_urlencoded::to_string([("q", house.cases[7].number.replace('号', ""))]).unwrap();
    assert_eq!(
        browser.get(&format!("/cases?{number}")).await.to(),
        format!("/cases/{}", house.cases[7].id)
    );
    let part = serde_urlencoded::to_string([("q", "某77机械")]).unwrap();
    let found = browser.get(&format!("/cases?{part}")).await;
    assert!(found.body.contains(&house.cases[77].id) && !found.body.contains(&house.cases[78].id));
    let none = serde_urlencoded::to_string([("q", "没有此人")]).unwrap();
    assert!(
        browser
            .get(&format!("/cases?{none}"))
            .await
            .body
            .contains("没有找到案件")
    );
}

#[tokio::test]
async fn problems_are_pages_with_a_way_back() {
    let house = House::full().await;
    let mut browser = house.browser("officer1").await;
    for (path, status) in [
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/cases/none", StatusCode::NOT_FOUND),
        ("/records/none", StatusCode::NOT_FOUND),
        ("/import", StatusCode::FORBIDDEN),
        ("/people", StatusCode::FORBIDDEN),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.body.contains("href=\"/\""), "{path}");
        assert!(page.body.contains("<nav"), "{path}");
    }
    house.court.db().close().await;
    let broken = house.stranger().get("/sign-in").await;
    assert_eq!(
        broken.status,
        StatusCode::OK,
        "a stranger needs no database"
    );
    let broken = browser.get("/").await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(broken.body.contains(ConsoleWords::ZH.broken_title));
    assert!(!broken.body.contains("sqlx") && !broken.body.contains("statement"));
}

#[tokio::test]
async fn each_incident_says_what_happened_whose_phone_it_is_and_what_to_do() {
    let house = House::full().await;
    let words = &ConsoleWords::ZH;
    let mut clerk = house.browser("clerk2").await;
    let page = clerk.get("/incidents").await.body;
    // Newest first, each with its numbers.
    let told = [
        (words.fork_title, "第 26 条", words.fork_remedy),
        (
            words.phone_restored_title,
            "前 24 条",
            words.phone_restored_remedy,
        ),
        (
            words.entries_lost_title,
            "第 17 至 19 条",
            words.entries_lost_remedy,
        ),
        (
            words.rolled_back_title,
            "第 38 条",
            words.rolled_back_remedy,
        ),
        (words.restored_title, "第 812 号", words.rolled_back_remedy),
    ];
    let mut rest = page.as_str();
    for (title, numbers, remedy) in told {
        for text in [title, numbers, remedy] {
            let found = rest.split_once(text);
            rest = found.unwrap_or_else(|| panic!("no {text} in its place")).1;
        }
    }
    for journal in &house.journals {
        assert!(page.contains(&format!("href=\"/devices/{journal}\"")));
    }
    assert!(page.contains("href=\"/decisions\"") && page.contains(words.the_server));
    // Links are hashes that help nobody.
    assert!(!page.contains("abababab"));
    // What was noted this week is led to from the overview; what was nine days ago does not count.
    let home = clerk.get("/").await.body;
    assert!(home.contains("近 7 天有 4 起异常"), "{home}");
    let mut officer = house.browser("officer1").await;
    assert_eq!(
        officer.get("/incidents").await.status,
        StatusCode::FORBIDDEN
    );
    assert!(!officer.get("/").await.body.contains("/incidents"));
}

#[tokio::test]
async fn a_list_that_is_cut_says_so() {
    let house = House::empty().await;
    let mut browser = house.browser("admin4").await;
    let words = &ConsoleWords::ZH;
    for path in ["/people", "/devices", "/undelivered"] {
        let page = browser.get(path).await.body;
        assert!(!page.contains(words.only_first_shown), "{path}");
    }
    let mut write = house.court.db().write().await.unwrap();
    let model = crate::db::testing::journal(1);
    for n in 0..1001u32 {
        let mut id = [0xee; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        let user = crate::db::User {
            id: OfficerId::from_bytes(id),
            login: format!("more{n}"),
            name: "钱某".into(),
            list_name: "-".into(),
            role: Role::Officer,
            disabled: false,
        };
        assert!(write.add_user(&user, None, 1).await.unwrap());
        let mut journal = model.clone();
        journal.id = JournalId::from_bytes(id);
        journal.announced.seq = 2;
        write.add_journal(&journal).await.unwrap();
    }
    write.commit().await.unwrap();
    for (path, figure) in [
        ("/people", "1,000 以上"),
        ("/devices", "500 以上"),
        ("/undelivered", ""),
    ] {
        let page = browser.get(path).await.body;
        assert!(page.contains(words.only_first_shown), "{path}");
        assert!(page.contains(figure), "{path}");
    }
}
