//! The day: what people do, and what they remember of it (the plan to count against).

use super::faults::{Killed, Restored, folder_restored, killed, store_damaged};
use super::hand::{Chosen, Hand};
use super::office::{
    Contest, ServerKilled, ServerRestored, second_phone, server_killed, server_restored,
};
use super::oracle::{Pinned, ServerFolder, sha256};
use super::reconciling::{AfterAugust, BeforeAugust, Desk};
use super::scene::{Given, Scene, detention, seal, seizure, settlement, text};
use super::tls;
use crate::args;
use crate::court::{Court, LIST_AUGUST, LIST_JULY, OFFICER, Person, SECOND, phone};
use crate::live::free_port;
use crate::process::{Role, Running, run};
use anyhow::{Context, Result, ensure};
use image::codecs::jpeg::JpegEncoder;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Everybody's password at the console.
const PASSWORD: &str = "script-demo-password";
/// PIN of the demo's officer.
const PIN: &str = "503127";
/// PIN of the second officer on the same phone.
const SECOND_PIN: &str = "716204";
/// 案件标识 of the seed's case B.
const CASE_B: &str = "4401150000100001";
/// 案件标识 of the case whose debtor's factory is seized.
const CASE_FACTORY: &str = "4401150000100005";

/// What was done, and where it lies now that all processes have ended.
pub struct Day {
    /// The court's folder.
    pub court: Court,
    /// What the phone exported of the first officer.
    pub export: PathBuf,
    /// What the phone exported of the second officer.
    pub second_export: PathBuf,
    /// What `import --json` printed in July.
    pub july: Value,
    /// What `import --json` printed in August.
    pub august: Value,
    /// The ticket that the phone was enrolled with.
    pub pinned: Pinned,
    /// Numbers of the cases that the phone showed after its first sync.
    pub cases_shown: usize,
    /// The records of the first officer.
    pub visits: Visits,
    /// The record of the second officer.
    pub second: Visit,
    /// Sealed records with the record hash that the page showed.
    pub sealed: Vec<(String, String)>,
    /// What the phone said while it was killed.
    pub killed: Killed,
    /// How many files of the store were damaged.
    pub store_files: usize,
    /// What was written around the restored copy.
    pub restored: Restored,
    /// What the first officer's second phone exported.
    pub phone_export: PathBuf,
    /// Two values for one field, and the office's choice.
    pub contest: Contest,
    /// What was written while the server was killed.
    pub server_killed: ServerKilled,
    /// What was delivered after the backup that was put back.
    pub server_restored: ServerRestored,
    /// What the office made of the records by the list of July.
    pub before_august: BeforeAugust,
    /// And by the list of August.
    pub after_august: AfterAugust,
    /// SHA-256 of the key that the server showed on its TLS port.
    pub tls_seen: String,
    /// What a phone with a wrong pin was told.
    pub wrong_pin_told: String,
}

/// The records of the first officer.
pub struct Visits {
    /// 现场调查
    pub investigation: Visit,
    /// 查封
    pub seizure: Visit,
    /// 司法拘留
    pub detention: Visit,
    /// 执行和解
    pub settlement: Visit,
    /// A number typed damaged.
    pub damaged: Visit,
    /// A case that the list of July does not know.
    pub unknown: Visit,
    /// Written on two phones, under a server that was killed and put back.
    pub late: Visit,
}

impl Visits {
    /// Each of them.
    pub fn all(&self) -> [&Visit; 7] {
        [
            &self.investigation,
            &self.seizure,
            &self.detention,
            &self.settlement,
            &self.damaged,
            &self.unknown,
            &self.late,
        ]
    }
}

/// A record as the officer remembers it.
pub struct Visit {
    /// Its id, as the page's address has it.
    pub record: String,
    /// Which act.
    pub act: &'static str,
    /// The list's id of the case it belongs to, as a person reading the list knows.
    pub case: Option<&'static str>,
    /// Fields typed.
    pub given: Vec<Given>,
    /// SHA-256 of each photo taken, with the item of the list that it shows.
    pub photos: Vec<(String, Option<String>)>,
}

