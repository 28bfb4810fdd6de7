//! Sealing (封存): what the rules find, and the seal with the second officer (第二执行人员).

use crate::error::{Tell, Told};
use crate::records::read;
use crate::{Session, WaiqinError};
use std::collections::HashMap;
use std::sync::Arc;
use waiqin_core as core;
use waiqin_core::SaveError;
use waiqin_phone_ui::pages::signs_as;
use waiqin_phone_ui::told::{self, Missing};
use waiqin_protocol::ids::{ItemId, OfficerId, RecordHash, SubjectId};
use waiqin_protocol::journal::Severity;
use waiqin_protocol::numbers::days::court_day;
use waiqin_protocol::rules::{Due, Found, rule};
use waiqin_protocol::words::Lang;
use zeroize::Zeroizing;

/// How a finding weighs.
#[uniffi::remote(Enum)]
pub enum Severity {
    /// 必须: the record is not sealed without a reason and a second officer.
    Block,
    /// 应当: it is not sealed without a reason.
    Warn,
}

/// When a finding has to be closed.
#[uniffi::remote(Enum)]
pub enum Due {
    /// Before the seal.
    Seal,
    /// A supplement (补充) closes it later.
    Sync,
    /// As `Sync`, and a clock runs.
    Timer,
}

/// A record before its seal.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SealSheet {
    /// Hash of what would be sealed now: signatures name it, and the seal asks for it.
    pub shown: RecordHash,
    /// Why it may not be sealed at all, in words.
    pub blocked: Option<String>,
    /// What the rules found (缺).
    pub findings: Vec<Finding>,
    /// Ids of the rules that hold (已具备).
    pub held: Vec<String>,
}

/// One thing that a rule found.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// How it weighs in this court.
    pub severity: Severity,
    /// When it has to be closed.
    pub due: Due,
    /// Where: a field, a list, an item of one, `…/photos`, `case`.
    pub path: Option<String>,
    /// The item of a list that it is about.
    pub item: Option<ItemId>,
    /// What is wrong, in words.
    pub words: String,
    /// The articles that the rule stands on.
    pub law: String,
}

/// The second officer, as a seal names him.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum SecondOfficer {
    /// He gives his PIN on this phone, and signs at once.
    Here {
        /// Who.
        officer: OfficerId,
        /// His PIN (口令).
        pin: String,
    },
    /// He is this one of the record's `officers`, and signs later on his own phone, by QR.
    Later {
        /// The item.
        item: ItemId,
    },
}

/// A record was sealed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Sealed {
    /// 记录哈希
    pub hash: RecordHash,
    /// Number of the entry in the journal.
    pub number: u64,
    /// The second officer has signed. Where he was here and this is false, the seal stands and
    /// `countersign_here` asks him again.
    pub countersigned: bool,
}

#[uniffi::export]
impl Session {
    /// What is missing, for a count while the officer works: photos are not hashed again.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when there is no such record.
    pub async fn progress(&self, record: SubjectId) -> Result<SealSheet, WaiqinError> {
        self.sheet_by(record, core::Session::progress).await
    }

    /// 封存前核对: what would be sealed and what it lacks, every photo read and hashed again.
    ///
    /// # Errors
    /// [`WaiqinError::NotHere`] when there is no such record.
    pub async fn seal_sheet(&self, record: SubjectId) -> Result<SealSheet, WaiqinError> {
        self.sheet_by(record, core::Session::sheet).await
    }

    /// A person of the record signs on the glass (手写签名). `strokes` is the document of the screen:
    /// `{"v":1,"w":…,"h":…,"strokes":[[[x,y,ms,pressure],…],…]}`; `shown` the hash of the sheet that he
    /// was shown.
    ///
    /// # Errors
    /// [`WaiqinError::Input`] for strokes that are none; [`WaiqinError::NotAllowed`] when the record has
    /// changed since; [`WaiqinError::NotHere`] for somebody who is not in it.
    pub async fn sign(
        &self,
        record: SubjectId,
        person: ItemId,
        strokes: String,
        shown: RecordHash,
    ) -> Result<u64, WaiqinError> {
        let lang = self.lang;
        self.ask(move |session| {
            let saved = session.sign(record, person, strokes.as_bytes(), shown);
            Ok(saved.tell(lang)?.seq)
        })
        .await
    }

