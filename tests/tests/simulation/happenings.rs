//! What happens at the court.

use crate::acts::undelivered_on;
use crate::office::{OFFICERS, case_id};
use crate::scenario::Scenario;
use crate::stranger::Stranger;
use crate::world::{CASES, World};

const COPIES_MAX: usize = 3;

impl World {
    pub async fn copy_the_court(&mut self) {
        self.tell(|| "the court is copied".to_owned());
        let files = self.office.lock().await.files();
        self.court_copies.push(files);
        if self.court_copies.len() > COPIES_MAX {
            self.court_copies.remove(0);
        }
    }

    /// An old copy of the court is put back while phones go on.
    pub async fn put_the_court_back(&mut self) {
        if self.court_copies.is_empty() {
            return;
        }
        let at = self.dice.below(self.court_copies.len());
        let files = self.court_copies[at].clone();
        // A later copy is of a court that never was.
        self.court_copies.truncate(at + 1);
        self.tell(|| "the court is put back to a copy".to_owned());
        self.office.lock().await.put(&files).await;
        let court = self.tables().await;
        self.oracle.lock().unwrap().court_put_back(&court);
        self.scenarios.happened(Scenario::ServerRestored);
    }

    /// A phone is put back to its copy and goes on in a new journal; then the court is put back to
    /// before it certified that.
    pub async fn both_go_back(&mut self) {
        if self.copies.is_empty() {
            return;
        }
        self.copy_the_court().await;
        let device = self.put_a_copy_back().await;
        for seat in self.seats_on(device) {
            if self.seats[seat].session.is_some() {
                self.sync(seat, 0).await;
                self.write_once(seat);
                self.sync(seat, 0).await;
            }
        }
        if self.dice.percent(70) {
            self.put_the_court_back().await;
        }
    }

    pub async fn kill_the_court(&mut self) {
        self.tell(|| "the court is killed".to_owned());
        self.office.lock().await.crash().await;
        self.scenarios.happened(Scenario::ServerCrashed);
    }

    /// A list comes in which a case has another officer.
    pub async fn hand_a_case_over(&mut self) {
        let court = self.tables().await;
        let place = |name: &String| OFFICERS.iter().position(|(_, it)| it == name);
        let mut officers: Vec<usize> = (0..CASES)
            .map(|case| court.cases.get(&case_id(case)).and_then(place).unwrap_or(0))
            .collect();
        let case = self.dice.below(CASES);
        let before = officers[case];
        officers[case] = 1 - before;
        self.tell(|| format!("case {} goes from officer {before}", case_id(case)));
        let drafts = self.seats.iter().filter(|seat| seat.officer == before);
        let in_work = drafts.filter_map(|seat| seat.session.as_ref());
        for session in in_work {
            if !undelivered_on(session, &case_id(case)).is_empty() {
                self.scenarios.happened(Scenario::ScopeRemovedInMidDraft);
            }
        }
        self.office.lock().await.import(&officers).await;
        self.pulled = false;
        self.scenarios.happened(Scenario::CaseHandedOver);
    }

    /// A case is given to an officer beside the list, or taken back from him.
    pub async fn give_or_take_a_case(&mut self) {
        let case = case_id(self.dice.below(CASES));
        let officer = self.dice.below(OFFICERS.len());
        let given = self.office.lock().await.give_or_take(&case, officer).await;
        self.tell(|| format!("case {case} and officer {officer}: given is {given}"));
        self.scenarios.happened(match given {
            true => Scenario::CaseGiven,
            false => Scenario::CaseTakenBack,
        });
    }

    pub async fn roll_the_list_back(&mut self) {
        if !self.office.lock().await.roll_back().await {
            return;
        }
        self.tell(|| "the newest list is taken back".to_owned());
        if self.pulled {
            self.scenarios.happened(Scenario::ImportRolledBack);
        }
        self.pulled = false;
    }

    /// A phone is revoked; its officer gets another.
    pub async fn revoke(&mut self) {
        if self.seats.iter().any(|seat| seat.revoked) {
            return;
        }
        let Some(seat) = self.some_seat() else { return };
        let journal = self.session(seat).journal();
        if !self.office.lock().await.revoke(journal).await {
            return;
        }
        self.tell(|| format!("phone {seat} is revoked"));
        self.seats[seat].revoked = true;
        self.scenarios.happened(Scenario::Revoked);
        let officer = self.seats[seat].officer;
        self.add_device(&[officer]).await;
    }

    pub fn note_push(&self, pushed: Result<(), String>) {
        if let Err(said) = pushed {
            let wrong = format!("the court does not take what a phone may send again: {said}");
            self.oracle.lock().unwrap().saw(wrong);
        }
    }

    /// A phone of a newer version writes among those of this one.
    pub async fn meet_version_two(&mut self) {
        let known = self.some_record().map(|row| row.subject);
        let office = self.office.lock().await;
        let mut stranger = match self.stranger.take() {
            Some(stranger) => stranger,
            None => {
                // An enrolment that a copy lacks is made anew by people, not by machines.
                self.court_copies.clear();
                Stranger::enrol(&office, self.seats.len()).await
            }
        };
        stranger.write(&mut self.dice, known, &mut self.oracle.lock().unwrap());
        let pushed = stranger.push(&office).await;
        drop(office);
        self.note_push(pushed);
        self.tell(|| "a phone of version 2 writes".to_owned());
        self.stranger = Some(stranger);
        self.scenarios.happened(Scenario::VersionTwo);
    }
}
