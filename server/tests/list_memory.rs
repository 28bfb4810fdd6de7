//! The worst files stay under 512 MB and a few seconds. Each is read in a process of its own, so
//! that the highest memory the system saw is that of one import alone.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::unwrap_in_result,
    reason = "a crate of tests"
)]

mod list_support;

use list_support::old_workbook::{Shared, compound, stream};
use list_support::{HEADER, gb, sheet_xml, t, workbook, workbook_with};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use waiqin_server::list::{Limits, compare, read_list};

const MEGABYTES_MAX: u64 = 512;
/// The file that the process is to read, when it is one that this test started.
const FILE: &str = "WAIQIN_LIST_MEMORY_FILE";

#[test]
fn one_import() {
    let Ok(path) = std::env::var(FILE) else {
        return;
    };
    let bytes = std::fs::read(&path).unwrap();
    let name = Path::new(&path)
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let outcome = read_list(&name, &bytes, list_support::today(), &Limits::default());
    let said = match &outcome {
        Ok(list) => format!("{} cases", list.cases.len()),
        Err(error) => error.code().to_owned(),
    };
    if let Ok(list) = &outcome {
        assert_eq!(
            compare(&[], list, &[]).changes.added,
            list.cases.len() as u64
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    println!(
        "outcome {said}; peak {}",
        peak.trim().trim_end_matches(" kB")
    );
}

#[test]
fn the_worst_files_stay_under_the_bound() {
    if !Path::new("/proc/self/status").exists() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: peak memory is read from /proc, as Linux has"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut failed = Vec::new();
    for (name, make, expected) in rows() {
        let path = folder.path().join(name);
        std::fs::write(&path, make()).unwrap();
        let out = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "one_import", "--nocapture"])
            .env(FILE, &path)
            .output()
            .unwrap();
        std::fs::remove_file(&path).unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let said = text
            .split("outcome ")
            .nth(1)
            .and_then(|rest| rest.split_once("; peak "));
        let Some((outcome, peak)) = said else {
            failed.push(format!(
                "{name}: {text}{}",
                String::from_utf8_lossy(&out.stderr)
            ));
            continue;
        };
        let digits: String = peak.chars().take_while(char::is_ascii_digit).collect();
        let megabytes = digits.parse::<u64>().unwrap() >> 10;
        let took = peak
            .split_once(" in ")
            .map_or("", |rest| rest.1.split(';').next().unwrap());
        let _ = writeln!(
            std::io::stderr(),
            "{name}: {outcome}, {megabytes} MB, {took}"
        );
        if outcome != expected || megabytes >= MEGABYTES_MAX {
            failed.push(format!("{name}: {outcome}, {megabytes} MB"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

type Row = (&'static str, fn() -> Vec<u8>, &'static str);

fn rows() -> Vec<Row> {
    vec![
        (
            "rows-200000.csv",
            || gb(&long_list(200_000)),
            "200000 cases",
        ),
        ("rows-100000-inline.xlsx", inline_workbook, "100000 cases"),
        ("rows-200000-shared.xlsx", shared_workbook, "200000 cases"),
        ("rows-60000.xls", old_list, "60000 cases"),
        ("unknown-columns.csv", unknown_columns, "too_much_text"),
        ("long-cells.csv", long_cells, "17000 cases"),
        (
            "one-string-in-every-cell.xlsx",
            amplified_workbook,
            "too_much_text",
        ),
        (
            "one-string-in-every-cell.xls",
            amplified_old_workbook,
            "too_much_text",
        ),
        (
            "empty-strings.xlsx",
            || strings("<si/>", 19 << 20),
            "odd_archive",
        ),
        (
            "short-strings.xlsx",
            || strings("<si><t>a</t></si>", 2_400_000),
            "no_number_column",
        ),
        ("many-styles.xlsx", many_styles, "no_number_column"),
        ("long-text.xlsx", long_text, "odd_archive"),
        ("many-merged.xlsx", many_merged, "2 cases"),
        ("blank-cells.csv", blank_cells, "too_many_rows"),
        ("quote-open.csv", quote_open, "quote_open"),
        ("claimed-strings.xls", claimed_strings, "workbook_damaged"),
    ]
}

/// Rows as wide as those of the samples, no text of a case twice.
fn long_list(cases: u32) -> String {
    let mut text = String::from(
        "案件标识,案号,案件类型,立案日期,立案案由,申请执行人,被执行人,证件号码,执行标的金额(元),剩余执行标的金额,承办人,承办部门,案件进展阶段,当前案件止停缓标志,执行依据文书文号,执行期限届满日期,结案日期,结案方式,首次执行案号\r\n",
    );
    for n in 1..=cases {
        writeln!(text, "4401150{n:09},（2019）粤0115执{n}号,执,2019-01-21,买卖合同纠纷,广州市某英电器{n}实业有限公司,广东某{n}建设管理有限公司、梁某冰{n},91440115MA5{n:07},{n}.00,{n}.00,王法官,执行局,外勤行动,,（2018）粤0115民初{n}号,2019-07-21,,,\r").unwrap();
    }
    text
}

fn table(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines()
        .map(|line| line.trim_end().split(',').collect())
}

fn inline_workbook() -> Vec<u8> {
    let text = long_list(100_000);
    let rows: Vec<_> = table(&text)
        .map(|row| row.into_iter().map(t).collect())
        .collect();
    workbook(&[("清单", sheet_xml(&rows, &[]), true)])
}

fn shared_workbook() -> Vec<u8> {
    let text = long_list(200_000);
    let mut sheet = String::from("<worksheet><sheetData>");
    let mut strings = String::from("<sst>");
    let mut count = 0;
    for row in table(&text) {
        sheet.push_str("<row>");
        for cell in row {
            write!(sheet, "<c t=\"s\"><v>{count}</v></c>").unwrap();
            // A cell in two has a string of its own, the others repeat the last one of their kind.
            write!(strings, "<si><t>{cell}</t></si>").unwrap();
            count += 1;
        }
        sheet.push_str("</row>");
        if count > 2_300_000 {
            break;
        }
    }
    // The rows behind have their texts in the cells, so that both ways are at their bound.
    let done = count / 19;
    for row in table(&text).skip(done) {
        sheet.push_str("<row>");
        for cell in row {
            write!(sheet, "<c t=\"inlineStr\"><is><t>{cell}</t></is></c>").unwrap();
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    strings.push_str("</sst>");
    let part = ("xl/sharedStrings.xml", strings.into_bytes());
    workbook_with(&[("清单", sheet, true)], &[part], false)
}

fn old_list() -> Vec<u8> {
    let text = long_list(60_000);
    let mut strings: Vec<&str> = Vec::new();
    let mut cells = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (row, line) in table(&text).enumerate() {
        for (column, cell) in line
            .into_iter()
            .enumerate()
            .filter(|(_, cell)| !cell.is_empty())
        {
            let string = *known.entry(cell).or_insert_with(|| {
                strings.push(cell);
                u32::try_from(strings.len() - 1).unwrap()
            });
            let (row, column) = (u16::try_from(row).unwrap(), u16::try_from(column).unwrap());
            cells.push(Shared {
                row,
                column,
                string,
            });
        }
    }
    let count = u32::try_from(strings.len()).unwrap();
    long_compound(&stream(&strings, &cells, count))
}

/// A compound file of any length: the table of its table is in sectors of its own.
fn long_compound(stream: &[u8]) -> Vec<u8> {
    list_support::old_workbook::compound(stream.to_vec())
}

fn unknown_columns() -> Vec<u8> {
    let mut text = String::from("案号");
    for n in 0..250 {
        write!(text, ",备用{n}").unwrap();
    }
    let values = ",x".repeat(250);
    let mut n = 0;
    while text.len() < 60 << 20 {
        n += 1;
        write!(text, "\n（2019）粤0115执{n}号{values}").unwrap();
    }
    text.into_bytes()
}

fn long_cells() -> Vec<u8> {
    let address = "广州市南沙区".repeat(300);
    let mut text = String::from("案号,地址,送达地址");
    for n in 1..=17_000 {
        write!(text, "\n（2019）粤0115执{n}号,{address},").unwrap();
    }
    gb(&text)
}

fn amplified_workbook() -> Vec<u8> {
    let long = "某".repeat(32_000);
    let header = HEADER
        .split(',')
        .map(|h| format!("<si><t>{h}</t></si>"))
        .collect::<String>();
    let mut sheet = String::from("<worksheet><sheetData><row>");
    for n in 0..11 {
        write!(sheet, "<c t=\"s\"><v>{n}</v></c>").unwrap();
    }
    sheet.push_str("</row>");
    for n in 1..=50_000 {
        write!(sheet, "<row><c r=\"B{r}\" t=\"inlineStr\"><is><t>（2019）粤0115执{n}号</t></is></c><c r=\"H{r}\" t=\"s\"><v>11</v></c></row>", r = n + 1).unwrap();
    }
    sheet.push_str("</sheetData></worksheet>");
    let part = (
        "xl/sharedStrings.xml",
        format!("<sst>{header}<si><t>{long}</t></si></sst>").into_bytes(),
    );
    workbook_with(&[("清单", sheet, true)], &[part], false)
}

fn amplified_old_workbook() -> Vec<u8> {
    let long = "某".repeat(32_000);
    let numbers: Vec<String> = (1..=40_000)
        .map(|n| format!("（2019）粤0115执{n}号"))
        .collect();
    let mut strings = vec!["案号", "承办人", long.as_str()];
    strings.extend(numbers.iter().map(String::as_str));
    let mut cells = vec![
        Shared {
            row: 0,
            column: 0,
            string: 0,
        },
        Shared {
            row: 0,
            column: 1,
            string: 1,
        },
    ];
    for row in 1..=40_000_u16 {
        cells.push(Shared {
            row,
            column: 0,
            string: u32::from(row) + 2,
        });
        cells.push(Shared {
            row,
            column: 1,
            string: 2,
        });
    }
    let count = u32::try_from(strings.len()).unwrap();
    long_compound(&stream(&strings, &cells, count))
}

fn claimed_strings() -> Vec<u8> {
    let cells = [Shared {
        row: 0,
        column: 0,
        string: 0,
    }];
    compound(stream(&["案号"], &cells, u32::MAX))
}

/// Text that does not pack well, so that only the bounds on size and number can stop it.
fn noise(n: usize) -> u64 {
    (n as u64)
        .wrapping_mul(6_364_136_223_846_793_005)
        .rotate_left(31)
}

fn strings(one: &str, count: usize) -> Vec<u8> {
    let mut part = String::from("<sst>");
    for n in 0..count {
        part.push_str(one);
        if n % 8 == 0 {
            write!(part, "<!--{:x}-->", noise(n)).unwrap();
        }
        if part.len() > 95 << 20 {
            break;
        }
    }
    part.push_str("</sst>");
    let sheet =
        "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>".to_owned();
    workbook_with(
        &[("清单", sheet, true)],
        &[("xl/sharedStrings.xml", part.into_bytes())],
        false,
    )
}

fn many_styles() -> Vec<u8> {
    let mut part = String::from("<styleSheet><cellXfs>");
    for n in 0..290_000 {
        part.push_str("<xf/>");
        if n % 16 == 0 {
            write!(part, "<!--{:x}-->", noise(n)).unwrap();
        }
    }
    part.push_str("</cellXfs></styleSheet>");
    let sheet =
        "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>".to_owned();
    workbook_with(
        &[("清单", sheet, true)],
        &[("xl/styles.xml", part.into_bytes())],
        false,
    )
}

fn long_text() -> Vec<u8> {
    let mut sheet = String::from("<worksheet><sheetData><row><c t=\"inlineStr\"><is>");
    let mut n = 0;
    while sheet.len() < 30 << 20 {
        n += 1;
        write!(sheet, "<r><t>{:x}</t></r>", noise(n)).unwrap();
    }
    sheet.push_str("</is></c></row></sheetData></worksheet>");
    workbook(&[("清单", sheet, true)])
}

fn many_merged() -> Vec<u8> {
    let rows = vec![
        vec![t("案号"), t("承办人")],
        vec![t("（2019）粤0115执1号"), t("王法官")],
        vec![t("（2019）粤0115执2号"), t("王法官")],
    ];
    let regions: Vec<String> = (0..190_000)
        .map(|n| format!("C{}:C{}", n + 1, n + 2))
        .collect();
    let regions: Vec<&str> = regions.iter().map(String::as_str).collect();
    workbook(&[("清单", sheet_xml(&rows, &regions), true)])
}

fn blank_cells() -> Vec<u8> {
    let mut text = String::from("案号,承办人\n");
    text.push_str(&"x\n".repeat(30 << 20));
    text.into_bytes()
}

fn quote_open() -> Vec<u8> {
    let mut text = String::from("案号,承办人\n（2019）粤0115执1号,\"王");
    text.push_str(&"法官\n".repeat(8 << 20));
    text.into_bytes()
}
