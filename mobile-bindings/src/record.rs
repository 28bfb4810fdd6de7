//! A record as screens read it.

use std::collections::HashMap;
use waiqin_core as core;
use waiqin_core::{Delivery, EntryKind};
use waiqin_phone_ui::form::shown_text;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, Kind};
use waiqin_protocol::ids::{
    CaseId, EntryHash, EvidenceHash, ItemId, JournalId, OfficerId, RecordHash, SubjectId,
};
use waiqin_protocol::journal::{Act, EvidenceRole, EvidenceSource, Path};
use waiqin_protocol::record::{self, CountersignState, FieldState};
use waiqin_protocol::words::Lang;

/// How far something is on its way to the court; counted from receipts held, never from hope.
#[uniffi::remote(Enum)]
pub enum Delivery {
    /// 已存本机: durable on this phone, no receipt.
    OnPhone,
    /// 已签收: the court's signed receipt is held.
    Received,
}

/// Kind of an entry.
#[uniffi::remote(Enum)]
pub enum EntryKind {
    /// The journal was opened.
    JournalOpened,
    /// The record was opened.
    RecordOpened,
    /// Fields were written.
    FieldsChanged,
    /// The case was named anew.
    CaseNamed,
    /// A photo or strokes were taken in.
    EvidenceAdded,
    /// Evidence was withdrawn (撤回).
    EvidenceWithdrawn,
    /// Evidence was declared missing.
    EvidenceMissing,
    /// Somebody signed on the glass (签名).
    SignatureTaken,
    /// Something was refused (拒签 …).
    RefusalNoted,
    /// The second officer signed (复核签名).
    Countersigned,
    /// The record was sealed (封存).
    Sealed,
    /// It amends another (更正、补充).
    Amended,
    /// It was declared void (作废).
    Voided,
    /// A choice between values.
    ContestDecided,
    /// The office released an entry (放行).
    HeldReleased,
    /// The office concluded what its case is.
    Concluded,
    /// The office accepted it.
    Accepted,
    /// The office returned it (退回补正).
    Returned,
    /// Entries were lost on a phone.
    EntriesLost,
    /// Bytes were destroyed by a written order.
    BytesErased,
    /// A field task moved on.
    TaskProgress,
}

/// One record in a list.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RecordRow {
    /// The record.
    pub id: SubjectId,
    /// Which act.
    pub act: Act,
    /// The number of its case: normal, or as typed.
    pub case_number: String,
    /// Where the act was; empty when not given.
    pub place: String,
    /// Wall time of the first entry, ms UTC.
    pub opened_ms: i64,
    /// Wall time of the newest entry, ms UTC.
    pub changed_ms: i64,
    /// Photos that stand for it.
    pub photos: u64,
    /// Of these, without a receipt.
    pub photos_undelivered: u64,
    /// Fields on which values stand against each other (并存).
    pub contested: u64,
    /// 记录哈希, when sealed.
    pub sealed: Option<RecordHash>,
    /// Why it is void, when it is.
    pub voided: Option<String>,
    /// The worst of its entries and photos.
    pub delivery: Delivery,
}

/// One record in full.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Record {
    /// The record.
    pub id: SubjectId,
    /// Which act.
    pub act: Act,
    /// 案件标识, where the list has the case.
    pub case_id: Option<CaseId>,
    /// The number as typed.
    pub case_typed: String,
    /// The normal number, where what was typed is one.
    pub case_number: Option<String>,
    /// 案号待补: the number follows.
    pub case_pending: bool,
    /// Wall time of the first entry, ms UTC.
    pub opened_ms: i64,
    /// Wall time of the newest entry, ms UTC.
    pub changed_ms: i64,
    /// Fields in order of path.
    pub fields: Vec<Field>,
    /// Lists with their items in the order in which they were added.
    pub items: HashMap<String, Vec<String>>,
    /// Its photos, in order of entry.
    pub photos: Vec<Photo>,
    /// Handwritten signatures, in order of entry.
    pub signatures: Vec<Signature>,
    /// Second officers' signatures, in order of entry.
    pub countersigns: Vec<Countersigned>,
    /// Its entries, oldest first.
    pub entries: Vec<Entry>,
    /// 记录哈希, when sealed.
    pub sealed: Option<RecordHash>,
    /// Why it is void, when it is.
    pub voided: Option<String>,
    /// The worst of entries and photos.
    pub delivery: Delivery,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Field {
    /// Its path.
    pub path: String,
    /// Its name, in the officer's language; the path where the table has none.
    pub label: String,
    /// The value as a field shows it and takes it again; empty while it is contested.
    pub text: String,
    /// Values that stand against each other (并存); none when there is one value.
    pub contested: Vec<Candidate>,
}

/// A value that stands against another.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Candidate {
    /// The entry that gave it.
    pub entry: EntryHash,
    /// Who gave it.
    pub officer: OfficerId,
    /// The value as a field shows it.
    pub text: String,
}

/// A photo of a record.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Photo {
    /// SHA-256 of its bytes.
    pub hash: EvidenceHash,
    /// File name as given.
    pub name: String,
    /// Length, bytes.
    pub length: u64,
    /// Media type as the bytes say; none: 无法识别为图片.
    pub media: Option<String>,
    /// What it shows.
    pub role: EvidenceRole,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// The item of a list that it shows.
    pub item: Option<ItemId>,
    /// Wall time of its entry, ms UTC.
    pub at_ms: i64,
    /// Why it was withdrawn, when it was.
    pub withdrawn: Option<String>,
    /// Why it was declared missing, when it was.
    pub missing: Option<String>,
    /// The bytes are on this phone.
    pub on_phone: bool,
    /// How far it is.
    pub delivery: Delivery,
}

