//! Several phones on the same records, against a court that keeps a log and nothing else: whatever
//! the order of work, delivery and pages, all phones show in the end what the log says, and every
//! value that anybody gave stands in an entry on every phone.

use super::Session;
use super::tests::{enrolled, values};
use crate::phone::testing::{Device, MORNING_MS, officer, pin};
use crate::sync::Holdings;
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use waiqin_protocol::ids::{CaseId, JournalId, Link, SubjectId};
use waiqin_protocol::journal::{
    Act, CaseRef, Entry, Head, JournalReceipt, LogPosition, Path, Signed, entry_hash,
};
use waiqin_protocol::record::{FieldState, Record};
use waiqin_protocol::wire::sync::{
    CaseSheet, End, EntryMark, Page, Verdict, VerdictReason, VerdictRun,
};

const CASE: &str = "A1";

/// The court: rows of a log, each some entries of one journal.
#[derive(Default)]
struct Log {
    rows: Vec<Vec<(Entry, String)>>,
    records: BTreeMap<SubjectId, Record>,
    verdicts: BTreeMap<(JournalId, u64), (u64, Verdict, Option<VerdictReason>)>,
}

struct OnePhone {
    device: Device,
    session: Arc<Session>,
    /// The log's row up to which pages were taken.
    cursor: u64,
}

impl Log {
    /// Takes in what a phone has written since.
    fn push(&mut self, phone: &OnePhone) {
        let inner = phone.session.inner().unwrap();
        let received = inner.received().unwrap();
        let head = Holdings::head(&*inner).unwrap();
        let new = inner.entries(received, head.seq, usize::MAX).unwrap();
        if new.is_empty() {
            return;
        }
        let number = self.rows.len() as u64 + 1;
        let row: Vec<(Entry, String)> = new
            .into_iter()
            .map(|bytes| {
                let entry = Entry::from_bytes(&bytes).unwrap();
                (entry, String::from_utf8(bytes).unwrap())
            })
            .collect();
        for (entry, text) in &row {
            let hash = entry_hash(text.as_bytes());
            let (verdict, reason) = match self.records.get_mut(&entry.subject) {
                Some(record) => record.apply(entry, hash).verdict(),
                None => {
                    let opened = Record::open(entry, hash);
                    self.records
                        .extend(opened.map(|record| (entry.subject, record)));
                    (Verdict::Accepted, None)
                }
            };
            self.verdicts
                .insert((entry.journal, entry.seq), (number, verdict, reason));
        }
        self.rows.push(row);
        self.receipt(phone, head, number);
        self.tell_verdicts(phone, received.seq, head.seq);
    }

    fn receipt(&self, phone: &OnePhone, head: Head, number: u64) {
        let court = crate::phone::testing::Court::new();
        let body = JournalReceipt {
            at: MORNING_MS,
            journal: phone.session.journal(),
            link: head.link,
            position: LogPosition {
                link: Link::ZERO,
                number,
            },
            seq: head.seq,
            server: court.server,
        };
        let signed = Signed::sign(body, &court.signer).unwrap();
        phone.session.inner().unwrap().keep_receipt(signed).unwrap();
    }

    fn tell_verdicts(&self, phone: &OnePhone, after: u64, to: u64) {
        let journal = phone.session.journal();
        let runs: Vec<VerdictRun> = (after + 1..=to)
            .map(|seq| {
                let (number, verdict, reason) = self.verdicts[&(journal, seq)];
                VerdictRun {
                    from: seq,
                    number,
                    reason,
                    to: seq,
                    verdict,
                }
            })
            .collect();
        phone.session.inner().unwrap().keep_verdicts(&runs).unwrap();
    }

