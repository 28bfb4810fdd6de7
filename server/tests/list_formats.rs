//! One list in every form it can come in reads the same, and no bytes at all make the reader stop.
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

use list_support::{HEADER, X, gb, known, read, t, today, utf16le, xlsx};
use proptest::prelude::*;
use waiqin_server::list::{FormatKind, Limits, ReadList, TextEncoding, compare, read_list};

/// A row of a logical list, in the order of the header of the support module.
#[derive(Clone, Debug)]
struct Logical {
    serial: u32,
    kind: &'static str,
    day: u32,
    debtors: Vec<(String, String)>,
    amount_fen: i64,
    officer: &'static str,
    stay: &'static str,
    closed: bool,
}

fn logical() -> impl Strategy<Value = Logical> {
    let debtor = ("[梁封汤𠮷]某[冰静㛃]{0,1}", 0_u32..9999).prop_map(|(name, n)| {
        let body = format!("44011519900307{:03}", n % 1000);
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = body
            .chars()
            .zip(weights)
            .map(|(c, w)| c.to_digit(10).unwrap() * w)
            .sum();
        let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap();
        (name, format!("{body}{check}"))
    });
    (
        prop::sample::select(vec!["执", "执恢", "执保"]),
        1_u32..28,
        prop::collection::vec(debtor, 1..3),
        0_i64..10_000_000_000,
        prop::sample::select(vec!["王法官", "林法官", ""]),
        prop::sample::select(vec!["", "中止", "暂缓"]),
        any::<bool>(),
    )
        .prop_map(
            |(kind, day, debtors, amount_fen, officer, stay, closed)| Logical {
                serial: 0,
                kind,
                day,
                debtors,
                amount_fen,
                officer,
                stay,
                closed,
            },
        )
}

/// How cells of one row may be dressed without meaning something else.
#[derive(Clone, Copy, Debug)]
struct Dress {
    number: u8,
    date: u8,
    amount: u8,
    apostrophe: bool,
}

fn dress() -> impl Strategy<Value = Dress> {
    (0_u8..5, 0_u8..6, 0_u8..4, any::<bool>()).prop_map(|(number, date, amount, apostrophe)| {
        Dress {
            number,
            date,
            amount,
            apostrophe,
        }
    })
}

impl Logical {
    fn cells(&self, dress: Dress) -> Vec<String> {
        let Self {
            serial, kind, day, ..
        } = self;
        let number = match dress.number {
            0 => format!("（2019）粤0115{kind}{serial}号"),
            1 => format!("(2019)粤0115{kind}{serial}号"),
            2 => format!(" （2019） 粤0115{kind} {serial}号"),
            3 => format!("（2019）粤0115{kind}00{serial}号"),
            _ => format!("〔2019〕粤0115{kind}{serial}"),
        };
        let date = match dress.date {
            0 => format!("2019-01-{day:02}"),
            1 => format!("2019/1/{day}"),
            2 => format!("2019年1月{day}日"),
            3 => format!("2019.01.{day:02}"),
            4 => format!("{}", 43465 + day),
            _ => format!("2019-01-{day:02} 00:00:00.0"),
        };
        let fen = self.amount_fen;
        let amount = match dress.amount {
            0 => format!("{}.{:02}", fen / 100, fen % 100),
            1 => format!("￥{}.{:02}元", fen / 100, fen % 100),
            2 => format!("{}.{:06}万元", fen / 1_000_000, fen % 1_000_000),
            _ => format!("{}.{:02}", fen / 100, fen % 100),
        };
        let join = |texts: Vec<&str>| texts.join("、");
        let codes = join(self.debtors.iter().map(|d| d.1.as_str()).collect());
        vec![
            format!("44011500{serial:08}"),
            number,
            date.clone(),
            join(self.debtors.iter().map(|d| d.0.as_str()).collect()),
            if dress.apostrophe {
                format!("'{codes}")
            } else {
                codes
            },
            amount.clone(),
            amount,
            self.officer.to_owned(),
            self.stay.to_owned(),
            if self.closed { date } else { String::new() },
            if self.closed {
                "执行完毕".to_owned()
            } else {
                String::new()
            },
        ]
    }
}

fn list() -> impl Strategy<Value = Vec<(Logical, Dress)>> {
    prop::collection::vec((logical(), dress()), 1..12).prop_map(|mut rows| {
        for (serial, row) in (1..).zip(&mut rows) {
            row.0.serial = serial;
        }
        rows
    })
}