/// A phone that runs, and the hand on it.
pub struct PhoneAtHand {
    /// Its folder.
    pub dir: PathBuf,
    /// The hand.
    pub hand: Hand,
    logs: PathBuf,
    running: Option<Running>,
}

impl PhoneAtHand {
    /// Takes a phone in hand: a folder that is there, or a new one with a ticket.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn take(dir: PathBuf, logs: &Path, ticket: Option<&str>) -> Result<Self> {
        let running = phone(&dir, logs, 0, ticket).await?;
        let hand = Hand::enter(running.said("enter")?).await?;
        Ok(Self {
            dir,
            hand,
            logs: logs.to_path_buf(),
            running: Some(running),
        })
    }

    async fn ask(&mut self, line: &str) -> Result<()> {
        let running = self.running.as_mut().context("the phone is off")?;
        running.ask(line).await?;
        Ok(())
    }

    /// Ends it as a person does.
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(running) = self.running.take() {
            running.stop().await?;
        }
        Ok(())
    }

    /// Starts it again and unlocks the first officer.
    pub async fn start(&mut self) -> Result<()> {
        let again = Self::take(self.dir.clone(), &self.logs, None).await?;
        self.hand = again.hand;
        self.running = again.running;
        unlock(&self.hand, OFFICER, PIN).await
    }

    /// Ends it as a flat battery does, and starts it again.
    pub async fn kill_and_start(&mut self) -> Result<()> {
        if let Some(running) = self.running.take() {
            running.kill().await?;
        }
        self.start().await
    }
}

/// Plays the day in a folder.
///
/// # Errors
/// When something that must work did not.
pub async fn day(folder: &Path) -> Result<Day> {
    // The same day twice in one folder would be two days.
    ensure!(
        !Court::at(folder).exists(),
        "{} holds a court already",
        folder.display()
    );
    let court = Court::at(folder);
    court.set_up(PASSWORD, free_port(8800)?).await?;
    let july = court
        .import("case-list-2019-07-01.gbk.csv", LIST_JULY, false)
        .await?;
    let server = court.serve(0).await?;
    let tls_seen = tls::key_of(server.said("https")?).await?;

    let ticket = court.ticket(OFFICER).await?;
    let pinned = Pinned::from_ticket(&ticket)?;
    let wrong_pin_told = enrol_with_wrong_pin(folder, &court, &ticket).await?;

    let mut phone = PhoneAtHand::take(folder.join("phone"), &court.logs, Some(&ticket)).await?;
    enrol(&phone.hand, None, PIN).await?;
    sync(&phone.hand).await?;
    let cases_shown = count_cases(&phone.hand).await?;

    let mut visits = visits(&mut phone).await?;

    let second = second_officer(&phone.hand, &court).await?;
    let mut sealed = Vec::new();
    for visit in [
        &visits.seizure,
        &visits.detention,
        &visits.settlement,
        &visits.unknown,
    ] {
        let hash = seal(&phone.hand, &visit.record, SECOND_PIN).await?;
        sealed.push((visit.record.clone(), hash));
    }
    let killed = killed(&mut phone, &visits.damaged.record).await?;
    let store_files = store_damaged(&mut phone, &visits.investigation.record, "豪岗大道").await?;
    let restored = folder_restored(&mut phone, &visits.investigation.record).await?;

    let ticket = court.ticket(OFFICER).await?;
    let other = PhoneAtHand::take(folder.join("phone-2"), &court.logs, Some(&ticket)).await?;
    enrol(&other.hand, None, PIN).await?;
    let console = format!("http://{}", server.said("http")?);
    let desk = (console.as_str(), PASSWORD);
    let record = &visits.late.record;
    let contest = second_phone(&mut phone, other, desk, (record, &restored)).await?;
    let (server, server_killed) = server_killed(&phone, &court, server, record).await?;
    let (server, server_restored) = server_restored(&phone, &court, server, record).await?;
    let more = server_killed.photos.iter().chain([&server_restored.photo]);
    visits.late.photos.extend(more.map(|it| (it.clone(), None)));

    let console = format!("http://{}", server.said("http")?);
    let desk = Desk {
        court: &court,
        console: &console,
        password: PASSWORD,
        phone: &phone,
    };
    let before_august = desk.before_august(&visits).await?;
    let august = court
        .import("case-list-2019-08-01.xlsx", LIST_AUGUST, false)
        .await?;
    sync(&phone.hand).await?;
    let after_august = desk.after_august(&visits).await?;
    // What the second officer signed goes up from his own journal.
    lock(&phone.hand).await?;
    unlock(&phone.hand, SECOND, SECOND_PIN).await?;
    sync(&phone.hand).await?;
    phone.stop().await?;
    server.stop().await?;

    let (export, second_export) = (folder.join("export"), folder.join("export-second"));
    let phone_export = folder.join("export-phone-2");
    export_phone(&court, &contest.phone, OFFICER, PIN, &phone_export).await?;
    export_phone(&court, &phone.dir, OFFICER, PIN, &export).await?;
    export_phone(&court, &phone.dir, SECOND, SECOND_PIN, &second_export).await?;
    Ok(Day {
        court,
        export,
        second_export,
        july,
        august,
        pinned,
        cases_shown,
        visits,
        second,
        sealed,
        killed,
        store_files,
        restored,
        phone_export,
        contest,
        server_killed,
        server_restored,
        before_august,
        after_august,
        tls_seen,
        wrong_pin_told,
    })
}

