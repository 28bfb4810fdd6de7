//! Whatever a record says is on its papers, once: every field of an act is given something that no
//! other field says, and looked for in what is printed.

use super::samples;
use super::{AssetList, Line, Writer};
use crate::words::Words;
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::fields::{self, FieldDef, Kind};
use waiqin_protocol::journal::{Act, Path};
use waiqin_protocol::record::{Facts, Record};
use waiqin_protocol::words::Lang;

const ITEM: &str = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
const ACTS: [Act; 6] = [
    Act::Investigation,
    Act::Seal,
    Act::Removal,
    Act::Detention,
    Act::Settlement,
    Act::AssetSurvey,
];

fn facts(record: &Record) -> Facts {
    record.body().facts(record).unwrap()
}

fn writer(facts: &Facts, lang: Lang) -> Writer<'_> {
    Writer {
        facts,
        lang,
        w: Words::of(lang),
        masked: false,
    }
}

/// Something that only field `n` says, and how it reads on a Chinese paper.
fn mark(def: &FieldDef, n: usize) -> (Value, String) {
    let int = i64::try_from(n).unwrap();
    match def.kind {
        Kind::Line | Kind::Text => (format!("甲{n}乙").into(), format!("甲{n}乙")),
        Kind::Integer => ((70_000 + int).into(), (70_000 + n).to_string()),
        Kind::Fen => ((int * 100).into(), format!("{n}.00")),
        Kind::Day => (
            format!("{}-01-02", 2100 + n).into(),
            format!("{}年1月2日", 2100 + n),
        ),
        // 2019-07-02 08:00 and n minutes.
        Kind::Moment => (
            (1_562_025_600_000 + int * 60_000).into(),
            format!("2019年7月2日{}时{:02}分", 8 + n / 60, n % 60),
        ),
        Kind::Flag => (true.into(), def.zh.to_owned()),
        Kind::YesNo => (false.into(), "否".to_owned()),
        Kind::Choice(codes) => (codes[0].code.into(), codes[0].zh.to_owned()),
        Kind::Item(_) => (ITEM.into(), String::new()),
        Kind::Fix => {
            let at = |name: &str, n: i64| (name.to_owned(), Value::Int(n));
            let mark = BTreeMap::from([
                at("acc_cm", 900),
                at("age_ms", 1),
                at("lat", 228_367_845),
                at("lon", 1_135_299_432),
                ("provider".to_owned(), Value::from("gnss")),
            ]);
            (Value::Map(mark), "22.83678, 113.52994".to_owned())
        }
    }
}

/// Everything that a paper shows, label and text.
fn printed(facts: &Facts, lang: Lang) -> String {
    let writer = writer(facts, lang);
    let mut all = String::new();
    let add = |all: &mut String, line: &Line| {
        all.push_str(&format!("{}：{}\n", line.label, line.text));
    };
    for section in writer.text().sections {
        section.lines.iter().for_each(|line| add(&mut all, line));
    }
    if let Some(AssetList { rows, .. }) = writer.assets() {
        for row in rows {
            let cells = [
                row.line,
                row.name,
                row.features,
                row.quantity,
                row.unit,
                row.condition,
                row.value,
                row.remarks,
            ];
            all.push_str(&cells.join(" | "));
            all.push('\n');
        }
    }
    all
}

