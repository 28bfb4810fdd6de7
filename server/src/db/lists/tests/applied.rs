//! One list after another, and what must not happen.

use super::*;
use crate::db::{NewRecord, testing};
use std::collections::BTreeSet;
use waiqin_protocol::ids::{BootId, CaseId, JournalId, OfficerId, SubjectId};
use waiqin_protocol::journal::{Act, At, CaseRef, Change, Entry, entry_hash};
use waiqin_protocol::record::Record;

fn sample(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/lists");
    std::fs::read(folder.join(name)).unwrap()
}

const JULY: &str = "case-list-2019-07-01.gbk.csv";
const AUGUST: &str = "case-list-2019-08-01.xlsx";

fn truth() -> Value {
    serde_json::from_slice(&sample("truth.json")).unwrap()
}

fn sorted(value: &Value) -> Vec<String> {
    let mut rows: Vec<String> = value
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    rows.sort();
    rows
}

async fn numbers(db: &Db) -> Vec<String> {
    let rows = sqlx::query("SELECT id, number FROM cases WHERE absent = 0")
        .fetch_all(db.pool())
        .await
        .unwrap();
    let pairs = rows.iter().map(|row| {
        serde_json::json!([row.get::<String, _>(0), row.get::<String, _>(1)]).to_string()
    });
    let mut pairs: Vec<String> = pairs.collect();
    pairs.sort();
    pairs
}

#[tokio::test]
async fn both_samples_through_the_database_are_what_the_truth_says() {
    let truth = truth();
    for (db, _kept) in testing::engines().await {
        let (version, comparison) = import_file(&db, JULY, &sample(JULY)).await;
        assert_eq!(version, 1);
        assert_eq!(
            comparison.changes.added,
            truth["first"]["cases"].as_u64().unwrap()
        );
        assert_eq!(numbers(&db).await, sorted(&truth["clean_first"]));
        let officers: BTreeMap<String, String> = sqlx::query("SELECT id, officer FROM cases")
            .fetch_all(db.pool())
            .await
            .unwrap()
            .iter()
            .map(|row| (row.get(0), row.get(1)))
            .collect();

        let (version, comparison) = import_file(&db, AUGUST, &sample(AUGUST)).await;
        assert_eq!(version, 2);
        let changes = serde_json::to_value(comparison.changes).unwrap();
        assert_eq!(changes, truth["changes"]);
        let details = serde_json::to_value(comparison.details).unwrap();
        for (kind, cases) in truth["details"].as_object().unwrap() {
            assert_eq!(sorted(&details[kind]), sorted(cases), "{kind}");
        }
        assert_eq!(numbers(&db).await, sorted(&truth["clean_second"]));

        let ids = |kind: &str| -> BTreeSet<String> {
            let cases = truth["details"][kind].as_array().unwrap().iter();
            cases
                .map(|it| {
                    it.as_str()
                        .unwrap_or_else(|| it[0].as_str().unwrap())
                        .to_owned()
                })
                .collect()
        };
        let dropped = "SELECT id FROM cases WHERE absent = 1 AND list_version = 1";
        assert_eq!(
            texts(&db, dropped)
                .await
                .into_iter()
                .collect::<BTreeSet<_>>(),
            ids("dropped")
        );
        assert_eq!(
            number(&db, "SELECT COUNT(*) FROM cases WHERE absent > 1").await,
            0
        );
        // What was counted is what was written down, kind by kind.
        for (kind, count) in truth["changes"].as_object().unwrap() {
            let sql = format!(
                "SELECT case_id FROM case_changes WHERE version = 2 AND ',' || kinds || ',' LIKE '%,{kind},%'"
            );
            let noted: BTreeSet<String> = texts(&db, &sql).await.into_iter().collect();
            if kind == "restarted" {
                // The new cases, and the old ones that this list closes; two were closed already.
                assert_eq!(noted.len() as u64, 2 * count.as_u64().unwrap() - 2);
            } else {
                assert_eq!(noted, ids(kind), "{kind}");
            }
        }
        // Those who lost a case are told; and nobody else.
        let removals = sqlx::query("SELECT officer, case_id, number FROM scope_removals")
            .fetch_all(db.pool())
            .await
            .unwrap();
        let lost: BTreeSet<String> = removals.iter().map(|row| row.get(1)).collect();
        assert_eq!(lost, ids("reassigned"));
        for row in &removals {
            assert_eq!(officers[row.get::<&str, _>(1)], row.get::<String, _>(0));
            assert_eq!(row.get::<i64, _>(2), 2);
        }
        // Both numbers of a renumbered case are found.
        for it in truth["details"]["renumbered"].as_array().unwrap() {
            let [id, old, new] = [0, 1, 2].map(|at| it[at].as_str().unwrap());
            let sql = format!("SELECT search_text FROM cases WHERE id = '{id}'");
            let text = texts(&db, &sql).await.remove(0);
            assert!(text.contains(old) && text.contains(new), "{text}");
            let sql = format!("SELECT case_id FROM case_aliases WHERE number = '{old}'");
            assert_eq!(texts(&db, &sql).await, [id]);
        }
        assert!(db.audit_misfits().await.unwrap().misfits.is_empty());
    }
}

