//! One court, the phone that attacks or is attacked, a bystander; and what their rows hold, read from
//! tables and folders by the test itself.

use crate::rows::{Act, Row, Said, Says, Stays, good, sync};
use crate::support::{Phone, Server};
use sqlx::{AnyConnection, Connection, Row as _};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::suite::sha256;
use waiqin_protocol::wire::sync::Heads;
use waiqin_server::words::api::Words;

/// How the court is served: stalls are given up soon.
pub const FLAGS: [&str; 4] = ["--stall-seconds", "3", "--evidence-bytes-max", "1000000"];

pub struct Scene {
    pub server: Server,
    /// The phone of this row.
    pub phone: Phone,
    /// Somebody else, whose photo the court holds.
    pub bystander: Phone,
    pub bystanders_photo: Vec<u8>,
    /// Servers that ended, with their folders.
    pub ended: Vec<Server>,
    count: u8,
}

/// What the court holds: every byte that was acknowledged, and where each journal stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Holdings {
    /// SHA-256 of an entry's bytes, by journal and number.
    entries: BTreeMap<(String, i64), String>,
    /// Head of each journal: number and link.
    heads: BTreeMap<String, (i64, String)>,
    /// Journal and hash of evidence with a receipt.
    custody: BTreeSet<(String, String)>,
    /// SHA-256 of each object in the folder, by its name.
    objects: BTreeMap<String, String>,
}

impl Holdings {
    async fn read(server: &Server) -> Self {
        sqlx::any::install_default_drivers();
        let url = std::fs::read_to_string(server.data.with_extension("database"));
        let file = server.data.join("waiqin.db");
        let url = url.unwrap_or_else(|_| format!("sqlite://{}?mode=rw", file.display()));
        let mut db = AnyConnection::connect(&url).await.unwrap();
        let mut found = Self::default();
        let rows = sqlx::query("SELECT journal, seq, bytes FROM entries");
        for row in rows.fetch_all(&mut db).await.unwrap() {
            let bytes: Vec<u8> = row.get(2);
            found
                .entries
                .insert((row.get(0), row.get(1)), hex::encode(sha256(&bytes)));
        }
        let rows = sqlx::query("SELECT id, head_seq, head_link FROM journals");
        for row in rows.fetch_all(&mut db).await.unwrap() {
            found.heads.insert(row.get(0), (row.get(1), row.get(2)));
        }
        let rows = sqlx::query("SELECT journal, hash FROM evidence_custody");
        for row in rows.fetch_all(&mut db).await.unwrap() {
            found.custody.insert((row.get(0), row.get(1)));
        }
        db.close().await.unwrap();
        for name in files_below(&server.data.join("evidence/objects")) {
            let bytes = std::fs::read(&name).unwrap();
            let name = name.file_name().unwrap().to_str().unwrap().to_owned();
            found.objects.insert(name, hex::encode(sha256(&bytes)));
        }
        for (name, hash) in &found.objects {
            assert_eq!(name, hash, "an object is not what its name says");
        }
        found
    }

    /// Without what belongs to one journal, and without journals that are not in `known`.
    fn of_others(&self, journal: &str, known: &Self) -> Self {
        let other = |it: &String| it != journal && known.heads.contains_key(it);
        let mut others = self.clone();
        others.entries.retain(|(it, _), _| other(it));
        others.heads.retain(|it, _| other(it));
        others.custody.retain(|(it, _)| other(it));
        others
            .objects
            .retain(|it, _| known.objects.contains_key(it));
        others
    }

    /// Whether everything of one journal is still in `later`.
    fn is_kept_in(&self, later: &Self, journal: &str) -> bool {
        let entries = self.entries.iter().filter(|((it, _), _)| it == journal);
        let custody = self.custody.iter().filter(|(it, _)| it == journal);
        entries
            .into_iter()
            .all(|(at, hash)| later.entries.get(at) == Some(hash))
            && custody.into_iter().all(|it| later.custody.contains(it))
            && later.heads[journal].0 >= self.heads[journal].0
    }
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|it| it.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files_below(&path),
            false => vec![path],
        })
        .collect()
}

/// A subject that nobody else uses.
pub fn subject(secret: u8, n: u8) -> SubjectId {
    let mut id = [3; 16];
    (id[0], id[1]) = (secret, n);
    SubjectId::from_bytes(id)
}

