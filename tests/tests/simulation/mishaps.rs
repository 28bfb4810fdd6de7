//! What goes wrong with phones.

use crate::acts::rows;
use crate::scenario::Scenario;
use crate::tables::{self, Tables};
use crate::world::{World, pin};
use std::path::{Path, PathBuf};
use waiqin_core::UnlockError;
use waiqin_core::disk::Fault;

/// Bytes in front of the frames of a segment.
const SEGMENT_HEAD: usize = 64;
const COPIES_MAX: usize = 3;

impl World {
    fn some_device(&mut self) -> Option<usize> {
        let seat = self.some_seat()?;
        Some(self.seats[seat].device)
    }

    /// The phone dies at some call of the disk: saving, syncing, or opening afterwards.
    pub async fn crash_at_a_call(&mut self) {
        let Some(device) = self.some_device() else {
            return;
        };
        let calls = self.devices[device].disk.calls();
        let at = calls + self.dice.below(40) as u64;
        self.tell(|| format!("device {device} will die at call {at}"));
        self.devices[device].fail(Fault::From(at));
        self.work_on(device).await;
        self.crash(device);
        while self.dice.percent(30) {
            let at = self.devices[device].disk.calls() + self.dice.below(12) as u64;
            self.tell(|| format!("device {device} will die while it opens, at call {at}"));
            self.devices[device].start();
            self.devices[device].fail(Fault::From(at));
            for seat in self.seats_on(device) {
                let _ = self.unlock(seat);
            }
            self.crash(device);
        }
        self.start(device);
    }

    /// The officers of a device go on for a moment, whatever its disk says.
    async fn work_on(&mut self, device: usize) {
        for _ in 0..4 {
            let seats = self.seats_on(device);
            let seat = *self.dice.pick(&seats).unwrap();
            if self.seats[seat].session.is_none() {
                continue;
            }
            if self.dice.percent(20) {
                self.sync(seat, 15).await;
            } else {
                self.write_once(seat);
            }
        }
    }

    pub async fn fill_the_disk(&mut self) {
        let Some(device) = self.some_device() else {
            return;
        };
        self.tell(|| format!("the disk of device {device} is full"));
        self.devices[device].fail(Fault::Full(0));
        self.work_on(device).await;
        self.photograph();
        self.devices[device].fail(Fault::None);
        self.scenarios.happened(Scenario::DiskFull);
    }

    pub async fn fail_a_call(&mut self) {
        let Some(device) = self.some_device() else {
            return;
        };
        let at = self.devices[device].disk.calls() + self.dice.below(8) as u64;
        self.tell(|| format!("call {at} of device {device} fails"));
        self.devices[device].fail(Fault::Once(at));
        self.work_on(device).await;
        self.devices[device].fail(Fault::None);
        self.scenarios.happened(Scenario::DiskCallFailed);
    }

    /// A bit flips in a file of an officer: of his journals, his receipts or his photos.
    pub fn rot(&mut self) {
        let Some(seat) = self.some_seat() else { return };
        let device = self.seats[seat].device;
        let files = self.devices[device].disk.files();
        let own = self.folder_of(seat);
        let mut paths: Vec<&PathBuf> = files
            .keys()
            .filter(|path| path.starts_with(&own))
            .filter(|path| path.extension().is_some_and(|it| it == "wqj") || is_photo(path))
            .collect();
        // Journals rot most: they are what matters most.
        if self.dice.percent(60) {
            paths.retain(|path| !is_photo(path) && !path.to_string_lossy().contains("custody"));
        }
        let Some(path) = self.dice.pick(&paths).copied().cloned() else {
            return;
        };
        let used = files[&path]
            .iter()
            .rposition(|byte| *byte != 0)
            .unwrap_or(0);
        if used <= SEGMENT_HEAD {
            return;
        }
        let at = SEGMENT_HEAD + self.dice.below(used - SEGMENT_HEAD);
        let bit = self.dice.below(8);
        self.devices[device]
            .disk
            .rot(&path, |bytes| bytes[at] ^= 1 << bit);
        self.tell(|| format!("bit {bit} of byte {at} of {} flips", path.display()));
        self.scenarios.happened(Scenario::BitFlipped);
        let newest = files
            .keys()
            .rfind(|it| it.parent() == path.parent() && it.extension() == path.extension());
        let mut oracle = self.oracle.lock().unwrap();
        if is_photo(&path) {
            oracle.photo_rotted(seat);
        } else {
            oracle.rotted(seat);
        }
        drop(oracle);
        let is_newest = newest == Some(&path);
        if is_newest || self.dice.percent(60) {
            self.crash(device);
            self.start(device);
        }
        if is_newest && let Some(session) = &self.seats[seat].session {
            // A bad end that nothing knew durable looks like a write that was cut: it is set aside.
            let saved = session.status().saved_entries;
            let files = self.devices[device].disk.files();
            let aside = |path: &PathBuf| path.to_string_lossy().contains(".torn-");
            if files
                .keys()
                .any(|path| path.starts_with(&own) && aside(path))
            {
                self.oracle.lock().unwrap().set_aside(seat, saved);
            }
        }
        if let Some(session) = &self.seats[seat].session {
            let checked = session.check_journal();
            checked.expect("a journal that rotted is read through");
        }
    }

    pub fn folder_of(&self, seat: usize) -> PathBuf {
        let server = self.session_server();
        Path::new("phone").join(format!("{server}-{}", self.seats[seat].officer_id()))
    }

