//! `POST /api/v1/enrol/begin` and `POST /api/v1/enrol`: a phone is enrolled with a one-time code.
//! `POST /api/v1/journal`: after a restored copy or a fork a new journal follows one that is known.

use super::caller::By;
use super::limit::{self, Origin};
use super::message::Message;
use super::problem::Refusal;
use crate::court::Court;
use crate::db::{EnrolCode, Journal, Write};
use crate::enrolment::code_hash;
use crate::record::{Opening, add_journal, cause_text};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use waiqin_protocol::ids::{JournalId, OfficerId, SubjectId};
use waiqin_protocol::journal::{Change, Entry, JournalCause, Parent};
use waiqin_protocol::suite::SUITE;
use waiqin_protocol::wire::enrol::{
    EnrolAnswer, EnrolBegin, EnrolOffer, EnrolRequest, OfficerCard, SuccessorRequest,
};

/// Longest name of a phone that is kept, characters.
const DEVICE_NAME_CHARS_MAX: usize = 100;

/// Says whose code it is; the code stays good.
pub(super) async fn begin(
    State(court): State<Court>,
    Origin(peer): Origin,
    Message(request): Message<EnrolBegin>,
) -> Result<Json<EnrolOffer>, Refusal> {
    let offered = offer(&court, request).await;
    limit::tried_code(&court, peer, offered)
}

async fn offer(court: &Court, request: EnrolBegin) -> Result<Json<EnrolOffer>, Refusal> {
    let code = code_of(court, &code_hash(&request.code)).await?;
    // A used code is answered too: the phone may ask again after an answer that was lost.
    let code = code
        .filter(|code| code.officer.may_carry_phone())
        .ok_or(Refusal::EnrolCode)?;
    if code.used_by.is_none() && code.expires_ms <= court.clock().now_ms() {
        return Err(Refusal::EnrolCode);
    }
    Ok(Json(EnrolOffer {
        court: court.name().to_owned(),
        officer: OfficerCard {
            id: code.officer.id,
            list_name: code.officer.list_name,
            name: code.officer.name,
        },
        recovery: BASE64.encode(court.keys().recovery_public()),
        server: court.server_id(),
    }))
}

/// Certifies a journal. The same entry with the same code gets the same certificate again.
pub(super) async fn enrol(
    State(court): State<Court>,
    Origin(peer): Origin,
    Message(request): Message<EnrolRequest>,
) -> Result<Json<EnrolAnswer>, Refusal> {
    let certified = certify(&court, request).await;
    limit::tried_code(&court, peer, certified)
}

async fn certify(court: &Court, request: EnrolRequest) -> Result<Json<EnrolAnswer>, Refusal> {
    let hash = code_hash(&request.code);
    let code = code_of(court, &hash).await?;
    let code = code
        .filter(|code| code.officer.may_carry_phone())
        .ok_or(Refusal::EnrolCode)?;
    let entry = request.entry.as_bytes();
    let journal = journal_of(court, code.officer.id, &request.device_name, entry).await?;
    if let Some(used_by) = code.used_by {
        return repeated(court, used_by, &journal).await;
    }
    let known = court.db().journal(journal.id).await?.is_some();
    let for_many = is_bench(court, &hash);
    if known && for_many {
        return repeated(court, journal.id, &journal).await;
    }
    if known {
        return Err(Refusal::EntryOne);
    }
    let mut write = court.db().write().await?;
    if !for_many
        && !write
            .use_code(&hash, journal.id, court.clock().now_ms())
            .await?
    {
        // It is over, or the same request came twice at once and the other one was first.
        drop(write);
        let used_by = court.db().code(&hash).await?.and_then(|code| code.used_by);
        return repeated(court, used_by.ok_or(Refusal::EnrolCode)?, &journal).await;
    }
    let journal = add(court, write, journal, request.entry).await?;
    tracing::info!(journal = %journal.id, officer = %journal.officer, "enrolled");
    Ok(Json(EnrolAnswer {
        certificate: journal.certificate,
    }))
}

/// The code with a hash: one that the office handed out, or the one of benchmarks.
async fn code_of(court: &Court, hash: &str) -> Result<Option<EnrolCode>, Refusal> {
    match &court.config().bench {
        Some(bench) if bench.hash == hash => {
            let officer = court.db().user_by_login(&bench.login).await?;
            Ok(officer.map(|officer| EnrolCode {
                officer,
                expires_ms: i64::MAX,
                used_by: None,
            }))
        }
        Some(_) | None => Ok(court.db().code(hash).await?),
    }
}

/// Whether it is the code that any number of clients may use.
fn is_bench(court: &Court, hash: &str) -> bool {
    let bench = court.config().bench.as_ref();
    bench.is_some_and(|bench| bench.hash == hash)
}