    /// Sends the entries of others after a phone's cursor, some at a time; `false` when it is cut
    /// short, as a line would be.
    fn pull(&self, phone: &mut OnePhone, cut: Option<usize>) -> bool {
        let inner = phone.session.inner().unwrap();
        let own = phone.session.journal();
        let mut fresh = Holdings::cursor(&*inner).unwrap().is_none();
        if fresh {
            phone.cursor = 0;
            let received = inner.received().unwrap().seq;
            self.tell_verdicts(phone, 0, received);
        }
        let mut pages = 0;
        while phone.cursor < self.rows.len() as u64 || fresh {
            if cut == Some(pages) {
                return false;
            }
            pages += 1;
            let number = (phone.cursor + 1).min(self.rows.len() as u64);
            let row = self.rows.get(phone.cursor as usize);
            let stands = |entry: &Entry| {
                let verdict = self.verdicts[&(entry.journal, entry.seq)].1;
                self.records.contains_key(&entry.subject)
                    && matches!(
                        verdict,
                        Verdict::Accepted | Verdict::Interleaved | Verdict::Contested
                    )
            };
            let sent: Vec<&(Entry, String)> = row
                .into_iter()
                .flatten()
                .filter(|(entry, _)| entry.journal != own && stands(entry))
                .collect();
            let marks = sent.iter().map(|(entry, text)| EntryMark {
                case: Some(CaseId(CASE.into())),
                hash: entry_hash(text.as_bytes()),
                journal: entry.journal,
                number,
                seq: entry.seq,
                subject: entry.subject,
            });
            let page = Page {
                cases: if fresh { vec![sheet()] } else { Vec::new() },
                cursor: number.to_string(),
                entries: marks.collect(),
                fresh,
                removed: Vec::new(),
            };
            let texts = sent.iter().map(|(_, text)| text.clone()).collect();
            inner.apply_page(page, texts).unwrap();
            fresh = false;
            phone.cursor = number;
        }
        let end = End {
            cursor: phone.cursor.to_string(),
            more: false,
            position: LogPosition {
                link: Link::ZERO,
                number: phone.cursor,
            },
        };
        inner.end_pages(&end).unwrap();
        true
    }
}

fn sheet() -> CaseSheet {
    CaseSheet {
        id: CASE.into(),
        number: "（2019）粤0115执100号".into(),
        ..CaseSheet::default()
    }
}

fn on_case() -> CaseRef {
    CaseRef {
        id: Some(CaseId(CASE.into())),
        typed: "（2019）粤0115执100号".into(),
        normal: Some("（2019）粤0115执100号".into()),
        ..CaseRef::default()
    }
}

fn phones(count: u8, seed: u64) -> Vec<OnePhone> {
    (0..count)
        .map(|at| {
            let device = Device::new(seed + u64::from(at));
            let (_, session) = enrolled(&device);
            OnePhone {
                device,
                session,
                cursor: 0,
            }
        })
        .collect()
}

fn fields(phone: &OnePhone, subject: SubjectId) -> Option<BTreeMap<Path, FieldState>> {
    let page = phone.session.record(subject).unwrap();
    page.map(|page| page.record.fields)
}

/// Delivers everything and brings everything down.
fn settle(log: &mut Log, phones: &mut [OnePhone]) {
    for phone in phones.iter() {
        log.push(phone);
    }
    for phone in phones.iter_mut() {
        assert!(log.pull(phone, None));
    }
}