#[tokio::test]
async fn phones_are_sent_what_they_show_and_nothing_that_did_not_change() {
    for (db, _kept) in testing::engines().await {
        import_file(&db, JULY, &sample(JULY)).await;
        let before = shown_of_all(&db).await;
        import_file(&db, AUGUST, &sample(AUGUST)).await;
        let after = shown_of_all(&db).await;
        let (mut sent, mut kept) = (0, 0);
        for (id, (shown, sent_with)) in &after {
            let changed = before.get(id).is_none_or(|before| before.0 != *shown);
            assert_eq!(*sent_with, if changed { 2 } else { 1 }, "{id}");
            *if changed { &mut sent } else { &mut kept } += 1;
        }
        println!("{sent} cases are sent, {kept} are not");
        assert!(kept > 200);
    }
}

async fn shown_of_all(db: &Db) -> BTreeMap<String, (Value, i64)> {
    let sql = "SELECT c.id, c.body, s.changed FROM cases c \
               JOIN scope s ON s.case_id = c.id AND s.officer = c.officer";
    let rows = sqlx::query(sql).fetch_all(db.pool()).await.unwrap();
    let cases = number(db, "SELECT COUNT(*) FROM cases").await;
    assert_eq!(i64::try_from(rows.len()).unwrap(), cases);
    let mut all = BTreeMap::new();
    for row in &rows {
        let id: String = row.get(0);
        let sql = format!("SELECT number FROM case_aliases WHERE case_id = '{id}'");
        let former = texts(db, &sql).await;
        all.insert(id, (carried(row.get(1), &former), row.get(2)));
    }
    all
}

