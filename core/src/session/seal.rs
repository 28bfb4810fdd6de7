//! Sealing (封存): what would be sealed and what it lacks, signatures on the glass, the seal, the
//! second officer, and the amendment of what was sealed.

use super::inner::Inner;
use super::judge::Photos;
use super::save::{given, unsealed};
use super::shown::{EvidenceFacts, Saved};
use super::views::RecordFolded;
use super::{SaveError, Session, StoreError};
use crate::host::random;
use std::collections::{BTreeMap, BTreeSet};
use waiqin_protocol::ids::{EvidenceHash, ItemId, OfficerId, RecordHash, SubjectId};
use waiqin_protocol::journal::{
    AmendKind, Change, Countersign, EntryError, EvidenceRole, EvidenceSource, Finding, Override,
    Severity, Signed,
};
use waiqin_protocol::record::{Body, Facts, NotSealable, Strokes};
use waiqin_protocol::rules::{self, Due, Found};
use waiqin_protocol::wire::countersign::{CountersignAnswer, CountersignRequest};

/// Most entries that the opening of an amendment writes, in one frame. A list whose items change
/// direction more often stands by id from there on.
const AMENDMENT_ENTRIES_MAX: usize = 1024;

/// A record before its seal: what would be sealed, and what the rules say of it.
#[derive(Clone, Debug)]
pub struct SealSheet {
    /// What would be sealed now.
    pub body: Body,
    /// Its hash: signatures name it.
    pub hash: RecordHash,
    /// Why it may not be sealed at all.
    pub blocked: Option<NotSealable>,
    /// What the rules read.
    pub facts: Facts,
    /// What they found.
    pub found: Vec<Found>,
    /// Ids of the rules that apply and hold (已具备).
    pub held: Vec<&'static str>,
}

/// The officer seals.
#[derive(Clone, Debug)]
pub struct SealRequest {
    /// Hash of the body that he was shown.
    pub shown: RecordHash,
    /// Why an open finding may stand, by id of its rule.
    pub reasons: BTreeMap<String, String>,
    /// The second officer; what blocks is not sealed before he is named.
    pub second: Option<Second>,
}

/// The second officer (第二执行人员), as a seal names him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// He gave his PIN on this phone, and signs at once.
    Here(OfficerId),
    /// He is this one of the record's officers, and signs later on his own phone.
    Later(ItemId),
}