/// Certifies a journal that follows the caller's, once everything of that one is here. The same
/// entry gets the same certificate again.
pub(super) async fn succeed(
    State(court): State<Court>,
    By(caller): By,
    Message(request): Message<SuccessorRequest>,
) -> Result<Json<EnrolAnswer>, Refusal> {
    let before = &caller.journal;
    let entry = request.entry.as_bytes();
    let journal = journal_of(&court, before.officer, &before.device_name, entry).await?;
    if let Some(known) = court.db().journal(journal.id).await? {
        return repeated(&court, known.id, &journal).await;
    }
    if caller.is_revoked() {
        return Err(Refusal::Revoked);
    }
    let parent = follows(before, &journal)?;
    if !court.db().holds(before.id, parent.head).await? {
        // The end of that journal is still to come: it is sent first, then asked again.
        return Err(Refusal::Busy);
    }
    let write = court.db().write().await?;
    let journal = match add(&court, write, journal.clone(), request.entry).await {
        Ok(added) => added,
        // The same request may have come twice at once, and the other one was first.
        Err(refusal) => match court.db().journal(journal.id).await? {
            Some(known) => return repeated(&court, known.id, &journal).await,
            None => return Err(refusal),
        },
    };
    tracing::warn!(journal = %journal.id, parent = %before.id, cause = %journal.cause, "a new journal follows");
    Ok(Json(EnrolAnswer {
        certificate: journal.certificate,
    }))
}

/// Reads entry 1 of a journal that follows another one, for which `before` vouches.
pub(super) async fn following(
    court: &Court,
    before: &Journal,
    entry: &[u8],
) -> Result<Journal, Refusal> {
    let journal = journal_of(court, before.officer, &before.device_name, entry).await?;
    follows(before, &journal)?;
    Ok(journal)
}

/// Checks that a journal follows another one of the same phone; where it does so.
fn follows(before: &Journal, journal: &Journal) -> Result<Parent, Refusal> {
    let parent = journal.parent.ok_or(Refusal::EntryOne)?;
    let causes = [JournalCause::RestoredCopy, JournalCause::Forked];
    let cause_fits = causes
        .iter()
        .any(|cause| cause_text(*cause) == journal.cause);
    let follows = parent.journal == before.id && journal.device == before.device;
    if !cause_fits || !follows || journal.key == before.key {
        return Err(Refusal::EntryOne);
    }
    Ok(parent)
}

/// Adds a journal and commits.
async fn add(
    court: &Court,
    mut write: Write,
    journal: Journal,
    entry: String,
) -> Result<Journal, Refusal> {
    let added: Result<_, Refusal> =
        add_journal(court, &mut write, journal, entry.into_bytes()).await;
    let journal = added?;
    write.commit().await?;
    Ok(journal)
}

/// The answer to a code that was used: the same certificate for the same entry.
async fn repeated(
    court: &Court,
    used_by: JournalId,
    journal: &Journal,
) -> Result<Json<EnrolAnswer>, Refusal> {
    let known = court
        .db()
        .journal(used_by)
        .await?
        .ok_or(Refusal::EnrolCode)?;
    if known.id != journal.id || known.entry != journal.entry {
        return Err(Refusal::EnrolCode);
    }
    Ok(Json(EnrolAnswer {
        certificate: known.certificate,
    }))
}

/// Reads entry 1 and checks everything that it says.
async fn journal_of(
    court: &Court,
    of: OfficerId,
    device_name: &str,
    bytes: &[u8],
) -> Result<Journal, Refusal> {
    let entry = Entry::from_bytes(bytes).map_err(|_| Refusal::EntryOne)?;
    let Change::JournalOpened {
        cause,
        device,
        key,
        officer,
        parent,
        server,
        suite,
    } = entry.change.clone()
    else {
        return Err(Refusal::EntryOne);
    };
    let own_subject = SubjectId::from_bytes(*entry.journal.as_bytes());
    if entry.seq != 1
        || entry.base.is_some()
        || entry.subject != own_subject
        || entry.author != officer
        || suite != SUITE
    {
        return Err(Refusal::EntryOne);
    }
    if server != court.server_id() || officer != of {
        return Err(Refusal::WrongServer);
    }
    if let Some(parent) = &parent {
        // A parent that the server does not know may have been lost with a restore.
        let known = court.db().journal(parent.journal).await?;
        if known.is_some_and(|known| known.officer != officer) || parent.journal == entry.journal {
            return Err(Refusal::WrongServer);
        }
    }
    let opening = Opening {
        cause,
        device,
        device_name: shown_name(device_name),
        key,
        officer,
        parent,
        office: false,
    };
    Ok(opening.certify(court, &entry, bytes)?)
}

/// A phone's name for itself, bounded and without control characters.
fn shown_name(name: &str) -> String {
    name.trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(DEVICE_NAME_CHARS_MAX)
        .collect()
}
