//! A package that is whole comes back; every other one is refused. One sealed file stands in `golden/`
//! as bytes.

use super::*;
use crate::ids::{EntryHash, EvidenceHash, JournalId, ReceiptsHash, ServerId};
use crate::journal::{Following, Head, JournalReceipt, LogPosition, ReceiptsSeal, Signed};
use crate::suite::{Ed25519Signer, Signer, sha256};
use crate::wire::sync::{DownLine, Heads, LINE_BYTES_MAX, Standing};
use proptest::prelude::*;
use std::io;

const RECOVERY: [u8; 32] = [9; 32];
const GOLDEN: &str = include_str!("../../golden/package-v1.txt");

fn server() -> ServerId {
    ServerId::from_bytes([2; 16])
}

fn journal() -> JournalId {
    JournalId::from_bytes([1; 16])
}

fn public() -> [u8; 32] {
    x25519_dalek::x25519(RECOVERY, x25519_dalek::X25519_BASEPOINT_BYTES)
}

fn preamble() -> (Preamble, ChunkKey) {
    Preamble::seal_to(&public(), &[7; 32], server(), journal()).unwrap()
}

fn part() -> JournalPart {
    JournalPart {
        entry: None,
        follows: None,
        journal: journal(),
    }
}

fn evidence(bytes: &[u8]) -> EvidencePart {
    EvidencePart {
        hash: EvidenceHash::from_bytes(sha256(bytes)),
        length: bytes.len() as u64,
    }
}

fn package(lines: &[&[u8]], photos: &[&[u8]]) -> Vec<u8> {
    let (preamble, key) = preamble();
    let mut writer = PackageWriter::begin(Vec::new(), &preamble, key).unwrap();
    writer.journal(part()).unwrap();
    for line in lines {
        writer.line(line).unwrap();
    }
    for photo in photos {
        writer.evidence(evidence(photo), &mut &**photo).unwrap();
    }
    writer.finish().unwrap()
}

fn read(mut bytes: &[u8], recovery: &[u8; 32]) -> Result<Vec<Item>, PackageError> {
    let preamble = Preamble::read(&mut bytes)?;
    let key = preamble.open(recovery).ok_or(PackageError::Key)?;
    let mut reader = PackageReader::after(bytes, key);
    let mut items = Vec::new();
    while let Some(item) = reader.read_next()? {
        items.push(item);
    }
    Ok(items)
}

/// What a package holds, evidence put together again.
fn content(items: &[Item]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut lines, mut photos) = (Vec::new(), Vec::new());
    for item in items {
        match item {
            Item::Sync(line) => lines.push(line.clone()),
            Item::Line(HandInLine::Evidence(_)) => photos.push(Vec::new()),
            Item::Line(_) => {}
            Item::Bytes(bytes) => photos.last_mut().unwrap().extend(bytes),
        }
    }
    (lines, photos)
}

#[test]
fn what_was_put_in_comes_out_whatever_the_border_of_a_chunk_falls_on() {
    for length in [1, 2, CHUNK_BYTES - 200, CHUNK_BYTES, 3 * CHUNK_BYTES + 17] {
        // A photo full of line breaks and of what looks like a line.
        let photo: Vec<u8> = b"\n{\"whole\":{}}\n"
            .iter()
            .copied()
            .cycle()
            .take(length)
            .collect();
        let long = vec![b'x'; LINE_BYTES_MAX];
        let packed = package(&[b"{\"at\":1}", &long, b""], &[&photo, b"p"]);
        let (lines, photos) = content(&read(&packed, &RECOVERY).unwrap());
        assert_eq!(lines, [b"{\"at\":1}".to_vec(), long, Vec::new()]);
        assert_eq!(photos, [photo, b"p".to_vec()], "{length}");
    }
}

#[test]
fn no_byte_can_be_changed_cut_or_added() {
    let packed = package(&[b"{\"at\":1}"], &[b"photo"]);
    for at in 0..packed.len() {
        for bit in [1, 0x80] {
            let mut flipped = packed.clone();
            flipped[at] ^= bit;
            assert!(read(&flipped, &RECOVERY).is_err(), "byte {at}");
        }
        assert!(read(&packed[..at], &RECOVERY).is_err(), "cut at {at}");
    }
    let longer = [packed.as_slice(), b"\0"].concat();
    assert!(matches!(
        read(&longer, &RECOVERY),
        Err(PackageError::Damaged)
    ));
    assert!(matches!(read(&packed, &[8; 32]), Err(PackageError::Key)));
}