#[tokio::test]
async fn the_same_file_once_more_changes_the_version_alone() {
    for (db, _kept) in testing::engines().await {
        let both = [
            line("A", 1, "王法官"),
            line("B", 2, "李法官"),
            line("C", 3, "李法官"),
        ];
        import(&db, &both).await;
        import(&db, &both[..2]).await;
        let before = dump(&db).await;
        let (version, comparison) = import(&db, &both[..2]).await;
        assert_eq!(version, 3);
        assert_eq!(comparison.changes, crate::list::Changes::default());
        let after = dump(&db).await;
        for table in ["case_aliases", "case_changes", "scope_removals", "records"] {
            assert_eq!(before[table], after[table], "{table}");
        }
        assert_eq!(after["log"].len(), 3);
        // The missing case is not counted as missing once more, unless another file lacks it too.
        assert_eq!(
            number(&db, "SELECT absent FROM cases WHERE id = 'C'").await,
            1
        );
        let mut other = both[..2].to_vec();
        other[0].remaining += 1;
        import(&db, &other).await;
        assert_eq!(
            number(&db, "SELECT absent FROM cases WHERE id = 'C'").await,
            2
        );
        assert_eq!(
            number(&db, "SELECT list_version FROM cases WHERE id = 'C'").await,
            1
        );
        assert_eq!(
            number(&db, "SELECT list_version FROM cases WHERE id = 'A'").await,
            4
        );
        assert_eq!(
            number(&db, "SELECT changed FROM scope WHERE case_id = 'B'").await,
            1
        );
        import(&db, &both).await;
        assert_eq!(
            number(&db, "SELECT absent FROM cases WHERE id = 'C'").await,
            0
        );
        let sql = "SELECT kinds FROM case_changes WHERE version = 5 AND case_id = 'C'";
        assert_eq!(texts(&db, sql).await, ["returned"]);
    }
}

#[tokio::test]
async fn a_preview_that_was_overtaken_changes_nothing() {
    for (db, _kept) in testing::engines().await {
        let list = read("list.csv", csv(&[line("A", 1, "王法官")]).as_bytes());
        let (against, comparison) = compared(&db, &list).await;
        import(&db, &[line("B", 2, "李法官")]).await;
        let before = dump(&db).await;
        let applied = db
            .apply_list(&applying("00", against), &list, &comparison)
            .await;
        assert_eq!(applied.unwrap(), None);
        assert_eq!(dump(&db).await, before);
    }
}

#[tokio::test]
async fn a_comparison_with_other_cases_is_refused() {
    for (db, _kept) in testing::engines().await {
        import(&db, &[line("A", 1, "王法官"), line("B", 2, "王法官")]).await;
        let list = read("list.csv", csv(&[line("B", 2, "李法官")]).as_bytes());
        let (against, comparison) = compared(&db, &list).await;
        let before = dump(&db).await;
        for pairs in [
            vec![Some(0)],
            vec![Some(7)],
            vec![None],
            vec![],
            vec![Some(1), Some(1)],
        ] {
            let wrong = Comparison {
                pairs,
                ..comparison.clone()
            };
            let applied = db.apply_list(&applying("00", against), &list, &wrong).await;
            assert!(applied.is_err(), "{:?}", wrong.pairs);
            assert_eq!(dump(&db).await, before);
        }
    }
}

#[tokio::test]
async fn a_failure_at_any_statement_leaves_the_former_list() {
    for (db, _kept) in testing::engines().await {
        import(
            &db,
            &[
                line("A", 1, "王法官"),
                line("B", 2, "王法官"),
                line("C", 3, "王法官"),
            ],
        )
        .await;
        let now = [
            line("A", 101, "李法官"),
            line("B", 2, "王法官"),
            line("D", 4, "王法官"),
        ];
        for table in [
            "lists",
            "cases",
            "scope",
            "scope_removals",
            "case_aliases",
            "case_changes",
            "audit",
            "log",
        ] {
            let before = dump(&db).await;
            let (make, end) = break_inserts(&db, table);
            for sql in make {
                sqlx::query(AssertSqlSafe(sql))
                    .execute(db.pool())
                    .await
                    .unwrap();
            }
            let list = read("list.csv", csv(&now).as_bytes());
            let (against, comparison) = compared(&db, &list).await;
            let applied = db
                .apply_list(&applying("00", against), &list, &comparison)
                .await;
            assert!(applied.is_err(), "{table} was to refuse");
            assert_eq!(dump(&db).await, before, "{table}");
            for sql in end {
                sqlx::query(AssertSqlSafe(sql))
                    .execute(db.pool())
                    .await
                    .unwrap();
            }
        }
        import(&db, &now).await;
        assert_eq!(number(&db, "SELECT COUNT(*) FROM cases").await, 4);
    }
}

