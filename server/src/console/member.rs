//! Who is signed in, and what he may do. The full table of roles comes with the office's own
//! duties; until then: officers read the cases of their scope, the office reads all and imports,
//! the administrator also sees to devices and people.

use crate::db::Role;
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
    /// Works in the office: sees every case, imports lists.
    pub fn is_office(&self) -> bool {
        match self.role {
            Role::Officer => false,
            Role::Clerk | Role::Command | Role::Admin => true,
        }
    }

    /// Issues tickets, revokes devices, sees the people.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// The 承办人 whose cases alone he may see; `None` when he may see all.
    pub fn scope(&self) -> Option<&str> {
        (!self.is_office()).then_some(self.list_name.as_str())
    }
}

/// The name of a role.
pub(super) fn role_word(role: Role, words: &ConsoleWords) -> &'static str {
    match role {
        Role::Officer => words.role_officer,
        Role::Clerk => words.role_clerk,
        Role::Command => words.role_command,
        Role::Admin => words.role_admin,
    }
}
