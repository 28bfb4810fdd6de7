//! A court with people, cases, phones and records in every state, and a browser to walk through it.

use super::super::routes;
use crate::clock::Clock;
use crate::commands::init::init;
use crate::config::{Config, Settings};
use crate::court::Court;
use crate::db::{EvidenceName, LogKind, NewEntry, NewEvidence, NewRecord, Role, User, testing};
use crate::list::ListCase;
use crate::password;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tower::ServiceExt;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::*;
use waiqin_protocol::journal::*;
use waiqin_protocol::record::{Applied, Record};
use waiqin_protocol::rules::RuleSet;
use waiqin_protocol::suite::{Ed25519Signer, sha256};
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

/// 2019-07-02 10:00 +08:00
pub const NOW: i64 = 1_562_032_800_000;
pub const PASSWORD: &str = "correct horse";

pub struct TestClock(pub AtomicI64);

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub struct House {
    pub court: Court,
    pub router: Router,
    pub clock: Arc<TestClock>,
    pub cases: Vec<ListCase>,
    pub subjects: Vec<SubjectId>,
    pub photos: Vec<EvidenceHash>,
    pub journals: Vec<JournalId>,
    _dir: tempfile::TempDir,
}

pub fn user(n: u8, role: Role, list_name: &str) -> User {
    User {
        id: OfficerId::from_bytes([n; 16]),
        login: format!("{}{n}", role.as_str()),
        name: format!("何某{n}"),
        list_name: list_name.to_owned(),
        role,
        disabled: false,
    }
}

