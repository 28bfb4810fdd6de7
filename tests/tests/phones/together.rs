//! Two phones on one record: neither overwrites the other, and what one chooses the other sees.

use crate::court::{Court, all_received, sync, work};
use crate::host::Host;
use std::time::{Duration, Instant};

fn page(phone: &Host, at: &str) -> String {
    let answer = phone.door.get(at).unwrap();
    assert_eq!(answer.status, 200, "{at}: {}", answer.body);
    answer.body
}

/// Syncs until a page holds a text.
fn sync_until(phone: &mut Host, at: &str, text: &str) {
    phone.say("online");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        assert_eq!(phone.door.post("/sync", &[]).unwrap().status, 303);
        std::thread::sleep(Duration::from_millis(200));
        let answer = phone.door.get(at).unwrap();
        if answer.status == 200 && answer.body.contains(text) {
            phone.say("offline");
            return;
        }
        assert!(Instant::now() < until, "no {text}: {}", answer.body);
    }
}

fn give(phone: &Host, record: &str, place: &str) {
    let fields = format!("{record}/fields");
    let saved = phone.door.post(&fields, &[("place", place)]).unwrap();
    assert!(saved.body.contains("\"saved\":true"), "{}", saved.body);
}

/// The entry behind a value that the page of contests offers.
fn entry_of(page: &str, value: &str) -> String {
    let offers = page.split("name=\"entry\" value=\"").skip(1);
    let offered = offers
        .filter_map(|it| it.split_once('"'))
        .find(|(_, rest)| rest.split("</label>").next().unwrap().contains(value));
    offered.unwrap().0.to_owned()
}

#[test]
fn what_two_phones_gave_stands_beside_each_other_until_one_is_chosen() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    court.import();
    let mut phones = Vec::new();
    for name in ["1", "2"] {
        let (ticket, _) = court.ticket();
        let mut phone = Host::start(&dir.path().join(name), &ticket);
        phone.enrol(&ticket);
        phones.push(phone);
    }
    let record = work(&phones[0], "大岗");
    sync(&mut phones[0]);
    sync_until(&mut phones[1], &record, "value=\"大岗\"");
    // Both offline, on the same field.
    give(&phones[0], &record, "大岗镇豪岗大道");
    give(&phones[1], &record, "东涌镇");
    let contests = format!("{record}/contests");
    sync(&mut phones[0]);
    sync_until(&mut phones[1], &contests, "大岗镇豪岗大道");
    sync_until(&mut phones[0], &contests, "东涌镇");
    for phone in &phones {
        let offered = page(phone, &contests);
        for value in ["大岗镇豪岗大道", "东涌镇"] {
            assert!(offered.contains(value), "{value} is offered: {offered}");
        }
        assert!(page(phone, &record).contains(&contests), "and led to");
    }
    // Without a reason nothing is chosen; with one, both phones show it.
    let entry = entry_of(&page(&phones[1], &contests), "大岗镇");
    let choice = |reason| {
        [
            ("path", "place"),
            ("entry", entry.as_str()),
            ("reason", reason),
        ]
    };
    let refused = phones[1].door.post(&contests, &choice(" ")).unwrap();
    assert!(refused.body.contains("name=\"entry\""), "{}", refused.body);
    let chosen = phones[1]
        .door
        .post(&contests, &choice("与照片相符"))
        .unwrap();
    assert_eq!(chosen.status, 303, "{}", chosen.body);
    sync(&mut phones[1]);
    sync_until(&mut phones[0], &record, "value=\"大岗镇豪岗大道\"");
    for phone in &phones {
        assert!(page(phone, &record).contains("value=\"大岗镇豪岗大道\""));
        assert!(!page(phone, &contests).contains("name=\"entry\""));
    }
    // Both values stand in the journals, and both phones go on.
    give(&phones[0], &record, "大岗镇豪岗大道8号");
    sync(&mut phones[0]);
    sync_until(&mut phones[1], &record, "value=\"大岗镇豪岗大道8号\"");
    let report = court.verified();
    assert_eq!(report["journals"].as_array().unwrap().len(), 2, "{report}");
}

/// On a line that is there every change is delivered soon, by itself: a field no later than a photo.
#[test]
fn what_is_changed_online_is_delivered_without_being_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    court.import();
    let (ticket, _) = court.ticket();
    let mut phone = Host::start(&dir.path().join("phone"), &ticket);
    phone.enrol(&ticket);
    let record = work(&phone, "大岗");
    sync(&mut phone);
    phone.say("online");
    for place in ["大岗镇", "东涌镇"] {
        give(&phone, &record, place);
        assert!(!all_received(&phone));
        let until = Instant::now() + Duration::from_secs(60);
        while !all_received(&phone) {
            assert!(Instant::now() < until, "{place} waits for the next round");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}
