//! 指派 on the page of a case.

use super::house::*;
use crate::db::Role;
use axum::http::StatusCode;

#[tokio::test]
async fn a_case_is_given_and_taken_back_on_its_page() {
    let house = House::full().await;
    let case = house.cases.iter().find(|it| it.officer == "赵法官");
    let path = format!("/cases/{}", case.unwrap().id);
    let form = format!("{path}/assign");
    let other = user(9, Role::Officer, "某法官");
    let nameless = user(10, Role::Officer, "");
    let phc = crate::password::hash(PASSWORD, &[7; 16]).unwrap();
    let mut write = house.court.db().write().await.unwrap();
    for it in [&other, &nameless] {
        write.add_user(it, Some(&phc), NOW).await.unwrap();
    }
    write.commit().await.unwrap();
    let (id, none) = (other.id.to_string(), nameless.id.to_string());
    let mut lead = house.browser("lead21").await;
    let mut officer = house.browser("officer9").await;
    let record = format!("/records/{}", house.subjects[0]);
    assert_eq!(officer.get(&path).await.status, StatusCode::NOT_FOUND);

    let page = lead.get(&path).await.body;
    assert!(page.contains(&form) && page.contains(&id));
    assert!(
        !page.contains(&none),
        "who has no name in the list is offered"
    );
    // What is not done says why and keeps what was typed.
    for (officer, reason, problem) in [
        (id.as_str(), "  ", "请写明理由"),
        ("", "查<看>住所", "请选择一位带手机的外勤人员"),
        (none.as_str(), "查<看>住所", "请选择一位带手机的外勤人员"),
    ] {
        let fields = [("act", "give"), ("officer", officer), ("reason", reason)];
        let refused = lead.post(&form, &fields).await;
        assert!(refused.body.contains(problem), "{}", refused.body);
        let kept = reason.replace('<', "&#60;").replace('>', "&#62;");
        assert!(refused.body.contains(&format!(">{kept}</textarea>")));
    }
    assert_eq!(officer.get(&path).await.status, StatusCode::NOT_FOUND);

    let give = [
        ("act", "give"),
        ("officer", id.as_str()),
        ("reason", "查<看>住所"),
    ];
    assert_eq!(
        lead.post(&form, &give).await.to(),
        format!("{path}#assignments")
    );
    let again = lead.post(&form, &give).await;
    assert!(again.body.contains("情况已变"), "{}", again.body);
    for at in [&path, &record] {
        assert_eq!(officer.get(at).await.status, StatusCode::OK, "{at}");
    }
    let page = officer.get(&path).await.body;
    assert!(page.contains("查&#60;看&#62;住所") && !page.contains(&form));
    for list in ["/cases", "/records", "/"] {
        let shown = officer.get(list).await.body;
        assert!(
            shown.contains(if list == "/cases" { &path } else { &record }),
            "{list}"
        );
    }

    let take = [
        ("act", "take"),
        ("officer", id.as_str()),
        ("reason", "已办结"),
    ];
    assert_eq!(
        lead.post(&form, &take).await.to(),
        format!("{path}#assignments")
    );
    for at in [&path, &record] {
        assert_eq!(officer.get(at).await.status, StatusCode::NOT_FOUND, "{at}");
    }
    let page = lead.get(&path).await.body;
    assert!(page.contains("已撤回") && page.contains("已办结"));
    let audit = house.browser("supervisor23").await.get("/audit").await.body;
    assert!(
        audit.contains("指派") && audit.contains("撤回指派"),
        "{audit}"
    );
}