impl House {
    /// A court that `init` has just made, with one user of each role and nothing else.
    pub async fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = || Settings {
            court: Some("某区人民法院".into()),
            codes: Some(vec!["粤0115".into(), "粤0191".into()]),
            ..Settings::default()
        };
        init(dir.path(), settings()).await.unwrap();
        let config = Config::load(dir.path(), settings()).unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(NOW)));
        let court = Court::open(&config, clock.clone()).await.unwrap();
        court.catch_up().await.unwrap();
        let phc = password::hash(PASSWORD, &[7; 16]).unwrap();
        let mut write = court.db().write().await.unwrap();
        for (n, role) in [
            (1, Role::Officer),
            (2, Role::Clerk),
            (3, Role::Command),
            (4, Role::Admin),
            (21, Role::Lead),
            (22, Role::Review),
            (23, Role::Supervisor),
        ] {
            write
                .add_user(&user(n, role, "赵法官"), Some(&phc), NOW)
                .await
                .unwrap();
        }
        write.commit().await.unwrap();
        Self {
            router: routes(court.clone()),
            court,
            clock,
            cases: Vec::new(),
            subjects: Vec::new(),
            photos: Vec::new(),
            journals: Vec::new(),
            _dir: dir,
        }
    }

    /// The same with 120 cases, two phones, and four records in every state that pages show.
    pub async fn full() -> Self {
        let mut house = Self::empty().await;
        house.cases = (0..120).map(crate::db::cases_tests::sample).collect();
        house.cases[3].debtors[0].name = "某".repeat(40);
        crate::db::cases_tests::fill(house.court.db(), &house.cases).await;
        house.add_phones().await;
        house.add_records().await;
        house.add_incidents().await;
        house
    }

    /// One of each kind, the last two hours ago; the oldest is out of the week.
    async fn add_incidents(&self) {
        let mut write = self.court.db().write().await.unwrap();
        let restored = crate::db::AuditAct::Restored;
        let long_ago = NOW - 9 * 86_400_000;
        write
            .audit(restored, None, None, Some("812"), long_ago)
            .await
            .unwrap();
        write.commit().await.unwrap();
        let link = "ab".repeat(32);
        for (n, act, object) in [
            (
                5,
                crate::db::AuditAct::ServerRolledBack,
                format!("38:{link}"),
            ),
            (4, crate::db::AuditAct::EntriesLost, format!("17-19:{link}")),
            (3, crate::db::AuditAct::PhoneRestored, format!("24:{link}")),
            (2, crate::db::AuditAct::Fork, format!("26:{link}")),
        ] {
            let at = NOW - n * 3_600_000;
            let journal = self.journals[usize::from(n == 3)];
            let noted = self.court.db().audit_incident(act, journal, &object, at);
            assert!(noted.await.unwrap());
        }
    }

    /// The settings weigh the rules so, and the server starts again.
    pub async fn weigh(&mut self, rules: RuleSet) {
        let mut config = self.court.config().clone();
        config.limits.rules = rules;
        self.court = Court::open(&config, self.clock.clone()).await.unwrap();
        self.court.catch_up().await.unwrap();
        self.router = routes(self.court.clone());
    }

    async fn add_phones(&mut self) {
        let mut owing = testing::journal(1);
        owing.announced = Head {
            seq: 40,
            ..owing.announced
        };
        (owing.enrolled_ms, owing.seen_ms) = (NOW - 40 * 86_400_000, NOW - 5 * 86_400_000);
        let mut lost = testing::journal(2);
        (lost.enrolled_ms, lost.seen_ms) = (NOW - 40 * 86_400_000, NOW - 60_000);
        self.journals = vec![owing.id, lost.id];
        let mut write = self.court.db().write().await.unwrap();
        write.add_journal(&owing).await.unwrap();
        write.add_journal(&lost).await.unwrap();
        write.revoke(lost.id, None, NOW - 30_000).await.unwrap();
        write.commit().await.unwrap();
    }

    /// 0: on a case, six photos in every state. 1: its number is pending. 2: not in the list, one
    /// entry held and one refused. 3: contested and void, with sixty photos.
    async fn add_records(&mut self) {
        let case = self
            .cases
            .iter()
            .position(|case| case.officer == "赵法官")
            .unwrap();
        let named = CaseRef {
            id: Some(CaseId(self.cases[case].id.clone())),
            normal: Some(self.cases[case].number.clone()),
            pending: false,
            typed: self.cases[case]
                .number
                .replace('（', "(")
                .replace('）', ")"),
        };
        let pending = CaseRef {
            pending: true,
            ..CaseRef::default()
        };
        let unknown = CaseRef {
            normal: Some("（2019）粤0115执99999号".into()),
            typed: "（2019）粤0115执99999号".into(),
            ..CaseRef::default()
        };
        let photos: Vec<(Vec<u8>, &str)> = vec![
            (picture(1200, 800), "verified"),
            (picture(300, 900), "received"),
            (picture(30, 30), "undelivered"),
            (picture(31, 30), "missing"),
            (picture(32, 30), "withdrawn"),
            (b"not a picture".to_vec(), "received"),
        ];
        self.add_record(1, Act::Investigation, &named, &photos, &[])
            .await;
        self.add_record(2, Act::Service, &pending, &[], &[]).await;
        let aside = [
            (Verdict::Held, VerdictReason::UnknownBase),
            (Verdict::Refused, VerdictReason::Malformed),
        ];
        self.add_record(3, Act::Seal, &unknown, &[], &aside).await;
        let sixty: Vec<(Vec<u8>, &str)> =
            (0..60).map(|n| (picture(40 + n, 40), "received")).collect();
        self.add_record(4, Act::Detention, &named, &sixty, &[])
            .await;
    }

    async fn add_record(
        &mut self,
        n: u8,
        act: Act,
        case: &CaseRef,
        photos: &[(Vec<u8>, &str)],
        aside: &[(Verdict, VerdictReason)],
    ) {
        let subject = SubjectId::from_bytes([0xa0 + n; 16]);
        let journal = self.journals[0];
        let mut scribe = Scribe {
            subject,
            journal,
            seq: u64::from(n) * 200,
            entries: Vec::new(),
        };
        let item = ItemId::from_bytes([n; 16]);
        let text = |text: &str| Value::Text(text.to_owned());
        let values = BTreeMap::from([
            (
                Path::new("place").unwrap(),
                text("大岗镇豪岗大道 18 号 3 号厂房"),
            ),
            (
                Path::new("course").unwrap(),
                text("门锁闭。物业证实仍在生产，<b>机器夜间运行</b>。"),
            ),
            (Path::new("t0").unwrap(), Value::Int(NOW - 3_600_000)),
            (Path::new("debtor_met").unwrap(), Value::Bool(false)),
            (
                Path::new(format!("officers/{item}/person")).unwrap(),
                text("李某"),
            ),
            (
                Path::new(format!("officers/{item}/role")).unwrap(),
                text("executor"),
            ),
        ]);
        let opened = scribe.say(
            Change::RecordOpened {
                act,
                case: case.clone(),
                values,
            },
            Verdict::Accepted,
        );
        let mut record = Record::open(&opened.0, opened.1).unwrap();
        let mut custody = Vec::new();
        for (bytes, state) in photos {
            let evidence = evidence_of(bytes, state);
            let hash = evidence.hash;
            self.photos.push(hash);
            let mut changes = vec![Change::EvidenceAdded {
                evidence: Box::new(evidence),
            }];
            let reason = "手机摔坏".to_owned();
            match *state {
                "missing" => changes.push(Change::EvidenceMissing { hash, reason }),
                "withdrawn" => changes.push(Change::EvidenceWithdrawn { hash, reason }),
                _ => {}
            }
            for change in changes {
                let (entry, hash) = scribe.say(change, Verdict::Accepted);
                assert!(matches!(record.apply(&entry, hash), Applied::Stands(_)));
            }
            if !matches!(*state, "undelivered" | "missing") {
                custody.push((hash, bytes.clone()));
            }
        }
        for (verdict, reason) in aside {
            let values = BTreeMap::from([(Path::new("result").unwrap(), text("leads"))]);
            scribe.say(Change::FieldsChanged { values }, *verdict);
            scribe.entries.last_mut().unwrap().reason = Some(*reason);
        }
        if act == Act::Detention {
            let (entry, hash) = scribe.say(
                Change::Voided {
                    reason: "重复记录".into(),
                },
                Verdict::Accepted,
            );
            record.apply(&entry, hash);
        }
        self.keep(&record, case, scribe.entries, &custody).await;
        self.subjects.push(subject);
    }

    pub async fn keep(
        &self,
        record: &Record,
        case: &CaseRef,
        entries: Vec<NewEntry>,
        custody: &[(EvidenceHash, Vec<u8>)],
    ) {
        let journal = self.journals[0];
        let mut write = self.court.db().write().await.unwrap();
        let at = write
            .append(LogKind::Piece, Some(journal), "{}", NOW - 1_800_000)
            .await
            .unwrap();
        let names: Vec<EvidenceName> = entries
            .iter()
            .filter_map(
                |entry| match Entry::from_bytes(&entry.bytes).unwrap().change {
                    Change::EvidenceAdded { evidence } => Some(EvidenceName {
                        seq: entry.seq,
                        hash: evidence.hash,
                        subject: record.subject,
                    }),
                    _ => None,
                },
            )
            .collect();
        write
            .add_entries(journal, at.number, &entries)
            .await
            .unwrap();
        write.add_names(journal, &names).await.unwrap();
        let case_id = case.id.as_ref().map(|id| id.0.clone());
        let new = NewRecord {
            record: record.clone(),
            case_id,
        };
        write.put_record(&new, at.number).await.unwrap();
        let signer = Ed25519Signer::from_secret(&[9; 32]);
        for (hash, bytes) in custody {
            let text = hash.to_string();
            let folder = self
                .court
                .config()
                .data
                .join("evidence/objects")
                .join(&text[..2]);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(&text), bytes).unwrap();
            let length = u64::try_from(bytes.len()).unwrap();
            let media = bytes.starts_with(b"\x89PNG").then_some("image/png");
            let evidence = NewEvidence {
                hash: *hash,
                length,
                media,
                size: None,
            };
            let receipt = EvidenceReceipt {
                at: NOW - 1_700_000,
                hash: *hash,
                journal,
                length,
                position: at,
                server: self.court.server_id(),
            };
            let receipt = Signed::sign(receipt, &signer).unwrap();
            write.add_custody(&evidence, &receipt).await.unwrap();
        }
        write.commit().await.unwrap();
    }

    /// A browser that is signed in.
    pub async fn browser(&self, login: &str) -> Browser {
        let mut browser = self.stranger();
        let answer = browser
            .post("/sign-in", &[("login", login), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }

    /// A browser that is not.
    pub fn stranger(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            lang: "zh-CN",
        }
    }

    pub fn later(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }
}

