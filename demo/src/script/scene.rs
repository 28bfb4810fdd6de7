//! The four acts on site as an officer's hand does them, and what he remembers of each.

use super::act::{Visit, photograph};
use super::hand::{Hand, PageText};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// A field as it was typed, and as the journal must hold it.
pub struct Given {
    /// Its path.
    pub path: String,
    /// As typed.
    pub typed: String,
    /// As stored.
    pub stored: Value,
}

/// A text, stored as typed.
pub fn text(path: &str, typed: &str) -> Given {
    Given {
        path: path.to_owned(),
        typed: typed.to_owned(),
        stored: json!(typed),
    }
}

/// Something that is stored otherwise than it is typed: an amount, a moment, a yes.
fn typed(path: &str, typed: &str, stored: Value) -> Given {
    Given {
        path: path.to_owned(),
        typed: typed.to_owned(),
        stored,
    }
}

/// A record being written.
pub struct Scene<'a> {
    hand: &'a Hand,
    page: PageText,
    visit: Visit,
}

impl<'a> Scene<'a> {
    /// Opens a record of an act on a case of the list.
    ///
    /// # Errors
    /// When the phone does not have the case or refuses the act.
    pub async fn on_case(hand: &'a Hand, case: &'static str, act: &'static str) -> Result<Self> {
        let page = hand.open(&format!("/cases/{case}")).await?;
        let page = hand
            .send(&page, "/records", "name=\"case\"", &[("act", act)], None)
            .await?;
        Self::begun(hand, page, Some(case), act)
    }

    /// Opens an investigation on a number as the officer types it.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn on_number(
        hand: &'a Hand,
        number: &str,
        case: Option<&'static str>,
    ) -> Result<Self> {
        let page = hand.open("/records/new").await?;
        let values = [("typed", number), ("act", "investigation")];
        let page = hand
            .send(&page, "/records/new", "name=\"typed\"", &values, None)
            .await?;
        Self::begun(hand, page, case, "investigation")
    }

    fn begun(
        hand: &'a Hand,
        page: PageText,
        case: Option<&'static str>,
        act: &'static str,
    ) -> Result<Self> {
        let id = page.path.strip_prefix("/records/").context("no record")?;
        let visit = Visit {
            record: id.to_owned(),
            act,
            case,
            given: Vec::new(),
            photos: Vec::new(),
        };
        Ok(Self { hand, page, visit })
    }

    /// Fills in fields of a step and sees them said back.
    ///
    /// # Errors
    /// When one is refused or not shown.
    pub async fn write(&mut self, step: &str, given: Vec<Given>) -> Result<()> {
        let action = format!("/records/{}", self.visit.record);
        let marker = format!("name=\"step\" value=\"{step}\"");
        self.send(&action, &marker, &[("do", "save")], given).await
    }

    async fn send(
        &mut self,
        action: &str,
        marker: &str,
        buttons: &[(&str, &str)],
        given: Vec<Given>,
    ) -> Result<()> {
        let mut values: Vec<(&str, &str)> = buttons.to_vec();
        values.extend(given.iter().map(|it| (it.path.as_str(), it.typed.as_str())));
        let page = self.hand.open(action).await?;
        self.page = self.hand.send(&page, action, marker, &values, None).await?;
        let shown = self.hand.open(action).await?;
        for it in &given {
            let first = it.typed.lines().next().unwrap_or_default();
            ensure!(
                shown.html.contains(first),
                "{action} does not show {}",
                it.path
            );
        }
        self.visit.given.extend(given);
        Ok(())
    }

    /// Presses a button of a step.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn press(&mut self, step: &str, button: &str) -> Result<()> {
        let action = format!("/records/{}", self.visit.record);
        let marker = format!("name=\"step\" value=\"{step}\"");
        self.send(&action, &marker, &[("do", button)], Vec::new())
            .await
    }

    /// Adds an item of a list by its button and returns its path, `officers/0a…`.
    ///
    /// # Errors
    /// When nothing was added.
    pub async fn add(&mut self, step: &str, list: &str, button: &str) -> Result<String> {
        let action = format!("/records/{}", self.visit.record);
        let marker = format!("name=\"step\" value=\"{step}\"");
        let before = self.hand.open(&action).await?.items(list);
        let what = format!("add:{list}:{button}");
        self.page = self
            .hand
            .send(
                &self.hand.open(&action).await?,
                &action,
                &marker,
                &[("do", &what)],
                None,
            )
            .await?;
        let after = self.hand.open(&action).await?.items(list);
        let new = after.into_iter().find(|id| !before.contains(id));
        let id = new.with_context(|| format!("{what} added nothing"))?;
        Ok(format!("{list}/{id}"))
    }

    /// A line of the list (财产清单) with a photo of it.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn asset(
        &mut self,
        kind: &str,
        photo: (&str, u8),
        fields: &[(&str, &str, Option<Value>)],
    ) -> Result<()> {
        let list = format!("/records/{}/assets", self.visit.record);
        let page = self.hand.open(&list).await?;
        let what = format!("add:{kind}");
        let page = self
            .hand
            .send(&page, &list, &what, &[("do", &what)], None)
            .await?;
        let id = page.path.rsplit('/').next().context("no line")?.to_owned();
        let action = page.path.clone();
        let given = fields.iter().map(|(name, as_typed, stored)| {
            let path = format!("assets/{id}/{name}");
            match stored {
                Some(stored) => typed(&path, as_typed, stored.clone()),
                None => text(&path, as_typed),
            }
        });
        let given = given.collect();
        self.send(&action, "name=\"was\"", &[("do", "save")], given)
            .await?;
        for role in ["overall", "detail"] {
            let name = format!("{role}-{}", photo.0);
            let number = photo.1 + u8::from(role == "detail");
            let form = format!("/records/{}/photos/new?item={id}", self.visit.record);
            let hash = photograph(self.hand, &form, &name, number, role, Some(&id)).await?;
            self.visit.photos.push((hash, Some(id.clone())));
        }
        Ok(())
    }

    /// A photo of the scene.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn photo(&mut self, name: &str, number: u8) -> Result<()> {
        let form = format!("/records/{}/photos/new", self.visit.record);
        let hash = photograph(self.hand, &form, name, number, "overall", None).await?;
        self.visit.photos.push((hash, None));
        Ok(())
    }

    /// What the officer remembers.
    #[must_use]
    pub fn end(self) -> Visit {
        self.visit
    }

    /// When and where, and the two officers with their papers shown.
    async fn arrive(&mut self, from: &str, to: &str, place: &str) -> Result<()> {
        self.write(
            "arrive",
            vec![
                moment("t0", from)?,
                text("place", place),
                text("no_fix_reason", "室内无卫星信号"),
            ],
        )
        .await?;
        for (name, button) in [("王某", "officer"), ("林某", "officer")] {
            let officers = self
                .hand
                .open(&format!("/records/{}", self.visit.record))
                .await?;
            // The phone writes down its own officer when the record is opened.
            let own = officers.html.contains(&format!("value=\"{name}\""));
            let at = if own {
                let items = officers.items("officers");
                format!("officers/{}", items.first().context("no officer")?)
            } else {
                self.add("officers", "officers", button).await?
            };
            self.write(
                "officers",
                vec![
                    text(&format!("{at}/person"), name),
                    moment(&format!("{at}/id_shown_at"), from)?,
                    text(&format!("{at}/recusal"), "none"),
                ],
            )
            .await?;
        }
        self.write(
            "sign",
            vec![
                moment("t1", to)?,
                text("course", "当场告知来意，出示工作证。"),
            ],
        )
        .await
    }

    async fn paper(&mut self, button: &str, no: &str, on: &str) -> Result<()> {
        let at = self.add("officers", "docs", button).await?;
        self.write(
            "officers",
            vec![text(&format!("{at}/no"), no), text(&format!("{at}/on"), on)],
        )
        .await
    }
}

