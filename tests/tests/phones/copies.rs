//! The folder of a real phone is copied, and both go on: a real court keeps both branches, and
//! either phone works on. Once the copy that is behind, once the one that forked.

use crate::court::{Court, sync, work};
use crate::host::Host;
use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(done.success());
}

fn unlocked(dir: &Path, ticket: &str, officer: &str) -> Host {
    let mut phone = Host::start(dir, ticket);
    phone.unlock(officer);
    phone
}

fn places(phone: &Host, records: &[&String]) -> Vec<bool> {
    let shown = |record: &&String| {
        let page = phone.door.get(record).unwrap();
        page.status == 200
    };
    records.iter().map(shown).collect()
}

#[test]
fn a_restored_copy_and_a_fork_go_on_in_new_journals_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    let (ticket, officer) = court.ticket();
    let (one, two, three) = (
        dir.path().join("1"),
        dir.path().join("2"),
        dir.path().join("3"),
    );
    let mut phone = Host::start(&one, &ticket);
    phone.enrol(&ticket);
    let common = work(&phone, "大岗");
    sync(&mut phone);
    phone.quit();
    copy(&one, &two);
    copy(&one, &three);
    // The phone goes on and delivers.
    let mut phone = unlocked(&one, &ticket, &officer);
    let on_first = work(&phone, "东涌");
    sync(&mut phone);
    phone.quit();
    // A copy that knows less is started: it hears of it, and the officer works on in a new journal.
    let mut restored = unlocked(&two, &ticket, &officer);
    sync(&mut restored);
    let after = work(&restored, "榄核");
    sync(&mut restored);
    assert_eq!(places(&restored, &[&common, &after]), [true, true]);
    // Another copy works before it hears anything: a fork. Its record is kept, its photo delivered.
    let mut forked = unlocked(&three, &ticket, &officer);
    let branch = work(&forked, "黄阁");
    sync(&mut forked);
    let later = work(&forked, "横沥");
    sync(&mut forked);
    assert_eq!(
        places(&forked, &[&common, &branch, &later]),
        [true, true, true]
    );
    // The first phone is the one of the chain, and goes on as ever.
    let mut phone = unlocked(&one, &ticket, &officer);
    work(&phone, "万顷沙");
    sync(&mut phone);
    assert_eq!(places(&phone, &[&common, &on_first]), [true, true]);
    let report = court.verified();
    let journals = report["journals"].as_array().unwrap();
    assert_eq!(journals.len(), 3, "{report}");
    let forked: u64 = journals.iter().filter_map(|it| it["forked"].as_u64()).sum();
    assert_eq!(forked, 3, "the branch lies beside the chain: {report}");
    // Five places on the chains and one beside it, each with its photo.
    assert_eq!(report["evidence"]["count"], 6, "{report}");
    // Over a restart the new journals are still the ones that are written.
    restored.quit();
    let mut restored = unlocked(&two, &ticket, &officer);
    work(&restored, "珠江");
    sync(&mut restored);
    assert_eq!(court.verified()["journals"].as_array().unwrap().len(), 3);
}