pub struct Scribe {
    pub subject: SubjectId,
    pub journal: JournalId,
    pub seq: u64,
    pub entries: Vec<NewEntry>,
}

impl Scribe {
    pub fn say(&mut self, change: Change, verdict: Verdict) -> (Entry, EntryHash) {
        self.seq += 1;
        let kind = serde_json::to_value(&change).unwrap()["kind"]
            .as_str()
            .unwrap()
            .to_owned();
        let entry = Entry {
            at: At {
                beacon: None,
                boot: BootId::from_bytes([1; 16]),
                mono: 1,
                wall: NOW - 3_600_000 + i64::try_from(self.seq).unwrap(),
            },
            author: OfficerId::from_bytes([1; 16]),
            base: None,
            beacon: None,
            change,
            journal: self.journal,
            seq: self.seq,
            subject: self.subject,
            v: 1,
        };
        let bytes = entry.to_bytes().unwrap();
        let hash = entry_hash(&bytes);
        self.entries.push(NewEntry {
            seq: self.seq,
            hash,
            link: Link::ZERO,
            bytes,
            subject: Some(self.subject),
            kind: Some(kind),
            verdict,
            reason: None,
        });
        (entry, hash)
    }
}

fn evidence_of(bytes: &[u8], name: &str) -> Evidence {
    Evidence {
        caption: Some("铭牌 CK6150".into()),
        fix: None,
        hash: EvidenceHash::from_bytes(sha256(bytes)),
        height: None,
        how: None,
        item: None,
        length: u64::try_from(bytes.len()).unwrap(),
        media: None,
        name: format!("{name} \"图\".png"),
        role: EvidenceRole::Nameplate,
        source: EvidenceSource::Camera,
        taken: None,
        width: None,
    }
}