/// A handwritten signature (手写签名).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Signature {
    /// Who: an item of `present` or `parties`.
    pub person: ItemId,
    /// The body that it names.
    pub body: RecordHash,
    /// SHA-256 of the strokes.
    pub strokes: EvidenceHash,
    /// Wall time, ms UTC.
    pub at_ms: i64,
}

/// A second officer's signature (复核签名).
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Countersigned {
    /// His journal.
    pub journal: JournalId,
    /// What his phone calls him, where he signed on another one.
    pub name: Option<String>,
    /// The role that he signed as, in the language of the court.
    pub role: String,
    /// What he signed.
    pub record: RecordHash,
    /// Wall time, ms UTC.
    pub at_ms: i64,
}

/// An entry of a record.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Entry {
    /// Its number, when it was written on this phone.
    pub number: Option<u64>,
    /// SHA-256 of its bytes.
    pub hash: EntryHash,
    /// Who wrote it.
    pub officer: OfficerId,
    /// What it says, by kind.
    pub kind: EntryKind,
    /// Paths of the fields that it writes.
    pub paths: Vec<String>,
    /// Wall time, ms UTC.
    pub at_ms: i64,
    /// How far it is.
    pub delivery: Delivery,
}

impl From<core::RecordRow> for RecordRow {
    fn from(row: core::RecordRow) -> Self {
        Self {
            id: row.subject,
            act: row.act,
            case_number: row.case.normal.unwrap_or(row.case.typed),
            place: row.place,
            opened_ms: row.opened_ms,
            changed_ms: row.changed_ms,
            photos: row.photos as u64,
            photos_undelivered: row.photos_undelivered as u64,
            contested: row.contested as u64,
            sealed: row.sealed,
            voided: row.voided,
            delivery: row.delivery,
        }
    }
}

impl Record {
    pub(crate) fn of(page: &core::RecordPage, session: &core::Session, lang: Lang) -> Self {
        let record = &page.record;
        let names = session.seconds_of(record);
        let countersigned = |it: &CountersignState| {
            let body = &it.countersign.body;
            Countersigned {
                journal: body.journal,
                name: names.get(&body.journal).cloned(),
                role: body.role.clone(),
                record: body.record,
                at_ms: body.at,
            }
        };
        let signature = |it: &record::Signature| Signature {
            person: it.person,
            body: it.body,
            strokes: it.strokes,
            at_ms: it.at,
        };
        let lists = fields::lists_of(record.act).into_iter();
        Self {
            id: record.subject,
            act: record.act,
            case_id: record.case.id.clone(),
            case_typed: record.case.typed.clone(),
            case_number: record.case.normal.clone(),
            case_pending: record.case.pending,
            opened_ms: record.opened,
            changed_ms: record.changed,
            fields: fields_of(record, lang),
            items: lists
                .map(|list| (list.to_owned(), record.items(list)))
                .filter(|(_, items)| !items.is_empty())
                .collect(),
            photos: page.photos.iter().map(Photo::of).collect(),
            signatures: record.signatures.iter().map(signature).collect(),
            countersigns: record.countersigns.iter().map(countersigned).collect(),
            entries: page.entries.iter().map(Entry::of).collect(),
            sealed: record.seals.first().map(|it| it.hash),
            voided: record.voided.clone(),
            delivery: page.delivery,
        }
    }
}

/// Fields that say something; one that was removed says nothing.
fn fields_of(record: &record::Record, lang: Lang) -> Vec<Field> {
    let says = |state: &FieldState| match state.candidates.as_slice() {
        [one] => one.value != Value::Null,
        several => !several.is_empty(),
    };
    let fields = record.fields.iter().filter(|(_, state)| says(state));
    fields
        .map(|(path, state)| Field::of(record, path, state, lang))
        .collect()
}

impl Field {
    fn of(record: &record::Record, path: &Path, state: &FieldState, lang: Lang) -> Self {
        let def = fields::field_at(record.act, path.as_str());
        let kind = def.map_or(Kind::Text, |it| it.kind);
        let candidate = |it: &record::Candidate| Candidate {
            entry: it.entry,
            officer: it.author,
            text: shown_text(Some(&it.value), kind),
        };
        let contested = match state.candidates.as_slice() {
            [_] => Vec::new(),
            several => several.iter().map(candidate).collect(),
        };
        Self {
            path: path.to_string(),
            label: def.map_or_else(|| path.to_string(), |it| it.label(lang).to_owned()),
            text: shown_text(record.value(path.as_str()), kind),
            contested,
        }
    }
}

impl Photo {
    fn of(photo: &core::Photo) -> Self {
        let evidence = &photo.state.evidence;
        Self {
            hash: evidence.hash,
            name: evidence.name.clone(),
            length: evidence.length,
            media: evidence.media.clone(),
            role: evidence.role,
            source: evidence.source,
            item: evidence.item,
            at_ms: photo.state.at,
            withdrawn: photo.state.withdrawn.clone(),
            missing: photo.state.missing.clone(),
            on_phone: photo.on_phone,
            delivery: photo.delivery,
        }
    }
}

impl Entry {
    fn of(entry: &core::EntryLine) -> Self {
        Self {
            number: entry.seq,
            hash: entry.hash,
            officer: entry.author,
            kind: entry.kind,
            paths: entry.paths.clone(),
            at_ms: entry.at_ms,
            delivery: entry.delivery,
        }
    }
}