#[test]
fn chunks_cannot_be_swapped_doubled_left_out_or_end_at_a_border() {
    let packed = package(&[], &[&vec![7; 3 * CHUNK_BYTES]]);
    let (head, body) = packed.split_at(PREAMBLE_BYTES);
    let chunks: Vec<&[u8]> = body.chunks(CHUNK_BYTES + 16).collect();
    assert!(chunks.len() > 3);
    for order in [
        vec![1, 0, 2, 3],
        vec![0, 0, 1, 2, 3],
        vec![0, 2, 3],
        vec![0, 1, 2],
        vec![],
    ] {
        let mut bytes = head.to_vec();
        order.iter().for_each(|n| bytes.extend(chunks[*n]));
        assert!(read(&bytes, &RECOVERY).is_err(), "{order:?}");
    }
    // The chunks of one package under the preamble of another.
    let (other, key) = Preamble::seal_to(&public(), &[6; 32], server(), journal()).unwrap();
    let mut bytes = PackageWriter::begin(Vec::new(), &other, key)
        .unwrap()
        .finish()
        .unwrap();
    bytes.truncate(PREAMBLE_BYTES);
    bytes.extend(body);
    assert!(matches!(
        read(&bytes, &RECOVERY),
        Err(PackageError::Damaged)
    ));
}

#[test]
fn content_that_lies_about_itself_is_refused_before_room_is_made_for_it() {
    let sealed = |content: &[u8]| {
        let (preamble, key) = preamble();
        let mut writer = sealed::SealedWriter::begin(Vec::new(), &preamble, key).unwrap();
        writer.write(content).unwrap();
        writer.finish().unwrap()
    };
    let hash = "00".repeat(32);
    let long = vec![b'x'; LINE_BYTES_MAX + 1];
    for content in [
        String::new(),
        "{\"whole\":{\"evidence\":0,\"journals\":1}}\n".to_owned(),
        "{\"whole\":{\"evidence\":0,\"journals\":0}}".to_owned(),
        "{\"whole\":{\"evidence\":0,\"journals\":0}}\nmore\n".to_owned(),
        "{\"whole\":9}\n".to_owned(),
        "{\"journal\":{}}\n".to_owned(),
        format!("{{\"evidence\":{{\"hash\":\"{hash}\",\"length\":18446744073709551615}}}}\nabc\n"),
        format!("{{\"evidence\":{{\"hash\":\"{hash}\",\"length\":2}}}}\nabc\n"),
        format!("{{\"evidence\":{{\"hash\":\"{hash}\",\"length\":0}}}}\n\n"),
        String::from_utf8(long).unwrap(),
    ] {
        let shown: String = content.chars().take(80).collect();
        let refused = read(&sealed(content.as_bytes()), &RECOVERY);
        assert!(matches!(refused, Err(PackageError::Shape)), "{shown}");
    }
}

#[test]
fn a_writer_that_gets_other_bytes_than_it_was_told_fails() {
    let (preamble, key) = preamble();
    let mut writer = PackageWriter::begin(Vec::new(), &preamble, key).unwrap();
    let said = evidence(b"photo");
    let short = writer.evidence(said, &mut &b"phot"[..]).unwrap_err();
    assert_eq!(short.kind(), io::ErrorKind::UnexpectedEof);
    let long = writer.evidence(said, &mut &b"photos"[..]).unwrap_err();
    assert_eq!(long.kind(), io::ErrorKind::InvalidData);
}

#[test]
fn a_point_of_small_order_and_a_strange_version_are_refused() {
    assert!(Preamble::seal_to(&[0; 32], &[7; 32], server(), journal()).is_none());
    let mut packed = package(&[], &[]);
    packed[8] = 2;
    assert!(matches!(
        read(&packed, &RECOVERY),
        Err(PackageError::Version(2))
    ));
    assert!(matches!(
        read(b"PK\x03\x04", &RECOVERY),
        Err(PackageError::NotAPackage)
    ));
}