fn delimited(rows: &[Vec<String>], separator: u8) -> String {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .from_writer(Vec::new());
    writer.write_record(HEADER.split(',')).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn with_mark(mark: &[u8], body: Vec<u8>) -> Vec<u8> {
    [mark, &body].concat()
}

/// The same rows in every form.
fn forms(rows: &[Vec<String>]) -> Vec<(&'static str, Vec<u8>)> {
    let text = delimited(rows, b',');
    let tabs = delimited(rows, b'\t');
    let mut sheet = vec![HEADER.split(',').map(t).collect::<Vec<X>>()];
    sheet.extend(
        rows.iter()
            .map(|row| row.iter().map(|cell| t(cell)).collect()),
    );
    vec![
        ("utf8.csv", text.clone().into_bytes()),
        (
            "bom.csv",
            with_mark(b"\xef\xbb\xbf", text.clone().into_bytes()),
        ),
        ("gb.csv", gb(&text)),
        ("utf16.csv", with_mark(b"\xff\xfe", utf16le(&text))),
        ("utf16-bare.csv", utf16le(&text)),
        ("utf16be.txt", {
            let units = text.encode_utf16().flat_map(u16::to_be_bytes);
            with_mark(b"\xfe\xff", units.collect())
        }),
        ("tabs.tsv", tabs.clone().into_bytes()),
        ("tabs-gb.txt", gb(&tabs)),
        ("semicolons.csv", delimited(rows, b';').into_bytes()),
        ("cr.csv", text.replace('\n', "\r").into_bytes()),
        ("crlf.csv", text.replace('\n', "\r\n").into_bytes()),
        ("list.xlsx", xlsx(&sheet)),
    ]
}

proptest! {
    /// Every form reads to the same cases, and to what the rows were made from.
    #[test]
    fn one_list_in_every_form_reads_the_same(rows in list()) {
        let cells: Vec<Vec<String>> = rows.iter().map(|(row, dress)| row.cells(*dress)).collect();
        let mut first: Option<ReadList> = None;
        for (name, bytes) in forms(&cells) {
            let list = read(name, &bytes).map_err(|e| TestCaseError::fail(format!("{name}: {e}")))?;
            prop_assert_eq!(list.cases.len(), rows.len(), "{}: {:?}", name, list.rejected);
            if let Some(first) = &first {
                prop_assert_eq!(&list.cases, &first.cases, "{}", name);
                prop_assert_eq!(&list.repairs, &first.repairs, "{}", name);
            }
            first.get_or_insert(list);
        }
        for ((row, _), case) in rows.iter().zip(&first.unwrap().cases) {
            prop_assert_eq!(&case.number, &format!("（2019）粤0115{}{}号", row.kind, row.serial));
            prop_assert_eq!(&case.id, &format!("44011500{:08}", row.serial));
            prop_assert_eq!(case.filed_on.unwrap().to_string(), format!("2019-01-{:02}", row.day));
            prop_assert_eq!(case.amount_fen, Some(row.amount_fen));
            let debtors: Vec<(String, String)> = case
                .debtors
                .iter()
                .map(|p| (p.name.clone(), p.code.clone().unwrap()))
                .collect();
            prop_assert_eq!(&debtors, &row.debtors);
            prop_assert_eq!(case.is_closed(), row.closed);
            prop_assert_eq!(&case.kind, row.kind);
        }
    }

    /// Spelling, masks and loss are never a change; written otherwise and doubled, the list is the
    /// same list.
    #[test]
    fn dress_is_never_a_change(rows in list(), other in prop::collection::vec(dress(), 12), hide in any::<[bool; 12]>()) {
        let before: Vec<Vec<String>> = rows.iter().map(|(row, dress)| row.cells(*dress)).collect();
        let before = read("a.csv", delimited(&before, b',').as_bytes()).unwrap();
        let mut now = Vec::new();
        for ((row, _), (dress, hide)) in rows.iter().zip(other.iter().zip(hide)) {
            let mut cells = row.cells(*dress);
            if hide {
                let codes: Vec<String> = row
                    .debtors
                    .iter()
                    .map(|d| format!("{}**********{}", &d.1[..4], &d.1[14..]))
                    .collect();
                cells[4] = codes.join("、");
            } else if row.debtors.len() == 1 && row.day % 3 == 0 {
                cells[4] = "4.40115E+17".to_owned();
            }
            if row.day % 5 == 0 {
                cells[5] = String::new();
            }
            now.push(cells.clone());
            if row.day % 2 == 0 {
                now.push(cells);
            }
        }
        let now = read("b.csv", delimited(&now, b',').as_bytes()).unwrap();
        let comparison = compare(&known(&before), &now, &[]);
        prop_assert_eq!(comparison.rows_total, 0, "{:?}", comparison.rows);
        prop_assert!(comparison.suspicious.is_empty());
    }

    /// Any bytes under any name are read or refused.
    #[test]
    fn no_bytes_stop_the_reader(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        name in prop::sample::select(vec!["a.csv", "a.tsv", "a.xlsx", "a.xls", "a", "…"]),
    ) {
        let _ = read(name, &bytes);
    }

    /// Neither does text with the pieces that lists are made of, in any order.
    #[test]
    fn no_text_stops_the_reader(pieces in prop::collection::vec(prop::sample::select(vec![
        "案号", "案件标识", "被执行人", "证件号码", "剩余标的", "立案日期", "当前案件止停缓标志", "首次执行案号",
        ",", ",", ",", "\t", "\n", "\r\n", "\r", "\"", "\"\"", "'", "=", "=\"", "\0", "\u{feff}", "\u{fffd}",
        "（2019）粤0115执1号", "(2019)粤0115执恢2号", "并入（2019）粤0115执1号", "合计", "共3件", "等3人",
        "4.40115E+17", "4401**********1238", "43486", "2019-02-30", "1e999", "9.86万元", "-1", "某", "、", "𠮷",
    ]), 0..120)) {
        let text = pieces.concat();
        for bytes in [text.clone().into_bytes(), utf16le(&text), text.encode_utf16().flat_map(u16::to_be_bytes).collect()] {
            if let Ok(list) = read("a.csv", &bytes) {
                let again = compare(&known(&list), &list, &[]);
                prop_assert_eq!(again.rows_total, 0, "{:?}", again.rows);
                let _ = waiqin_server::list::report_json(&list, &again, 1);
            }
        }
    }

    /// Nor a good file with some bytes changed, cut or repeated.
    #[test]
    fn no_damage_stops_the_reader(
        which in 0_usize..4,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in prop::option::of(any::<prop::sample::Index>()),
        shift in prop::option::of((any::<prop::sample::Index>(), 1_usize..600)),
    ) {
        let mut bytes = SOUND.with(|sound| sound[which].clone());
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((at, length)) = shift {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len().max(1)));
        }
        let limits = Limits { rows_max: 2_000, ..Limits::default() };
        if let Ok(list) = read_list("a", &bytes, today(), &limits) {
            prop_assert!(list.cases.len() <= 2_000);
        }
    }
}

