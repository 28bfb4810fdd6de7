//! Entries under a good checkpoint that are not as they should be: each gets its verdict, is kept, and
//! the journal goes on. The last entry of the phone is the one that is changed.

use crate::rows::{Act, Row, Says, Stays, row};
use crate::scene::open_record;
use crate::support::Phone;
use serde_json::{Value, json};
use waiqin_protocol::canonical;
use waiqin_protocol::wire::sync::{Verdict, VerdictReason};

use Act::After;
use Stays::Grows;

const fn refused(reason: VerdictReason) -> Says {
    Says::Takes(Verdict::Refused, Some(reason))
}

const fn held(reason: VerdictReason) -> Says {
    Says::Takes(Verdict::Held, Some(reason))
}

const ACCEPTED: Says = Says::Takes(Verdict::Accepted, None);

pub fn rows() -> Vec<Row> {
    use VerdictReason::{Malformed, NotOfThisJournal, UnknownBase, UnknownVersion};
    vec![
        row(
            "version 2",
            After(|p| twist(p, |e| e["v"] = json!(2))),
            held(UnknownVersion),
            Grows,
        ),
        row(
            "a kind of change that nobody knows",
            After(|p| twist(p, |e| e["change"] = json!({"kind": "wiped"}))),
            held(UnknownVersion),
            Grows,
        ),
        row(
            "a base that nobody knows",
            After(unknown_base),
            held(UnknownBase),
            Grows,
        ),
        row(
            "another author",
            After(|p| twist(p, |e| e["author"] = json!("cd".repeat(16)))),
            refused(NotOfThisJournal),
            Grows,
        ),
        row(
            "an entry of another journal",
            After(|p| twist(p, |e| e["journal"] = json!("ff".repeat(16)))),
            refused(NotOfThisJournal),
            Grows,
        ),
        row(
            "another number than its place",
            After(|p| twist(p, |e| e["seq"] = json!(9))),
            refused(NotOfThisJournal),
            Grows,
        ),
        row(
            "spaces: not canonical",
            After(|p| rewrite(p, |text| text.replacen(':', ": ", 1).into_bytes())),
            refused(Malformed),
            Grows,
        ),
        row(
            "a key twice",
            After(|p| {
                rewrite(p, |text| {
                    text.replacen("{\"at\"", "{\"at\":1,\"at\"", 1).into_bytes()
                })
            }),
            refused(Malformed),
            Grows,
        ),
        row(
            "bad UTF-8",
            After(|p| rewrite(p, bad_utf8)),
            refused(Malformed),
            Grows,
        ),
        row(
            "a float",
            After(|p| {
                rewrite(p, |text| {
                    text.replacen("\"v\":1", "\"v\":1.0", 1).into_bytes()
                })
            }),
            refused(Malformed),
            Grows,
        ),
        row(
            "nested without end",
            After(|p| rewrite(p, |_| vec![b'['; 200_000])),
            refused(Malformed),
            Grows,
        ),
        row(
            "a phone whose clock says 1970",
            After(|p| twist(p, |e| e["at"]["wall"] = json!(0))),
            ACCEPTED,
            Grows,
        ),
        row(
            "a phone whose clock says 2099",
            After(|p| twist(p, |e| e["at"]["wall"] = json!(4_070_908_800_000_i64))),
            ACCEPTED,
            Grows,
        ),
        row(
            "a clock before 1970",
            After(|p| twist(p, |e| e["at"]["wall"] = json!(-62_135_596_800_000_i64))),
            ACCEPTED,
            Grows,
        ),
        row(
            "the highest time there is",
            After(|p| twist(p, |e| e["at"]["wall"] = json!(9_007_199_254_740_991_i64))),
            ACCEPTED,
            Grows,
        ),
    ]
}

/// Changes the last entry and writes it in canonical form again.
fn twist(phone: &mut Phone, change: impl FnOnce(&mut Value)) {
    let last = phone.entries.last_mut().unwrap();
    let mut entry: Value = serde_json::from_slice(last).unwrap();
    change(&mut entry);
    *last = canonical::to_bytes(&entry).unwrap();
}

/// Speaks of a record after an entry that nobody has.
fn unknown_base(phone: &mut Phone) {
    let record = open_record(phone, 50);
    phone.name_evidence(record, b"x");
    twist(phone, |entry| entry["base"] = json!("ab".repeat(32)));
}

fn rewrite(phone: &mut Phone, change: impl FnOnce(String) -> Vec<u8>) {
    let last = phone.entries.last_mut().unwrap();
    let text = String::from_utf8(last.clone()).unwrap();
    let other = change(text.clone());
    assert_ne!(other, text.as_bytes());
    *last = other;
}

fn bad_utf8(text: String) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    let middle = bytes.iter().rposition(|it| *it >= 0x80).unwrap();
    bytes[middle] = b'x';
    bytes
}