impl Session {
    /// What is missing, for the count that a page shows while the officer works; photos are not
    /// hashed again. `None` when there is no such record.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn progress(&self, subject: SubjectId) -> Result<Option<SealSheet>, StoreError> {
        self.sheet_of(subject, Photos::Held)
    }

    /// What would be sealed and what it lacks, with every photo read and hashed again.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn sheet(&self, subject: SubjectId) -> Result<Option<SealSheet>, StoreError> {
        self.sheet_of(subject, Photos::Rehashed)
    }

    fn sheet_of(
        &self,
        subject: SubjectId,
        photos: Photos,
    ) -> Result<Option<SealSheet>, StoreError> {
        let inner = self.inner().ok_or(StoreError::Locked)?;
        let Some(stored) = inner.record(subject)? else {
            return Ok(None);
        };
        let context = inner.rule_context(&stored, photos)?;
        let record = &stored.record;
        let body = record.body();
        let hash = body.hash().map_err(too_long)?;
        let facts = body.facts(record).map_err(too_long)?;
        let progress = rules::progress(&facts, &context, &inner.rule_set());
        Ok(Some(SealSheet {
            hash,
            blocked: record.sealable().err(),
            found: progress.found,
            held: progress.held,
            facts,
            body,
        }))
    }

    /// Takes a signature from the glass: the strokes are durable evidence first, then the entry that
    /// names them, the person, and the body as it was shown.
    ///
    /// # Errors
    /// [`SaveError::ShownChanged`] when the record has changed since; others as for any save.
    pub fn sign(
        &self,
        subject: SubjectId,
        person: ItemId,
        strokes: &[u8],
        shown: RecordHash,
    ) -> Result<Saved, SaveError> {
        Strokes::read(strokes).map_err(SaveError::Strokes)?;
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let stored = inner.stored(subject)?;
        may_sign(&stored, person, shown)?;
        let facts = EvidenceFacts {
            caption: None,
            fix: None,
            how: None,
            item: Some(person),
            name: "signature.json".to_owned(),
            role: EvidenceRole::Signature,
            source: EvidenceSource::Glass,
        };
        let taken = self.add_evidence(subject, strokes, facts)?;
        self.save_on(subject, |stored| {
            may_sign(stored, person, shown)?;
            Ok(Some(Change::SignatureTaken {
                body: shown,
                person,
                strokes: taken.hash,
            }))
        })
    }

    /// The strokes of a signature; `None` when they are not on this phone or do not read.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub fn strokes(&self, hash: EvidenceHash) -> Result<Option<Strokes>, StoreError> {
        let bytes = self.original(hash)?;
        Ok(bytes.and_then(|bytes| Strokes::read(&bytes).ok()))
    }

    /// Seals a record. What blocks needs a reason and the second officer, what warns a reason; what
    /// is due later is sealed open.
    ///
    /// # Errors
    /// [`SaveError::Open`] with the rules that are neither settled nor given a reason;
    /// [`SaveError::NoSecond`] when something blocks and no second officer is named;
    /// [`SaveError::ShownChanged`] when the officer was shown something else.
    pub fn seal(&self, subject: SubjectId, request: &SealRequest) -> Result<Saved, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        // Photos are hashed before the lock is taken; the body is compared under it.
        let stored = inner.stored(subject)?;
        let context = inner
            .rule_context(&stored, Photos::Rehashed)
            .map_err(SaveError::Store)?;
        let set = inner.rule_set();
        let saved = self.save_on(subject, |stored| {
            let record = &stored.record;
            record.sealable().map_err(SaveError::NotSealable)?;
            let body = record.body();
            if body.hash().map_err(of_form)? != request.shown {
                return Err(SaveError::ShownChanged);
            }
            let facts = body.facts(record).map_err(of_form)?;
            let found = rules::evaluate(&facts, &context, &set);
            let second = match request.second {
                Some(Second::Here(id)) if id == self.card.id => None,
                Some(Second::Here(id)) => Some(id),
                Some(Second::Later(item)) => seconds_among(&facts, &self.card.name)
                    .any(|(id, _)| id == item)
                    .then(|| OfficerId::from_bytes(*item.as_bytes())),
                None => None,
            };
            let overrides = overrides(&found, &request.reasons, second)?;
            Ok(Some(Change::Sealed {
                body: body.document().map_err(of_form)?,
                covers: record.covers(),
                findings: found.iter().map(Found::finding).collect::<Vec<Finding>>(),
                overrides,
            }))
        })?;
        if let Err(error) = inner.checkpoint_newest() {
            // The seal is durable; the next piece sent closes with a checkpoint of its own.
            tracing::warn!(%error, "no checkpoint at the seal");
        }
        Ok(saved)
    }

    /// Asks a second officer for his signature: the text of a QR code.
    ///
    /// # Errors
    /// [`SaveError::NotSealed`] before the seal.
    pub fn countersign_request(&self, subject: SubjectId) -> Result<CountersignRequest, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let record = inner.stored(subject)?.record;
        let seal = record.seals.first().ok_or(SaveError::NotSealed)?;
        Ok(CountersignRequest {
            act: record.act,
            at: seal.at,
            case: record.case.clone(),
            officer: inner.public.officer.id,
            officer_name: inner.public.officer.name.clone(),
            place: record.text("place").to_owned(),
            record: seal.hash,
            server: inner.public.server,
            subject,
        })
    }

    /// The second officer signs, in his own session: an entry in his own journal, and the answer for
    /// the first officer's phone.
    ///
    /// # Errors
    /// When it was asked by himself or from another court, or nothing can be written.
    pub fn countersign(
        &self,
        asked: &CountersignRequest,
        role: &str,
    ) -> Result<CountersignAnswer, SaveError> {
        use waiqin_protocol::wire::countersign::CountersignError;
        let inner = self.inner().ok_or(SaveError::Locked)?;
        if asked.server != inner.public.server {
            return Err(SaveError::Countersign(CountersignError::OtherCourt));
        }
        if asked.officer == inner.public.officer.id {
            return Err(SaveError::Countersign(CountersignError::SamePerson));
        }
        let answer = inner.answer(asked, role)?;
        let countersign = answer.countersign.clone();
        inner.save(asked.subject, |_| {
            Ok(Some(Change::Countersigned {
                certificate: None,
                countersign,
                key: None,
            }))
        })?;
        self.was_saved();
        Ok(answer)
    }

    /// Takes a second officer's answer into the record, after checking it with the court's key.
    ///
    /// # Errors
    /// [`SaveError::Countersign`] when it proves nothing.
    pub fn take_countersign(
        &self,
        subject: SubjectId,
        answer: &CountersignAnswer,
    ) -> Result<Saved, SaveError> {
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let asked = self.countersign_request(subject)?;
        let second = answer
            .verify(&asked, &inner.public.server_key)
            .map_err(SaveError::Countersign)?;
        self.save_on(subject, |stored| {
            let known = stored.record.countersigns.iter().any(|it| {
                it.countersign.body == answer.countersign.body && it.certificate.is_some()
            });
            Ok((!known).then(|| Change::Countersigned {
                certificate: Some(answer.certificate.clone()),
                countersign: answer.countersign.clone(),
                key: Some(second.key),
            }))
        })
    }

    /// Opens a record that corrects (更正) or adds to (补充) a sealed one: a correction begins with
    /// the facts that were sealed, a supplement with nobody's word but the case and the place. What
    /// is copied and what it amends are durable together, and items of lists keep their order.
    ///
    /// # Errors
    /// [`SaveError::NotSealed`] before the seal, [`SaveError::NoReason`] without a reason.
    pub fn amend(
        &self,
        subject: SubjectId,
        kind: AmendKind,
        reason: &str,
    ) -> Result<Saved, SaveError> {
        let reason = given(reason)?;
        let inner = self.inner().ok_or(SaveError::Locked)?;
        let record = inner.stored(subject)?.record;
        let seal = record.seals.first().ok_or(SaveError::NotSealed)?;
        let body = &seal.body;
        let mut values = body.fields.clone();
        match kind {
            // Who signed what was sealed has not signed its correction.
            AmendKind::Correction => values.retain(|path, _| {
                let last = path.as_str().rsplit('/').next().unwrap_or_default();
                !matches!(last, "signed" | "receiver_signed")
            }),
            AmendKind::Supplement => values
                .retain(|path, _| path.as_str() == "place" || path.as_str().starts_with("debtor/")),
        }
        let mut entries = record.item_order.entries(values, AMENDMENT_ENTRIES_MAX);
        let mut changes = vec![
            Change::RecordOpened {
                act: record.act,
                case: body.case.clone(),
                values: entries.remove(0),
            },
            Change::Amended {
                amends: kind,
                reason,
                record: seal.hash,
            },
        ];
        let rest = entries.into_iter();
        changes.extend(rest.map(|values| Change::FieldsChanged { values }));
        let subject = SubjectId::from_bytes(random(&*inner.parts.entropy));
        let saved = inner.save_as_one(subject, |_| Ok(changes))?;
        self.was_saved();
        Ok(saved)
    }

    /// Declares a record void (作废) before its seal; nothing of it is deleted.
    ///
    /// # Errors
    /// [`SaveError::NoReason`] without a reason; after the seal only an amendment helps.
    pub fn void(&self, subject: SubjectId, reason: &str) -> Result<Saved, SaveError> {
        let reason = given(reason)?;
        self.save_on(subject, |stored| {
            unsealed(stored)?;
            Ok(Some(Change::Voided { reason }))
        })
    }
}

