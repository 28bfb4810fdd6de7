//! One world from one seed: a court, some phones, a bad network and what people do. At the end the
//! line is good, everybody syncs until nothing moves, and the oracle judges.

use crate::device::{Copy, Device};
use crate::dice::Dice;
use crate::network::{Network, Wire};
use crate::office::{Files, OFFICERS, Office};
use crate::oracle::{Holding, Oracle};
use crate::scenario::{Scenario, Scenarios};
use crate::story::Story;
use crate::stranger::Stranger;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use waiqin_core::{Pin, Session, UnlockError};
use waiqin_protocol::ids::OfficerId;

/// 2019-07-02 08:30 +08:00.
pub const MORNING_MS: i64 = 1_562_027_400_000;
/// Cases of the list.
pub const CASES: usize = 4;
/// Devices and whose phones they are at first, by place in [`OFFICERS`].
const DEVICES: [&[usize]; 3] = [&[0], &[0, 1], &[1]];

pub struct World {
    pub seed: u64,
    pub dice: Dice,
    pub step: usize,
    pub world_ms: Arc<AtomicI64>,
    pub office: Arc<tokio::sync::Mutex<Office>>,
    pub oracle: Arc<Mutex<Oracle>>,
    pub network: Arc<Network>,
    pub scenarios: Scenarios,
    pub devices: Vec<Device>,
    pub seats: Vec<Seat>,
    pub stranger: Option<Stranger>,
    /// Copies of phones: which, what is on them, what they hold of what was saved.
    pub copies: Vec<(usize, Copy, Holding)>,
    pub court_copies: Vec<Files>,
    /// Phones have pulled since the newest list came.
    pub pulled: bool,
    pub story: Story,
}

/// One officer on one device.
pub struct Seat {
    pub device: usize,
    pub officer: usize,
    pub session: Option<Arc<Session>>,
    /// His keys there are lost.
    pub gone: bool,
    pub revoked: bool,
}

impl Seat {
    pub fn officer_id(&self) -> OfficerId {
        OfficerId::from_bytes([self.officer as u8 + 1; 16])
    }
}

pub fn pin() -> Pin {
    Pin::new("246813").unwrap()
}

impl World {
    pub async fn new(seed: u64, template: &Files, scenarios: Scenarios, story: Story) -> Self {
        let world_ms = Arc::new(AtomicI64::new(MORNING_MS));
        let office = Office::open(template, world_ms.clone()).await;
        office.import(&[0, 0, 1, 1]).await;
        let office = Arc::new(tokio::sync::Mutex::new(office));
        let oracle = Arc::new(Mutex::new(Oracle::new(scenarios.clone())));
        let mut world = Self {
            seed,
            dice: Dice::new(seed),
            step: 0,
            network: Network::new(
                office.clone(),
                oracle.clone(),
                scenarios.clone(),
                story.clone(),
            ),
            world_ms,
            office,
            oracle,
            scenarios,
            devices: Vec::new(),
            seats: Vec::new(),
            stranger: None,
            copies: Vec::new(),
            court_copies: Vec::new(),
            pulled: false,
            story,
        };
        for officers in DEVICES {
            world.add_device(officers).await;
        }
        world.scenarios.happened(Scenario::TwoOfficersOnOnePhone);
        world
    }

    /// A new phone on which these officers are enrolled.
    pub async fn add_device(&mut self, officers: &[usize]) {
        // An enrolment that a copy of the court lacks is made anew by people, not by machines.
        self.court_copies.clear();
        let network = self.network.clone();
        let carrier = |power| Arc::new(Wire { network, power }) as _;
        let device = Device::new(self.world_ms.clone(), carrier, self.dice.apart());
        self.devices.push(device);
        self.network.line(Dice::new(0), 0);
        let at = self.devices.len() - 1;
        for officer in officers {
            let ticket = self.office.lock().await.ticket(*officer).await;
            let session = self.devices[at].phone().enrol(&ticket, &pin()).await;
            self.seats.push(Seat {
                device: at,
                officer: *officer,
                session: Some(session.expect("a good line enrols")),
                gone: false,
                revoked: false,
            });
        }
    }