/// What the officer records on that day: offline what he can, the rest at the office's door.
async fn visits(phone: &mut PhoneAtHand) -> Result<Visits> {
    phone.ask("offline").await?;
    let investigation = known_case(&phone.hand).await?;
    let seizure = seizure(&phone.hand, CASE_FACTORY).await?;
    let detention = detention(&phone.hand, CASE_B).await?;
    let settlement = settlement(&phone.hand, CASE_B).await?;
    let damaged = damaged_number(&phone.hand).await?;
    phone.ask("online").await?;
    sync(&phone.hand).await?;
    let visits = Visits {
        investigation,
        seizure,
        detention,
        settlement,
        damaged,
        unknown: unknown_case(&phone.hand).await?,
        late: late_visit(&phone.hand).await?,
    };
    sync(&phone.hand).await?;
    Ok(visits)
}

/// Enrols whom a ticket names; without one the phone has it filled in.
async fn enrol(hand: &Hand, ticket: Option<&str>, pin: &str) -> Result<()> {
    let start = hand.open("/start").await?;
    let mut values = vec![("pin", pin), ("again", pin)];
    values.extend(ticket.map(|ticket| ("ticket", ticket)));
    hand.send(&start, "/start", "name=\"pin\"", &values, None)
        .await?;
    Ok(())
}

async fn lock(hand: &Hand) -> Result<()> {
    let page = hand.open("/settings").await?;
    hand.send(&page, "/lock", "csrf", &[], None).await?;
    Ok(())
}

