//! `POST enrol/begin` and `POST enrol`: a device is enrolled with a ticket.

use super::conversation::MESSAGE_BYTES_MAX;
use super::error::CallError;
use super::line::{Carrier, Line, STALL};
use crate::host::NetworkSwitch;
use reqwest::Method;
use std::sync::Arc;
use waiqin_protocol::journal::{Certificate, Entry, Signed, entry_hash};
use waiqin_protocol::wire::enrol::{EnrolAnswer, EnrolBegin, EnrolOffer, EnrolRequest, Ticket};

/// The two calls of an enrolment. Each may be repeated: the same entry gets the same certificate.
pub(crate) struct Enrolment {
    line: Line,
    ticket: Ticket,
}

impl Enrolment {
    /// Makes ready to talk to the court of a ticket.
    ///
    /// # Errors
    /// [`CallError::Address`] when the ticket names neither https with a pin nor this machine.
    pub fn with(
        ticket: &Ticket,
        network: Arc<NetworkSwitch>,
        carrier: Option<Arc<dyn Carrier>>,
    ) -> Result<Self, CallError> {
        let line = Line::to(&ticket.url, ticket.tls.as_deref(), network, STALL)?;
        Ok(Self {
            line: line.carried_by(carrier),
            ticket: ticket.clone(),
        })
    }

    /// Asks whose code it is.
    pub async fn begin(&self) -> Result<EnrolOffer, CallError> {
        let request = self.line.request(Method::POST, "enrol/begin", None);
        let request = request.json(&EnrolBegin {
            code: self.ticket.code.clone(),
        });
        let offer: EnrolOffer = self.line.message(request, MESSAGE_BYTES_MAX).await?;
        if offer.server == self.ticket.server {
            Ok(offer)
        } else {
            Err(CallError::not_ours("another server than the ticket names"))
        }
    }

    /// Has the journal of these bytes of entry 1 certified; the certificate was checked under the
    /// ticket's key and is about exactly this entry.
    pub async fn enrol(
        &self,
        device_name: &str,
        entry: &[u8],
    ) -> Result<Signed<Certificate>, CallError> {
        let opened = Entry::from_bytes(entry).map_err(|error| CallError::Phone(Box::new(error)))?;
        let text = std::str::from_utf8(entry).map_err(|error| CallError::Phone(Box::new(error)))?;
        let request = self
            .line
            .request(Method::POST, "enrol", None)
            .json(&EnrolRequest {
                code: self.ticket.code.clone(),
                device_name: device_name.to_owned(),
                entry: text.to_owned(),
            });
        let answer: EnrolAnswer = self.line.message(request, MESSAGE_BYTES_MAX).await?;
        let certificate = answer.certificate;
        let expected = Certificate {
            entry: entry_hash(entry),
            journal: opened.journal,
            server: self.ticket.server,
        };
        if certificate.body == expected && certificate.verify(&self.ticket.key).is_ok() {
            Ok(certificate)
        } else {
            Err(CallError::not_ours("a certificate that does not fit"))
        }
    }
}
