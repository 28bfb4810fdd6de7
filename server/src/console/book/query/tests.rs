use super::super::Shelf;
use super::*;
use crate::db::CaseFacts;
use crate::db::testing;
use crate::list::ListCase;

fn facts(case: &ListCase) -> CaseFacts {
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    CaseFacts {
        id: case.id.clone(),
        number: case.number.clone(),
        kind: case.kind.clone(),
        officer: case.officer.clone(),
        stage: case.stage.clone(),
        stay: case.stay.clone(),
        filed_on: text(case.filed_on),
        due_on: text(case.due_on),
        closed_on: text(case.closed_on),
        remaining_fen: case.remaining_fen,
        absent: 0,
        search_text: format!(
            "{}\n{}\n{}\n{}",
            case.debtors[0].name,
            case.debtors[0].code.as_deref().unwrap_or_default(),
            case.applicants[0].name,
            case.address.as_deref().unwrap_or_default()
        ),
    }
}

fn cases(count: u32) -> Vec<ListCase> {
    (0..count).map(crate::db::cases_tests::sample).collect()
}

fn book(cases: &[ListCase]) -> Book {
    let former = ["（2018）粤0115执9187号".to_owned()];
    let mut book = Book::empty(1);
    for (n, case) in cases.iter().enumerate() {
        book.add(facts(case), if n == 5 { &former } else { &[] });
    }
    book.order();
    book
}

fn ask(book: &Book, text: &str) -> Listing {
    book.find(
        &CaseQuery {
            text: text.into(),
            limit: 50,
            ..CaseQuery::default()
        },
        2019,
    )
}

#[test]
fn a_number_is_found_however_it_is_spelt_and_former_ones_too() {
    let cases = cases(400);
    let book = book(&cases);
    let wanted = &cases[42];
    for text in [
        wanted.number.clone(),
        wanted.number.replace('（', "(").replace('）', ")"),
        wanted.number.replace(['（', '）'], ""),
        wanted.number.replace('号', ""),
        format!("  {} ", wanted.number.replace('执', "执字第")),
        wanted.number.replace("0115", "０１１５"),
    ] {
        let found = ask(&book, &text);
        assert_eq!(found.exact.as_deref(), Some(wanted.id.as_str()), "{text}");
        assert_eq!(found.ids, std::slice::from_ref(&wanted.id), "{text}");
    }
    let former = ask(&book, "2018粤0115执9187");
    assert_eq!(former.exact.as_deref(), Some(cases[5].id.as_str()));
    assert_eq!(ask(&book, "（2019）粤0115执9999号").total, 0);
}

#[test]
fn a_slip_that_a_person_must_confirm_is_offered_and_not_taken() {
    let cases = cases(40);
    let book = book(&cases);
    let slip = cases[8].number.replace("0115", "O115");
    let found = ask(&book, &slip);
    assert_eq!((found.total, found.exact), (0, None));
    assert_eq!(found.suggestion.as_deref(), Some(cases[8].number.as_str()));
    let unknown = cases[8]
        .number
        .replace("0115", "O115")
        .replace("执3", "执3333");
    assert_eq!(ask(&book, &unknown).suggestion, None);
}

