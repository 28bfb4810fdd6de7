//! 指派: whoever leads gives a case to an officer, or takes it back; what must hold before it is done.

use crate::db::{Assigning, Db, DbError, User};
use crate::record::reason_of;
use waiqin_protocol::ids::OfficerId;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assign {
    /// Gives it; else takes it back.
    pub give: bool,
    /// The case.
    pub case_id: String,
    /// The officer.
    pub officer: OfficerId,
    /// What he is to do, or why it is his or not any more.
    pub reason: String,
    /// Who does it.
    pub by: OfficerId,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum NotAssigned {
    /// No reason, or one that is too long.
    #[error("an assignment needs a reason")]
    Reason,
    /// There is no such officer, he carries no phone, or he has no name in the list.
    #[error("cases are not given to this person")]
    Officer,
    /// The list does not hold the case.
    #[error("there is no such case")]
    Case,
    /// He has it already, or has it no more.
    #[error("it is so already")]
    Already,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Gives a case to an officer or takes it back; his phone sees it with its next sync.
///
/// # Errors
/// Why it was not done; nothing changed then.
pub async fn assign(db: &Db, it: &Assign, now_ms: i64) -> Result<(), NotAssigned> {
    let reason = reason_of(&it.reason).map_err(|_| NotAssigned::Reason)?;
    let officer = db.user(it.officer).await?.ok_or(NotAssigned::Officer)?;
    if it.give && !may_be_given(&officer) {
        return Err(NotAssigned::Officer);
    }
    db.case(&it.case_id).await?.ok_or(NotAssigned::Case)?;
    let mut write = db.write().await?;
    let assigning = Assigning {
        case_id: &it.case_id,
        officer: &officer,
        reason: &reason,
        by: it.by,
        now_ms,
    };
    let done = match it.give {
        true => write.assign(&assigning).await?,
        false => write.take_back(&assigning).await?,
    };
    if !done {
        return Err(NotAssigned::Already);
    }
    write.commit().await?;
    Ok(())
}

/// Whether cases are given to a person: his phone gets them by the name that he has in the list.
#[must_use]
pub fn may_be_given(user: &User) -> bool {
    user.may_carry_phone() && !user.list_name.is_empty()
}
