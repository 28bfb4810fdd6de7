//! Lines that break and fall silent: what was acknowledged is kept, nothing else is assumed, and the
//! next sync finishes the work.

use super::court::Twist;
use super::phone::{Phone, entries};
use super::{Court, both, enrolled};
use crate::LastOutcome;
use crate::sync::tests::http::Server;
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn an_answer_cut_at_any_byte_proves_the_lines_it_had_and_no_more() {
    let whole = {
        let (court, server, phone) = enrolled().await;
        court
            .state()
            .lines
            .push(json!({"page": {"cases": [], "cursor": "p", "removed": ["一"]}}));
        phone.write(entries(1, 3));
        phone.sync().await;
        server
            .sent
            .lock()
            .unwrap()
            .first()
            .copied()
            .unwrap_or_default()
    };
    for cut in (0..whole).step_by(17).chain([whole - 1]) {
        let (court, _server, phone) = enrolled().await;
        court
            .state()
            .lines
            .push(json!({"page": {"cases": [], "cursor": "p", "removed": ["一"]}}));
        phone.write(entries(1, 3));
        court.twist("sync", Twist::Cut(cut));
        assert_eq!(phone.sync().await.outcome, LastOutcome::Cut, "cut at {cut}");
        assert_eq!(phone.kept().ends.len(), 1, "cut at {cut}");
        // Whatever was kept is true: the court has it, whether or not the phone heard so.
        let received = phone.kept().receipts.last().unwrap().body.seq;
        assert!(received == 1 || received == 4, "cut at {cut}");
        assert!(
            phone.kept().pages.is_empty() || received == 4,
            "cut at {cut}"
        );
        assert_eq!(
            phone.sync().await.outcome,
            LastOutcome::Done,
            "cut at {cut}"
        );
        assert_eq!(phone.kept().receipts.last().unwrap().body.seq, 4);
        assert_eq!(
            court.state().entries,
            phone.kept().entries,
            "nothing doubles"
        );
    }
}

#[tokio::test]
async fn a_push_cut_in_its_middle_is_asked_about_before_it_is_sent_again() {
    let (court, _server, phone) = enrolled().await;
    let noise = |n: usize| hex::encode(waiqin_protocol::suite::sha256(&n.to_be_bytes())).repeat(9);
    phone.write(
        (0..9000).map(|n| format!("{{\"at\":{{}},\"noise\":\"{}\"}}", noise(n)).into_bytes()),
    );
    // Everything arrives and the answer is lost.
    court.twist("sync", Twist::Cut(0));
    assert_eq!(phone.sync().await.outcome, LastOutcome::Cut);
    court.state().requests.clear();
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    let up: Vec<usize> = court
        .state()
        .requests
        .iter()
        .map(|it| it.body.len())
        .collect();
    assert!(up[0] < 2000, "{up:?}");
    assert_eq!(court.paths(), ["POST sync"], "nothing had to be sent again");
    assert_eq!(phone.kept().receipts.last().unwrap().body.seq, 9001);
    // The line breaks while the body goes up.
    phone.write(
        (9000..18_000).map(|n| format!("{{\"at\":{{}},\"noise\":\"{}\"}}", noise(n)).into_bytes()),
    );
    court.twist("sync", Twist::ReadOnly(100_000));
    assert_eq!(phone.sync().await.outcome, LastOutcome::Cut);
    assert_eq!(court.state().entries.len(), 9001);
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(court.state().entries, phone.kept().entries);
}

#[tokio::test]
async fn silence_is_given_up_after_the_time_of_patience() {
    for step in ["hello", "session", "sync", "status", "create", "patch"] {
        let court = Arc::new(Court::new());
        let server = Server::start(court.clone()).await;
        let phone = Phone::with_patience(&server.url(), None, Duration::from_millis(300));
        phone.write(entries(0, 2));
        phone.take_photo(vec![7; 3000]);
        // An upload tries again where it stands before it gives up.
        for _ in 0..8 {
            court.twist(step, Twist::Silence);
        }
        let outcome = phone.sync().await.outcome;
        let waits = matches!(step, "create" | "patch");
        let expected = if waits {
            LastOutcome::DoneWithIncidents
        } else {
            LastOutcome::Cut
        };
        assert_eq!(outcome, expected, "{step}");
        court.state().twists.clear();
        assert_eq!(phone.sync().await.outcome, LastOutcome::Done, "{step}");
        assert_eq!(phone.kept().evidence_receipts.len(), 1);
    }
}

#[tokio::test]
async fn the_switch_ends_a_call_that_waits() {
    let (court, _server, phone) = enrolled().await;
    court.twist("sync", Twist::Silence);
    let switch = async {
        while court.state().requests.is_empty() {
            tokio::task::yield_now().await;
        }
        phone.network.set(false);
    };
    let (report, ()) = tokio::join!(phone.sync(), switch);
    assert_eq!(report.outcome, LastOutcome::Offline);
}

#[tokio::test]
async fn a_sync_whose_caller_goes_away_leaves_nothing_behind() {
    let (court, _server, phone) = enrolled().await;
    phone.write(entries(1, 2));
    court.twist("sync", Twist::Silence);
    tokio::select! {
        _ = phone.sync() => panic!("silence was answered"),
        () = async {
            while court.state().requests.is_empty() {
                tokio::task::yield_now().await;
            }
        } => {}
    }
    assert_eq!(phone.sync().await.outcome, LastOutcome::Done);
    assert_eq!(court.state().entries, phone.kept().entries);
}

fn any_twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        3 => Just(Twist::Nothing),
        2 => (0usize..2000).prop_map(Twist::Cut),
        1 => (0usize..60_000).prop_map(Twist::ReadOnly),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// However often the line breaks, before or after the court did its work: in the end the court
    /// has every byte once, and the phone a receipt for each.
    #[test]
    fn a_line_that_breaks_anywhere_loses_and_doubles_nothing(
        twists in prop::collection::vec((0usize..7, any_twist()), 0..40),
        sizes in prop::collection::vec(1usize..80_000, 0..6),
        count in 1usize..400,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let (court, _server, phone) = both().await;
            let paths = ["hello", "session", "sync", "status", "create", "head", "patch"];
            for (path, twist) in twists {
                court.twist(paths[path], twist);
            }
            phone.write(entries(0, count));
            for (n, size) in sizes.iter().enumerate() {
                let byte = u8::try_from(n).unwrap();
                phone.take_photo(vec![byte; *size]);
            }
            for round in 0.. {
                let report = phone.sync().await;
                let received = phone.kept().receipts.last().map_or(0, |it| it.body.seq);
                assert!(received <= court.state().entries.len() as u64);
                if report.outcome == LastOutcome::Done {
                    break;
                }
                assert!(round < 60, "it does not end: {report:?}");
            }
            let (kept, state) = (phone.kept(), court.state());
            assert_eq!(state.entries, kept.entries);
            assert_eq!(state.evidence, kept.evidence);
            assert_eq!(kept.receipts.last().unwrap().body.seq, count as u64);
            assert_eq!(kept.evidence_receipts.len(), kept.evidence.len());
            assert_eq!(kept.parked, []);
        });
    }
}