#[test]
fn search_finds_what_a_plain_scan_finds() {
    let cases = cases(900);
    let book = book(&cases);
    // The oracle folds nothing and reads the cases themselves.
    let holds = |case: &ListCase, text: &str| {
        [
            &case.debtors[0].name,
            &case.applicants[0].name,
            &case.number,
        ]
        .into_iter()
        .chain(&case.debtors[0].code)
        .chain(&case.address)
        .any(|it| it.contains(text))
    };
    for (text, terms) in [
        ("某77机械", vec!["某77机械"]),
        ("李某 大道1", vec!["李某", "大道1"]),
        ("MA00000123", vec!["MA00000123"]),
        ("ma00000123", vec!["MA00000123"]),
        ("粤0115执77号", vec!["粤0115执77号"]),
        ("号 某 广州", vec!["号", "某", "广州"]),
        ("没有这样的人", vec!["没有这样的人"]),
        ("大道５号", vec!["大道5号"]),
    ] {
        let mut expected: Vec<&str> = cases
            .iter()
            .filter(|case| terms.iter().all(|term| holds(case, term)))
            .map(|case| case.id.as_str())
            .collect();
        let query = CaseQuery {
            text: text.into(),
            limit: 1000,
            ..CaseQuery::default()
        };
        let mut found = book.find(&query, 2019).ids;
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_word_never_spans_two_fields_or_two_cases() {
    let cases = cases(30);
    let book = book(&cases);
    let joined = format!(
        "{}{}",
        cases[3].debtors[0].name,
        cases[3].debtors[0].code.as_ref().unwrap()
    );
    assert_eq!(ask(&book, &joined).total, 0);
    assert_eq!(ask(&book, "\n").total, 30);
    assert_eq!(ask(&book, "\u{0}").total, 0);
    assert_eq!(ask(&book, &"号".repeat(10_000)).total, 0);
}

#[test]
fn filters_narrow_and_a_value_that_no_case_has_finds_nothing() {
    let cases = cases(600);
    let book = book(&cases);
    let count = |query: CaseQuery| book.find(&CaseQuery { limit: 10, ..query }, 2019).total;
    let expected = |keep: &dyn Fn(&ListCase) -> bool| {
        u64::try_from(cases.iter().filter(|case| keep(case)).count()).unwrap()
    };
    let officer = cases[100].officer.clone();
    assert_eq!(
        count(CaseQuery {
            officer: officer.clone(),
            state: State::Open,
            ..CaseQuery::default()
        }),
        expected(&|case| case.officer == officer && case.closed_on.is_none())
    );
    let (from, to) = (cases[9].due_on.unwrap(), cases[29].due_on.unwrap());
    assert_eq!(
        count(CaseQuery {
            due_from: Some(from),
            due_to: Some(to),
            ..CaseQuery::default()
        }),
        expected(&|case| case.closed_on.is_none()
            && case.due_on.is_some_and(|due| due >= from && due <= to))
    );
    assert_eq!(
        count(CaseQuery {
            officer: "nobody".into(),
            ..CaseQuery::default()
        }),
        0
    );
    assert_eq!(
        count(CaseQuery {
            scope: Some(Scope::new()),
            ..CaseQuery::default()
        }),
        0
    );
    assert_eq!(
        count(CaseQuery {
            scope: Some(cases[100..103].iter().map(|case| case.id.clone()).collect()),
            text: "广州".into(),
            ..CaseQuery::default()
        }),
        3
    );
    assert_eq!(
        count(CaseQuery {
            absent: true,
            ..CaseQuery::default()
        }),
        0
    );
}

#[test]
fn pages_follow_one_another_without_gap_or_repeat_in_every_order() {
    let cases = cases(333);
    let book = book(&cases);
    for sort in [Sort::Filed, Sort::Due, Sort::Remaining, Sort::Number] {
        let mut seen = Vec::new();
        let mut from = None;
        loop {
            let query = CaseQuery {
                sort,
                from: from.clone(),
                limit: 50,
                ..CaseQuery::default()
            };
            let page = book.find(&query, 2019);
            assert_eq!(page.total, 333);
            assert_eq!(page.offset, u64::try_from(seen.len()).unwrap());
            if page.offset > 0 {
                let back = CaseQuery {
                    from: page.before.clone(),
                    ..query
                };
                assert_eq!(book.find(&back, 2019).after, from);
            }
            seen.extend(page.ids);
            match page.after {
                Some(next) => from = Some(next),
                None => break,
            }
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((seen.len(), unique.len()), (333, 333), "{sort:?}");
    }
    let gone = CaseQuery {
        from: Some("gone".into()),
        limit: 50,
        ..CaseQuery::default()
    };
    assert_eq!(book.find(&gone, 2019).offset, 0);
}

/// Not an assertion on time: it prints what 100,000 cases cost, and asserts what is found.
#[tokio::test]
async fn a_hundred_thousand_cases() {
    let (db, _dir) = testing::sqlite().await;
    let all = cases(100_000);
    crate::db::cases_tests::fill(&db, &all).await;
    let shelf = Shelf::default();
    let clock = std::time::Instant::now();
    let book = shelf.book(&db).await.unwrap();
    println!(
        "book of 100,000 made in {:?}, {} MB of text",
        clock.elapsed(),
        book.texts.len() >> 20
    );
    for (text, sort, state) in [
        ("", Sort::Filed, State::Any),
        ("", Sort::Remaining, State::Open),
        ("某77777机械", Sort::Filed, State::Any),
        ("广州 大道9", Sort::Due, State::Open),
        ("没有这样的人", Sort::Filed, State::Any),
        ("某", Sort::Number, State::Any),
        ("(2019)粤0115执2371", Sort::Filed, State::Any),
    ] {
        let query = CaseQuery {
            text: text.into(),
            sort,
            state,
            limit: 50,
            ..CaseQuery::default()
        };
        let clock = std::time::Instant::now();
        let found = book.find(&query, 2019);
        let searched = clock.elapsed();
        let ids: Vec<&str> = found.ids.iter().map(String::as_str).collect();
        let rows = db.cases_of(&ids).await.unwrap();
        assert_eq!(rows.len(), ids.len());
        println!(
            "{text:12} {sort:?} {state:?}: {} found, {searched:?}, rows {:?}",
            found.total,
            clock.elapsed() - searched
        );
    }
    let clock = std::time::Instant::now();
    let again = shelf.book(&db).await.unwrap();
    println!("the same book again: {:?}", clock.elapsed());
    assert!(std::sync::Arc::ptr_eq(&book, &again));
}