async fn unlock(hand: &Hand, who: Person, pin: &str) -> Result<()> {
    let page = hand.open("/unlock").await?;
    // One officer is named by a hidden field, several by a choice with the name after it.
    let named = page.html.split("name=\"officer\" value=\"").skip(1);
    let officer = named
        .filter(|rest| rest.contains(who.name))
        .find(|rest| {
            rest.split("</label>")
                .next()
                .is_some_and(|it| it.contains(who.name))
        })
        .or_else(|| page.html.split("name=\"officer\" value=\"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .context("no officer to unlock")?
        .to_owned();
    let values = [("officer", officer.as_str()), ("pin", pin)];
    hand.send(&page, "/unlock", "name=\"pin\"", &values, None)
        .await?;
    Ok(())
}

/// The seed's case B, offline: 现场调查 with two photos.
async fn known_case(hand: &Hand) -> Result<Visit> {
    let found = hand.open("/cases?q=%E5%B0%81%E6%9F%90").await?;
    ensure!(
        found.links().iter().any(|link| link.contains(CASE_B)),
        "the search does not find case B"
    );
    let mut scene = Scene::on_case(hand, CASE_B, "investigation").await?;
    let place = vec![
        text("place", "广州市南沙区大岗镇豪岗大道 18 号"),
        text("no_fix_reason", "室内无卫星信号"),
    ];
    scene.write("arrive", place).await?;
    let course = "敲门后被执行人封某到场，出示工作证，告知来意。\n房屋为自住，客厅有电视机一台。";
    scene.write("result", vec![text("course", course)]).await?;
    for (number, name) in [(1, "IMG_20190702_1432.jpg"), (2, "门牌 全景.jpg")] {
        scene.photo(name, number).await?;
    }
    Ok(scene.end())
}

/// A number that was typed damaged: half-width brackets, a space, no 号.
async fn damaged_number(hand: &Hand) -> Result<Visit> {
    let typed = "(2019)粤 0115执2573";
    let place = "榄核镇民生路 6 号 402 房";
    typed_visit(hand, typed, Some(CASE_FACTORY), place, ("物业登记.jpg", 3)).await
}

/// A number that the list of July does not know; that of August does.
async fn unknown_case(hand: &Hand) -> Result<Visit> {
    let typed = "（2019）粤0115执2811号";
    typed_visit(hand, typed, None, "东涌镇市鱼路 210 号", ("仓库.jpg", 4)).await
}

/// The factory's case once more.
async fn late_visit(hand: &Hand) -> Result<Visit> {
    let typed = "（2019）粤0115执2573号";
    let place = "大岗镇豪岗大道 20 号仓库";
    typed_visit(hand, typed, Some(CASE_FACTORY), place, ("仓库大门.jpg", 5)).await
}

async fn typed_visit(
    hand: &Hand,
    typed: &str,
    case: Option<&'static str>,
    place: &str,
    photo: (&str, u8),
) -> Result<Visit> {
    let mut scene = Scene::on_number(hand, typed, case).await?;
    let arrived = vec![
        text("place", place),
        text("no_fix_reason", "室内无卫星信号"),
    ];
    scene.write("arrive", arrived).await?;
    scene.photo(photo.0, photo.1).await?;
    Ok(scene.end())
}

/// A second officer enrols on the same phone, records a visit of his own, and gives it back.
async fn second_officer(hand: &Hand, court: &Court) -> Result<Visit> {
    lock(hand).await?;
    let ticket = court.ticket(SECOND).await?;
    enrol(hand, Some(&ticket), SECOND_PIN).await?;
    sync(hand).await?;
    let strangers = hand.open("/records").await?;
    ensure!(
        !strangers.html.contains("豪岗大道"),
        "the second officer sees the first one's records"
    );
    let place = "黄阁镇麒麟新城 3 栋";
    let visit = typed_visit(hand, "（2019）粤0115执2600号", None, place, ("现场.jpg", 9)).await?;
    sync(hand).await?;
    lock(hand).await?;
    unlock(hand, OFFICER, PIN).await?;
    Ok(visit)
}

/// Takes a photo by the form at an address and returns its hash, made here.
pub async fn photograph(
    hand: &Hand,
    form: &str,
    name: &str,
    number: u8,
    role: &str,
    item: Option<&str>,
) -> Result<String> {
    let bytes = jpeg(number)?;
    let hash = sha256(&bytes);
    let form = hand.open(form).await?;
    let mut values = vec![
        ("role", role),
        ("source", "external"),
        ("how", "执法记录仪导出"),
    ];
    values.extend(item.map(|item| ("item", item)));
    let chosen = Chosen {
        input: "photo",
        name,
        bytes,
    };
    let action = form
        .html
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|action| action.contains("photo"))
        .context("no form for the photo")?
        .to_owned();
    hand.send(&form, &action, "name=\"photo\"", &values, Some(chosen))
        .await?;
    Ok(hash)
}

/// A real JPEG, large enough to cross in several chunks, different for each number.
fn jpeg(number: u8) -> Result<Vec<u8>> {
    let shade = |x: u32, y: u32| {
        let mixed = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503) ^ u32::from(number);
        image::Rgb(mixed.to_be_bytes()[1..].try_into().unwrap_or([number; 3]))
    };
    let picture = image::RgbImage::from_fn(1200, 900, shade);
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 85))?;
    Ok(bytes)
}

