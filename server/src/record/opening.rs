//! A journal begins: entry 1 is certified, and taken into custody with a row of the log.

use crate::court::Court;
use crate::db::{DbError, Journal, LogKind, NewEntry, Write, text_of};
use waiqin_protocol::canonical;
use waiqin_protocol::ids::{DeviceId, JournalId, OfficerId, SubjectId};
use waiqin_protocol::journal::{
    Certificate, Chain, Entry, Head, JournalCause, JournalReceipt, LogPosition, Parent, Signed,
    entry_hash,
};
use waiqin_protocol::suite::{PublicKey, SignerError};
use waiqin_protocol::wire::sync::Verdict;

/// What entry 1 of a journal says, after it was checked.
pub(crate) struct Opening {
    /// Why it begins.
    pub cause: JournalCause,
    /// On which device.
    pub device: DeviceId,
    /// What the device calls itself.
    pub device_name: String,
    /// Its key.
    pub key: PublicKey,
    /// Whose it is.
    pub officer: OfficerId,
    /// The journal that it follows.
    pub parent: Option<Parent>,
    /// The office's own.
    pub office: bool,
}

impl Opening {
    /// The journal that begins with these bytes, certified.
    pub fn certify(
        self,
        court: &Court,
        entry: &Entry,
        bytes: &[u8],
    ) -> Result<Journal, SignerError> {
        let mut chain = Chain::default();
        chain.push(bytes);
        let certificate = Certificate {
            entry: entry_hash(bytes),
            journal: entry.journal,
            server: court.server_id(),
        };
        let now_ms = court.clock().now_ms();
        Ok(Journal {
            id: entry.journal,
            officer: self.officer,
            device: self.device,
            device_name: self.device_name,
            key: self.key,
            cause: cause_text(self.cause),
            parent: self.parent,
            entry: certificate.entry,
            certificate: Signed::sign(certificate, court.signer())?,
            head: chain.head(),
            announced: chain.head(),
            receipt: None,
            enrolled_ms: now_ms,
            seen_ms: now_ms,
            revoked_ms: None,
            office: self.office,
        })
    }
}

/// Takes a certified journal into custody: its row of the log, its receipt, its entry 1.
pub(crate) async fn add_journal<E>(
    court: &Court,
    write: &mut Write,
    journal: Journal,
    entry: Vec<u8>,
) -> Result<Journal, E>
where
    E: From<DbError> + From<SignerError>,
{
    let (at_ms, head) = (journal.enrolled_ms, journal.head);
    let position = write
        .append(
            LogKind::Journal,
            Some(journal.id),
            &log_body(&journal)?,
            at_ms,
        )
        .await?;
    let receipt = receipt_of(court, journal.id, head, position, at_ms)?;
    let journal = Journal {
        receipt: Some(receipt),
        ..journal
    };
    write.add_journal(&journal).await?;
    let first = NewEntry {
        seq: 1,
        hash: journal.entry,
        link: journal.head.link,
        bytes: entry,
        subject: Some(SubjectId::from_bytes(*journal.id.as_bytes())),
        kind: Some("journal_opened".to_owned()),
        verdict: Verdict::Accepted,
        reason: None,
    };
    write
        .add_entries(journal.id, position.number, &[first])
        .await?;
    Ok(journal)
}

/// The word of a cause, as entry 1 writes it.
pub(crate) fn cause_text(cause: JournalCause) -> String {
    let value = serde_json::to_value(cause).ok();
    let text = value.as_ref().and_then(serde_json::Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Custody of a journal up to a head, as it becomes true with a row of the log.
pub(crate) fn receipt_of(
    court: &Court,
    journal: JournalId,
    head: Head,
    position: LogPosition,
    now_ms: i64,
) -> Result<Signed<JournalReceipt>, SignerError> {
    let receipt = JournalReceipt {
        at: now_ms,
        journal,
        link: head.link,
        position,
        seq: head.seq,
        server: court.server_id(),
    };
    Signed::sign(receipt, court.signer())
}

fn log_body(journal: &Journal) -> Result<String, DbError> {
    let body = serde_json::json!({
        "act": "enrolled",
        "entry": journal.entry.to_string(),
        "head": { "link": journal.head.link.to_string(), "seq": journal.head.seq },
        "journal": journal.id.to_string(),
    });
    text_of(canonical::to_bytes(&body))
}