    /// Seals (封存): `shown` is the hash of the sheet that the officer saw, `reasons` say by rule why an
    /// open finding may stand. The second officer's PIN is tried before anything is written.
    ///
    /// # Errors
    /// [`WaiqinError::NotAllowed`] with the rules that are open, or when nobody can sign second, or when
    /// the record has changed since; [`WaiqinError::WrongPin`] of the second officer.
    #[uniffi::method(default(second = None))]
    pub async fn seal(
        &self,
        record: SubjectId,
        shown: RecordHash,
        reasons: HashMap<String, String>,
        second: Option<SecondOfficer>,
    ) -> Result<Sealed, WaiqinError> {
        let (phone, lang) = (self.phone.clone(), self.lang);
        self.ask(move |session| {
            let (second, here) = match second {
                None => (None, None),
                Some(SecondOfficer::Later { item }) => (Some(core::Second::Later(item)), None),
                Some(SecondOfficer::Here { officer, pin }) => {
                    let opened = Opened::of(&phone, session, officer, pin, lang)?;
                    (Some(core::Second::Here(officer)), Some(opened))
                }
            };
            let request = core::SealRequest {
                shown,
                reasons: reasons.into_iter().collect(),
                second,
            };
            let saved = session.seal(record, &request).tell(lang)?;
            // The seal stands whatever becomes of the second signature.
            let countersigned = here.is_some_and(|it| it.sign(session, record, lang).is_ok());
            Ok(Sealed {
                hash: shown,
                number: saved.seq,
                countersigned,
            })
        })
        .await
    }

    /// The second officer signs a sealed record on this phone (复核签名), by his PIN.
    ///
    /// # Errors
    /// [`WaiqinError::WrongPin`]; [`WaiqinError::NotAllowed`] before the seal or by the first officer
    /// himself.
    pub async fn countersign_here(
        &self,
        record: SubjectId,
        officer: OfficerId,
        pin: String,
    ) -> Result<(), WaiqinError> {
        let (phone, lang) = (self.phone.clone(), self.lang);
        self.ask(move |session| {
            Opened::of(&phone, session, officer, pin, lang)?.sign(session, record, lang)
        })
        .await
    }
}

impl Session {
    async fn sheet_by(
        &self,
        record: SubjectId,
        by: fn(&core::Session, SubjectId) -> Result<Option<core::SealSheet>, core::StoreError>,
    ) -> Result<SealSheet, WaiqinError> {
        let (clock, lang) = (self.clock.clone(), self.lang);
        self.ask(move |session| {
            let sheet = by(session, record).tell(lang)?;
            let sheet = sheet.ok_or_else(|| WaiqinError::missing(Missing::Record, lang))?;
            Ok(SealSheet::of(&sheet, clock.now().wall_ms, lang))
        })
        .await
    }
}

/// The second officer's session, opened by his PIN and locked again when dropped.
struct Opened(Arc<core::Session>);

impl Opened {
    fn of(
        phone: &core::Phone,
        first: &core::Session,
        officer: OfficerId,
        pin: String,
        lang: Lang,
    ) -> Result<Self, WaiqinError> {
        if officer == first.officer().id {
            return Err(WaiqinError::NotAllowed {
                words: told::second_self(lang),
                rules: Vec::new(),
            });
        }
        let pin = Zeroizing::new(pin);
        let pin = core::Pin::new(&pin).map_err(|_| WaiqinError::input(told::second_pin(lang)))?;
        phone.unlock(officer, &pin).tell(lang).map(Self)
    }

    /// He signs, and the first officer's record takes it.
    fn sign(
        &self,
        first: &core::Session,
        record: SubjectId,
        lang: Lang,
    ) -> Result<(), WaiqinError> {
        let asked = first.countersign_request(record).tell(lang)?;
        let record = read(first, record, lang)?.record;
        let seal = record.seals.first();
        let facts = seal.and_then(|it| it.body.facts(&record).ok());
        let facts = facts.ok_or_else(|| SaveError::NotSealed.told(lang))?;
        let role = signs_as(&facts, &self.0.officer().name);
        let answer = self.0.countersign(&asked, role).tell(lang)?;
        first.take_second(record.subject, &answer).tell(lang)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.lock();
    }
}

impl SealSheet {
    fn of(sheet: &core::SealSheet, now_ms: i64, lang: Lang) -> Self {
        let on = court_day(sheet.facts.int("t0").unwrap_or(now_ms));
        let finding = |it: &Found| Finding {
            rule: it.rule.to_owned(),
            severity: it.severity,
            due: it.due,
            path: it.path.as_ref().map(ToString::to_string),
            item: it.item,
            words: it.said(&sheet.facts, lang),
            law: rule(it.rule).map_or_else(String::new, |it| it.basis_on(on, lang)),
        };
        Self {
            shown: sheet.hash,
            blocked: sheet.blocked.as_ref().map(|it| told::blocked(it, lang)),
            findings: sheet.found.iter().map(finding).collect(),
            held: sheet.held.iter().map(|it| (*it).to_owned()).collect(),
        }
    }
}