/// The bytes of version 1, frozen.
#[test]
fn package_and_signed_texts_have_the_bytes_of_version_1() {
    let following = Following {
        entry: EntryHash::from_bytes([6; 32]),
        journal: journal(),
        next: JournalId::from_bytes([3; 16]),
        server: server(),
    };
    let seal = ReceiptsSeal {
        at: 1_562_040_000_000,
        hash: ReceiptsHash::from_bytes([4; 32]),
        journal: journal(),
        server: server(),
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let found = [
        text(crate::journal::signed_bytes(&following).unwrap()),
        text(crate::journal::signed_bytes(&seal).unwrap()),
        hex::encode(package(&[b"{\"at\":1}"], &[b"photo"])),
    ]
    .join("\n");
    assert_eq!(found + "\n", GOLDEN);
}

fn receipts() -> Vec<u8> {
    let signer = Ed25519Signer::from_secret(&[5; 32]);
    let mut text = ReceiptsText::begin(server(), journal());
    text.journal(ReceiptsJournal {
        certificate: None,
        journal: journal(),
    });
    let standing = Standing {
        head: Head::START,
        heads: Heads::Same,
    };
    text.down(&DownLine::Standing(standing));
    let receipt = JournalReceipt {
        at: 7,
        journal: journal(),
        link: Head::START.link,
        position: LogPosition::START,
        seq: 0,
        server: server(),
    };
    let receipt = Signed::sign(receipt, &signer).unwrap();
    text.down(&DownLine::Receipt(Box::new(receipt)));
    text.seal(11, &signer).unwrap()
}

#[test]
fn receipts_come_back_and_every_changed_byte_and_cut_is_found() {
    let key = Ed25519Signer::from_secret(&[5; 32]).public_key();
    let text = receipts();
    let read = Receipts::read(&text, server(), &key).unwrap();
    assert_eq!((read.journal, read.at), (journal(), 11));
    assert_eq!(read.journals.len(), 1);
    assert_eq!(read.journals[0].lines.len(), 2);
    for at in 0..text.len() {
        let mut flipped = text.clone();
        flipped[at] ^= 1;
        assert!(
            Receipts::read(&flipped, server(), &key).is_err(),
            "byte {at}"
        );
        assert!(
            Receipts::read(&text[..at], server(), &key).is_err(),
            "cut at {at}"
        );
    }
    let other = Receipts::read(&text, ServerId::from_bytes([8; 16]), &key);
    assert_eq!(other, Err(ReceiptsError::OtherServer));
    let forger = Ed25519Signer::from_secret(&[6; 32]).public_key();
    let forged = Receipts::read(&text, server(), &forger);
    assert_eq!(forged, Err(ReceiptsError::Signature));
}

proptest! {
    #[test]
    fn bytes_of_strangers_are_no_package_and_no_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..600), keep in 0usize..PREAMBLE_BYTES + 1,
    ) {
        let _ = read(&bytes, &RECOVERY);
        let mut begun = package(&[], &[]);
        begun.truncate(keep);
        begun.extend(&bytes);
        prop_assert!(read(&begun, &RECOVERY).is_err());
        let key = Ed25519Signer::from_secret(&[5; 32]).public_key();
        prop_assert!(Receipts::read(&bytes, server(), &key).is_err());
    }

    /// Sealed by who knows the public key alone, which everybody may: the content is a stranger's.
    #[test]
    fn content_of_strangers_is_read_to_its_end_without_a_panic(
        content in prop::collection::vec(any::<u8>(), 0..600), begin in 0usize..5,
    ) {
        let (preamble, key) = preamble();
        let mut writer = sealed::SealedWriter::begin(Vec::new(), &preamble, key).unwrap();
        let begins = ["", "{\"journal\":", "{\"evidence\":", "{\"lacking\":", "{\"whole\":"];
        writer.write(begins[begin].as_bytes()).unwrap();
        writer.write(&content).unwrap();
        prop_assert!(read(&writer.finish().unwrap(), &RECOVERY).is_err());
    }
}
