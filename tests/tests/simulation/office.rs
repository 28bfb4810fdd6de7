//! The court: the real server over SQLite in a folder in memory, without a socket. It can be killed
//! at any await, copied at any commit and put back.

use axum::Router;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use waiqin_protocol::ids::{JournalId, OfficerId};
use waiqin_protocol::wire::enrol::Ticket;
use waiqin_server::commands::init::init;
use waiqin_server::config::Settings;
use waiqin_server::db::{AppliedBy, Applying, Assigning, Role, RollingBack, User};
use waiqin_server::{Clock, Config, Court, api, enrolment, list, routes};

/// Officers of the court by login; the second is the name in the list.
pub const OFFICERS: [(&str, &str); 3] = [("wang", "王法官"), ("li", "李法官"), ("zhao", "赵法官")];
/// Where phones are told to call; nothing listens there.
const URL: &str = "http://127.0.0.1:9";

/// The files of a data folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

pub struct Office {
    root: tempfile::TempDir,
    generation: u32,
    clock: Arc<WorldClock>,
    court: Option<Court>,
    routes: Router,
}

struct WorldClock(Arc<AtomicI64>);

impl Clock for WorldClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A folder that lies in memory where the system has one.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = match memory.is_dir() {
        true => tempfile::Builder::new().prefix("waiqin").tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    made.expect("a folder to work in")
}

/// The data folder of a court with officers and no list, made once for all worlds of a run.
pub async fn template(world_ms: i64) -> Files {
    let root = scratch();
    let data = root.path().join("court");
    let settings = Settings {
        court: Some("南沙区人民法院".to_owned()),
        codes: Some(vec!["粤0115".to_owned()]),
        ..Settings::default()
    };
    init(&data, settings).await.unwrap();
    let clock = Arc::new(WorldClock(Arc::new(AtomicI64::new(world_ms))));
    let court = open(&data, clock).await;
    for (n, (login, list_name)) in (1..).zip(OFFICERS) {
        let user = User {
            id: OfficerId::from_bytes([n; 16]),
            login: login.to_owned(),
            name: list_name.to_owned(),
            list_name: list_name.to_owned(),
            role: Role::Officer,
            disabled: false,
        };
        let mut write = court.db().write().await.unwrap();
        assert!(write.add_user(&user, None, world_ms).await.unwrap());
        write.commit().await.unwrap();
    }
    court.db().close().await;
    read_all(&data)
}

async fn open(data: &Path, clock: Arc<WorldClock>) -> Court {
    let settings = Settings {
        public_url: Some(URL.to_owned()),
        ..Settings::default()
    };
    let mut config = Config::load(data, settings).unwrap();
    // Below what the settings allow, so that few entries make several pieces, pages and answers.
    config.limits.piece_entries_max = 4;
    config.limits.page_bytes_max = 2_500;
    config.answer_bytes_max = 6_000;
    let court = Court::open(&config, clock).await.unwrap();
    court.catch_up().await.unwrap();
    court
}

impl Office {
    pub async fn open(files: &Files, world_ms: Arc<AtomicI64>) -> Self {
        let mut office = Self {
            root: scratch(),
            generation: 0,
            clock: Arc::new(WorldClock(world_ms)),
            court: None,
            routes: Router::new(),
        };
        office.put(files).await;
        office
    }

    pub fn data(&self) -> PathBuf {
        self.root.path().join(self.generation.to_string())
    }

    pub fn routes(&self) -> Router {
        self.routes.clone()
    }

    pub fn court(&self) -> Court {
        self.court.clone().expect("the court is open")
    }

    /// Everything as it lies in the folder now: what a kill leaves, what a copy takes.
    pub fn files(&self) -> Files {
        read_all(&self.data())
    }

    /// The program is killed and started again on the files as they lie.
    pub async fn crash(&mut self) {
        let files = self.files();
        self.put(&files).await;
    }

