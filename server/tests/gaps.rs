//! Entries that a phone cannot read any more: the chain goes on after them, by the phone's word under
//! its checkpoint, and everything else holds as ever.
#![allow(
    clippy::unwrap_used,
    clippy::unwrap_in_result,
    clippy::cast_possible_truncation,
    reason = "a crate of tests"
)]

mod support;

use sqlx::Connection;
use support::{Phone, Server, line, outcome};
use waiqin_protocol::journal::Head;
use waiqin_protocol::wire::sync::{Gap, Heads, SyncHead, UpLine, Verdict};

/// A phone whose two first entries are acknowledged, with six more.
async fn phone(server: &Server) -> Phone {
    let mut phone = Phone::enrol(server, "wang", 1).await;
    phone.open_record(101, "x", None);
    phone.sync().await;
    for n in 0..6 {
        phone.open_record(110 + n, "y", None);
    }
    phone
}

fn gap(phone: &Phone, from: usize, to: usize) -> Gap {
    Gap {
        from: from as u64,
        link: phone.head_at(to).link,
        to: to as u64,
    }
}

/// A body after `from` that leaves the entries of these gaps out, closed at `end`.
fn body(phone: &Phone, from: usize, gaps: &[Gap], end: usize) -> Vec<u8> {
    let head = SyncHead {
        from: phone.head_at(from),
        checkpoint: Some(phone.checkpoint(phone.end())),
        ..phone.sync_head()
    };
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(head)));
    for (at, entry) in phone.entries.iter().enumerate().take(end).skip(from) {
        let seq = at as u64 + 1;
        if let Some(gap) = gaps.iter().find(|gap| gap.from == seq) {
            line(&mut body, &UpLine::Gap(*gap));
        }
        if !gaps.iter().any(|gap| gap.from <= seq && seq <= gap.to) {
            body.extend(entry);
            body.push(b'\n');
        }
    }
    line(
        &mut body,
        &UpLine::Checkpoint(phone.checkpoint(phone.head_at(end))),
    );
    body
}

#[tokio::test]
async fn what_follows_a_gap_is_taken_receipted_and_verified() {
    let server = Server::start();
    let mut phone = phone(&server).await;
    let gaps = [gap(&phone, 4, 5), gap(&phone, 8, 8)];
    for again in [false, true] {
        let answer = phone.send(body(&phone, 2, &gaps, 8), None).await;
        let standing = answer.standing();
        assert_eq!(
            (standing.head, standing.heads),
            (phone.end(), Heads::Same),
            "{again}"
        );
        let receipt = answer.receipt().unwrap();
        assert_eq!((receipt.body.seq, receipt.body.link), (8, phone.end().link));
        let runs = answer.verdicts();
        let judged: Vec<(u64, u64)> = runs.iter().map(|run| (run.from, run.to)).collect();
        assert_eq!(judged, [(3, 3), (6, 7)]);
        assert!(runs.iter().all(|run| run.verdict == Verdict::Accepted));
        phone.learn(&answer);
    }
    phone.open_record(130, "z", None);
    assert_eq!(phone.sync().await.standing().head, phone.end());
    let report = server.verified();
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(report["journals"][0]["lost"], 3);
    assert_eq!(report["journals"][0]["seq"], 9);
    assert_eq!(report["entries"], 6);
}

#[tokio::test]
async fn a_gap_over_entries_that_came_is_cut_down_to_what_did_not() {
    let server = Server::start();
    let phone = phone(&server).await;
    let taken = phone.send(body(&phone, 2, &[], 4), None).await;
    assert_eq!(taken.standing().head, phone.head_at(4));
    let answer = phone
        .send(body(&phone, 2, &[gap(&phone, 4, 6)], 8), None)
        .await;
    assert_eq!(
        (answer.standing().head, answer.standing().heads),
        (phone.end(), Heads::Same)
    );
    let report = server.verified();
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(report["journals"][0]["lost"], 2);
}