    /// Lives through the seed's days.
    pub async fn live(&mut self) {
        let steps = 40 + self.dice.below(50);
        for step in 0..steps {
            self.step = step;
            let minutes = 1 + self.dice.below(90) as i64;
            self.pass(minutes * 60_000);
            match self.dice.below(100) {
                0..=31 => self.write(),
                32..=33 => self.harm_views(),
                34..=39 => self.photograph(),
                40..=44 => self.seal(),
                45..=49 => self.decide(),
                50..=69 => self.sync_some().await,
                70..=71 => self.both_go_back().await,
                72..=73 => self.relock(),
                74..=77 => self.crash_at_a_call().await,
                78 => self.fill_the_disk().await,
                79 => self.fail_a_call().await,
                80..=81 => self.rot(),
                82..=84 => self.copy_a_phone(),
                85..=86 => self.put_some_copy_back().await,
                87 => self.lose_views(),
                88 => self.lose_keys().await,
                89 => self.set_clocks(),
                90..=91 => self.copy_the_court().await,
                92 => self.put_the_court_back().await,
                93 => self.hand_a_case_over().await,
                94 => self.give_or_take_a_case().await,
                95 => self.roll_the_list_back().await,
                96 => self.revoke().await,
                97..=98 => self.meet_version_two().await,
                _ => self.kill_the_court().await,
            }
        }
    }

    pub fn pass(&mut self, ms: i64) {
        self.world_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Says what happens.
    pub fn tell(&self, what: impl FnOnce() -> String) {
        self.story.tell(format!("{}: {}", self.step, what()));
    }

    /// A seat whose officer is at work.
    pub fn some_seat(&mut self) -> Option<usize> {
        let open: Vec<usize> = (0..self.seats.len())
            .filter(|seat| self.seats[*seat].session.is_some())
            .collect();
        self.dice.pick(&open).copied()
    }

    pub fn seats_on(&self, device: usize) -> Vec<usize> {
        let all = 0..self.seats.len();
        all.filter(|seat| self.seats[*seat].device == device)
            .collect()
    }

    pub fn session(&self, seat: usize) -> Arc<Session> {
        self.seats[seat].session.clone().expect("the seat is open")
    }

    /// Unlocks an officer; `false` when it does not work now.
    pub fn unlock(&mut self, seat: usize) -> Result<(), UnlockError> {
        if self.seats[seat].gone {
            return Ok(());
        }
        loop {
            let officer = self.seats[seat].officer_id();
            let phone = self.devices[self.seats[seat].device].phone();
            match phone.unlock(officer, &pin()) {
                Ok(session) => {
                    self.seats[seat].session = Some(session);
                    return Ok(());
                }
                Err(UnlockError::Wait { wait_ms }) => self.pass(wait_ms + 1),
                Err(error) => return Err(error),
            }
        }
    }

    /// The phone is off at once, whatever it was doing.
    pub fn crash(&mut self, device: usize) {
        for seat in self.seats_on(device) {
            self.seats[seat].session = None;
        }
        self.devices[device].crash();
        self.scenarios.happened(Scenario::PhoneCrashed);
    }

    /// The phone starts, and its officers unlock: that must work.
    pub fn start(&mut self, device: usize) {
        self.devices[device].start();
        for seat in self.seats_on(device) {
            if let Err(error) = self.unlock(seat) {
                let officer = OFFICERS[self.seats[seat].officer].0;
                let wrong = format!("phone {seat} of {officer} does not open: {error:?}");
                self.oracle.lock().unwrap().saw(wrong);
                self.seats[seat].gone = true;
            }
        }
    }
}