/// Presses the button and waits until the phone says that nothing runs any more.
///
/// # Errors
/// When it does not end within a minute.
pub async fn sync(hand: &Hand) -> Result<()> {
    let page = hand.open("/sync").await?;
    hand.send(&page, "/sync", "<button", &[], None).await?;
    for _ in 0..600 {
        let page = hand.open("/sync").await?;
        let button = page
            .html
            .split("action=\"/sync\"")
            .nth(1)
            .unwrap_or_default();
        if !button
            .split("</form>")
            .next()
            .unwrap_or_default()
            .contains(" disabled")
        {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the sync did not end within a minute")
}

/// Whether the phone says that the court has everything.
///
/// # Errors
/// When its page does not open.
pub async fn all_delivered(hand: &Hand) -> Result<bool> {
    let page = hand.open("/sync").await?;
    Ok(page.html.contains("法院均已签收"))
}

/// Counts the cases on the phone by paging through all of them, closed ones too.
async fn count_cases(hand: &Hand) -> Result<usize> {
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec!["/cases?show=all".to_owned()];
    let mut pages = std::collections::BTreeSet::new();
    while let Some(path) = open.pop() {
        if !pages.insert(path.clone()) {
            continue;
        }
        for link in hand.open(&path).await?.links() {
            if link.starts_with("/cases?") && link.contains("from=") {
                open.push(link);
            } else if let Some(id) = link.strip_prefix("/cases/") {
                seen.insert(id.to_owned());
            }
        }
    }
    Ok(seen.len())
}

/// A phone whose ticket names another TLS key: it must not talk to this server.
async fn enrol_with_wrong_pin(folder: &Path, court: &Court, ticket: &str) -> Result<String> {
    let wrong = tls::with_wrong_pin(ticket)?;
    let stranger = phone(&folder.join("stranger"), &court.logs, 0, Some(&wrong)).await?;
    let hand = Hand::enter(stranger.said("enter")?).await?;
    let start = hand.open("/start").await?;
    let values = [("pin", PIN), ("again", PIN)];
    // A refusal is a page that says why; one that is not OK says it in the error.
    let told = match hand
        .send(&start, "/start", "name=\"pin\"", &values, None)
        .await
    {
        Ok(page) => {
            ensure!(
                page.path == "/start",
                "a phone with a wrong pin came to {}",
                page.path
            );
            page.words()
        }
        Err(error) => error.root_cause().to_string(),
    };
    stranger.stop().await?;
    Ok(told)
}

async fn export_phone(
    court: &Court,
    phone_dir: &Path,
    who: Person,
    pin: &str,
    to: &Path,
) -> Result<()> {
    let folder = ServerFolder::open(&court.data).await?;
    let rows = folder.rows("SELECT login, id FROM users", 2).await?;
    let officer = rows
        .iter()
        .find(|row| row[0] == who.login)
        .context("no officer")?[1]
        .clone();
    let pin_file = court.logs.join("pin");
    std::fs::write(&pin_file, pin)?;
    let args = args![
        "export",
        "--dir",
        phone_dir.as_os_str(),
        "--officer",
        officer,
        "--pin-file",
        pin_file.as_os_str(),
        "--to",
        to.as_os_str(),
    ];
    run(Role::Phone, &args, None).await?;
    std::fs::remove_file(pin_file)?;
    Ok(())
}
