//! What people decided on a record: which of their conclusions stand, and where they put it.

use super::decision::{Decision, Question};
use super::outcome::{Finding, Match};
use crate::ids::CaseId;
use crate::record::{Conclusion, Record};

impl Conclusion {
    /// What it answers; `None` for words of a newer version.
    #[must_use]
    pub fn question(&self) -> Option<Question> {
        match self.findings.as_slice() {
            [] => Match::of(&self.matched).map(Question::Match),
            [one] => Finding::of(one).map(Question::Finding),
            _ => None,
        }
    }

    /// The decision; `None` for a word of a newer version.
    #[must_use]
    pub fn decision(&self) -> Option<Decision> {
        Decision::of(&self.decision)
    }

    /// Whether two answer one question. A record has one match, whatever a list makes of it.
    fn is_about_the_same(&self, other: &Self) -> bool {
        self.findings == other.findings
    }
}

impl Record {
    /// The conclusions that stand, oldest first: of each question the newest that was not undone.
    #[must_use]
    pub fn standing_conclusions(&self) -> Vec<&Conclusion> {
        let mut standing: Vec<&Conclusion> = Vec::new();
        for it in &self.conclusions {
            let newest = standing
                .iter()
                .rposition(|known| known.is_about_the_same(it));
            match (it.decision(), newest) {
                (Some(Decision::Undo), Some(at)) => {
                    standing.remove(at);
                }
                (Some(Decision::Undo), None) => {}
                _ => standing.push(it),
            }
        }
        let all = standing.clone();
        standing.retain(|it| {
            let newest = all.iter().rfind(|other| other.is_about_the_same(it));
            newest.is_some_and(|newest| newest.entry == it.entry)
        });
        standing
    }

    /// The newest conclusion on a question that stands.
    #[must_use]
    pub fn concluded(&self, question: Question) -> Option<&Conclusion> {
        let same = |it: &&&Conclusion| match question {
            Question::Match(_) => it.findings.is_empty(),
            Question::Finding(_) => it.question() == Some(question),
        };
        self.standing_conclusions().iter().find(same).copied()
    }

    /// The newest conclusion by which people put the record into a case.
    #[must_use]
    pub fn placing(&self) -> Option<&Conclusion> {
        let standing = self.standing_conclusions();
        let places = |it: &&&Conclusion| it.decision().is_some_and(Decision::places);
        standing.iter().rfind(places).copied()
    }

    /// The case in which people put the record, where they did.
    #[must_use]
    pub fn placed(&self) -> Option<&CaseId> {
        self.placing()?.case.as_ref()
    }
}