    /// Opens a folder with these files. What the former program still does reaches them not.
    pub async fn put(&mut self, files: &Files) {
        let former = self.court.take().map(|court| (court, self.data()));
        self.routes = Router::new();
        self.generation += 1;
        let data = self.data();
        for (path, bytes) in files {
            let path = data.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let court = open(&data, self.clock.clone()).await;
        api::sweep(&court, true).await.unwrap();
        self.routes = routes(court.clone());
        self.court = Some(court);
        if let Some((former, folder)) = former {
            former.db().close().await;
            std::fs::remove_dir_all(folder).unwrap();
        }
    }

    pub async fn ticket(&self, officer: usize) -> Ticket {
        let court = self.court();
        let login = OFFICERS[officer].0;
        let user = court.db().user_by_login(login).await.unwrap().unwrap();
        enrolment::issue(&court, &user, URL, None).await.unwrap()
    }

    pub async fn revoke(&self, journal: JournalId) -> bool {
        let court = self.court();
        let mut write = court.db().write().await.unwrap();
        let revoked = write
            .revoke(journal, None, court.clock().now_ms())
            .await
            .unwrap();
        if revoked {
            write.commit().await.unwrap();
        }
        revoked
    }

    /// Applies a list: officers by case, in the order of [`case_id`].
    pub async fn import(&self, officers: &[usize]) {
        let mut text = "案件标识,案号,立案日期,承办人,被执行人\n".to_owned();
        for (case, officer) in officers.iter().enumerate() {
            let row = format!(
                "{},{},2019-01-02,{},某{case}公司\n",
                case_id(case),
                case_number(case),
                OFFICERS[*officer].1
            );
            text.push_str(&row);
        }
        let court = self.court();
        let today = NaiveDate::from_ymd_opt(2019, 7, 2).unwrap();
        let limits = list::Limits::default();
        let read = list::read_list("list.csv", text.as_bytes(), today, &limits).unwrap();
        let (against, known) = court.db().known_cases().await.unwrap();
        let comparison = list::compare(&known, &read, court.court_codes());
        let applying = Applying {
            file_name: "list.csv",
            file_sha256: &against.to_string(),
            applied_by: AppliedBy::CommandLine,
            reason: Some("模拟"),
            against,
            now_ms: court.clock().now_ms(),
        };
        let applied = court.db().apply_list(&applying, &read, &comparison).await;
        assert!(applied.unwrap().is_some());
    }

    /// Gives a case to an officer, or takes it back when he has it; whether he has it now.
    pub async fn give_or_take(&self, case_id: &str, officer: usize) -> bool {
        let court = self.court();
        let login = OFFICERS[officer].0;
        let officer = court.db().user_by_login(login).await.unwrap().unwrap();
        let it = Assigning {
            case_id,
            officer: &officer,
            reason: "模拟",
            by: officer.id,
            now_ms: court.clock().now_ms(),
        };
        let mut write = court.db().write().await.unwrap();
        let given = write.assign(&it).await.unwrap();
        if !given {
            assert!(write.take_back(&it).await.unwrap());
        }
        write.commit().await.unwrap();
        given
    }

    /// Takes the newest list back; `false` when there is none before it.
    pub async fn roll_back(&self) -> bool {
        let court = self.court();
        let (newest, _) = court.db().newest_list().await.unwrap();
        if newest < 2 {
            return false;
        }
        let rolling = RollingBack {
            version: newest,
            newest,
            reason: "模拟",
            by: AppliedBy::CommandLine,
            now_ms: court.clock().now_ms(),
        };
        court
            .db()
            .roll_back_lists(&rolling)
            .await
            .unwrap()
            .is_some()
    }

    /// The court's recovery key.
    pub fn recovery(&self) -> [u8; 32] {
        let text = std::fs::read_to_string(self.data().join("keys/recovery.key")).unwrap();
        hex::decode(text.trim()).unwrap().try_into().unwrap()
    }
}

pub fn case_id(case: usize) -> String {
    format!("{}", 1001 + case)
}

pub fn case_number(case: usize) -> String {
    format!("（2019）粤0115执{}号", 101 + case)
}

fn read_all(dir: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut inside: Vec<PathBuf> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        // The database before its log: a log that is ahead is read, one that is behind is not.
        inside.sort();
        for path in inside {
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("waiqin.db-shm")
                && let Ok(bytes) = std::fs::read(&path)
            {
                files.insert(path.strip_prefix(dir).unwrap().to_owned(), bytes);
            }
        }
    }
    files
}