/// Opens a record that nobody else speaks of.
pub fn open_record(phone: &mut Phone, n: u8) -> SubjectId {
    let secret = u32::from(phone.journal.as_bytes()[0]);
    let number = secret * 1000 + u32::from(n);
    phone.open_record_numbered(number);
    let mut id = [9; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    SubjectId::from_bytes(id)
}

async fn enrolled(server: &Server, login: &str, secret: u8) -> Phone {
    let mut phone = Phone::enrol(server, login, secret).await;
    open_record(&mut phone, 1);
    assert_eq!(phone.sync().await.standing().head.seq, 2);
    phone
}

impl Scene {
    /// A new court, on PostgreSQL where one is named.
    pub async fn open(postgres: Option<&str>) -> Self {
        let server = match postgres {
            None => Server::start_with(&FLAGS),
            Some(url) => Server::start_on_postgres(url, &FLAGS).await,
        };
        let phone = enrolled(&server, "wang", 1).await;
        let mut bystander = enrolled(&server, "li", 255).await;
        let photo = b"a photo of somebody else".to_vec();
        let record = open_record(&mut bystander, 2);
        bystander.name_evidence(record, &photo);
        bystander.sync().await;
        let path = bystander.create(&photo).await;
        assert_eq!(bystander.patch(&path, 0, &photo).await.status(), 204);
        Self {
            server,
            phone,
            bystander,
            bystanders_photo: photo,
            ended: Vec::new(),
            count: 1,
        }
    }

    /// Uploads that hold bytes, by the names of their files.
    pub fn uploads(&self) -> BTreeSet<std::path::PathBuf> {
        let files = files_below(&self.server.data.join("evidence/uploads"));
        let long = |file: &std::path::PathBuf| file.metadata().is_ok_and(|it| it.len() > 0);
        files.into_iter().filter(long).collect()
    }

    /// Gives a table of the court's file another name.
    pub async fn rename(&self, table: &str, name: &str) {
        let file = self.server.data.join("waiqin.db");
        let url = format!("sqlite://{}?mode=rw", file.display());
        let mut db = AnyConnection::connect(&url).await.unwrap();
        let rename = sqlx::AssertSqlSafe(format!("ALTER TABLE {table} RENAME TO {name}"));
        sqlx::query(rename).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
    }

    /// A number that no phone here has yet.
    pub fn next_secret(&mut self) -> u8 {
        self.count += 1;
        assert!(self.count < 255);
        self.count
    }

    /// Sends a row's request and looks at everything that the table says of it; what does not fit.
    pub async fn meets(&mut self, row: &Row) -> Vec<String> {
        let secret = self.next_secret();
        self.phone = enrolled(&self.server, "wang", secret).await;
        open_record(&mut self.phone, 2);
        open_record(&mut self.phone, 3);
        let journal = self.phone.journal.to_string();
        let before = Holdings::read(&self.server).await;
        assert_eq!(before.heads[&journal].0, 2);
        let said = self.act(&row.act).await;
        let after = Holdings::read(&self.server).await;
        let others_stay = after.of_others(&journal, &before) == before.of_others(&journal, &before);
        let mut faults = vec![
            (!says(&said, row.says)).then_some("it is answered otherwise"),
            (row.stays == Stays::Everything && after != before).then_some("something moved"),
            (!others_stay).then_some("somebody else's rows moved"),
            (!before.is_kept_in(&after, &journal)).then_some("what was acknowledged is gone"),
            (!self.bystander_works().await).then_some("afterwards another phone does not sync"),
        ];
        if row.stays != Stays::Ends {
            faults.push((!self.phone_goes_on().await).then_some("the phone does not go on"));
        }
        let faults = faults.into_iter().flatten();
        faults
            .map(|fault| format!("{}: {fault}; {said:?}", row.name))
            .collect()
    }

    async fn act(&mut self, act: &Act) -> Said {
        match act {
            Act::Sync(body) => sync(&self.phone, body(&self.phone), None).await,
            Act::Zstd(body) => sync(&self.phone, body(&self.phone), Some("zstd")).await,
            Act::After(change) => {
                change(&mut self.phone);
                sync(&self.phone, good(&self.phone), None).await
            }
            Act::Ask(request) => Said::of(request(&self.phone)).await,
            Act::Story(story) => story(self).await,
        }
    }

    /// Somebody else pushes right after.
    async fn bystander_works(&mut self) -> bool {
        let n = self.bystander.entries.len() as u8;
        open_record(&mut self.bystander, n);
        let answer = self.bystander.sync().await;
        answer.status == 200 && answer.standing().head == self.bystander.end()
    }

    /// The true journal goes on from what was acknowledged, when there is something to say.
    async fn phone_goes_on(&mut self) -> bool {
        self.phone.open_session().await;
        open_record(&mut self.phone, 100);
        let answer = self.phone.sync().await;
        let standing = (answer.status == 200).then(|| answer.standing());
        standing.is_some_and(|it| (it.heads, it.head) == (Heads::Same, self.phone.end()))
    }
}

/// Whether an answer is the one of the table.
fn says(said: &Said, says: Says) -> bool {
    match says {
        Says::No(status, code, sentence) => {
            let words = Words::ALL.iter().find(|(word, ..)| *word == sentence);
            let (_, zh, en) = words.unwrap_or_else(|| panic!("no sentence {sentence}"));
            // Whoever may come back is told when; a question of 401 needs no wait.
            let comes_back = matches!(status, 429 | 503);
            (said.status, said.code.as_str()) == (status, code)
                && fits(zh, &said.zh)
                && fits(en, &said.en)
                && said.zh.contains(is_han)
                && !said.en.contains(is_han)
                && said.retry_after.is_some() == comes_back
        }
        Says::Stands(heads) => (said.status, said.heads) == (200, Some(heads)),
        Says::Takes(verdict, reason) => {
            (said.status, said.last_verdict) == (200, Some((verdict, reason)))
        }
        Says::Well(status) => (said.status, said.code.as_str()) == (status, ""),
    }
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Whether a sentence is this one with its values.
fn fits(template: &str, said: &str) -> bool {
    let mut rest = said;
    for part in template.split(['{', '}']).step_by(2) {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    !said.is_empty() && !said.contains('{')
}
