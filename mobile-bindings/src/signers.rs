//! Signing from phone to phone (复核签名 by QR): the first officer's phone shows a text, the second one's
//! answers with another. Nothing goes over a network.

use crate::error::Tell;
use crate::{Session, WaiqinError};
use waiqin_phone_ui::told;
use waiqin_phone_ui::words::Words;
use waiqin_protocol::fields::OFFICER_ROLES;
use waiqin_protocol::ids::{RecordHash, SubjectId};
use waiqin_protocol::journal::Act;
use waiqin_protocol::wire::countersign::{CountersignAnswer, CountersignRequest};
use waiqin_protocol::words::Lang;

/// What another officer asks to be signed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CountersignAsked {
    /// Which act.
    pub act: Act,
    /// The number of its case: normal, or as typed.
    pub case_number: String,
    /// Where the act was.
    pub place: String,
    /// Who sealed.
    pub officer_name: String,
    /// When it was sealed, ms UTC.
    pub sealed_ms: i64,
    /// 记录哈希: what is to be signed.
    pub hash: RecordHash,
}

#[uniffi::export]
impl Session {
    /// Asks for a second officer's signature on a sealed record: the text of a QR code.
    ///
    /// # Errors
    /// [`WaiqinError::NotAllowed`] before the seal.
    pub async fn countersign_request(&self, record: SubjectId) -> Result<String, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let asked = session.countersign_request(record);
            Ok(asked.tell(lang)?.to_string())
        })
        .await
    }

    /// Reads what another phone asks, to be shown before it is signed.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] for a text that asks nothing.
    pub fn read_countersign_request(&self, text: String) -> Result<CountersignAsked, WaiqinError> {
        let asked = asked(&text, self.lang)?;
        Ok(CountersignAsked {
            act: asked.act,
            case_number: asked.case.normal.unwrap_or(asked.case.typed),
            place: asked.place,
            officer_name: asked.officer_name,
            sealed_ms: asked.at,
            hash: asked.record,
        })
    }

    /// Signs what another phone asks, in this officer's own journal; returns the answer for the first
    /// officer's phone, the text of a QR code. `role` is a code of the table of officers' roles
    /// (`executor` …); 第二执行人员 unless given.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] for a text that asks nothing, comes from another court, or from himself;
    /// [`WaiqinError::NotAllowed`] before the court has certified this journal.
    #[uniffi::method(default(role = None))]
    pub async fn countersign(
        &self,
        request: String,
        role: Option<String>,
    ) -> Result<String, WaiqinError> {
        let lang = self.lang;
        let asked = asked(&request, lang)?;
        let role = match role {
            None => Words::ZH.second_role,
            Some(code) => OFFICER_ROLES
                .iter()
                .find(|it| it.code == code)
                .map(|it| it.zh)
                .ok_or_else(|| WaiqinError::input(told::not_one(&code, lang)))?,
        };
        self.ask(move |session| Ok(session.countersign(&asked, role).tell(lang)?.to_string()))
            .await
    }

    /// Takes the second officer's answer into the record, after checking it with the court's key.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] for a text that is no answer, or one that proves nothing.
    pub async fn take_countersign(
        &self,
        record: SubjectId,
        answer: String,
    ) -> Result<(), WaiqinError> {
        let lang = self.lang;
        let answer: CountersignAnswer = answer
            .parse()
            .map_err(|_| WaiqinError::input(told::second_text(lang)))?;
        self.ask(move |session| session.take_second(record, &answer).tell(lang))
            .await
    }
}

fn asked(text: &str, lang: Lang) -> Result<CountersignRequest, WaiqinError> {
    text.parse()
        .map_err(|_| WaiqinError::input(told::second_text(lang)))
}
