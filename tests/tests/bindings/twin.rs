//! The same acts through the Rust engine, with the same time and random bytes, at a copy of the court.
//! It takes from the story what must be *stored*, where the other side takes what is *typed*.

use anyhow::{Context, Result};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use waiqin_core::{
    Clock, Entropy, EvidenceFacts, HardwareSecret, HostParts, NetworkSwitch, Now, Phone, Pin,
    SealRequest, Second, Session,
};
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::OFFICER_ROLES;
use waiqin_protocol::ids::{BootId, CaseId, ItemId, SubjectId};
use waiqin_protocol::journal::{Act, CaseRef, EvidenceRole, EvidenceSource, Path as FieldPath};
use waiqin_protocol::rules::Due;
use zeroize::Zeroizing;

const STEP_MS: i64 = 60_000;

/// What the engine made of the story.
#[derive(Default)]
pub struct Made {
    /// Hashes of the first record's entries, before any sync.
    pub offline: Vec<String>,
    /// Record hashes, by name of the record.
    pub sealed: BTreeMap<String, String>,
}

pub struct Job<'a> {
    pub folder: &'a Path,
    pub photos: &'a Path,
    pub story: &'a Json,
    /// Tickets of 王某 and 林某 for the phone.
    pub tickets: [&'a str; 2],
}

struct Hand<'a> {
    job: &'a Job<'a>,
    phone: Phone,
    clock: Arc<StandingClock>,
    entropy: Arc<Counted>,
    wang: Arc<Session>,
    lin: waiqin_protocol::ids::OfficerId,
    names: BTreeMap<String, String>,
}