impl Inner {
    fn stored(&self, subject: SubjectId) -> Result<RecordFolded, SaveError> {
        self.record(subject)
            .map_err(SaveError::Store)?
            .ok_or(SaveError::NoSuchRecord)
    }

    /// A signature with the key of the newest journal, and what proves offline whose it is.
    fn answer(
        &self,
        asked: &CountersignRequest,
        role: &str,
    ) -> Result<CountersignAnswer, SaveError> {
        let journal = self.journal();
        let id = journal.id();
        let certificate = self.custody().certificate(id).cloned();
        let certificate = certificate.ok_or(SaveError::Uncertified)?;
        let signer = journal.signers.last().ok_or(SaveError::Locked)?;
        let body = Countersign {
            at: self.now().wall_ms,
            journal: id,
            record: asked.record,
            role: role.to_owned(),
            server: self.public.server,
        };
        let countersign = Signed::sign(body, &**signer).map_err(SaveError::Sign)?;
        let first = journal.log.newest().log.read(1);
        let first = first.map_err(|error| SaveError::Disk(std::io::Error::other(error)))?;
        let first = first.ok_or(SaveError::Uncertified)?;
        let name = self.public.officer.name.clone();
        Ok(CountersignAnswer::of(
            certificate,
            countersign,
            &first,
            name,
        ))
    }
}