thread_local! {
    static SOUND: [Vec<u8>; 4] = [
        std::fs::read(demo("case-list-2019-07-01.gbk.csv")).unwrap(),
        std::fs::read(demo("case-list-2019-08-01.xlsx")).unwrap(),
        std::fs::read(fixture("case-list-2019-07-01.xls")).unwrap(),
        std::fs::read(fixture("list-formulas.xls")).unwrap(),
    ];
}

fn demo(name: &str) -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../demo/lists")
        .join(name)
}

fn fixture(name: &str) -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The fixture is the July list written by another program, with dates and amounts as numbers.
#[test]
fn the_july_list_as_an_old_workbook_reads_to_the_same_cases() {
    let text = read(
        "july.csv",
        &std::fs::read(demo("case-list-2019-07-01.gbk.csv")).unwrap(),
    );
    let text = text.unwrap();
    let bytes = std::fs::read(fixture("case-list-2019-07-01.xls")).unwrap();
    let workbook = read("july.xls", &bytes).unwrap();
    assert_eq!(workbook.format.kind, FormatKind::Xls);
    assert_eq!(text.format.encoding, Some(TextEncoding::Gb18030));
    assert_eq!(workbook.cases, text.cases);
    assert_eq!(workbook.repairs, text.repairs);
    let rows = |list: &ReadList| {
        list.rejected
            .iter()
            .map(|r| (r.row, r.reason))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&workbook), rows(&text));
}
