//! A store that takes nothing, under a journal that does: what was said to be saved is shown.

use super::shown::*;
use super::tests::{case, values};
use super::*;
use crate::phone::testing::{Court, Device, Refused, RefusingStore, officer, pin};
use crate::{Engine, Phone, StoreKind};
use waiqin_protocol::ids::{CaseId, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef};

fn started(device: &Device) -> Phone {
    let engine = Engine {
        store: StoreKind::Refusing,
        ..device.engine()
    };
    Phone::open_on(device.parts(), engine).unwrap()
}

/// What the record's page shows: the course, and how many entries.
fn shown(session: &Session, subject: SubjectId) -> (String, usize) {
    let page = session.record(subject).unwrap().unwrap();
    (page.record.text("course").to_owned(), page.entries.len())
}

fn subjects(rows: &[RecordRow]) -> Vec<SubjectId> {
    rows.iter().map(|it| it.subject).collect()
}

#[test]
fn what_the_store_does_not_take_is_saved_shown_and_folded_once_there_is_room() {
    for refused in [Refused::Writes, Refused::Everything] {
        let device = Device::new(1);
        let phone = started(&device);
        let session = Court::new().enrol(&phone, 1).unwrap();
        let open = |number: &str| {
            let case = CaseRef {
                id: Some(CaseId(format!("id {number}"))),
                ..case(number)
            };
            let opened = session.open_record(Act::Seal, case, values(&[("course", "0")]));
            opened.unwrap().subject
        };
        let (old, untouched) = (open("a"), open("b"));

        RefusingStore::refuse(refused);
        for n in 1..=3 {
            let saved = session.change(old, values(&[("course", &n.to_string())]));
            saved.unwrap();
            if refused == Refused::Writes {
                let said = (n.to_string(), 1 + n);
                assert_eq!(shown(&session, old), said, "said and shown");
            } else {
                // The page cannot be read, and says no other thing than that.
                assert!(session.record(old).is_err());
            }
        }
        if refused == Refused::Writes {
            let new = open("c");
            assert_eq!(shown(&session, new), ("0".to_owned(), 1));
            let rows = session.records(&RecordsOf::All, 0, 10).unwrap();
            assert_eq!(subjects(&rows), [new, old, untouched]);
            let rows = session.records(&RecordsOf::All, 1, 1).unwrap();
            assert_eq!(subjects(&rows), [old]);
            let of = RecordsOf::Case(CaseId("id c".to_owned()));
            assert_eq!(subjects(&session.records(&of, 0, 10).unwrap()), [new]);
        }
        assert!(session.status().durable, "the journal took all of it");

        // With room again the store has it without a rebuild: nothing of it was emptied.
        RefusingStore::refuse(Refused::Nothing);
        assert_eq!(shown(&session, old), ("3".to_owned(), 4));
        assert_eq!(shown(&session, untouched), ("0".to_owned(), 1));
        let rebuilt = |it: &Incident| it.kind == IncidentKind::StoreRebuilt;
        assert!(!session.status().incidents.iter().any(rebuilt));
        session.change(old, values(&[("course", "9")])).unwrap();
        assert_eq!(shown(&session, old), ("9".to_owned(), 5));
        session.lock();
        let session = started(&device).unlock(officer(1), &pin()).unwrap();
        assert_eq!(shown(&session, old), ("9".to_owned(), 5));
    }
}

#[test]
fn a_record_stands_as_saved_where_the_store_cannot_be_read_after_the_save() {
    let device = Device::new(1);
    let session = Court::new().enrol(&started(&device), 1).unwrap();
    let opened = session.open_record(Act::Seal, case("a"), values(&[("course", "0")]));
    let subject = opened.unwrap().subject;
    let inner = session.inner().unwrap();
    let saved = inner.save(subject, |_| {
        // The disk fails between the look at the record and the entry's way into the views.
        RefusingStore::refuse(Refused::Everything);
        Ok(Some(waiqin_protocol::journal::Change::FieldsChanged {
            values: values(&[("course", "1")]),
        }))
    });
    saved.unwrap();
    let stored = inner.record(subject).unwrap();
    assert_eq!(stored.unwrap().record.text("course"), "1");
    RefusingStore::refuse(Refused::Nothing);
    assert_eq!(shown(&session, subject), ("1".to_owned(), 2));
}