#[test]
fn every_field_of_an_act_is_printed_once() {
    for act in ACTS {
        let all: Vec<&FieldDef> = fields::of_act(act).collect();
        let mut values = BTreeMap::new();
        for (n, def) in all.iter().enumerate() {
            let path = def.pattern.replace('*', ITEM);
            values.insert(Path::new(path).unwrap(), mark(def, n + 11).0);
        }
        let page = samples::with_values(act, values);
        let text = printed(&facts(&page.record), Lang::Zh);
        for (n, def) in all.iter().enumerate() {
            let said = mark(def, n + 11).1;
            assert!(
                text.contains(&said),
                "{act:?}: {} ({said}) is not printed in\n{text}",
                def.pattern
            );
            let named = ["name", "person", "type", "no", "to"]
                .iter()
                .any(|it| def.pattern.ends_with(it));
            if matches!(def.kind, Kind::Line | Kind::Text) && !named {
                assert_eq!(text.matches(&said).count(), 1, "{act:?}: {}", def.pattern);
            }
            let labelled = matches!(def.kind, Kind::YesNo | Kind::Day | Kind::Moment);
            let own_line = !def.pattern.contains('/');
            if labelled || own_line {
                let label = format!("{}：", def.zh);
                let flag = def.kind == Kind::Flag;
                assert!(flag || text.contains(&label), "{act:?}: no {label}\n{text}");
            }
        }
    }
}

#[test]
fn nothing_is_printed_of_what_nobody_said() {
    for act in ACTS {
        let page = samples::with_values(act, BTreeMap::new());
        for lang in [Lang::Zh, Lang::En] {
            assert_eq!(printed(&facts(&page.record), lang), "", "{act:?}");
        }
        let no = |pattern: &str| (Path::new(pattern).unwrap(), Value::from(""));
        let blank = BTreeMap::from([no("place"), no("course")]);
        let page = samples::with_values(act, blank);
        assert_eq!(printed(&facts(&page.record), Lang::Zh), "", "{act:?}");
    }
}

#[test]
fn a_seizure_reads_as_courts_write_it() {
    let page = samples::seizure();
    let text = printed(&facts(&page.record), Lang::Zh);
    for line in [
        "开始时间：2019年7月2日14时03分\n",
        "执行人员：1. 李某（执行员，出示证件时间：2019年7月2日14时05分，着制服，无须回避）\n2. 陈某（书记员，无须回避）\n",
        "被执行人：广州某某机械有限公司（法人或者其他组织）\n",
        "特殊情况：人大代表：否，严重疾病：否\n",
        "保管人：周某（被执行人，允许保管人使用：是）\n",
        "封条：1. 粤0115封 001\n2. 粤0115封 002\n",
        "财产清单：共 2 项，估计价值合计 365,000.50元（叁拾陆万伍仟元零伍角），详见财产清单\n",
        "：笔录已阅读或者宣读。\n",
        "1 | 小型货车 | 机动车，号牌号码：粤A12345 | 1 | 辆 |  | 45,000.50 | \n",
        "2 | 数控车床 | 机器设备，所在地：厂房东侧 | 2 | 台 | 正常 | 320,000.00 | 轮候，照片 1 张\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn instalments_come_by_day_and_amounts_in_capitals() {
    let page = samples::settlement();
    let text = printed(&facts(&page.record), Lang::Zh);
    let first = text.find("120,000.00元（壹拾贰万元整）").unwrap();
    let second = text.find("200,000.00元（贰拾万元整）").unwrap();
    assert!(first < second, "{text}");
}

#[test]
fn codes_of_people_are_masked_on_the_screen_and_whole_on_the_paper() {
    let page = samples::seizure();
    let facts = facts(&page.record);
    let paper = writer(&facts, Lang::Zh);
    let screen = Writer {
        masked: true,
        ..paper
    };
    let of = |writer: Writer<'_>| format!("{:?}", writer.text());
    assert!(of(paper).contains("440115199003071238"));
    assert!(!of(screen).contains("440115199003071238"));
    assert!(of(screen).contains("4401**********1238"));
}

#[test]
fn english_papers_say_the_same_under_english_labels() {
    for page in [
        samples::seizure(),
        samples::detention(),
        samples::settlement(),
    ] {
        let facts = facts(&page.record);
        let lines = |lang| {
            let sections = writer(&facts, lang).text().sections;
            sections.iter().map(|it| it.lines.len()).sum::<usize>()
        };
        assert_eq!(lines(Lang::Zh), lines(Lang::En));
        for section in writer(&facts, Lang::En).text().sections {
            for line in section.lines {
                assert!(line.label.is_ascii(), "{}", line.label);
            }
        }
    }
}
