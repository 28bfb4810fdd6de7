//! The daily comparison, against a court that is a list of entries with their cases.

use super::shown::IncidentKind;
use super::tests::{enrolled, incidents, values};
use super::{Inner, Session};
use crate::phone::testing::Device;
use crate::store::Tree;
use crate::sync::Holdings;
use std::sync::Arc;
use waiqin_protocol::digest::ByCase;
use waiqin_protocol::ids::{CaseId, Digest, Link, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, Entry, Head, LogPosition, entry_hash};
use waiqin_protocol::wire::compare::{Digests, Refetched};
use waiqin_protocol::wire::sync::{CaseSheet, End, EntryMark, Page};

const CASES: [&str; 2] = ["A1", "B2"];
const DAY_MS: i64 = 24 * 3_600_000;

/// What the court would show: entries of others with their bytes.
struct Court(Vec<(EntryMark, String)>);

impl Court {
    /// What an officer wrote on each case, each entry with a row of its own.
    fn of(writer: &Session) -> Self {
        for (at, case) in CASES.iter().enumerate() {
            let place = values(&[("place", ["大岗", "榄核"][at])]);
            let named = CaseRef {
                id: Some(CaseId((*case).to_owned())),
                typed: number(case),
                ..CaseRef::default()
            };
            let opened = writer
                .open_record(Act::Investigation, named, place)
                .unwrap();
            for n in 0..3 {
                let course = format!("第{n}次");
                let given = values(&[("course", course.as_str())]);
                writer.change(opened.subject, given).unwrap();
            }
        }
        let inner = writer.inner().unwrap();
        let head = Holdings::head(&*inner).unwrap();
        let link = inner.link_at(1).unwrap().unwrap();
        let all = inner.entries(Head { link, seq: 1 }, head.seq, usize::MAX);
        let all = all.unwrap();
        let marked = all.into_iter().map(|bytes| {
            let entry = Entry::from_bytes(&bytes).unwrap();
            let mark = EntryMark {
                case: Some(CaseId(CASES[usize::from(entry.seq > 5)].into())),
                hash: entry_hash(&bytes),
                journal: entry.journal,
                number: 100 + entry.seq,
                seq: entry.seq,
                subject: entry.subject,
            };
            (mark, String::from_utf8(bytes).unwrap())
        });
        Self(marked.collect())
    }

    fn digests(&self) -> ByCase {
        let mut cases = ByCase::new();
        for (mark, _) in &self.0 {
            let case = mark.case.clone().unwrap();
            cases.entry(case).or_insert(Digest::NONE).add(&mark.hash);
        }
        cases
    }

    /// Brings everything down as a new view.
    fn show(&self, inner: &Inner) {
        let page = Page {
            cases: CASES.iter().map(|case| sheet(case)).collect(),
            cursor: "c".into(),
            entries: self.0.iter().map(|(mark, _)| mark.clone()).collect(),
            fresh: true,
            removed: Vec::new(),
        };
        let texts = self.0.iter().map(|(_, text)| text.clone()).collect();
        inner.apply_page(page, texts).unwrap();
        let end = End {
            cursor: "c".into(),
            more: false,
            position: LogPosition {
                link: Link::ZERO,
                number: 200,
            },
        };
        inner.end_pages(&end).unwrap();
    }

    /// Answers whatever the phone asks, as one run does; what it asked for, in words.
    fn answer(&self, inner: &Inner) -> Vec<String> {
        let mut asked = Vec::new();
        loop {
            let ask = inner.asks().unwrap();
            for case in &ask.refetch {
                asked.push(format!("fetch {case}"));
                let again: Vec<_> = self
                    .0
                    .iter()
                    .filter(|(mark, _)| mark.case.as_ref() == Some(case))
                    .collect();
                // In two lines, as a long case comes.
                for (at, some) in [&again[..1], &again[1..]].into_iter().enumerate() {
                    let line = Refetched {
                        case: Some(case.clone()),
                        entries: some.iter().map(|(mark, _)| mark.clone()).collect(),
                        last: at == 1,
                    };
                    let texts = some.iter().map(|(_, text)| text.clone()).collect();
                    inner.keep_refetched(line, texts).unwrap();
                }
            }
            if let Some(digests) = &ask.digests {
                let said = Digests::answer(digests, &self.digests());
                asked.push(
                    match said {
                        Digests::Whole(_) => "whole",
                        Digests::Buckets(_) => "buckets",
                        Digests::Cases { .. } => "cases",
                    }
                    .to_owned(),
                );
                inner.compare(&said).unwrap();
            }
            if !inner.compares().unwrap() {
                return asked;
            }
        }
    }
}

fn number(case: &str) -> String {
    format!("（2019）粤0115执{case}号")
}

fn sheet(case: &str) -> CaseSheet {
    CaseSheet {
        id: case.into(),
        number: number(case),
        ..CaseSheet::default()
    }
}

/// Keys of the entries of others that are shown.
fn keys(inner: &Inner) -> Vec<(Tree, Vec<u8>)> {
    let of = |tree| {
        let found = inner
            .views
            .store
            .scan_readable::<serde_json::Value>(tree, &[], &[], 99);
        found.unwrap().into_iter().map(move |(key, _)| (tree, key))
    };
    of(Tree::OthersA).chain(of(Tree::OthersB)).collect()
}

struct Pair {
    device: Device,
    session: Arc<Session>,
    inner: Arc<Inner>,
    court: Court,
    _writer: Device,
}