/// 查封: two machines and a van on the list, each with its photos.
///
/// # Errors
/// When a page refuses what the officer does.
pub async fn seizure(hand: &Hand, case: &'static str) -> Result<Visit> {
    let mut scene = Scene::on_case(hand, case, "seal").await?;
    scene
        .arrive(
            "2019-07-02T06:50",
            "2019-07-02T07:40",
            "大岗镇豪岗大道 18 号 3 号厂房",
        )
        .await?;
    scene
        .paper("ruling", "（2019）粤0115执2371号之一", "2019-07-01")
        .await?;
    scene
        .asset(
            "equipment",
            ("数控车床.jpg", 20),
            &[
                ("name", "数控车床 CK6150", None),
                ("quantity", "2", Some(json!(2))),
                ("unit", "台", None),
                ("location", "3 号厂房东侧", None),
                ("est_value_fen", "320,000.00", Some(json!(32_000_000))),
            ],
        )
        .await?;
    scene
        .asset(
            "vehicle",
            ("小型货车.jpg", 22),
            &[
                ("name", "小型货车", None),
                ("quantity", "1", Some(json!(1))),
                ("unit", "辆", None),
                ("plate", "粤A12K45", None),
                ("location", "厂区门口", None),
            ],
        )
        .await?;
    let strip = scene.add("keeping", "publicity/seal_nos", "strip").await?;
    scene
        .write(
            "keeping",
            vec![
                text(&strip, "0115-2250"),
                text("keeper/name", "周某"),
                text("keeper/kind", "debtor"),
                text("expires_on", "2021-07-01"),
                text("list_handed/to", "周某"),
            ],
        )
        .await?;
    Ok(scene.end())
}

