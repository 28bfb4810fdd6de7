//! What the office makes of the day's records by the lists, and what the phone is told of it.

use super::act::{PhoneAtHand, Visits, sync};
use super::hand::Hand;
use crate::args;
use crate::court::{COMMAND, Court};
use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The sample's records with what they must come to.
pub const SAMPLES: &str = include_str!("../../lists/records.json");
/// Why the detention is returned.
const RETURNED: &str = "结案后标的已清，补充说明拘留决定的处理";

/// What was seen before the list of August came.
pub struct BeforeAugust {
    /// What `reconcile try --json` printed.
    pub tried: Value,
    /// What the phone's page said of the record that no list knew.
    pub told: String,
}

/// What was seen after it.
pub struct AfterAugust {
    /// What `reconcile try --json` printed.
    pub tried: Value,
    /// What `reconcile list --all --json` printed, before anything was concluded on it.
    pub listed: Value,
    /// What the phone's page said of the record whose case was found.
    pub told: String,
    /// What the phone's page said of the record that was returned.
    pub returned: String,
    /// What the phone's first page said of it.
    pub today: String,
}

/// Command at the board, and the phone that hears of it.
pub struct Desk<'a> {
    pub court: &'a Court,
    pub console: &'a str,
    pub password: &'a str,
    pub phone: &'a PhoneAtHand,
}

impl Desk<'_> {
    /// A record on a case that no list knows stands on the board, and the office lets it wait.
    ///
    /// # Errors
    /// When the board or the phone does not show what it must.
    pub async fn before_august(&self, visits: &Visits) -> Result<BeforeAugust> {
        let tried = self.tried().await?;
        let desk = Hand::sign_in(self.console, COMMAND.login, self.password).await?;
        let record = &visits.unknown.record;
        let address = format!("/reconcile/{record}");
        let board = desk.open("/reconcile").await?;
        ensure!(
            board.links().contains(&address) && board.html.contains("名册无此案"),
            "the board does not show the record that no list knows"
        );
        decide(&desk, record, "NOT_FOUND", &[("decision", "wait")]).await?;
        sync(&self.phone.hand).await?;
        let told = self.page_of(record).await?;
        Ok(BeforeAugust { tried, told })
    }

    /// The list of August: what was found is linked, a change is noted, taken back, and the record
    /// returned instead.
    ///
    /// # Errors
    /// When the board or the phone does not show what it must.
    pub async fn after_august(&self, visits: &Visits) -> Result<AfterAugust> {
        let tried = self.tried().await?;
        let listed = self
            .command(args!["reconcile", "list", "--all", "--json"])
            .await?;
        let desk = Hand::sign_in(self.console, COMMAND.login, self.password).await?;
        let (found, detained) = (&visits.unknown.record, &visits.detention.record);
        decide(&desk, found, "EXACT", &[("decision", "link")]).await?;
        let question = "AMOUNT_CHANGED";
        decide(
            &desk,
            &visits.settlement.record,
            question,
            &[("decision", "seen")],
        )
        .await?;
        decide(&desk, detained, question, &[("decision", "seen")]).await?;
        decide(&desk, detained, question, &[("decision", "undo")]).await?;
        let returning = [("decision", "return"), ("reason", "")];
        let refused = decide(&desk, detained, question, &returning).await;
        ensure!(refused.is_err(), "a record was returned without a reason");
        let returning = [("decision", "return"), ("reason", RETURNED)];
        decide(&desk, detained, question, &returning).await?;
        sync(&self.phone.hand).await?;
        Ok(AfterAugust {
            tried,
            listed,
            told: self.page_of(found).await?,
            returned: self.page_of(detained).await?,
            today: self.phone.hand.open("/today").await?.words(),
        })
    }

    /// The samples against the newest list, as phones that held the one of July made them.
    async fn tried(&self) -> Result<Value> {
        let file = self.court.logs.join("records.json");
        std::fs::write(&file, SAMPLES)?;
        let args = args![
            "reconcile",
            "try",
            file.as_os_str(),
            "--made-against",
            "1",
            "--json"
        ];
        self.command(args).await
    }

    async fn command(&self, args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Value> {
        let said = self.court.command(args, None).await?;
        serde_json::from_str(&said).with_context(|| format!("reconcile printed {said}"))
    }

    /// What the phone says of a sealed record.
    async fn page_of(&self, record: &str) -> Result<String> {
        let address = format!("/records/{record}/check");
        Ok(self.phone.hand.open(&address).await?.words())
    }
}

/// Sends the form of a question on a record's board.
async fn decide(desk: &Hand, record: &str, question: &str, values: &[(&str, &str)]) -> Result<()> {
    let address = format!("/reconcile/{record}");
    let page = desk.open(&address).await?;
    let marker = format!("name=\"question\" value=\"{question}\"");
    let action = format!("{address}/conclude");
    let done = desk.send(&page, &action, &marker, values, None).await?;
    ensure!(
        done.html.contains("已作结论。"),
        "{question} of {record} was not concluded: {}",
        done.words()
    );
    Ok(())
}
