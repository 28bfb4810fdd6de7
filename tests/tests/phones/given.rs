//! 指派: a case that is given to another officer beside the list comes to his phone with what was recorded
//! on it, and leaves it when it is taken back; what he did on it stays the court's.

use crate::court::{Court, server, server_says, sync, work};
use crate::host::Host;
use serde_json::Value;
use std::time::{Duration, Instant};

const CASE: &str = "（2019）粤0115执100号";
const REASON: &str = "本周内核实住所 <b>&";

/// Syncs until the page of the case is there, or is not.
fn sync_until(phone: &mut Host, there: bool) -> String {
    phone.say("online");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        assert_eq!(phone.door.post("/sync", &[]).unwrap().status, 303);
        std::thread::sleep(Duration::from_millis(200));
        let answer = phone.door.get("/cases/1001").unwrap();
        if (answer.status == 200) == there {
            phone.say("offline");
            return answer.body;
        }
        assert!(Instant::now() < until, "{}", answer.body);
    }
}

fn assign(court: &Court, more: &[&str]) -> Value {
    let args = [&["assign", CASE, "--json"], more].concat();
    serde_json::from_str(&server(court.data(), &args)).unwrap()
}

#[test]
fn a_case_that_is_given_comes_with_its_records_and_leaves_when_it_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let court = Court::open(&dir.path().join("court"));
    court.import();
    for (login, role) in [("li", "officer"), ("zhao", "lead"), ("qian", "clerk")] {
        let name = format!("{login}某");
        let who = ["user", "add", "--login", login, "--name", &name];
        let what = ["--list-name", &name, "--role", role];
        server(court.data(), &[who.as_slice(), &what].concat());
    }
    let mut phones = Vec::new();
    for login in ["wang", "li"] {
        let url = format!("http://{}", court.address("http"));
        let (ticket, _) = court.ticket_of(login, &url, None);
        let mut phone = Host::start(&dir.path().join(login), &ticket);
        phone.enrol(&ticket);
        phones.push(phone);
    }
    let record = work(&phones[0], "大岗镇豪岗大道");
    sync(&mut phones[0]);
    sync_until(&mut phones[1], false);
    assert_eq!(phones[1].door.get(&record).unwrap().status, 404);

    // Who may not, and what lacks a reason, changes nothing.
    let to_li = ["--to", "li", "--reason", REASON];
    let (code, _, said) = server_says(
        court.data(),
        &[&["assign", CASE], to_li.as_slice(), &["--by", "qian"]].concat(),
    );
    assert!(code != 0 && said.contains("不能指派"), "{said}");
    let empty = [
        "assign", CASE, "--to", "li", "--reason", " ", "--by", "zhao",
    ];
    let (code, _, said) = server_says(court.data(), &empty);
    assert!(code != 0 && said.contains("理由"), "{said}");
    assert_eq!(assign(&court, &[])["assignments"], serde_json::json!([]));

    let given = assign(&court, &[to_li.as_slice(), &["--by", "zhao"]].concat());
    assert_eq!(given["assignments"][0]["reason"], REASON);
    let page = sync_until(&mut phones[1], true);
    assert!(page.contains("本周内核实住所 &#60;b&#62;&#38;"), "{page}");
    assert!(page.contains("zhao某"), "{page}");
    let seen = phones[1].door.get(&record).unwrap();
    assert!(seen.body.contains("大岗镇豪岗大道"), "{}", seen.body);
    // The list's officer keeps it and is not told that it was given to him.
    sync(&mut phones[0]);
    let kept = phones[0].door.get("/cases/1001").unwrap();
    assert!(kept.status == 200 && !kept.body.contains("本周内"));

    let back = [
        "--take-back",
        "--to",
        "li",
        "--reason",
        "已办结",
        "--by",
        "zhao",
    ];
    let taken = assign(&court, &back);
    assert_eq!(taken["assignments"][0]["taken_back"]["reason"], "已办结");
    sync_until(&mut phones[1], false);
    assert_eq!(phones[1].door.get(&record).unwrap().status, 404);
    let (code, _, said) = server_says(court.data(), &[&["assign", CASE], back.as_slice()].concat());
    assert!(code != 0 && said.contains("已经如此"), "{said}");

    // Given once more, it comes whole once more; he works on it, and the other sees that.
    assign(&court, &[to_li.as_slice(), &["--by", "zhao"]].concat());
    sync_until(&mut phones[1], true);
    assert_eq!(phones[1].door.get(&record).unwrap().status, 200);
    let his = work(&phones[1], "东涌镇");
    sync(&mut phones[1]);
    sync(&mut phones[0]);
    let seen = phones[0].door.get(&his).unwrap();
    assert!(seen.body.contains("东涌镇"), "{}", seen.body);
    // What he has begun stays his to end when it is taken back.
    assign(&court, &back);
    sync(&mut phones[1]);
    for page in ["/cases/1001", &his] {
        assert_eq!(phones[1].door.get(page).unwrap().status, 200, "{page}");
    }
    let report = court.verified();
    assert_eq!(report["journals"].as_array().unwrap().len(), 2, "{report}");
}