/// Statements that make a table refuse new rows, and those that end it.
fn break_inserts(db: &Db, table: &str) -> (Vec<String>, Vec<String>) {
    match db.engine() {
        crate::db::Engine::Sqlite => (
            vec![format!(
                "CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN \
                 SELECT RAISE(ABORT, 'disk is full'); END"
            )],
            vec!["DROP TRIGGER refuse".to_owned()],
        ),
        crate::db::Engine::Postgres => (
            vec![
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'disk is full'; END $$"
                    .to_owned(),
                format!(
                    "CREATE TRIGGER refuse BEFORE INSERT ON {table} \
                     FOR EACH ROW EXECUTE FUNCTION refuse()"
                ),
            ],
            vec![
                format!("DROP TRIGGER refuse ON {table}"),
                "DROP FUNCTION refuse".to_owned(),
            ],
        ),
    }
}

#[tokio::test]
async fn a_code_that_is_known_is_never_lost_to_a_mask() {
    const CODE: &str = "11010519491231002X";
    for (db, _kept) in testing::engines().await {
        let mut it = line("A", 1, "王法官");
        let code = |db: Db| async move {
            let body = texts(&db, "SELECT body FROM cases").await.remove(0);
            let row: Value = serde_json::from_str(&body).unwrap();
            row["debtors"][0]["code"].as_str().map(str::to_owned)
        };
        for (listed, kept) in [
            ("1101**********002X", "1101**********002X"),
            (CODE, CODE),
            ("1101**********002X", CODE),
            ("", CODE),
            ("1.10105E+17", CODE),
        ] {
            it.code = listed.to_owned();
            import(&db, std::slice::from_ref(&it)).await;
            assert_eq!(
                code(db.clone()).await.as_deref(),
                Some(kept),
                "after {listed}"
            );
            let text = texts(&db, "SELECT search_text FROM cases").await.remove(0);
            assert!(text.contains(kept), "{text}");
        }
        // From the second list on nothing was said that was not known.
        assert_eq!(number(&db, "SELECT COUNT(*) FROM case_changes").await, 2);
        assert_eq!(number(&db, "SELECT changed FROM scope").await, 2);
    }
}

/// A record on a case, kept as sync keeps it.
async fn add_record(db: &Db, n: u8, case: CaseRef) {
    let subject = SubjectId::from_bytes([n; 16]);
    let entry = Entry {
        at: At {
            beacon: None,
            boot: BootId::from_bytes([1; 16]),
            mono: 1,
            wall: NOW,
        },
        author: OfficerId::from_bytes([1; 16]),
        base: None,
        beacon: None,
        change: Change::RecordOpened {
            act: Act::Investigation,
            case,
            values: BTreeMap::new(),
        },
        journal: JournalId::from_bytes([1; 16]),
        seq: u64::from(n),
        subject,
        v: 1,
    };
    let record = Record::open(&entry, entry_hash(&entry.to_bytes().unwrap())).unwrap();
    let mut write = db.write().await.unwrap();
    let case_id = write.case_named(&record.case).await.unwrap();
    let number = write.next_number();
    write
        .append(crate::db::LogKind::Piece, None, "{}", NOW)
        .await
        .unwrap();
    write
        .put_record(&NewRecord { record, case_id }, number)
        .await
        .unwrap();
    write.commit().await.unwrap();
}

fn on(typed: &str, normal: Option<u32>, id: Option<&str>) -> CaseRef {
    CaseRef {
        id: id.map(|id| CaseId(id.to_owned())),
        normal: normal.map(numbered),
        typed: typed.to_owned(),
        ..CaseRef::default()
    }
}

