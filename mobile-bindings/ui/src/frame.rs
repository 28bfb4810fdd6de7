//! What every page has: words, the truth line, the CSRF value, the tabs.

use crate::show::when;
use crate::words::Words;
use waiqin_core::{LastOutcome, Phase, Status};
use waiqin_protocol::words::{Lang, fill};

/// The frame of a page.
#[derive(Clone)]
pub struct Frame {
    /// Words.
    pub w: &'static Words,
    /// Their language.
    pub lang: Lang,
    /// What forms send back.
    pub csrf: String,
    /// The first line.
    pub truth: Truth,
    /// Said when the court's clock is not today's.
    pub clock_note: Option<String>,
    /// The tab that the page belongs to.
    pub tab: Option<Tab>,
    /// The truth line follows the engine by itself.
    pub poll: bool,
    /// A word about what was just done.
    pub flash: Option<Flash>,
}

/// The four main pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// 今日
    Today,
    /// 案件
    Cases,
    /// 记录
    Records,
    /// 同步
    Sync,
}

/// A word about what was just done.
#[derive(Clone, Debug)]
pub struct Flash {
    /// The sentence.
    pub text: String,
    /// `ok`, `seal` or empty.
    pub class: &'static str,
}

/// The first line of every page: what is durable here, what the court has acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Truth {
    /// `ok` only when everything is durable; `warn`, `seal` or empty.
    pub dot: &'static str,
    /// What is saved.
    pub main: String,
    /// What waits.
    pub side: String,
    /// Contact with the court.
    pub right: String,
}

impl Frame {
    /// Whether the page belongs to a tab.
    #[must_use]
    pub fn on(&self, tab: Tab) -> bool {
        self.tab == Some(tab)
    }
}

impl Truth {
    /// The line for an unlocked phone.
    #[must_use]
    pub fn of(status: &Status, now_ms: i64, w: &Words) -> Self {
        let (dot, main) = if status.durable {
            ("ok", w.truth_all_saved)
        } else {
            ("seal", w.truth_not_saved)
        };
        Self {
            dot,
            main: main.to_owned(),
            side: waiting(status, w),
            right: contact(status, now_ms, w),
        }
    }

    /// The line while nobody is unlocked.
    #[must_use]
    pub fn locked(has_officers: bool, w: &Words) -> Self {
        if has_officers {
            Self::plain("ok", w.truth_locked, w.truth_locked_side)
        } else {
            Self::plain("", w.truth_new_phone, "")
        }
    }

    /// A line of two parts.
    #[must_use]
    pub fn plain(dot: &'static str, main: impl Into<String>, side: impl Into<String>) -> Self {
        Self {
            dot,
            main: main.into(),
            side: side.into(),
            right: String::new(),
        }
    }
}

fn waiting(status: &Status, w: &Words) -> String {
    let (entries, photos) = (status.undelivered_entries, status.undelivered_photos);
    let text = match (entries, photos) {
        (0, 0) if status.last_contact_ms.is_none() => return String::new(),
        (0, 0) => w.truth_nothing_waits,
        (_, 0) => w.truth_waits_entries,
        (0, _) => w.truth_waits_photos,
        _ => w.truth_waits,
    };
    fill(text, &[("entries", &entries), ("photos", &photos)])
}

fn contact(status: &Status, now_ms: i64, w: &Words) -> String {
    if status.phase != Phase::Idle {
        return w.truth_syncing.to_owned();
    }
    if !status.online {
        return w.truth_offline.to_owned();
    }
    if status.incidents_untold > 0 {
        return fill(w.truth_incidents, &[("n", &status.incidents_untold)]);
    }
    let unreachable = matches!(
        status.last_outcome,
        Some(LastOutcome::Unreachable | LastOutcome::NotOurs)
    );
    if unreachable {
        return w.truth_unreachable.to_owned();
    }
    let Some(last) = status.last_contact_ms else {
        return w.truth_never_contact.to_owned();
    };
    let in_step = status.last_outcome == Some(LastOutcome::Done)
        && status.undelivered_entries == 0
        && status.undelivered_photos == 0;
    let text = if in_step {
        w.truth_contact
    } else {
        w.truth_contact_waiting
    };
    fill(text, &[("time", &when(last, now_ms, w))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::status;

    const NOW: i64 = 1_562_027_400_000; // 2019-07-02 08:30 +08:00

    #[test]
    fn green_means_durable_and_nothing_else() {
        let mut it = status();
        for online in [true, false] {
            it.online = online;
            assert_eq!(Truth::of(&it, NOW, &Words::EN).dot, "ok");
        }
        it.durable = false;
        let line = Truth::of(&it, NOW, &Words::EN);
        assert_eq!(
            (line.dot, line.main.as_str()),
            ("seal", Words::EN.truth_not_saved)
        );
    }

    #[test]
    fn in_step_is_said_only_with_nothing_left_and_a_sync_that_was_done() {
        let mut it = status();
        it.undelivered_entries = 0;
        it.undelivered_photos = 0;
        it.last_contact_ms = Some(NOW - 60_000);
        it.last_outcome = Some(LastOutcome::Done);
        assert_eq!(Truth::of(&it, NOW, &Words::EN).right, "In step 08:29");
        assert_eq!(
            Truth::of(&it, NOW, &Words::EN).side,
            Words::EN.truth_nothing_waits
        );
        it.undelivered_photos = 1;
        assert_eq!(Truth::of(&it, NOW, &Words::EN).right, "Court 08:29");
        it.undelivered_photos = 0;
        it.last_outcome = Some(LastOutcome::Cut);
        assert_eq!(Truth::of(&it, NOW, &Words::EN).right, "Court 08:29");
        it.last_outcome = Some(LastOutcome::Unreachable);
        assert_eq!(
            Truth::of(&it, NOW, &Words::EN).right,
            Words::EN.truth_unreachable
        );
        it.last_outcome = Some(LastOutcome::Cut);
        it.last_contact_ms = None;
        let line = Truth::of(&it, NOW, &Words::EN);
        assert_eq!(
            (line.side.as_str(), line.right.as_str()),
            ("", Words::EN.truth_never_contact)
        );
    }
}
