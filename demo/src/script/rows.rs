//! The whole day as a table. Every row exists from the first day on; one that is not built says
//! 未证, and nothing pretends.

use std::collections::BTreeMap;
use std::process::ExitCode;

/// A row of the day.
pub struct Row {
    /// Its name in `proved.txt`.
    pub id: &'static str,
    /// What it is about.
    pub zh: &'static str,
    /// The same.
    pub en: &'static str,
}

const fn row(id: &'static str, zh: &'static str, en: &'static str) -> Row {
    Row { id, zh, en }
}

/// The day, in order.
pub const DAY: [Row; 23] = [
    row(
        "list_july",
        "七月名册导入，修复逐类相符",
        "July list imported, repairs by kind",
    ),
    row(
        "enrolment",
        "登记手机，取回本人案件",
        "enrolment, the officer's own cases",
    ),
    row(
        "investigation",
        "现场调查一次，附照片",
        "one investigation with a photo",
    ),
    row(
        "seizure",
        "查封：清单逐项，照片逐项",
        "seizure with itemised list and photos",
    ),
    row(
        "detention",
        "拘留：决定而未执行",
        "detention decided, not executed",
    ),
    row("settlement", "执行和解", "settlement"),
    row(
        "damaged_number",
        "案号写坏的记录",
        "a record whose number was typed damaged",
    ),
    row(
        "unknown_case",
        "名册没有的案件",
        "a record on a case that the list lacks",
    ),
    row(
        "second_officer",
        "同一手机第二名干警",
        "a second officer on the same phone",
    ),
    row(
        "second_phone",
        "第二部手机，一处相争，指挥裁定",
        "a second phone, one value contested",
    ),
    row("countersign", "会签", "countersign"),
    row("seals", "封存", "seals"),
    row(
        "phone_killed",
        "手机在保存与上传途中被杀",
        "phone killed in a save and in an upload",
    ),
    row(
        "store_rebuilt",
        "缓存损坏后重建",
        "sled damaged and rebuilt",
    ),
    row(
        "folder_restored",
        "手机文件夹复制、续用、恢复",
        "folder copied, used on, copy restored",
    ),
    row(
        "server_killed",
        "服务器在接收途中被杀",
        "server killed in the middle of a push",
    ),
    row(
        "server_restored",
        "服务器由旧备份恢复",
        "server restored from an older backup",
    ),
    row(
        "list_august",
        "八月名册导入，变动逐类相符",
        "August list imported, changes by kind",
    ),
    row("reconciled", "比对与发现逐条相符", "matches and findings"),
    row("decision", "裁定回到手机", "a decision back on the phone"),
    row(
        "evidence",
        "证据逐件重读，回执逐件验签",
        "every evidence re-read, a receipt for each",
    ),
    row(
        "nothing_lost",
        "按计划清点：不丢不重",
        "nothing lost, nothing doubled",
    ),
    row(
        "tls",
        "全程 TLS，公钥已固定",
        "all of it over TLS with the pinned key",
    ),
];

/// What became of a row.
pub enum Outcome {
    /// It holds, by this evidence.
    Proved(String),
    /// It does not hold.
    Failed(String),
}

/// The table as it fills.
#[derive(Default)]
pub struct Table(BTreeMap<&'static str, Outcome>);

impl Table {
    /// Enters what a check found.
    pub fn enter(&mut self, id: &'static str, found: anyhow::Result<String>) {
        debug_assert!(DAY.iter().any(|row| row.id == id), "{id} is no row");
        let outcome = match found {
            Ok(evidence) => Outcome::Proved(evidence),
            Err(error) => Outcome::Failed(format!("{error:#}")),
        };
        self.0.insert(id, outcome);
    }

    /// Prints every row with its evidence.
    pub fn print(&self) {
        println!();
        for row in &DAY {
            let (mark, told) = match self.0.get(row.id) {
                Some(Outcome::Proved(evidence)) => ("✓ 已证", evidence.as_str()),
                Some(Outcome::Failed(reason)) => ("✗ 不符", reason.as_str()),
                None => ("· 未证", ""),
            };
            println!("{mark}  {:<16} {}  {}", row.id, row.zh, row.en);
            for line in told.lines() {
                println!("        {line}");
            }
        }
        let count = |wanted: fn(&Outcome) -> bool| self.0.values().filter(|it| wanted(it)).count();
        let proved = count(|it| matches!(it, Outcome::Proved(_)));
        let failed = count(|it| matches!(it, Outcome::Failed(_)));
        let open = match DAY.len() - self.0.len() {
            0 => String::new(),
            n => format!(" · 未证 {n}"),
        };
        println!("\n已证 {proved} · 不符 {failed}{open}");
    }

    /// 1 when a row fails, 2 while one is not built, else 0.
    #[must_use]
    pub fn exit(&self) -> ExitCode {
        if self.0.values().any(|it| matches!(it, Outcome::Failed(_))) {
            ExitCode::from(1)
        } else if self.0.len() < DAY.len() {
            ExitCode::from(2)
        } else {
            ExitCode::SUCCESS
        }
    }
}
