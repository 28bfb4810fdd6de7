//! The clerk imports a list.

use crate::house::{House, look, sign_in};
use anyhow::{Context, Result};
use waiqin_demo::court::{ADMIN, CLERK};
use waiqin_tests::browser::{Browser, DESK, PHONE};

#[tokio::test(flavor = "multi_thread")]
async fn the_clerk_imports_the_august_list_after_seeing_what_it_changes() -> Result<()> {
    let Some(desk) = Browser::open("the import in a browser", DESK, "zh-CN").await else {
        return Ok(());
    };
    let house = House::open(18_900).await?;
    sign_in(&desk, &house, CLERK.login).await?;
    desk.goto(&house.desk_at("/import")).await?;
    let folder = tempfile::tempdir()?;
    let list = folder.path().join("case-list-2019-08-01.xlsx");
    std::fs::write(&list, waiqin_demo::court::LIST_AUGUST)?;
    desk.fill("input[type=file]", list.to_str().context("path")?)
        .await?;
    desk.click("form[enctype='multipart/form-data'] button")
        .await?;
    desk.until("location.pathname.startsWith('/import/preview/')")
        .await?;
    let shown = desk
        .script("return document.body.innerText", serde_json::json!([]))
        .await?;
    let shown = shown.as_str().context("text")?.to_owned();
    // One restarted, one renumbered and one rejected row of the list's truth.
    for told in ["（2019）粤0115执恢117号", "（2019）粤0115执2807号", "227"] {
        let (plain, wide) = (told.replace('（', "(").replace('）', ")"), told);
        assert!(
            shown.contains(wide) || shown.contains(&plain),
            "{told} is not shown"
        );
    }
    look(&desk, "desk-preview").await?;
    desk.click("button[name=decision][value=apply], button[value=apply], form button.go")
        .await?;
    desk.until("!location.pathname.startsWith('/import/preview/')")
        .await?;
    look(&desk, "desk-import-done").await?;
    drop(desk);

    // The same pages in one hand, and in English.
    let phone_sized = Browser::open("the import in a browser", PHONE, "en")
        .await
        .context("b")?;
    sign_in(&phone_sized, &house, CLERK.login).await?;
    for page in ["", "cases", "records", "import", "devices"] {
        phone_sized
            .goto(&house.desk_at(&format!("/{page}")))
            .await?;
        look(&phone_sized, &format!("desk-small-{page}")).await?;
    }
    drop(phone_sized);
    let phone_sized = Browser::open("the administrator in a browser", PHONE, "en")
        .await
        .context("c")?;
    sign_in(&phone_sized, &house, ADMIN.login).await?;
    for page in ["", "devices", "people", "audit"] {
        phone_sized
            .goto(&house.desk_at(&format!("/{page}")))
            .await?;
        look(&phone_sized, &format!("desk-small-admin-{page}")).await?;
    }
    drop(phone_sized);
    house.phone.stop().await?;
    house.server.stop().await?;
    Ok(())
}