#[test]
fn what_two_wrote_unseen_stands_beside_each_other_on_both_until_one_decides() {
    let mut log = Log::default();
    let mut phones = phones(2, 1);
    let opened = phones[0]
        .session
        .open_record(Act::Investigation, on_case(), values(&[("place", "大岗")]))
        .unwrap();
    settle(&mut log, &mut phones);
    let subject = opened.subject;
    let seen = phones[1].session.record(subject).unwrap().unwrap();
    assert_eq!(seen.record.text("place"), "大岗");
    assert_eq!(seen.entries[0].seq, None);
    for (phone, place) in [(0, "大岗镇"), (1, "东涌镇")] {
        let given = values(&[("place", place)]);
        phones[phone].session.change(subject, given).unwrap();
    }
    settle(&mut log, &mut phones);
    for phone in &phones {
        let page = phone.session.record(subject).unwrap().unwrap();
        let place = Path::new("place").unwrap();
        assert_eq!(page.record.contested(), [&place]);
        let given = page.record.fields[&place].candidates.iter();
        let texts: BTreeSet<_> = given.filter_map(|it| it.value.as_text()).collect();
        assert_eq!(texts, BTreeSet::from(["东涌镇", "大岗镇"]));
        let rows = phone.session.records(&super::RecordsOf::All, 0, 9).unwrap();
        assert_eq!((rows.len(), rows[0].contested), (1, 1));
    }
    let page = phones[1].session.record(subject).unwrap().unwrap();
    let place = Path::new("place").unwrap();
    let kept = page.record.fields[&place].candidates.iter();
    let kept = kept
        .filter(|it| it.value.as_text() == Some("大岗镇"))
        .map(|it| it.entry)
        .next()
        .unwrap();
    let session = &phones[1].session;
    assert!(session.decide(subject, &place, kept, " ").is_err());
    session
        .decide(subject, &place, kept, "与现场照片相符")
        .unwrap();
    settle(&mut log, &mut phones);
    for phone in &phones {
        let page = phone.session.record(subject).unwrap().unwrap();
        assert_eq!(page.record.text("place"), "大岗镇");
        assert!(page.record.contested().is_empty());
    }
}

#[test]
fn phones_agree_with_the_log_whatever_the_order() {
    let mut contests = 0;
    for seed in 0..60 {
        contests += history(seed);
    }
    assert!(
        contests > 20,
        "only {contests} contests: the histories are too tame"
    );
}

/// One random history of three phones; how many contests it ended with.
fn history(seed: u64) -> usize {
    let mut dice = Rng::with_seed(seed);
    let mut log = Log::default();
    let mut phones = phones(3, seed * 10);
    let mut subjects: Vec<SubjectId> = Vec::new();
    let mut given: Vec<(SubjectId, String, String)> = Vec::new();
    for step in 0..60 {
        let at = dice.usize(..phones.len());
        match dice.usize(..12) {
            0 if subjects.len() < 3 => {
                let session = &phones[at].session;
                let first = values(&[("place", &format!("opened {step}"))]);
                let saved = session.open_record(Act::Investigation, on_case(), first);
                subjects.push(saved.unwrap().subject);
            }
            1..=6 if !subjects.is_empty() => {
                let subject = subjects[dice.usize(..subjects.len())];
                let path = ["place", "course", "result"][dice.usize(..3)];
                let text = format!("{step} by {at}");
                let session = &phones[at].session;
                if session.change(subject, values(&[(path, &text)])).is_ok() {
                    given.push((subject, path.to_owned(), text));
                }
            }
            7 | 8 => log.push(&phones[at]),
            9 => {
                log.pull(&mut phones[at], None);
            }
            10 => {
                let cut = dice.usize(..3);
                log.pull(&mut phones[at], Some(cut));
            }
            _ => {
                // Killed; the store in memory is gone with it.
                let phone = phones[at].device.start().unwrap();
                phones[at].session = phone.unlock(officer(1), &pin()).unwrap();
            }
        }
    }
    settle(&mut log, &mut phones);
    settle(&mut log, &mut phones);
    for subject in &subjects {
        let expected = log.records.get(subject).map(|it| it.fields.clone());
        for (at, phone) in phones.iter().enumerate() {
            let shown = fields(phone, *subject);
            assert_eq!(shown, expected, "seed {seed}, phone {at}, {subject}");
        }
    }
    let told = |phone: &OnePhone, subject, text: &str| {
        let inner = phone.session.inner().unwrap();
        let journal = inner.journal();
        let entries = inner.views.entries(&journal.log, subject).unwrap();
        entries.iter().any(|it| {
            String::from_utf8(it.entry.to_bytes().unwrap())
                .unwrap()
                .contains(text)
        })
    };
    for (subject, path, text) in &given {
        for phone in &phones {
            assert!(told(phone, *subject, text), "seed {seed}: {path} {text}");
        }
    }
    log.records.values().map(|it| it.contested().len()).sum()
}