/// Plays the story.
pub async fn play(job: &Job<'_>) -> Result<Made> {
    // A second installation in one process: the first holds.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let begins_ms = job.story["begins_ms"].as_i64().context("no beginning")?;
    let clock = Arc::new(StandingClock(begins_ms, AtomicI64::new(0)));
    let entropy = Arc::new(Counted(Mutex::default()));
    let phone = Phone::open(HostParts {
        dir: job.folder.to_owned(),
        device_name: "Python".to_owned(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        hardware: Arc::new(InMemory(Mutex::new(None))),
        network: Arc::new(NetworkSwitch::default()),
    })?;
    clock.step();
    let pin = Pin::new(text(job.story, "pin")?)?;
    let wang = phone.enrol(&job.tickets[0].parse()?, &pin).await?;
    clock.step();
    let pin = Pin::new(text(job.story, "second_pin")?)?;
    let lin = phone.enrol(&job.tickets[1].parse()?, &pin).await?;
    lin.lock();
    let mut hand = Hand {
        job,
        phone,
        clock,
        entropy,
        wang,
        lin: lin.officer().id,
        names: BTreeMap::new(),
    };
    let mut made = Made::default();
    hand.steps("offline", &mut made)?;
    let visit = hand.subject("visit")?;
    let page = hand.wang.record(visit)?.context("no record")?;
    made.offline = page.entries.iter().map(|it| it.hash.to_string()).collect();
    hand.wang.sync().await?;
    hand.steps("online", &mut made)?;
    Ok(made)
}

impl Hand<'_> {
    fn steps(&mut self, part: &str, made: &mut Made) -> Result<()> {
        for step in self.job.story[part].as_array().context("no steps")? {
            self.clock.step();
            let what = text(step, "do")?;
            self.step(what, step, made)
                .with_context(|| format!("{step}"))?;
        }
        Ok(())
    }

    fn step(&mut self, what: &str, step: &Json, made: &mut Made) -> Result<()> {
        match what {
            "open_number" => self.open(
                step,
                CaseRef {
                    id: None,
                    normal: Some(text(step, "normal")?.to_owned()),
                    pending: false,
                    typed: text(step, "typed")?.to_owned(),
                },
            ),
            "open_case" => self.open(
                step,
                CaseRef {
                    id: Some(CaseId(text(step, "case")?.to_owned())),
                    normal: Some(text(step, "number")?.to_owned()),
                    pending: false,
                    typed: text(step, "number")?.to_owned(),
                },
            ),
            "item" => {
                let path = format!("{}/{}", text(step, "list")?, self.item());
                self.names.insert(text(step, "as")?.to_owned(), path);
                Ok(())
            }
            "fields" => self.fields(step),
            "photo" => self.photo(step),
            "sign" => self.sign(step),
            "seal_here" => {
                // A wrong PIN was tried before.
                self.clock.step();
                let hash = self.seal(step, Second::Here(self.lin))?;
                self.second_signs(self.subject(text(step, "on")?)?)?;
                made.sealed.insert(text(step, "on")?.to_owned(), hash);
                Ok(())
            }
            "seal_later" => {
                let item = self.item_of(text(step, "item")?)?;
                let hash = self.seal(step, Second::Later(item))?;
                made.sealed.insert(text(step, "on")?.to_owned(), hash);
                Ok(())
            }
            other => anyhow::bail!("nobody knows how to {other}"),
        }
    }

    fn open(&mut self, step: &Json, case: CaseRef) -> Result<()> {
        let act: Act = serde_json::from_value(step["act"].clone())?;
        let me = self.item();
        let mut values = vec![
            (format!("officers/{me}/person"), Value::from("王某")),
            (format!("officers/{me}/role"), Value::from("executor")),
        ];
        if let Some(debtor) = step["debtor"].as_str() {
            values.push(("debtor/name".to_owned(), Value::from(debtor)));
        }
        let values = values
            .into_iter()
            .map(|(path, value)| Ok((FieldPath::new(path)?, value)))
            .collect::<Result<_>>()?;
        let saved = self.wang.open_record(act, case, values)?;
        let name = text(step, "as")?.to_owned();
        self.names.insert(name, saved.subject.to_string());
        Ok(())
    }

    fn fields(&self, step: &Json) -> Result<()> {
        let mut values = BTreeMap::new();
        for field in step["fields"].as_array().context("no fields")? {
            let mut path = field[0].as_str().context("no path")?.to_owned();
            for (name, stands_for) in &self.names {
                path = path.replace(&format!("{{{name}}}"), stands_for);
            }
            let value: Value = serde_json::from_value(field[2].clone())?;
            values.insert(FieldPath::new(path)?, value);
        }
        self.wang.change(self.on(step)?, values)?;
        Ok(())
    }

    fn photo(&self, step: &Json) -> Result<()> {
        let name = text(step, "name")?;
        let role: EvidenceRole = serde_json::from_value(step["role"].clone())?;
        let bytes = std::fs::read(self.job.photos.join(name))?;
        let facts = EvidenceFacts {
            name: name.to_owned(),
            role,
            source: EvidenceSource::Camera,
            caption: None,
            item: None,
            how: None,
            fix: None,
        };
        self.wang.add_evidence(self.on(step)?, &bytes[..], facts)?;
        Ok(())
    }

    fn sign(&self, step: &Json) -> Result<()> {
        let subject = self.on(step)?;
        let person = self.item_of(text(step, "person")?)?;
        let sheet = self.wang.sheet(subject)?.context("no record")?;
        let strokes = text(self.job.story, "strokes")?;
        self.wang
            .sign(subject, person, strokes.as_bytes(), sheet.hash)?;
        Ok(())
    }

    fn seal(&self, step: &Json, second: Second) -> Result<String> {
        let subject = self.on(step)?;
        let sheet = self.wang.sheet(subject)?.context("no record")?;
        let reason = text(self.job.story, "reason")?;
        let open = sheet.found.iter().filter(|it| it.due == Due::Seal);
        let request = SealRequest {
            shown: sheet.hash,
            reasons: open
                .map(|it| (it.rule.to_owned(), reason.to_owned()))
                .collect(),
            second: Some(second),
        };
        self.wang.seal(subject, &request)?;
        Ok(sheet.hash.to_string())
    }

    fn second_signs(&self, subject: SubjectId) -> Result<()> {
        let asked = self.wang.countersign_request(subject)?;
        let clerk = OFFICER_ROLES.iter().find(|it| it.code == "clerk");
        let role = clerk.context("no clerk")?.zh;
        let pin = Pin::new(text(self.job.story, "second_pin")?)?;
        let answer = self.phone.countersign_here(self.lin, &pin, &asked, role)?;
        self.wang.take_second(subject, &answer)?;
        Ok(())
    }

    fn on(&self, step: &Json) -> Result<SubjectId> {
        self.subject(text(step, "on")?)
    }

    fn subject(&self, name: &str) -> Result<SubjectId> {
        Ok(self.names.get(name).context("no such record")?.parse()?)
    }

    fn item_of(&self, name: &str) -> Result<ItemId> {
        let path = self.names.get(name).context("no such item")?;
        Ok(path.split_once('/').context("no item")?.1.parse()?)
    }

    fn item(&self) -> ItemId {
        let mut bytes = [0; ItemId::LEN];
        self.entropy.fill(&mut bytes);
        ItemId::from_bytes(bytes)
    }
}

fn text<'a>(of: &'a Json, name: &str) -> Result<&'a str> {
    of[name].as_str().with_context(|| format!("no {name}"))
}

/// Stands still until it is moved on.
struct StandingClock(i64, AtomicI64);

impl StandingClock {
    fn step(&self) {
        self.1.fetch_add(STEP_MS, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Now {
        let passed_ms = self.1.load(Ordering::SeqCst);
        Now {
            wall_ms: self.0 + passed_ms,
            mono_ms: passed_ms,
            boot: BootId::from_bytes(*b"one start of it!"),
        }
    }
}

/// Bytes by length and count, as the other side makes them.
struct Counted(Mutex<BTreeMap<usize, u64>>);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        let length = bytes.len();
        let count = {
            let mut drawn = self.0.lock().unwrap();
            let count = drawn.entry(length).or_default();
            *count += 1;
            *count - 1
        };
        for (block, part) in bytes.chunks_mut(32).enumerate() {
            let block = block * 32;
            let digest = Sha256::digest(format!("one/{length}/{count}/{block}"));
            part.copy_from_slice(&digest[..part.len()]);
        }
    }
}

struct InMemory(Mutex<Option<[u8; 32]>>);

impl HardwareSecret for InMemory {
    fn get(&self) -> io::Result<Option<Zeroizing<[u8; 32]>>> {
        Ok(self.0.lock().unwrap().map(Zeroizing::new))
    }

    fn create(&self, secret: &[u8; 32]) -> io::Result<()> {
        *self.0.lock().unwrap() = Some(*secret);
        Ok(())
    }
}