/// A PNG that tells its size apart from every other.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let pixel =
        |x: u32, y: u32| image::Rgb([(x % 251) as u8, (y % 251) as u8, (width % 251) as u8]);
    let picture = image::RgbImage::from_fn(width, height, pixel);
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

/// As much of a browser as pages need: cookies, forms with the page's token.
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub lang: &'static str,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn to(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The token of the first form.
    pub fn token(&self) -> String {
        let start = self
            .body
            .split("name=\"token\" value=\"")
            .nth(1)
            .unwrap_or_default();
        start.split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    /// Fills the form of a page and sends it with its token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = if path == "/language" || path == "/sign-out" {
            "/sign-in"
        } else {
            path
        };
        let mut page = self.get(page).await;
        if page.token().is_empty() {
            page = self.get("/").await;
        }
        let token = page.token();
        let mut pairs = vec![("token", token.as_str())];
        pairs.extend_from_slice(fields);
        self.post_raw(path, &pairs).await
    }

    /// Sends a form as given.
    pub async fn post_raw(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(pairs).unwrap();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "127.0.0.1:8700")
            .header(header::ORIGIN, "http://127.0.0.1:8700")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// Uploads a file by the form of the import page.
    pub async fn upload(&mut self, token: &str, name: &str, bytes: &[u8]) -> Answer {
        self.upload_to("/import", "list", token, (name, bytes))
            .await
    }

    /// Uploads a hand-in package.
    pub async fn hand_in(&mut self, token: &str, bytes: &[u8]) -> Answer {
        self.upload_to("/devices/hand-in", "package", token, ("a.wqpack", bytes))
            .await
    }

    async fn upload_to(
        &mut self,
        path: &str,
        field: &str,
        token: &str,
        (name, bytes): (&str, &[u8]),
    ) -> Answer {
        let mut body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--edge\r\n\
             Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header(header::HOST, "127.0.0.1:8700")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let headers = request.headers_mut();
        if !cookies.is_empty() {
            headers.insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        headers.insert(header::ACCEPT_LANGUAGE, self.lang.parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let text = value.to_str().unwrap();
            let (pair, rest) = text.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }
}
