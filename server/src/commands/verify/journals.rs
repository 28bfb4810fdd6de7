//! Journals: every entry's bytes against hash and chain, the chain against head, certificate, receipt
//! and the phone's newest checkpoint; what lies beside the chain against what it continues. Where the
//! phone lost entries the chain is followed by its word.

use super::{JournalReport, VerifyError};
use crate::db::{Db, Journal};
use waiqin_protocol::ids::{JournalId, Link};
use waiqin_protocol::journal::{Chain, Checkpoint, Head, Signed, entry_hash, next_link};
use waiqin_protocol::suite::PublicKey;
use waiqin_protocol::wire::sync::Gap;

const ENTRIES_AT_ONCE: u32 = 500;

/// Verifies all journals: their reports, and the number of entries.
pub(in crate::commands) async fn verify(
    db: &Db,
    key: &PublicKey,
    problems: &mut Vec<String>,
) -> Result<(Vec<JournalReport>, u64), VerifyError> {
    let mut reports = Vec::new();
    let mut entries = 0;
    for journal in db.journals().await? {
        let forked = beside(db, journal.id, problems).await?;
        let gaps = db.gaps(journal.id).await?;
        let lost: u64 = gaps.iter().map(|gap| gap.to + 1 - gap.from).sum();
        let head = follow(db, &journal, &gaps, problems).await?;
        signed(db, key, &journal, problems).await?;
        if head != journal.head {
            problems.push(format!(
                "journal {}: its entries end at {} and its head says {}",
                journal.id, head.seq, journal.head.seq
            ));
        }
        entries += head.seq - lost.min(head.seq);
        reports.push(JournalReport {
            id: journal.id.to_string(),
            seq: head.seq,
            link: head.link.to_string(),
            announced: journal.announced.seq,
            lost,
            forked,
        });
    }
    Ok((reports, entries))
}

/// Follows the chain over the stored bytes, and over gaps by the link that the phone named.
async fn follow(
    db: &Db,
    journal: &Journal,
    gaps: &[Gap],
    problems: &mut Vec<String>,
) -> Result<Head, VerifyError> {
    let mut chain = Chain::default();
    let mut gaps = gaps.iter();
    let mut gap = gaps.next();
    loop {
        while let Some(lost) = gap.filter(|gap| gap.follows(chain.head().seq)) {
            chain = Chain::after(lost.end());
            gap = gaps.next();
        }
        let entries = db
            .entries_after(journal.id, chain.head().seq, ENTRIES_AT_ONCE)
            .await?;
        if entries.is_empty() {
            return Ok(chain.head());
        }
        for entry in entries {
            if gap.is_some_and(|gap| gap.follows(chain.head().seq)) {
                break;
            }
            let before = chain.head().seq;
            let hash = chain.push(&entry.bytes);
            let fits = entry.seq == before + 1
                && entry.hash == hash
                && entry.link == chain.head().link
                && (entry.seq != 1 || hash == journal.entry);
            if !fits {
                problems.push(format!(
                    "journal {}: entry {} does not fit",
                    journal.id, entry.seq
                ));
                // What follows is compared with what is stored, so that one fault is one problem.
                chain = Chain::after(Head {
                    link: entry.link,
                    seq: entry.seq,
                });
            }
        }
    }
}

/// Checks what lies beside a chain, and counts it: each entry's bytes have their hash, and its link continues
/// one of those before it.
async fn beside(
    db: &Db,
    journal: JournalId,
    problems: &mut Vec<String>,
) -> Result<u64, VerifyError> {
    let (mut count, mut after) = (0, (0, Link::ZERO));
    loop {
        let some = db.forked_after(journal, after, ENTRIES_AT_ONCE).await?;
        let Some(last) = some.last() else {
            return Ok(count);
        };
        after = (last.entry.seq, last.entry.link);
        for forked in some {
            count += 1;
            let entry = forked.entry;
            let before = db.links_at(journal, entry.seq.saturating_sub(1)).await?;
            let continues = |it: &Link| next_link(it, &entry.hash) == entry.link;
            if entry_hash(&entry.bytes) != entry.hash || !before.iter().any(continues) {
                problems.push(format!(
                    "journal {journal}: entry {} beside the chain does not fit",
                    entry.seq
                ));
            }
        }
    }
}

/// Checks what the server signed about a journal, and what its phone did.
async fn signed(
    db: &Db,
    key: &PublicKey,
    journal: &Journal,
    problems: &mut Vec<String>,
) -> Result<(), VerifyError> {
    let certificate = &journal.certificate;
    if certificate.verify(key).is_err()
        || certificate.body.entry != journal.entry
        || certificate.body.journal != journal.id
    {
        problems.push(format!(
            "journal {}: its certificate does not fit",
            journal.id
        ));
    }
    let receipt_fits = match &journal.receipt {
        None => false,
        Some(receipt) => {
            receipt.verify(key).is_ok()
                && receipt.body.journal == journal.id
                && (Head {
                    link: receipt.body.link,
                    seq: receipt.body.seq,
                }) == journal.head
                && db.knows_position(&receipt.body.position).await?
        }
    };
    if !receipt_fits {
        problems.push(format!("journal {}: its receipt does not fit", journal.id));
    }
    // None before the first piece, nor while all of them are older than the keeping of checkpoints.
    let checkpoint = db.checkpoint(journal.id).await?;
    if checkpoint.is_some_and(|signed| !covers(&signed, journal)) {
        problems.push(format!(
            "journal {}: its phone's checkpoint does not fit",
            journal.id
        ));
    }
    Ok(())
}

/// Whether a journal's own key signs for exactly what is in custody: each piece is closed so.
fn covers(signed: &Signed<Checkpoint>, journal: &Journal) -> bool {
    let Checkpoint {
        journal: id,
        link,
        seq,
        server,
        ..
    } = signed.body;
    signed.verify(&journal.key).is_ok()
        && id == journal.id
        && server == journal.certificate.body.server
        && Head { link, seq } == journal.head
}
