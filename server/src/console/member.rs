//! Who is signed in, and what he may do: the table of [`crate::access`].

use crate::access::{Action, Grant, Role};
use crate::words::console::ConsoleWords;
use waiqin_protocol::ids::OfficerId;

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub id: OfficerId,
    pub name: String,
    pub list_name: String,
    pub role: Role,
    pub token_hash: String,
}

impl Member {
    /// Whether he may do any of it.
    pub fn may(&self, action: Action) -> bool {
        self.role.may(action)
    }

    /// The name in the list by which he sees cases, and those alone; `None` when he may see all. Who may
    /// see none comes to no page that asks.
    pub fn scope(&self) -> Option<&str> {
        match self.role.grant(Action::ReadCases) {
            Grant::All => None,
            Grant::Own | Grant::No => Some(self.list_name.as_str()),
        }
    }
}

/// The name of a role.
pub(super) fn role_word(role: Role, words: &ConsoleWords) -> &'static str {
    match role {
        Role::Officer => words.role_officer,
        Role::Lead => words.role_lead,
        Role::Clerk => words.role_clerk,
        Role::Command => words.role_command,
        Role::Review => words.role_review,
        Role::Supervisor => words.role_supervisor,
        Role::Admin => words.role_admin,
    }
}
