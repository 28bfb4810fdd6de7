//! How statements grow with the list. Times are printed, not asserted.

use super::*;
use crate::db::testing;

/// Cases in the large list; the environment sets more for a measurement.
fn cases() -> u32 {
    std::env::var("WAIQIN_TEST_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(3_000)
}

#[tokio::test]
async fn a_large_list_is_applied_in_batches_and_taken_back() {
    let count = cases();
    for (db, _kept) in testing::engines().await {
        let officer = |n: u32| {
            if n.is_multiple_of(3) {
                "王法官"
            } else {
                "李法官"
            }
        };
        let mut lines: Vec<Line> = (0..count)
            .map(|n| line(&format!("C{n:07}"), n + 1, officer(n)))
            .collect();
        let begun = std::time::Instant::now();
        import(&db, &lines).await;
        println!(
            "{:?}: {count} new cases in {:?}",
            db.engine(),
            begun.elapsed()
        );
        // Every tenth case changes in every way, every hundredth goes.
        for (n, it) in (0..count).zip(&mut lines) {
            if n % 10 == 0 {
                it.number = numbered(count + n + 1);
                it.officer = "张法官";
                it.remaining += 1;
            }
        }
        lines.retain(|it| !it.id.ends_with("55"));
        timed(&db, &lines, "the next list").await;
        let gone = i64::from(count / 100);
        assert_eq!(
            number(&db, "SELECT COUNT(*) FROM cases WHERE absent = 1").await,
            gone
        );
        let tenth = i64::from(count / 10);
        for sql in [
            "SELECT COUNT(*) FROM scope WHERE officer = '张法官' AND since = 2",
            "SELECT COUNT(*) FROM case_aliases",
            "SELECT COUNT(*) FROM scope_removals WHERE number = 2",
        ] {
            assert_eq!(number(&db, sql).await, tenth, "{sql}");
        }
        let begun = std::time::Instant::now();
        db.roll_back_list(2, "x", AppliedBy::CommandLine, NOW)
            .await
            .unwrap()
            .unwrap();
        println!("{:?}: taken back in {:?}", db.engine(), begun.elapsed());
        let sql = "SELECT COUNT(*) FROM cases WHERE absent = 0 AND officer <> '张法官'";
        assert_eq!(number(&db, sql).await, i64::from(count));
    }
}

/// Applies a list and says how long each step took.
async fn timed(db: &Db, lines: &[Line], what: &str) {
    let text = csv(lines);
    let begun = std::time::Instant::now();
    let list = read("list.csv", text.as_bytes());
    let read = begun.elapsed();
    let begun = std::time::Instant::now();
    let (against, comparison) = compared(db, &list).await;
    let compared = begun.elapsed();
    let begun = std::time::Instant::now();
    let sha256 = hex::encode(sha256(text.as_bytes()));
    let applied = db
        .apply_list(&applying(&sha256, against), &list, &comparison)
        .await;
    assert_eq!(applied.unwrap(), Some(against + 1));
    println!(
        "{:?}: {what} of {}: read {read:?}, compared {compared:?}, applied {:?}",
        db.engine(),
        lines.len(),
        begun.elapsed()
    );
}