#[tokio::test]
async fn a_record_waits_for_the_list_that_knows_its_case() {
    for (db, _kept) in testing::engines().await {
        import(&db, &[line("A", 1, "王法官")]).await;
        add_record(&db, 1, on("执2", Some(2), None)).await;
        add_record(&db, 2, on("不清", None, None)).await;
        add_record(&db, 3, on("执1", Some(1), None)).await;
        add_record(&db, 4, on("执9", Some(9), Some("D"))).await;
        add_record(&db, 5, on("执50", Some(50), None)).await;
        let cases = |db: Db| async move {
            texts(&db, "SELECT COALESCE(case_id, '-') || ' ' || changed_number FROM records ORDER BY subject").await
        };
        assert_eq!(cases(db.clone()).await, ["- 2", "- 3", "A 4", "- 5", "- 6"]);
        import(
            &db,
            &[
                line("A", 1, "王法官"),
                line("B", 2, "王法官"),
                line("C", 50, "王法官"),
            ],
        )
        .await;
        assert_eq!(cases(db.clone()).await, ["B 7", "- 3", "A 4", "- 5", "C 7"]);
        // By the list's id, whatever the number; a record keeps its case when that is renumbered.
        import(
            &db,
            &[
                line("A", 1, "王法官"),
                line("B", 102, "王法官"),
                line("D", 4, "王法官"),
            ],
        )
        .await;
        assert_eq!(cases(db.clone()).await, ["B 7", "- 3", "A 4", "D 8", "C 7"]);
        // By the former number.
        add_record(&db, 6, on("执2", Some(2), None)).await;
        assert_eq!(cases(db.clone()).await[5], "B 9");
    }
}

#[tokio::test]
async fn a_case_that_gets_an_id_of_its_own_keeps_its_history_and_its_records() {
    for (db, _kept) in testing::engines().await {
        let nameless = |it: Line| Line {
            id: String::new(),
            ..it
        };
        import(
            &db,
            &[
                nameless(line("", 1, "王法官")),
                nameless(line("", 2, "王法官")),
            ],
        )
        .await;
        let mut closed = nameless(line("", 1, "王法官"));
        closed.closed = true;
        import(&db, &[closed.clone(), nameless(line("", 2, "王法官"))]).await;
        add_record(&db, 1, on("执1", Some(1), Some(&numbered(1)))).await;
        let mut phone = Phone::of("王法官");
        phone.pull(&db).await;
        assert_eq!(phone.holds.len(), 2);

        closed.id = "A".into();
        import(&db, &[closed, nameless(line("", 2, "王法官"))]).await;
        assert_eq!(
            texts(&db, "SELECT id FROM cases ORDER BY number").await,
            ["A".to_owned(), numbered(2)]
        );
        assert_eq!(texts(&db, "SELECT case_id FROM records").await, ["A"]);
        let versions =
            "SELECT CAST(version AS TEXT) FROM case_changes WHERE case_id = 'A' ORDER BY version";
        assert_eq!(texts(&db, versions).await, ["1", "2", "3"]);
        assert_eq!(
            number(&db, "SELECT first_version FROM cases WHERE id = 'A'").await,
            1
        );
        phone.pull(&db).await;
        assert_eq!(
            phone.holds.keys().cloned().collect::<Vec<_>>(),
            ["A".to_owned(), numbered(2)]
        );
        assert_eq!(phone.in_vain, [] as [&str; 0]);
        // Before it was closed; its id stays, since records name it.
        db.roll_back_list(3, "x", AppliedBy::CommandLine, NOW)
            .await
            .unwrap()
            .unwrap();
        let rolling = crate::db::RollingBack {
            version: 2,
            newest: 4,
            reason: "x",
            by: AppliedBy::CommandLine,
            now_ms: NOW,
        };
        db.roll_back_lists(&rolling).await.unwrap().unwrap();
        assert_eq!(
            texts(
                &db,
                "SELECT id FROM cases WHERE closed_on IS NULL ORDER BY number"
            )
            .await,
            ["A".to_owned(), numbered(2)]
        );
        phone.pull(&db).await;
        assert!(phone.holds["A"]["closed_on"].is_null());
    }
}