fn pair() -> Pair {
    let (device, writer) = (Device::new(1), Device::new(2));
    let (_, session) = enrolled(&device);
    let (_, writing) = enrolled(&writer);
    let court = Court::of(&writing);
    let inner = session.inner().unwrap();
    court.show(&inner);
    Pair {
        device,
        session,
        inner,
        court,
        _writer: writer,
    }
}

impl Pair {
    fn a_day_passes(&self) {
        self.device.clock.pass(DAY_MS);
    }

    fn shown(&self, subject: SubjectId) -> serde_json::Value {
        let page = self.session.record(subject).unwrap().unwrap();
        serde_json::to_value(page.record).unwrap()
    }
}

#[test]
fn a_new_view_is_compared_and_then_once_a_day() {
    let pair = pair();
    assert_eq!(pair.session.status().compared_ms, None);
    assert_eq!(pair.court.answer(&pair.inner), ["whole"]);
    assert!(pair.session.status().compared_ms.is_some());
    assert_eq!(pair.court.answer(&pair.inner), Vec::<String>::new());
    pair.a_day_passes();
    assert_eq!(pair.court.answer(&pair.inner), ["whole"]);
    pair.court.show(&pair.inner);
    assert_eq!(pair.court.answer(&pair.inner), ["whole"]);
    assert!(!incidents(&pair.session).iter().any(is_again));
}

fn is_again(kind: &IncidentKind) -> bool {
    matches!(kind, IncidentKind::CaseFetchedAgain { .. })
}

#[test]
fn what_is_gone_or_rotten_or_too_much_is_fetched_again_and_unsent_work_stays() {
    let mut pair = pair();
    pair.court.answer(&pair.inner);
    let subject = pair.court.0[0].0.subject;
    let before = pair.shown(subject);
    for harm in 0..3 {
        let all = keys(&pair.inner);
        let mut batch = pair.inner.views.store.batch();
        match harm {
            // Of the first case; of a value that says nothing; of the court's view.
            0 => {
                let of = all
                    .iter()
                    .find(|(_, key)| key.starts_with(subject.as_bytes()));
                let (tree, key) = of.unwrap();
                batch.remove(*tree, key);
            }
            1 => {
                for (tree, key) in &all[..2] {
                    batch.put(*tree, key, "rotten");
                }
            }
            _ => {
                pair.court.0.truncate(5);
            }
        }
        batch.commit().unwrap();
        let own = values(&[("result", "未送达的话")]);
        pair.session.change(subject, own).unwrap();
        let waits = pair.session.status().undelivered_entries;
        pair.a_day_passes();

        // Until it was fetched again it is seen to differ.
        let whole = Digests::answer(
            &pair.inner.asks().unwrap().digests.unwrap(),
            &pair.court.digests(),
        );
        pair.inner.compare(&whole).unwrap();
        let mut asked = pair.court.answer(&pair.inner);
        assert_eq!(asked.pop().as_deref(), Some("whole"), "{harm}");
        assert_eq!(asked[..2], ["buckets", "cases"]);
        assert!(asked[2..].iter().all(|it| it.starts_with("fetch")) && asked.len() > 2);
        let status = pair.session.status();
        assert_eq!(status.differing, Vec::<String>::new());
        assert_eq!(status.undelivered_entries, waits);
        assert_eq!(keys(&pair.inner).len(), pair.court.0.len(), "{harm}");
        pair.inner.views.forget_folded();
        let mut now = pair.shown(subject);
        assert!(now.to_string().contains("未送达的话"));
        for path in ["course", "place"] {
            assert_eq!(now["fields"][path].take(), before["fields"][path]);
        }
    }
    let again = incidents(&pair.session);
    let again = again.iter().filter(|it| is_again(it)).count();
    assert!(again >= 3, "{again}");
    assert!(
        incidents(&pair.session).contains(&IncidentKind::CaseFetchedAgain {
            number: number("A1")
        })
    );
}

#[test]
fn a_case_that_stays_different_is_fetched_once_a_day_and_shown() {
    let mut pair = pair();
    pair.court.answer(&pair.inner);
    let texts: Vec<_> = pair.court.0.clone();
    // The court's digest is of an entry that it does not send.
    let mut ghost = texts[0].clone();
    ghost.0.hash = entry_hash(b"ghost");
    ghost.0.number += 50;
    for day in 0..2 {
        pair.a_day_passes();
        pair.court.0.push(ghost.clone());
        let liar = pair.court.digests();
        pair.court.0.pop();
        let mut fetched = 0;
        loop {
            let ask = pair.inner.asks().unwrap();
            for case in &ask.refetch {
                fetched += 1;
                let of = texts
                    .iter()
                    .filter(|(mark, _)| mark.case.as_ref() == Some(case));
                let (entries, texts) = of.cloned().unzip();
                let line = Refetched {
                    case: Some(case.clone()),
                    entries,
                    last: true,
                };
                pair.inner.keep_refetched(line, texts).unwrap();
                assert_eq!(pair.session.status().differing, [number("A1")]);
            }
            if let Some(digests) = &ask.digests {
                pair.inner
                    .compare(&Digests::answer(digests, &liar))
                    .unwrap();
            }
            if !pair.inner.compares().unwrap() {
                break;
            }
        }
        assert_eq!(fetched, 1, "day {day}");
        assert_eq!(pair.session.status().differing, [number("A1")]);
        assert!(
            pair.inner.asks().unwrap().is_empty(),
            "not before the next day"
        );
    }
}
