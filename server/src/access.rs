//! Who may do what: seven roles, and for each action what a role may of it, as one table. Why each
//! cell is as it is stands in `docs/decisions/0009-roles.md`. Nothing here asks a database: a person's
//! role comes with his session or token at every request.

use Grant::{All, No, Own};

/// What a person is in the court.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Role {
    /// 外勤
    Officer,
    /// 外勤组长
    Lead,
    /// 内勤
    Clerk,
    /// 查控指挥
    Command,
    /// 处置复查: the groups that take over, 财产处置 and 结案复查
    Review,
    /// 监督
    Supervisor,
    /// 系统管理员
    Admin,
}

/// Something that a role may or may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read cases of the list, search them.
    ReadCases,
    /// Read field records, their entries and evidence.
    ReadRecords,
    /// Read a list in, see what it changes, apply it, roll it back.
    ImportList,
    /// See what records come to by the list (核对名册).
    SeeOutcomes,
    /// Conclude what a record means for the list.
    Reconcile,
    /// Choose between values that stand against each other (裁定).
    DecideContest,
    /// Let held entries stand (放行).
    ReleaseHeld,
    /// Give a case to an officer, take it back (指派).
    Assign,
    /// Carry a phone: be enrolled, send, get the cases of one's own scope.
    CarryPhone,
    /// See phones, their journals, and what they did not deliver.
    SeeDevices,
    /// Make enrolment tickets, revoke phones.
    ManageDevices,
    /// Take in hand-in packages, give their receipts.
    HandIn,
    /// See where phone and court did not fit (异常).
    SeeIncidents,
    /// Change roles, disable people, end lock-outs.
    ManagePeople,
    /// Read what everybody did (审计).
    ReadAudit,
}

/// How much of an action a role may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Nothing.
    No,
    /// What lies in the person's own scope.
    Own,
    /// Everything.
    All,
}

/// All roles, in the order of the table's columns.
pub const ROLES: [Role; 7] = [
    Role::Officer,
    Role::Lead,
    Role::Clerk,
    Role::Command,
    Role::Review,
    Role::Supervisor,
    Role::Admin,
];

impl Action {
    /// The row of the table.
    #[rustfmt::skip]
    const fn row(self) -> [Grant; ROLES.len()] {
        match self {
            //                      外勤 组长 内勤 指挥 复查 监督 管理员
            Self::ReadCases     => [Own, All, All, All, All, All, No],
            Self::ReadRecords   => [Own, All, All, All, All, All, No],
            Self::ImportList    => [No,  No,  All, No,  No,  No,  No],
            Self::SeeOutcomes   => [No,  All, All, All, All, All, No],
            Self::Reconcile     => [No,  No,  All, All, No,  No,  No],
            Self::DecideContest => [No,  No,  All, All, No,  No,  No],
            Self::ReleaseHeld   => [No,  No,  No,  All, No,  No,  No],
            Self::Assign        => [No,  All, No,  All, No,  No,  No],
            Self::CarryPhone    => [Own, Own, No,  No,  No,  No,  No],
            Self::SeeDevices    => [No,  All, All, All, No,  All, All],
            Self::ManageDevices => [No,  No,  No,  No,  No,  No,  All],
            Self::HandIn        => [No,  No,  All, No,  No,  No,  All],
            Self::SeeIncidents  => [No,  All, All, All, No,  All, All],
            Self::ManagePeople  => [No,  No,  No,  No,  No,  No,  All],
            Self::ReadAudit     => [No,  No,  No,  No,  No,  All, All],
        }
    }
}

impl Role {
    /// As stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Lead => "lead",
            Self::Clerk => "clerk",
            Self::Command => "command",
            Self::Review => "review",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }

    /// The role of a stored text.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        ROLES.into_iter().find(|role| role.as_str() == text)
    }

    /// How much of an action.
    #[must_use]
    pub const fn grant(self, action: Action) -> Grant {
        action.row()[self as usize]
    }

    /// Whether any of it.
    #[must_use]
    pub const fn may(self, action: Action) -> bool {
        !matches!(self.grant(action), No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_the_roles() {
        for (at, role) in ROLES.into_iter().enumerate() {
            assert_eq!(role as usize, at, "{role:?}");
            assert_eq!(Role::of(role.as_str()), Some(role));
        }
        assert_eq!(Role::of("root"), None);
    }

    /// DOMAIN §8: whoever keeps the system reads no case, and whoever watches changes nothing.
    #[test]
    fn keeping_watching_and_working_are_three_hands() {
        use Action::*;
        for action in [
            ReadCases,
            ReadRecords,
            ImportList,
            Reconcile,
            DecideContest,
            ReleaseHeld,
            Assign,
            CarryPhone,
        ] {
            assert_eq!(Role::Admin.grant(action), No, "{action:?}");
        }
        for action in [
            ImportList,
            Reconcile,
            DecideContest,
            ReleaseHeld,
            Assign,
            CarryPhone,
            ManageDevices,
            HandIn,
            ManagePeople,
        ] {
            assert_eq!(Role::Supervisor.grant(action), No, "{action:?}");
        }
        for role in ROLES {
            let works = [ImportList, Reconcile, DecideContest, ReleaseHeld, Assign];
            let works = works.into_iter().any(|action| role.may(action));
            assert!(!(works && role.may(ManagePeople)), "{role:?}");
            assert!(!(works && role.may(ReadAudit)), "{role:?}");
            // Pages limit cases and records by one scope.
            assert_eq!(role.grant(ReadCases), role.grant(ReadRecords), "{role:?}");
        }
    }
}