/// 司法拘留 of the seed's case B: decided and read out, not executed, for he is ready to pay.
///
/// # Errors
/// When a page refuses what the officer does.
pub async fn detention(hand: &Hand, case: &'static str) -> Result<Visit> {
    let mut scene = Scene::on_case(hand, case, "detention").await?;
    scene
        .arrive(
            "2019-07-02T07:45",
            "2019-07-02T08:05",
            "大岗镇豪岗大道 18 号",
        )
        .await?;
    scene
        .paper("decision", "（2019）粤0115司惩3号", "2019-07-01")
        .await?;
    scene
        .write(
            "target",
            vec![
                text("target/name", "封某"),
                typed("target/id_not_shown", "yes", json!(true)),
                text("target/birth_on", "1976-05-02"),
            ],
        )
        .await?;
    scene.press("target", "none:special").await?;
    scene
        .write(
            "facts",
            vec![
                text(
                    "facts",
                    "被执行人封某自 2017 年立案起躲避执行，有履行能力而拒不履行生效判决。",
                ),
                text("act_on", "2019-07-02"),
                text("legal_item", "cpl_252"),
            ],
        )
        .await?;
    scene
        .write(
            "decision",
            vec![
                typed("days", "15", json!(15)),
                text("from_on", "2019-07-02"),
                text("to_on", "2019-07-17"),
                moment("read_out_at", "2019-07-02T07:55")?,
                moment("served/at", "2019-07-02T07:58")?,
                typed("served/signed", "yes", json!(true)),
                typed("review_told", "yes", json!(true)),
            ],
        )
        .await?;
    scene
        .write("jail", vec![text("execution", "decided_only")])
        .await?;
    scene.photo("宣读决定.jpg", 30).await?;
    Ok(scene.end())
}

/// 执行和解, as the seed's case B ended: what is left is paid in parts.
///
/// # Errors
/// When a page refuses what the officer does.
pub async fn settlement(hand: &Hand, case: &'static str) -> Result<Visit> {
    let mut scene = Scene::on_case(hand, case, "settlement").await?;
    scene
        .arrive(
            "2019-07-02T08:05",
            "2019-07-02T08:25",
            "大岗镇豪岗大道 18 号",
        )
        .await?;
    for (name, side) in [("汤某", "applicant"), ("封某", "debtor")] {
        let at = scene.add("parties", "parties", side).await?;
        let (name_at, signed) = (format!("{at}/name"), format!("{at}/signed"));
        scene
            .write(
                "parties",
                vec![text(&name_at, name), typed(&signed, "yes", json!(true))],
            )
            .await?;
    }
    scene.press("parties", "none:special").await?;
    let mut terms = vec![
        typed("default_told", "yes", json!(true)),
        typed("total_fen", "320,000.00", json!(32_000_000)),
    ];
    for (amount, fen, due) in [
        ("270,000.00", 27_000_000, "2019-07-10"),
        ("50,000.00", 5_000_000, "2019-07-30"),
    ] {
        let at = scene.add("terms", "instalments", "left").await?;
        terms.push(typed(&format!("{at}/amount_fen"), amount, json!(fen)));
        terms.push(text(&format!("{at}/due_on"), due));
    }
    scene.write("terms", terms).await?;
    scene.photo("和解笔录.jpg", 31).await?;
    Ok(scene.end())
}

/// A moment at +08:00 as the page's field has it, and ms UTC as the journal.
fn moment(path: &str, at: &str) -> Result<Given> {
    let parsed = chrono::NaiveDateTime::parse_from_str(at, "%Y-%m-%dT%H:%M")?;
    let ms = parsed.and_utc().timestamp_millis() - 8 * 3_600_000;
    Ok(typed(path, at, json!(ms)))
}

/// Seals a record from its page of completeness, with a reason for whatever is open and the second
/// officer's PIN, and returns the record hash as the page shows it.
///
/// # Errors
/// When it is not sealed.
pub async fn seal(hand: &Hand, record: &str, second_pin: &str) -> Result<String> {
    let check = hand.open(&format!("/records/{record}/check")).await?;
    let mut values = vec![("pin".to_owned(), second_pin.to_owned())];
    let attribute = |name: &str| -> Vec<String> {
        let mark = format!("name=\"{name}");
        let found = check.html.split(&mark).skip(1);
        found
            .filter_map(|rest| rest.split('"').next().map(str::to_owned))
            .collect()
    };
    for rule in attribute("reason:") {
        let reason = (
            "现场情况所限，已口头说明".to_owned(),
            format!("reason:{rule}"),
        );
        if !values.iter().any(|(name, _)| *name == reason.1) {
            values.push((reason.1, reason.0));
        }
    }
    let others = check.html.split("name=\"second\" value=\"").skip(1);
    let second = others
        .filter_map(|rest| rest.split('"').next())
        .find(|it| *it != "later")
        .context("no second officer on this phone")?;
    values.push(("second".to_owned(), second.to_owned()));
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let action = format!("/records/{record}/seal");
    hand.send(&check, &action, "name=\"shown\"", &values, None)
        .await?;
    let sealed = hand.open(&format!("/records/{record}/check")).await?;
    let shown = sealed.html.split("class=\"hash\">").nth(1);
    let shown = shown.and_then(|rest| rest.split('<').next());
    // For people it stands in groups.
    shown
        .map(|it| it.split_whitespace().collect())
        .context("the record shows no hash")
}