    fn session_server(&self) -> String {
        let files = self.devices[0].disk.files();
        let folders = files.keys().filter_map(|path| path.iter().nth(1)?.to_str());
        let mut servers = folders.filter_map(|name| Some(name.split_once('-')?.0.to_owned()));
        servers.next().expect("an officer has a folder")
    }

    pub fn copy_a_phone(&mut self) {
        let Some(device) = self.some_device() else {
            return;
        };
        self.tell(|| format!("device {device} is copied"));
        let seats = self.seats_on(device);
        let holding = self.oracle.lock().unwrap().holding(&seats);
        let copy = self.devices[device].copy();
        self.copies.push((device, copy, holding));
        if self.copies.len() > COPIES_MAX {
            self.copies.remove(0);
        }
    }

    pub async fn put_some_copy_back(&mut self) {
        if !self.copies.is_empty() {
            self.put_a_copy_back().await;
        }
    }

    /// Puts one of the copies back; on which device.
    pub async fn put_a_copy_back(&mut self) -> usize {
        let at = self.dice.below(self.copies.len());
        let (device, copy, holding) = self.copies.remove(at);
        self.tell(|| format!("device {device} is put back to its copy"));
        self.crash(device);
        self.devices[device].restore(&copy);
        let court = self.tables().await;
        let seats = self.seats_on(device);
        self.oracle
            .lock()
            .unwrap()
            .put_back(&seats, &holding, &court);
        self.start(device);
        self.scenarios.happened(Scenario::CopyRestored);
        device
    }

    pub fn lose_views(&mut self) {
        let Some(device) = self.some_device() else {
            return;
        };
        self.tell(|| format!("device {device} loses its views"));
        self.crash(device);
        self.devices[device].lose_views();
        self.start(device);
        self.scenarios.happened(Scenario::ViewsLost);
    }

    /// An entry of others is harmed in a phone's store, and nothing says so.
    pub fn harm_views(&mut self) {
        let Some(first) = self.some_seat() else {
            return;
        };
        let seats = self.seats.len();
        for seat in (first..first + seats).map(|seat| seat % seats) {
            let own = self.folder_of(seat);
            let device = self.seats[seat].device;
            if let Some(what) = self.devices[device].harm_views(&own) {
                self.tell(|| format!("an entry of others {what} in the store of phone {seat}"));
                self.oracle.lock().unwrap().harmed(seat);
                self.scenarios.happened(Scenario::ViewsHarmed);
                return;
            }
        }
    }

    /// The keys of a device are lost: the court's recovery key brings out what it holds, and its
    /// officers get another device.
    pub async fn lose_keys(&mut self) {
        if self.seats.iter().any(|seat| seat.gone) {
            return;
        }
        let Some(device) = self.some_device() else {
            return;
        };
        self.tell(|| format!("device {device} loses its keys"));
        self.crash(device);
        self.devices[device].lose_chip();
        self.devices[device].start();
        let seats = self.seats_on(device);
        for seat in &seats {
            let officer = self.seats[*seat].officer_id();
            let opened = self.devices[device].phone().unlock(officer, &pin());
            if !matches!(opened, Err(UnlockError::HardwareGone)) {
                let wrong = format!("phone {seat} opens without its chip");
                self.oracle.lock().unwrap().saw(wrong);
            }
            self.seats[*seat].gone = true;
        }
        self.copies.retain(|(of, _, _)| *of != device);
        self.rescue(device).await;
        self.scenarios.happened(Scenario::KeyLost);
        let officers: Vec<usize> = seats.iter().map(|it| self.seats[*it].officer).collect();
        self.add_device(&officers).await;
    }

    async fn rescue(&mut self, device: usize) {
        let work = crate::office::scratch();
        for (path, bytes) in self.devices[device].disk.files() {
            let path = work.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let (from, to) = (work.path().join("phone"), work.path().join("bundle"));
        let recovery = self.office.lock().await.recovery();
        let rescued = waiqin_core::rescue(&from, &recovery, &to).unwrap();
        let mut oracle = self.oracle.lock().unwrap();
        for officer in &rescued.officers {
            for journal in &officer.journals {
                for gap in &journal.lost {
                    oracle.rescue_lacks(&journal.journal.to_string(), gap.from, gap.to);
                }
            }
        }
        for path in all_files(&to) {
            let bytes = std::fs::read(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("journal") {
                for line in bytes.split(|byte| *byte == b'\n') {
                    oracle.rescued(line);
                }
            } else if is_photo(&path) {
                oracle.rescued(&bytes);
            }
        }
    }

    /// A wall clock is set wrong, far back or far ahead, or right again.
    pub fn set_clocks(&mut self) {
        let Some(device) = self.some_device() else {
            return;
        };
        const DAY_MS: i64 = 24 * 3_600_000;
        let wrong = [0, -18_000 * DAY_MS, 29_000 * DAY_MS, -DAY_MS, 3_600_000];
        let ms = *self.dice.pick(&wrong).unwrap();
        self.tell(|| format!("the clock of device {device} is wrong by {ms} ms"));
        self.devices[device].clock.set_wrong(ms);
        self.scenarios.happened(Scenario::ClockJumped);
    }

    pub async fn tables(&self) -> Tables {
        let data = self.office.lock().await.data();
        tables::read(&data).await
    }

    /// Whether a phone shows any record; for whoever needs something to talk about.
    pub fn some_record(&mut self) -> Option<waiqin_core::RecordRow> {
        let seat = self.some_seat()?;
        let rows = rows(&self.session(seat));
        self.dice.pick(&rows).cloned()
    }
}

fn is_photo(path: &Path) -> bool {
    path.iter().any(|part| part == "evidence")
}

fn all_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    files
}
