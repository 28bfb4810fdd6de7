//! `POST journal`: a new journal, begun after a copy was restored or a fork, is certified.

use super::conversation::{Conversation, MESSAGE_BYTES_MAX};
use super::error::CallError;
use reqwest::Method;
use waiqin_protocol::journal::{Certificate, Entry, entry_hash};
use waiqin_protocol::sync::Token;
use waiqin_protocol::wire::enrol::{EnrolAnswer, SuccessorRequest};

impl Conversation {
    /// Has the new journal certified and keeps the certificate; nothing when there is none to be
    /// certified. The token is of the journal before it.
    pub async fn certify(&self, token: &Token) -> Result<(), CallError> {
        let Some(entry) = self.held(|holdings| holdings.uncertified()).await? else {
            return Ok(());
        };
        let on_phone = |error| CallError::Phone(error);
        let opened = Entry::from_bytes(&entry).map_err(|error| on_phone(Box::new(error)))?;
        let hash = entry_hash(&entry);
        let text = String::from_utf8(entry).map_err(|error| on_phone(Box::new(error)))?;
        let request = self
            .line
            .request(Method::POST, "journal", Some(token))
            .json(&SuccessorRequest { entry: text });
        let answer: EnrolAnswer = self.line.message(request, MESSAGE_BYTES_MAX).await?;
        let certificate = answer.certificate;
        let pinned = self.holdings.pinned();
        let expected = Certificate {
            entry: hash,
            journal: opened.journal,
            server: pinned.server,
        };
        if certificate.body != expected || certificate.verify(&pinned.key).is_err() {
            return Err(CallError::not_ours("a certificate that does not fit"));
        }
        self.held(move |holdings| holdings.keep_certificate(certificate))
            .await
    }
}
