//! What happened, counted: a run in which something of this never happened proves nothing about it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Something that must occur (DESIGN §9.2, the end of FORMATS-WHY, the promises).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    TwoOfficersOnOnePhone,
    PhoneCrashed,
    DiskFull,
    DiskCallFailed,
    BitFlipped,
    EntriesLostNamed,
    CopyRestored,
    CopyFoundAhead,
    CopyForked,
    JournalFollowed,
    KeyLost,
    ViewsLost,
    ViewsHarmed,
    CaseFetchedAgain,
    OwnCameBack,
    Relocked,
    ClockJumped,
    ServerCrashed,
    ServerRestored,
    RollbackSeen,
    PhotoCameBack,
    JournalCertifiedAnew,
    RequestLost,
    RequestCut,
    RequestRepeated,
    RequestDelayed,
    AnswerLostAfterCommit,
    AnswerCut,
    PhoneOffInSync,
    SyncDropped,
    PortalMet,
    PhotoSaved,
    UploadResumed,
    Contest,
    ContestDecided,
    Sealed,
    LateEditOutsideSeal,
    TwoSeals,
    CaseHandedOver,
    CaseGiven,
    CaseTakenBack,
    ScopeRemovedInMidDraft,
    ImportRolledBack,
    VersionTwo,
    Revoked,
    RevokedHandedIn,
}

impl Scenario {
    pub const ALL: [Self; 46] = [
        Self::TwoOfficersOnOnePhone,
        Self::PhoneCrashed,
        Self::DiskFull,
        Self::DiskCallFailed,
        Self::BitFlipped,
        Self::EntriesLostNamed,
        Self::CopyRestored,
        Self::CopyFoundAhead,
        Self::CopyForked,
        Self::JournalFollowed,
        Self::KeyLost,
        Self::ViewsLost,
        Self::ViewsHarmed,
        Self::CaseFetchedAgain,
        Self::OwnCameBack,
        Self::Relocked,
        Self::ClockJumped,
        Self::ServerCrashed,
        Self::ServerRestored,
        Self::RollbackSeen,
        Self::PhotoCameBack,
        Self::JournalCertifiedAnew,
        Self::RequestLost,
        Self::RequestCut,
        Self::RequestRepeated,
        Self::RequestDelayed,
        Self::AnswerLostAfterCommit,
        Self::AnswerCut,
        Self::PhoneOffInSync,
        Self::SyncDropped,
        Self::PortalMet,
        Self::PhotoSaved,
        Self::UploadResumed,
        Self::Contest,
        Self::ContestDecided,
        Self::Sealed,
        Self::LateEditOutsideSeal,
        Self::TwoSeals,
        Self::CaseHandedOver,
        Self::CaseGiven,
        Self::CaseTakenBack,
        Self::ScopeRemovedInMidDraft,
        Self::ImportRolledBack,
        Self::VersionTwo,
        Self::Revoked,
        Self::RevokedHandedIn,
    ];
}

/// Counts; clones share them.
#[derive(Clone, Default)]
pub struct Scenarios(Arc<Mutex<BTreeMap<Scenario, u64>>>);

impl Scenarios {
    pub fn happened(&self, scenario: Scenario) {
        *self.0.lock().unwrap().entry(scenario).or_default() += 1;
    }

    pub fn count(&self, scenario: Scenario) -> u64 {
        let counts = self.0.lock().unwrap();
        counts.get(&scenario).copied().unwrap_or_default()
    }
}