#[tokio::test]
async fn a_gap_that_does_not_follow_or_is_not_signed_for_changes_nothing() {
    let server = Server::start();
    let phone = phone(&server).await;
    let before = phone.head_at(2);
    let good = gap(&phone, 4, 5);
    let bad = [
        Gap { to: 3, ..good },
        Gap {
            to: u64::MAX >> 1,
            ..good
        },
        Gap {
            link: phone.head_at(3).link,
            ..good
        },
    ];
    for gap in bad {
        let answer = phone.send(body(&phone, 2, &[gap], 8), None).await;
        assert!(
            answer.status == 400 || answer.status == 403,
            "{gap:?}: {}",
            answer.status
        );
    }
    // A fork after a gap is one still.
    let mut other = Vec::new();
    line(&mut other, &UpLine::Head(Box::new(phone.sync_head())));
    let foreign = Gap {
        from: 3,
        to: 5,
        link: phone.head_at(2).link,
    };
    line(&mut other, &UpLine::Gap(foreign));
    let end = Head {
        link: foreign.link,
        seq: 5,
    };
    line(&mut other, &UpLine::Checkpoint(phone.checkpoint(end)));
    let unlike = phone.send(body(&phone, 2, &[], 8), None).await;
    assert_eq!(unlike.standing().head, phone.end());
    let answer = phone.send(other, None).await;
    assert_eq!(answer.standing().head, phone.end(), "what is there stays");
    assert_ne!(phone.end(), before);
    server.verified();
}

/// A copy of the phone that rotted and went on: what it sends is beside the chain, its gap with it.
async fn forked(server: &Server, phone: &Phone) -> Phone {
    let mut copy = Phone::unenrolled(&server.http, phone.officer, 1).await;
    copy.entries = phone.entries[..2].to_vec();
    copy.open_session().await;
    for n in 0..6 {
        copy.open_record(120 + n, "z", None);
    }
    let lost = gap(&copy, 4, 5);
    let mut pieces = Vec::new();
    let head = SyncHead {
        from: copy.head_at(2),
        checkpoint: Some(copy.checkpoint(copy.end())),
        ..copy.sync_head()
    };
    line(&mut pieces, &UpLine::Head(Box::new(head)));
    let entry = |pieces: &mut Vec<u8>, seq: usize| {
        pieces.extend(&copy.entries[seq - 1]);
        pieces.push(b'\n');
    };
    let close = |pieces: &mut Vec<u8>, seq: usize| {
        let signed = copy.checkpoint(copy.head_at(seq));
        line(pieces, &UpLine::Checkpoint(signed));
    };
    entry(&mut pieces, 3);
    line(&mut pieces, &UpLine::Gap(lost));
    close(&mut pieces, 5);
    (6..=7).for_each(|seq| entry(&mut pieces, seq));
    close(&mut pieces, 7);
    entry(&mut pieces, 8);
    close(&mut pieces, 8);
    let answer = copy.send(pieces, None).await;
    assert_eq!(answer.standing().heads, Heads::Fork);
    copy
}

#[tokio::test]
async fn a_fork_with_a_gap_is_kept_whole_and_every_row_of_it_is_verified() {
    let server = Server::start();
    let mut phone = phone(&server).await;
    phone.sync().await;
    forked(&server, &phone).await;
    assert_eq!(server.verified()["journals"][0]["forked"], 4);

    sqlx::any::install_default_drivers();
    let file = server.data.join("waiqin.db");
    let url = format!("sqlite://{}?mode=rw", file.display());
    let mut db = sqlx::AnyConnection::connect(&url).await.unwrap();
    let other = "ab".repeat(32);
    let at = |table: &str, set: &str, seq: u32| {
        let row = format!("UPDATE {table} SET {set} WHERE seq = {seq}");
        (row, format!("entry {seq} beside the chain does not fit"))
    };
    let checkpoint = "its phone's checkpoint does not fit".to_owned();
    for (sql, problem) in [
        at("forked_entries", "bytes = x'7b7d'", 3),
        at("forked_entries", &format!("hash = '{other}'"), 6),
        at("forked_entries", &format!("link = '{other}'"), 8),
        (
            format!("UPDATE forked_gaps SET link = '{other}'"),
            "entry 6 beside the chain does not fit".to_owned(),
        ),
        (
            "DELETE FROM forked_entries WHERE seq = 7".to_owned(),
            "entry 8 beside the chain does not fit".to_owned(),
        ),
        (
            "UPDATE journals SET checkpoint = replace(checkpoint, '\"seq\":8', '\"seq\":7')"
                .to_owned(),
            checkpoint.clone(),
        ),
        (
            format!(
                "UPDATE journals SET checkpoint = '{}'",
                serde_json::to_string(&phone.checkpoint(phone.head_at(7))).unwrap()
            ),
            checkpoint,
        ),
    ] {
        let mut change = db.begin().await.unwrap();
        let changed = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
        let changed = changed.execute(&mut *change).await.unwrap();
        assert_eq!(changed.rows_affected(), 1, "{sql}");
        change.commit().await.unwrap();
        let (code, said, _) = outcome(&server.data, &["verify"]);
        assert!(code == 1 && said.contains(&problem), "{sql}: {said}");
    }
}
