//! Lists as they should not be: one row per kind of damage. Each is either read with a note or
//! refused; what is said names the place and what to do, in both languages.
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
use list_support::{
    HEADER, X, archive, cells, escape, gb, known, plain_list, read, sheet_xml, t, utf16le,
    workbook, workbook_with, xlsx,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use waiqin_protocol::words::Lang;
use waiqin_server::list::{
    Field, Limits, NoteKind, ReadList, RejectReason, compare, read_list, read_list_accepting,
};

enum Comes {
    /// Refused with this code; the Chinese message holds these words.
    Refused(&'static str, &'static [&'static str]),
    /// Read, with so many cases, and what this asks for.
    Read(usize, fn(&ReadList)),
}
use Comes::{Read, Refused};

struct Row {
    name: &'static str,
    file: &'static str,
    bytes: Vec<u8>,
    comes: Comes,
}

fn row(name: &'static str, file: &'static str, bytes: impl Into<Vec<u8>>, comes: Comes) -> Row {
    Row {
        name,
        file,
        bytes: bytes.into(),
        comes,
    }
}

fn has_note(list: &ReadList, kind: NoteKind) -> bool {
    list.notes.iter().any(|note| note.kind == kind)
}

fn reasons(list: &ReadList) -> BTreeMap<RejectReason, Vec<u64>> {
    let mut reasons: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for rejected in &list.rejected {
        reasons
            .entry(rejected.reason)
            .or_default()
            .push(rejected.row);
    }
    reasons
}

fn text_rows() -> Vec<Row> {
    let whole = plain_list(40);
    let in_row_20 = whole.lines().take(19).map(|l| l.len() + 2).sum::<usize>();
    let mut rows = vec![
        row(
            "list truncated",
            "list.csv",
            &whole.as_bytes()[..in_row_20 + 40],
            Refused("truncated", &["第 20 行", "重新导出"]),
        ),
        row(
            "list truncated inside a character",
            "list.csv",
            {
                let bytes = whole.as_bytes()[..in_row_20 + 19].to_vec();
                assert!(std::str::from_utf8(&bytes).is_err());
                bytes
            },
            Refused("truncated", &["第 20 行"]),
        ),
        row(
            "list truncated, GB18030",
            "list.csv",
            {
                let mut bytes = gb(&whole);
                bytes.truncate(gb(&whole[..in_row_20 + 39]).len() + 1);
                bytes
            },
            Refused("truncated", &["第 20 行"]),
        ),
        row(
            "cut between two rows: cannot be told from a whole list",
            "list.csv",
            &whole.as_bytes()[..in_row_20],
            Read(18, |_| {}),
        ),
        row(
            "wrong encoding",
            "list.csv",
            encoding_rs::BIG5
                .encode(
                    &whole
                        .replace("执", "執")
                        .replace("号", "號")
                        .replace("标", "標")
                        .replace("识", "識")
                        .replace("证", "證")
                        .replace("码", "碼")
                        .replace("额", "額")
                        .replace("余", "餘")
                        .replace("办", "辦")
                        .replace("结", "結")
                        .replace("缓", "緩")
                        .replace("当", "當")
                        .replace("粤", "粵")
                        .replace("实", "實"),
                )
                .0
                .into_owned(),
            Refused("encoding", &["Big5", "重新导出"]),
        ),
        row(
            "garbled: UTF-8 read as GBK and saved",
            "list.csv",
            {
                encoding_rs::GB18030
                    .decode(whole.as_bytes())
                    .0
                    .into_owned()
                    .into_bytes()
            },
            Refused("garbled", &["第 1 行", "乱码"]),
        ),
        row(
            "garbled: GBK read as Latin-1 and saved",
            "list.csv",
            {
                encoding_rs::WINDOWS_1252
                    .decode(&gb(&whole))
                    .0
                    .into_owned()
                    .into_bytes()
            },
            Refused("garbled", &["第 1 行"]),
        ),
        row(
            "bytes of no encoding",
            "list.csv",
            (0..20_000_u32)
                .map(|n| u8::try_from((n * 7 + n / 251) % 255 + 1).unwrap())
                .collect::<Vec<_>>(),
            Refused("encoding", &["重新导出"]),
        ),
        row(
            "two encodings in one file",
            "list.csv",
            {
                let mut bytes = plain_list(10).into_bytes();
                for line in whole.lines().skip(11) {
                    bytes.extend(gb(&format!("{line}\r\n")));
                }
                bytes
            },
            Refused("mixed_encodings", &["第 12 行", "UTF-8", "GB18030"]),
        ),
        row(
            "two encodings, GB18030 first",
            "list.csv",
            {
                let mut bytes = gb(&plain_list(10));
                for line in whole.lines().skip(11) {
                    bytes.extend(format!("{line}\r\n").into_bytes());
                }
                bytes
            },
            Refused("mixed_encodings", &["第 12 行"]),
        ),
        row(
            "4.40115E+17 ids",
            "list.csv",
            plain_list(5).replacen("440115199003071238", "4.40115E+17", 2),
            Read(5, |list| {
                assert_eq!(list.repairs.sci_id, 2);
                assert_eq!(list.cases[0].debtors[0].code, None);
                assert_eq!(
                    list.cases[2].debtors[0].code.as_deref(),
                    Some("440115199003071238")
                );
                let places: Vec<_> = list
                    .lost_cells
                    .iter()
                    .map(|l| l.place.to_string())
                    .collect();
                assert_eq!(places, ["E2", "E3"]);
                // What was known stays, and nothing counts as changed.
                let full = read("list.csv", plain_list(5).as_bytes()).unwrap();
                assert_eq!(compare(&known(&full), list, &[]).rows_total, 0);
            }),
        ),
        row(
            "repeated header",
            "list.csv",
            {
                let text = plain_list(6);
                let third = text.lines().nth(3).unwrap();
                text.replacen(third, &format!("{HEADER}\r\n{third}"), 1)
            },
            Read(6, |list| assert_eq!(list.repairs.repeated_header, 1)),
        ),
        row(
            "footer",
            "list.csv",
            format!("{}合计,共6件,,,,588000.00,,,,,\r\n", plain_list(6)),
            Read(6, |list| {
                assert_eq!(list.repairs.footer, 1);
                assert!(list.rejected.is_empty() && !has_note(list, NoteKind::FooterCount));
            }),
        ),
        row(
            "footer that counts other cases than are there",
            "list.csv",
            format!("{}合计,共9件,,,,,,,,,", plain_list(6)),
            Read(6, |list| {
                assert!(has_note(list, NoteKind::FooterCount));
            }),
        ),
        row(
            "merged title row",
            "list.csv",
            format!(
                "广州市南沙区人民法院执行案件列表,,,,,,,,,,\r\n导出时间：2019-07-01,,,,,,,,,,\r\n{}",
                plain_list(6)
            ),
            Read(6, |list| {
                assert!(has_note(list, NoteKind::TitleRows));
                assert!(list.rejected.is_empty());
            }),
        ),
        row(
            "two header rows",
            "list.csv",
            {
                let (_, body) = plain_list(4)
                    .split_once('\n')
                    .map(|(h, b)| (h.to_owned(), b.to_owned()))
                    .unwrap();
                format!(
                    "案件标识,案号,日期,当事人,,标的,,承办人,当前案件止停缓标志,结案,\r\n,,立案日期,被执行人,证件号码,执行标的金额(元),剩余执行标的金额,,,结案日期,结案方式\r\n{body}"
                )
            },
            Read(4, |list| {
                assert!(has_note(list, NoteKind::SecondHeader));
                let whole = read("list.csv", plain_list(4).as_bytes()).unwrap();
                assert_eq!(list.cases, whole.cases);
            }),
        ),
        row(
            "formula cells of a csv",
            "list.csv",
            plain_list(4)
                .replacen("440115199003071238", "=\"440115199003071238\"", 1)
                .replacen("98600.00", "=F2*1", 3),
            Read(4, |list| {
                assert_eq!(
                    list.cases[0].debtors[0].code.as_deref(),
                    Some("440115199003071238")
                );
                assert_eq!(list.cases[0].amount_fen, None);
                assert!(has_note(list, NoteKind::LostCells));
            }),
        ),
        row(
            "NUL bytes",
            "list.csv",
            plain_list(6)
                .replacen("梁某冰", "梁某冰\0\0", 1)
                .replacen("执4号", "执\x004号", 1),
            Read(5, |list| {
                assert!(has_note(list, NoteKind::NulBytes));
                assert_eq!(list.cases[0].debtors[0].name, "梁某冰");
                assert_eq!(
                    reasons(list),
                    BTreeMap::from([(RejectReason::DamagedBytes, vec![5])])
                );
            }),
        ),
        row(
            "NUL bytes at the end",
            "list.csv",
            {
                let mut b = plain_list(6).into_bytes();
                b.extend([0; 3000]);
                b
            },
            Read(6, |list| {
                assert!(has_note(list, NoteKind::NulBytes));
            }),
        ),
        row(
            "a hole of NUL bytes",
            "list.csv",
            plain_list(40).replacen("（2019）粤0115执9号", &"\0".repeat(4096), 1),
            Refused("zeros", &["第 10 行", "4096"]),
        ),
        row(
            "CR-only lines",
            "list.csv",
            plain_list(6).replace("\r\n", "\r"),
            Read(6, |list| {
                assert!(has_note(list, NoteKind::CrLines));
                assert!(list.rejected.is_empty());
            }),
        ),
        row(
            "quote never closed",
            "list.csv",
            plain_list(20).replacen("梁某冰,", "\"梁某冰,", 1),
            Refused("quote_open", &["第 2 行 D 列"]),
        ),
        row(
            "quote never closed, closed by the next one",
            "list.csv",
            plain_list(20).replacen("梁某冰,", "\"梁某冰,", 4),
            Refused("quote_open", &["第 2 行 D 列"]),
        ),
        row(
            "quotes inside a quoted cell",
            "list.csv",
            plain_list(3).replacen("梁某冰", "\"梁某\"冰\"", 1),
            Refused("quote_broken", &["第 2 行 D 列"]),
        ),
        row(
            "no case-number column",
            "list.csv",
            plain_list(3).replacen("案号", "编号", 1),
            Refused("no_number_column", &["案件标识、编号", "案号"]),
        ),
        row(
            "no header at all",
            "list.csv",
            plain_list(3).split_once('\n').unwrap().1,
            Refused("no_number_column", &["案号"]),
        ),
        row(
            "two case-number columns",
            "list.csv",
            plain_list(3).replacen("承办人", "案号", 1),
            Refused("two_columns", &["B 列", "第 1 行 H 列"]),
        ),
        row("empty", "list.csv", "", Refused("empty", &["空的"])),
        row(
            "empty: a mark and blank lines",
            "list.csv",
            "\u{feff}\r\n\r\n",
            Refused("empty", &["空的"]),
        ),
        row(
            "a header and nothing else",
            "list.csv",
            format!("{HEADER}\r\n"),
            Refused("no_cases", &["筛选"]),
        ),
        row(
            "rows that end with a separator",
            "list.csv",
            format!(
                "{HEADER}\r\n{}",
                plain_list(5)
                    .split_once('\n')
                    .unwrap()
                    .1
                    .replace("\r\n", ",\r\n")
            ),
            Read(5, |list| assert!(list.rejected.is_empty())),
        ),
        row(
            "an unquoted comma in an amount",
            "list.csv",
            plain_list(5).replacen("98600.00", "98,600.00", 1),
            Read(4, |list| {
                assert_eq!(
                    reasons(list),
                    BTreeMap::from([(RejectReason::ExtraCells, vec![2])])
                );
                assert!(list.set_aside.contains("4401150000000001"));
                let full = read("list.csv", plain_list(5).as_bytes()).unwrap();
                assert_eq!(
                    compare(&known(&full), list, &[]).changes.dropped,
                    0,
                    "it is not absent"
                );
            }),
        ),
        row(
            "a million columns",
            "list.csv",
            vec!["案号"; 1_000_000].join(","),
            Refused("too_many_columns", &["第 1 行 IW 列", "256"]),
        ),
        row(
            "a cell without end",
            "list.csv",
            format!("{HEADER}\r\n1,（2019）粤0115执1号,{}", "某".repeat(40_000)),
            Refused("cell_too_long", &["第 2 行 C 列"]),
        ),
        row(
            "100,000 rows",
            "list.csv",
            plain_list(100_000),
            Read(100_000, |list| assert!(list.rejected.is_empty())),
        ),
        row(
            "too many rows",
            "list.csv",
            {
                let mut t = plain_list(2);
                t.extend(std::iter::repeat_n("1,（2019）粤0115执1号\n", 260_000));
                t
            },
            Refused("too_many_rows", &["250000"]),
        ),
        row(
            "duplicate numbers that contradict",
            "list.csv",
            {
                let text = plain_list(6);
                let again = text
                    .lines()
                    .nth(3)
                    .unwrap()
                    .replace("98600.00,王法官", "50000.00,王法官");
                format!("{text}{again}\r\n")
            },
            Read(5, |list| {
                assert_eq!(
                    reasons(list),
                    BTreeMap::from([(RejectReason::Contradiction, vec![4, 8])])
                );
                let full = read("list.csv", plain_list(6).as_bytes()).unwrap();
                let comparison = compare(&known(&full), list, &[]);
                assert_eq!(
                    (comparison.rows_total, comparison.changes.dropped),
                    (0, 0),
                    "the case stays as it was"
                );
            }),
        ),
        row(
            "one number, two ids",
            "list.csv",
            plain_list(6).replacen("执5号", "执2号", 1),
            Read(4, |list| {
                assert_eq!(
                    reasons(list),
                    BTreeMap::from([(RejectReason::Contradiction, vec![3, 6])])
                );
                assert_eq!(list.rejected[0].against.as_ref().unwrap().field, "id");
            }),
        ),
        row(
            "columns in another order further down",
            "list.csv",
            {
                let (_, body) = plain_list(2)
                    .split_once('\n')
                    .map(|(h, b)| (h.to_owned(), b.to_owned()))
                    .unwrap();
                format!(
                    "{HEADER}\r\n{body}案号,承办人,被执行人,案件标识\r\n（2019）粤0115执8号,林法官,汤某,4401150000000008\r\n"
                )
            },
            Read(3, |list| {
                assert!(has_note(list, NoteKind::ColumnsChanged));
                assert_eq!(
                    (list.cases[2].id.as_str(), list.cases[2].officer.as_str()),
                    ("4401150000000008", "林法官")
                );
                assert!(
                    !list.says("4401150000000008", Field::ClosedOn),
                    "no word of its closing"
                );
            }),
        ),
        row(
            "the same row written otherwise is no contradiction",
            "list.csv",
            {
                let text = plain_list(6);
                let again = text
                    .lines()
                    .nth(3)
                    .unwrap()
                    .replace("（2019）", "(2019)")
                    .replace("98600.00", "9.86万元")
                    .replace("440115199003071238", "4401**********1238")
                    .replace("2019-01-21", "43486")
                    .replace("梁某冰", "梁*冰");
                format!("{text}{again}\r\n")
            },
            Read(6, |list| {
                assert_eq!(list.repairs.duplicate_row, 1);
                assert_eq!(
                    list.cases[2].debtors[0].code.as_deref(),
                    Some("440115199003071238")
                );
            }),
        ),
    ];
    for (name, list) in [
        ("damaged bytes, UTF-8", plain_list(300).into_bytes()),
        ("damaged bytes, GB18030", gb(&plain_list(300))),
    ] {
        rows.push(row(
            name,
            "list.csv",
            {
                let mut bytes = list;
                // The first character of the second name and of the fourth number.
                let line = |n: usize, bytes: &[u8]| {
                    bytes
                        .split_inclusive(|b| *b == b'\n')
                        .take(n)
                        .map(<[u8]>::len)
                        .sum::<usize>()
                };
                let second = line(2, &bytes);
                let comma = bytes[second..]
                    .iter()
                    .enumerate()
                    .filter(|(_, b)| **b == b',')
                    .nth(2)
                    .unwrap()
                    .0;
                bytes[second + comma + 1] = 0xff;
                let fourth = line(4, &bytes);
                bytes[fourth + 17] = 0xff;
                bytes
            },
            Read(299, |list| {
                assert!(has_note(list, NoteKind::DamagedRows));
                assert_eq!(
                    reasons(list),
                    BTreeMap::from([(RejectReason::DamagedBytes, vec![5])])
                );
                assert!(list.cases[1].debtors.is_empty());
                assert_eq!(
                    list.cases[1].debtors.len() + list.cases[1].applicants.len(),
                    0
                );
                let full = read("list.csv", plain_list(300).as_bytes()).unwrap();
                let comparison = compare(&known(&full), list, &[]);
                assert_eq!(comparison.rows_total, 0, "{:?}", comparison.rows);
            }),
        ));
    }
    rows.push(row(
        "numbers that need a person",
        "list.csv",
        {
            let mut text = format!("{HEADER}\r\n");
            for (n, number) in [
                "（2019）粤O115执1号",
                "（2019）蒙0102执1号",
                "（2019）粤0115民执4号",
                "（2019）粤0115执5、6号",
                "（2019）粤0115执号",
                "",
            ]
            .iter()
            .enumerate()
            {
                writeln!(text, "{n},{number},2019-01-21,梁某冰,,1,1,王法官,,,").unwrap();
            }
            text + plain_list(3).split_once('\n').unwrap().1
        },
        Read(3, |list| {
            let shown: Vec<_> = list
                .rejected
                .iter()
                .map(|r| (r.row, r.reason.code(), r.suggestion.as_deref()))
                .collect();
            assert_eq!(
                shown,
                [
                    (2, "bad_number", Some("（2019）粤0115执1号")),
                    (3, "bad_number", Some("（2019）内0102执1号")),
                    (4, "unknown_type", None),
                    (5, "several_numbers", None),
                    (6, "bad_number", None),
                    (7, "no_number", None),
                ]
            );
        }),
    ));
    rows
}

fn other_files() -> Vec<Row> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend(vec![7; 5000]);
    vec![
        row(
            "PNG named .csv",
            "list.csv",
            png,
            Refused("other_kind", &["图片", "CSV、TSV、XLSX"]),
        ),
        row(
            "PDF named .xlsx",
            "list.xlsx",
            "%PDF-1.7\n...",
            Refused("other_kind", &["PDF"]),
        ),
        row(
            "HTML named .xls",
            "list.xls",
            format!("<html><body><table><tr><td>案号</td></tr></table>{HEADER}</body></html>"),
            Refused("web_page", &["网页", "另存为"]),
        ),
        row(
            "HTML in UTF-16 named .xls",
            "list.xls",
            {
                let mut b = vec![0xff, 0xfe];
                b.extend(utf16le(
                    "<HTML xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table>",
                ));
                b
            },
            Refused("web_page", &["网页"]),
        ),
        row(
            "MHTML named .xls",
            "list.xls",
            "MIME-Version: 1.0\r\nContent-Type: multipart/related",
            Refused("web_page", &["网页"]),
        ),
        row(
            "XML spreadsheet named .xls",
            "list.xls",
            "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"/>",
            Refused("other_kind", &["XML"]),
        ),
        row(
            "JSON named .csv",
            "list.csv",
            "[{\"案号\": 1}]",
            Refused("other_kind", &["JSON"]),
        ),
        row(
            "a Word document",
            "list.xlsx",
            archive(&[
                ("[Content_Types].xml".to_owned(), b"<Types/>".to_vec()),
                ("word/document.xml".to_owned(), b"<d/>".to_vec()),
            ]),
            Refused("other_kind", &["文字文档"]),
        ),
        row(
            "an OpenDocument sheet",
            "list.ods",
            archive(&[
                (
                    "mimetype".to_owned(),
                    b"application/vnd.oasis.opendocument.spreadsheet".to_vec(),
                ),
                ("content.xml".to_owned(), b"<d/>".to_vec()),
            ]),
            Refused("other_kind", &["另一种表格"]),
        ),
        row(
            "a zip of csv files",
            "list.zip",
            archive(&[("list.csv".to_owned(), plain_list(3).into_bytes())]),
            Refused("other_kind", &["压缩包"]),
        ),
        row(
            "a csv named .xlsx is read",
            "list.xlsx",
            plain_list(3),
            Read(3, |list| assert!(has_note(list, NoteKind::NameDiffers))),
        ),
    ]
}

fn workbooks() -> Vec<Row> {
    let table = |rows: &str| -> Vec<Vec<X>> {
        rows.lines()
            .map(|line| line.trim_end().split(',').map(t).collect())
            .collect()
    };
    let plain = xlsx(&table(&plain_list(6)));
    let bomb = {
        let mut xml = String::from("<worksheet><sheetData>");
        xml.push_str(&"<row/>".repeat(8 << 20));
        xml.push_str("</sheetData></worksheet>");
        workbook(&[("清单", xml, true)])
    };
    let strings = |body: &str| {
        let sheet = sheet_xml(&table(&plain_list(2)), &[]);
        let part = ("xl/sharedStrings.xml", body.as_bytes().to_vec());
        workbook_with(&[("清单", sheet, true)], &[part], false)
    };
    let vertical = {
        let mut rows = table(
            "案号,立案日期,被执行人,证件号码,剩余标的,承办人\n（2019）粤0115执1号,2019-01-21,封某,440115199003071238,100,王法官\n,,汤某,440115199003071246,,\n（2019）粤0115执2号,2019-01-22,梁某,,200,王法官",
        );
        rows[3][5] = X::Nil;
        workbook(&[(
            "清单",
            sheet_xml(&rows, &["A2:A3", "B2:B3", "E2:E3", "F2:F4"]),
            true,
        )])
    };
    vec![
        row(
            "workbook truncated",
            "list.xlsx",
            &plain[..plain.len() - 30],
            Refused("workbook_damaged", &["重新导出"]),
        ),
        row(
            "workbook truncated in the middle",
            "list.xlsx",
            &plain[..plain.len() / 2],
            Refused("workbook_damaged", &["重新导出"]),
        ),
        row(
            "sheet that ends in the middle",
            "list.xlsx",
            {
                let xml = sheet_xml(&table(&plain_list(6)), &[]);
                workbook(&[(
                    "清单",
                    xml[..xml.rfind("<row").unwrap() + 60].to_owned(),
                    true,
                )])
            },
            Refused("sheet_damaged", &["工作表“清单”第", "重新导出"]),
        ),
        row(
            "zip bomb .xlsx",
            "list.xlsx",
            bomb,
            Refused("unpacks", &["xl/worksheets/sheet1.xml", "200 倍"]),
        ),
        row(
            "zip bomb in a picture",
            "list.xlsx",
            workbook_with(
                &[("清单", sheet_xml(&table(&plain_list(2)), &[]), true)],
                &[("xl/media/image1.png", vec![0; 80 << 20])],
                false,
            ),
            Refused("unpacks", &["xl/media/image1.png"]),
        ),
        row(
            "XML entity bomb",
            "list.xlsx",
            strings(
                "<?xml version=\"1.0\"?><!DOCTYPE sst [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]><sst><si><t>&b;</t></si></sst>",
            ),
            Refused("entities", &["xl/sharedstrings.xml"]),
        ),
        row(
            "shared strings that claim to be many",
            "list.xlsx",
            strings("<sst uniqueCount=\"99999999999999\"><si><t>a</t></si></sst>"),
            Refused("odd_archive", &["xl/sharedstrings.xml"]),
        ),
        row(
            "a tag without end",
            "list.xlsx",
            strings(&format!("<sst a=\"{}\"/>", "x".repeat(200_000))),
            Refused("odd_archive", &["xl/sharedstrings.xml"]),
        ),
        row(
            "a million columns, workbook",
            "list.xlsx",
            {
                let mut rows = table(&plain_list(2));
                rows[1].resize(16_000, X::Nil);
                rows[1].push(t("x"));
                xlsx(&rows)
            },
            Refused("too_many_columns", &["第 2 行"]),
        ),
        row(
            "formula cells",
            "list.xlsx",
            xlsx(&[
                cells(&[&["案号", "被执行人", "剩余标的", "承办人"]]).remove(0),
                vec![
                    X::F("A9", Some("（2019）粤0115执1号")),
                    t("封某"),
                    X::F("1+1", None),
                    X::E("#N/A"),
                ],
                vec![X::F("A8", None), t("汤某"), X::N(5.0), t("王法官")],
                vec![
                    t("（2019）粤0115执3号"),
                    t("梁某"),
                    X::N(98600.0),
                    t("王法官"),
                ],
            ]),
            Read(2, |list| {
                assert!(
                    has_note(list, NoteKind::FormulaCells) && has_note(list, NoteKind::LostCells)
                );
                assert_eq!(list.cases[0].remaining_fen, None);
                assert_eq!(list.cases[0].officer, "");
                assert_eq!(
                    reasons(list),
                    BTreeMap::from([(RejectReason::LostNumber, vec![3])])
                );
                let places: Vec<_> = list
                    .lost_cells
                    .iter()
                    .map(|l| l.place.to_string())
                    .collect();
                assert_eq!(places, ["清单!C2", "清单!D2"]);
            }),
        ),
        row(
            "4.40115E+17 ids, workbook",
            "list.xlsx",
            xlsx(&[
                cells(&[&["案件标识", "案号", "被执行人", "证件号码"]]).remove(0),
                vec![
                    X::N(4_401_150_000_100_010.0),
                    t("（2019）粤0115执1号"),
                    t("封某"),
                    X::N(4.401_151_990_030_712e17),
                ],
                vec![
                    X::N(4_401_150_000_100_020.0),
                    t("（2019）粤0115执2号"),
                    t("汤某"),
                    X::N(440_115_800_101_001.0),
                ],
            ]),
            Read(2, |list| {
                assert_eq!(
                    list.repairs.sci_id, 3,
                    "one code and two ids of rounded digits"
                );
                assert_eq!(list.cases[0].debtors[0].code, None);
                assert_eq!(
                    list.cases[1].debtors[0].code.as_deref(),
                    Some("440115800101001")
                );
                assert_eq!(list.cases[0].id, list.cases[0].number);
            }),
        ),
        row(
            "ids that a program wrote as numbers keep their digits",
            "list.xlsx",
            xlsx(&[
                cells(&[&["案件标识", "案号", "被执行人"]]).remove(0),
                vec![
                    X::N(4_401_150_000_100_010.0),
                    t("（2019）粤0115执1号"),
                    t("封某"),
                ],
                vec![
                    X::N(4_401_150_000_100_023.0),
                    t("（2019）粤0115执2号"),
                    t("汤某"),
                ],
            ]),
            Read(2, |list| assert_eq!(list.cases[1].id, "4401150000100023")),
        ),
        row(
            "merged title row, workbook",
            "list.xlsx",
            {
                let mut rows = vec![vec![t("执行案件列表")]];
                rows.extend(table(&plain_list(3)));
                workbook(&[("清单", sheet_xml(&rows, &["A1:K1"]), true)])
            },
            Read(3, |list| assert!(has_note(list, NoteKind::TitleRows))),
        ),
        row(
            "cells merged over rows",
            "list.xlsx",
            vertical,
            Read(2, |list| {
                assert!(has_note(list, NoteKind::MergedCells));
                let names: Vec<_> = list.cases[0]
                    .debtors
                    .iter()
                    .map(|p| p.name.as_str())
                    .collect();
                assert_eq!(names, ["封某", "汤某"]);
                assert_eq!(
                    list.cases[0].debtors[1].code.as_deref(),
                    Some("440115199003071246")
                );
                assert_eq!(list.cases[1].officer, "王法官");
                assert_eq!(list.repairs.duplicate_row, 0);
            }),
        ),
        row(
            "several sheets of one list",
            "list.xlsx",
            workbook(&[
                (
                    "2018",
                    sheet_xml(&table("案号,承办人\n（2018）粤0115执1号,王法官"), &[]),
                    true,
                ),
                ("说明", sheet_xml(&table("本表由系统导出"), &[]), true),
                (
                    "草稿",
                    sheet_xml(&table("案号,承办人\n（2017）粤0115执9号,王法官"), &[]),
                    false,
                ),
                (
                    "2019",
                    sheet_xml(&table("案号,承办人\n（2019）粤0115执1号,王法官"), &[]),
                    true,
                ),
            ]),
            Read(2, |list| {
                for kind in [
                    NoteKind::SeveralSheets,
                    NoteKind::SheetSkipped,
                    NoteKind::HiddenSheet,
                ] {
                    assert!(has_note(list, kind), "{kind:?}");
                }
            }),
        ),
        row(
            "two lists in one workbook",
            "list.xlsx",
            workbook(&[
                (
                    "甲",
                    sheet_xml(&table("案号,承办人\n（2018）粤0115执1号,王法官"), &[]),
                    true,
                ),
                (
                    "乙",
                    sheet_xml(&table("案号,立案日期\n（2019）粤0115执1号,2019-01-21"), &[]),
                    true,
                ),
            ]),
            Refused("sheets_differ", &["甲", "乙"]),
        ),
        row(
            "dates from 1904",
            "list.xlsx",
            workbook_with(
                &[(
                    "清单",
                    sheet_xml(
                        &[
                            cells(&[&["案号", "立案日期", "结案日期"]]).remove(0),
                            vec![t("（2019）粤0115执1号"), X::D(42_024.0), X::N(42_028.0)],
                        ],
                        &[],
                    ),
                    true,
                )],
                &[],
                true,
            ),
            Read(1, |list| {
                assert_eq!(list.cases[0].filed_on.unwrap().to_string(), "2019-01-21");
                assert_eq!(list.cases[0].closed_on.unwrap().to_string(), "2019-01-25");
            }),
        ),
        row(
            "a part that stands twice",
            "list.xlsx",
            workbook_with(
                &[("清单", sheet_xml(&table(&plain_list(2)), &[]), true)],
                &[("XL/workbook.xml", b"<workbook/>".to_vec())],
                false,
            ),
            Refused("odd_archive", &["xl/workbook.xml"]),
        ),
        row(
            "a cell without end, workbook",
            "list.xlsx",
            xlsx(&[vec![t("案号")], vec![t(&"某".repeat(40_000))]]),
            Refused("cell_too_long", &["第 2 行 A 列"]),
        ),
        row(
            "xls cut off",
            "list.xls",
            {
                let b = std::fs::read(fixture("case-list-2019-07-01.xls")).unwrap();
                b[..b.len() / 2].to_vec()
            },
            Refused("workbook_damaged", &["重新导出"]),
        ),
        row(
            "xls whose directory runs in a circle",
            "list.xls",
            {
                let cells = [Shared {
                    row: 0,
                    column: 0,
                    string: 0,
                }];
                let mut bytes = compound(stream(&["案号"], &cells, 1));
                // The table is the last sector; its first word leads on from the directory.
                let table = bytes.len() - 512;
                bytes[table..table + 4].copy_from_slice(&0_u32.to_le_bytes());
                bytes
            },
            Refused("workbook_damaged", &["重新导出"]),
        ),
        row(
            "xls made by hand",
            "list.xls",
            {
                let cells = [
                    Shared {
                        row: 0,
                        column: 0,
                        string: 0,
                    },
                    Shared {
                        row: 4,
                        column: 0,
                        string: 1,
                    },
                ];
                compound(stream(&["案号", "（2019）粤0115执1号"], &cells, 2))
            },
            Read(1, |list| assert_eq!(list.repairs.blank_row, 3)),
        ),
        row(
            "one part named as many sheets",
            "list.xlsx",
            {
                let sheet = sheet_xml(&table(&plain_list(2)), &[]);
                let names: String = (1..=9)
                    .map(|n| format!("<sheet name=\"{n}\" sheetId=\"{n}\" r:id=\"rId1\"/>"))
                    .collect();
                let book = format!(
                    "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{names}</sheets></workbook>"
                );
                workbook_with(
                    &[("清单", sheet, true)],
                    &[("xl/workbook.xml", book.into_bytes())],
                    false,
                )
            },
            Refused("odd_archive", &["xl/workbook.xml"]),
        ),
        row(
            "xls: formulas, a merged officer, an error value",
            "list.xls",
            std::fs::read(fixture("list-formulas.xls")).unwrap(),
            Read(2, |list| {
                assert!(
                    has_note(list, NoteKind::FormulaCells) && has_note(list, NoteKind::TitleRows)
                );
                assert_eq!(
                    reasons(list),
                    BTreeMap::from([(RejectReason::LostNumber, vec![4])])
                );
                assert_eq!(list.cases[0].debtors[0].name, "封某");
                assert_eq!(list.cases[0].filed_on.unwrap().to_string(), "2019-01-21");
                assert_eq!(list.cases[1].debtors[0].name, "林某𠮷");
                assert_eq!(list.cases[1].remaining_fen, None);
            }),
        ),
        row(
            "escaped text",
            "list.xlsx",
            {
                assert_eq!(escape("<&>"), "&lt;&amp;&gt;");
                xlsx(&cells(&[
                    &["案号", "被执行人"],
                    &["（2019）粤0115执1号", "甲&乙<丙>公司"],
                ]))
            },
            Read(1, |list| {
                assert_eq!(list.cases[0].debtors[0].name, "甲&乙<丙>公司")
            }),
        ),
    ]
}

fn fixture(name: &str) -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

#[test]
fn every_kind_of_damage_is_read_with_a_note_or_refused_with_place_and_remedy() {
    let mut failed = Vec::new();
    for Row {
        name,
        file,
        bytes,
        comes,
    } in text_rows()
        .into_iter()
        .chain(other_files())
        .chain(workbooks())
    {
        let outcome = std::panic::catch_unwind(|| judge(file, &bytes, &comes));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(why)) => failed.push(format!("{name}: {why}")),
            Err(panic) => {
                let why = panic.downcast_ref::<String>().cloned();
                failed.push(format!("{name}: {}", why.unwrap_or_default()));
            }
        }
    }
    assert!(
        failed.is_empty(),
        "{} rows:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

fn judge(file: &str, bytes: &[u8], comes: &Comes) -> Result<(), String> {
    match (read(file, bytes), comes) {
        (Ok(list), Read(cases, check)) => {
            if list.cases.len() != *cases {
                return Err(format!("{} cases, {:?}", list.cases.len(), list.rejected));
            }
            for lang in [Lang::Zh, Lang::En] {
                let texts = list.notes.iter().map(|n| n.message(lang));
                let texts = texts.chain(list.rejected.iter().map(|r| r.message(lang)));
                let texts = texts.chain(list.lost_cells.iter().map(|l| l.message(lang)));
                for text in texts {
                    assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
                }
            }
            check(&list);
            Ok(())
        }
        (Err(error), Refused(code, words)) => {
            let (zh, en) = (error.message(Lang::Zh), error.message(Lang::En));
            println!("{zh}\n    {en}");
            if error.code() != *code {
                return Err(format!("refused as {}: {zh}", error.code()));
            }
            for word in *words {
                if !zh.contains(word) {
                    return Err(format!("“{word}” is missing in: {zh}"));
                }
            }
            let remedy = ["请", "先", "不要"].iter().any(|word| zh.contains(word));
            if !remedy || !zh.ends_with("原清单未变动。") || !en.ends_with("unchanged.") {
                return Err(format!(
                    "no remedy, or nothing on what is safe: {zh} / {en}"
                ));
            }
            if zh.contains(['{', '}']) || en.contains(['{', '}']) {
                return Err(format!("a placeholder is left: {zh} / {en}"));
            }
            Ok(())
        }
        (Ok(list), Refused(code, _)) => Err(format!(
            "read with {} cases, not refused as {code}: {:?}",
            list.cases.len(),
            list.notes
        )),
        (Err(error), Read(..)) => Err(format!("refused: {}", error.message(Lang::Zh))),
    }
}

#[test]
fn bounds_are_those_that_were_asked_for() {
    let tight = Limits {
        bytes_max: 100,
        ..Limits::default()
    };
    let error = read_list(
        "list.csv",
        plain_list(5).as_bytes(),
        list_support::today(),
        &tight,
    )
    .unwrap_err();
    assert_eq!(error.code(), "too_large");
    let tight = Limits {
        kept_bytes_max: 5_000,
        ..Limits::default()
    };
    let error = read_list(
        "list.csv",
        plain_list(50).as_bytes(),
        list_support::today(),
        &tight,
    )
    .unwrap_err();
    assert_eq!(error.code(), "too_much_text");
}

#[test]
fn a_suggested_number_is_taken_when_a_person_accepts_it() {
    let text = plain_list(3).replacen("粤0115执2号", "粤O115执2号", 1);
    let list = read("list.csv", text.as_bytes()).unwrap();
    assert_eq!(
        list.rejected[0].suggestion.as_deref(),
        Some("（2019）粤0115执2号")
    );
    assert!(
        list.set_aside.contains("（2019）粤0115执2号"),
        "the case is not absent"
    );
    let limits = Limits::default();
    let accepted = [list.rejected[0].row].into();
    let list = read_list_accepting(
        "list.csv",
        text.as_bytes(),
        list_support::today(),
        &limits,
        &accepted,
    )
    .unwrap();
    assert!(list.rejected.is_empty());
    assert_eq!(list.cases[1].number, "（2019）粤0115执2号");
    assert_eq!(list.cases[1].number_raw, "（2019）粤O115执2号");
}