/// A person of the record signs the body that stands.
fn may_sign(stored: &RecordFolded, person: ItemId, shown: RecordHash) -> Result<(), SaveError> {
    let record = &stored.record;
    unsealed(stored)?;
    let id = person.to_string();
    let known = ["present", "parties"]
        .iter()
        .any(|list| record.items(list).contains(&id));
    if !known {
        return Err(SaveError::NoSuchPerson);
    }
    if record.body().hash().map_err(of_form)? != shown {
        return Err(SaveError::ShownChanged);
    }
    Ok(())
}

/// The officers of a record who can be its second one: those with a name that is not `me`.
pub fn seconds_among<'a>(facts: &'a Facts, me: &'a str) -> impl Iterator<Item = (ItemId, &'a str)> {
    facts.items("officers").into_iter().filter_map(move |id| {
        let name = facts.text(&format!("officers/{id}/person"));
        (!name.is_empty() && name != me).then_some((id.parse().ok()?, name))
    })
}

/// What is overridden; each rule once, however often it found something.
fn overrides(
    found: &[Found],
    reasons: &BTreeMap<String, String>,
    second: Option<OfficerId>,
) -> Result<Vec<Override>, SaveError> {
    let mut overrides = Vec::new();
    let mut open = BTreeSet::new();
    let mut said = BTreeSet::new();
    for it in found.iter().filter(|it| it.due == Due::Seal) {
        if !said.insert(it.rule) {
            continue;
        }
        let reason = reasons.get(it.rule).map_or("", |it| it.trim());
        if reason.is_empty() {
            open.insert(it.rule.to_owned());
            continue;
        }
        overrides.push(Override {
            officer: match it.severity {
                Severity::Block => second,
                Severity::Warn => None,
            },
            reason: reason.to_owned(),
            rule: it.rule.to_owned(),
        });
    }
    if !open.is_empty() {
        return Err(SaveError::Open(open.into_iter().collect()));
    }
    let blocks = |it: &&Found| it.due == Due::Seal && it.severity == Severity::Block;
    if second.is_none() && found.iter().any(|it| blocks(&it)) {
        return Err(SaveError::NoSecond);
    }
    Ok(overrides)
}

fn of_form(error: waiqin_protocol::canonical::CanonicalError) -> SaveError {
    SaveError::Entry(EntryError::Canonical(error))
}

fn too_long(error: waiqin_protocol::canonical::CanonicalError) -> StoreError {
    StoreError::Io(std::io::Error::other(error))
}
