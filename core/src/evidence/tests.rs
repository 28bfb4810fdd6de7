//! Evidence files against cuts and rot, and the table of bad photos.

use super::*;
use crate::disk::{Fault, MemoryDisk, RealDisk};
use crate::host::SystemEntropy;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::{Cursor, Seek, SeekFrom};
use std::path::Path;
use waiqin_protocol::ids::SubjectId;
use waiqin_protocol::journal::EvidenceRole;
use waiqin_protocol::suite::sha256;
use zeroize::Zeroizing;

fn folder_on(disk: Arc<dyn Disk>, dir: &Path) -> EvidenceFolder {
    let key = SecretKey::from_bytes(Zeroizing::new([3; 32]));
    EvidenceFolder::open(disk, dir.to_owned(), key, Arc::new(SystemEntropy)).unwrap()
}

fn folder(disk: &MemoryDisk) -> EvidenceFolder {
    folder_on(Arc::new(disk.clone()), Path::new("e"))
}

fn head() -> EvidenceHead {
    EvidenceHead {
        at: 5,
        record: SubjectId::from_bytes([1; 16]),
        role: EvidenceRole::Overall,
    }
}

fn picture(width: u32, height: u32) -> DynamicImage {
    // The upper left corner is red, so that turning shows.
    let image = RgbImage::from_fn(width, height, |x, y| {
        if x < width / 4 && y < height / 4 {
            Rgb([250, 0, 0])
        } else {
            Rgb([0, 0, 250])
        }
    });
    DynamicImage::ImageRgb8(image)
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A JPEG with EXIF that claims an orientation and a time.
fn with_exif(jpeg: &[u8], orientation: u16, taken: &str) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    tiff.extend([0, 2]); // two fields in IFD 0
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1]);
    tiff.extend(orientation.to_be_bytes());
    tiff.extend([0, 0]);
    tiff.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]); // the EXIF IFD stands at 38
    tiff.extend([0, 0, 0, 0]);
    tiff.extend([0, 1, 0x90, 0x03, 0, 2]);
    tiff.extend((u32::try_from(taken.len()).unwrap() + 1).to_be_bytes());
    tiff.extend([0, 0, 0, 56, 0, 0, 0, 0]);
    tiff.extend(taken.as_bytes());
    tiff.push(0);
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
    bytes.extend((u16::try_from(segment.len()).unwrap() + 2).to_be_bytes());
    bytes.extend(segment);
    bytes.extend(&jpeg[2..]);
    bytes
}

fn take(folder: &EvidenceFolder, bytes: &[u8]) -> Taken {
    folder.take(bytes, 1 << 30, &head()).unwrap()
}

#[test]
fn bytes_come_back_whole_and_from_anywhere_at_every_border_of_a_chunk() {
    let disk = MemoryDisk::new(1);
    let folder = folder(&disk);
    for length in [
        1,
        file::CHUNK - 1,
        file::CHUNK,
        file::CHUNK + 1,
        2 * file::CHUNK,
        600_000,
    ] {
        let bytes: Vec<u8> = (0..length)
            .map(|n| u8::try_from(n % 251).unwrap())
            .collect();
        let taken = take(&folder, &bytes);
        assert_eq!(taken.length, length as u64);
        assert_eq!(*taken.hash.as_bytes(), sha256(&bytes));
        assert_eq!(folder.read(&taken.hash).unwrap().as_ref(), Some(&bytes));
        let mut reader = folder.reader(&taken.hash).unwrap().unwrap();
        assert_eq!((reader.length(), reader.head()), (length as u64, &head()));
        let middle = length / 2;
        reader.seek(SeekFrom::Start(middle as u64)).unwrap();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, &bytes[middle..]);
    }
    let strange = EvidenceHash::from_bytes([9; 32]);
    assert!(folder.read(&strange).unwrap().is_none());
}

#[test]
fn neither_name_nor_file_shows_hash_or_content() {
    let disk = MemoryDisk::new(1);
    let folder = folder(&disk);
    let text = "王某的身份证".repeat(30);
    let taken = take(&folder, text.as_bytes());
    for (path, bytes) in disk.files() {
        assert!(
            !path
                .to_string_lossy()
                .contains(&taken.hash.to_string()[..16])
        );
        assert!(!bytes.windows(12).any(|part| part == &text.as_bytes()[..12]));
    }
}

#[test]
fn any_flipped_bit_and_any_cut_shows_also_at_a_border_of_chunks() {
    let disk = MemoryDisk::new(1);
    let evidence = folder(&disk);
    let bytes = vec![7; file::CHUNK + 10];
    let taken = take(&evidence, &bytes);
    let files = disk.files();
    let (path, stored) = files.iter().next().unwrap();
    let ends = [1, 50, 51, 52, 91].map(|n| stored.len() - n);
    for at in (0..400)
        .chain((400..stored.len()).step_by(4999))
        .chain(ends)
    {
        disk.restore(&files);
        disk.rot(path, |bytes| bytes[at] ^= 8);
        assert!(evidence.read(&taken.hash).is_err(), "bit at {at}");
    }
    for cut in (0..stored.len()).step_by(4999).chain(ends) {
        disk.restore(&files);
        disk.rot(path, |bytes| bytes.truncate(cut));
        assert!(evidence.read(&taken.hash).is_err(), "cut at {cut}");
    }
    // A file under another file's name is found out by its hash.
    disk.restore(&files);
    let other = take(&evidence, b"other bytes");
    disk.rename(&evidence.path_of(&other.hash, "wqe"), path)
        .unwrap();
    assert!(evidence.read(&taken.hash).is_err());
}

/// At every call the power goes: either nothing was reported, or the bytes are there; what is whole
/// without having been reported is found as an orphan of its record.
#[test]
fn a_cut_at_any_call_leaves_all_or_an_orphan_or_nothing() {
    let bytes = vec![5; file::CHUNK + 1000];
    let (mut reported, mut orphaned, mut nothing) = (0, 0, 0);
    for at in 0..14 {
        for seed in 0..12 {
            let disk = MemoryDisk::new(seed);
            let evidence = folder(&disk);
            disk.set_fault(Fault::From(disk.calls() + at));
            let taken = evidence.take(&bytes[..], 1 << 30, &head());
            disk.crash();
            let evidence = folder(&disk);
            let orphans = evidence.orphans(&BTreeSet::new()).unwrap();
            assert!(
                disk.files()
                    .keys()
                    .all(|path| path.extension().unwrap() == "wqe")
            );
            match (taken, orphans.as_slice()) {
                (Ok(taken), [orphan]) => {
                    assert_eq!((taken.hash, taken.length), (orphan.hash, orphan.length));
                    reported += 1;
                }
                (Err(_), [orphan]) => {
                    assert_eq!(orphan.head, head());
                    assert_eq!(evidence.read(&orphan.hash).unwrap().as_ref(), Some(&bytes));
                    orphaned += 1;
                }
                (Err(_), []) => nothing += 1,
                (taken, orphans) => panic!("{taken:?} {orphans:?}"),
            }
        }
    }
    assert!(
        reported > 0 && orphaned > 0 && nothing > 0,
        "{reported} {orphaned} {nothing}"
    );
}

/// Table of bad photos (0 bytes and over the limit are the only refusals).
#[test]
fn bad_photos_are_kept_and_said_to_be_no_pictures() {
    let disk = MemoryDisk::new(1);
    let folder = folder(&disk);
    let jpeg = encoded(&picture(800, 600), ImageFormat::Jpeg);
    let png = encoded(&picture(80, 60), ImageFormat::Png);
    let mut bomb = jpeg.clone();
    let frame = bomb
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let mut png_bomb = png.clone();
    png_bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let cut = |bytes: &[u8], part: usize| bytes[..bytes.len() * part / 10].to_vec();
    let rows: Vec<(&str, Vec<u8>, bool)> = vec![
        ("a JPEG", jpeg.clone(), true),
        ("a PNG", png.clone(), true),
        (
            "JPEG with a tail",
            [jpeg.as_slice(), b"MotionPhoto_Data"].concat(),
            true,
        ),
        ("truncated JPEG", cut(&jpeg, 7), false),
        (
            "truncated JPEG with EXIF",
            cut(&with_exif(&jpeg, 1, "2019:07:02 09:14:00"), 9),
            false,
        ),
        ("truncated PNG", cut(&png, 6), false),
        ("not an image", "今日现场记录".as_bytes().to_vec(), false),
        ("three bytes of a JPEG", vec![0xff, 0xd8, 0xff], false),
        ("HTML named .jpg", b"<html>login</html>".to_vec(), false),
        ("JPEG of 65535x65535", bomb, false),
        ("PNG of 65535x65535", png_bomb, false),
        ("zeros", vec![0; 5000], false),
    ];
    for (name, bytes, is_picture) in rows {
        let taken = take(&folder, &bytes);
        let facts = folder.facts(&taken.hash).unwrap();
        assert_eq!(facts.media.is_some(), is_picture, "{name}");
        assert_eq!(facts.width.is_some(), is_picture, "{name}");
        assert_eq!(
            folder.thumbnail(&taken.hash).unwrap().is_some(),
            is_picture,
            "{name}"
        );
        assert_eq!(
            folder.read(&taken.hash).unwrap().as_ref(),
            Some(&bytes),
            "{name}: kept as is"
        );
    }
    assert!(matches!(
        folder.take(&b""[..], 10, &head()),
        Err(TakeError::Empty)
    ));
    assert!(matches!(
        folder.take(&[1; 11][..], 10, &head()),
        Err(TakeError::TooLarge { max: 10 })
    ));
    assert!(folder.take(&[1; 10][..], 10, &head()).is_ok());
    assert!(
        disk.files()
            .keys()
            .all(|path| path.extension().unwrap() != "part")
    );
}

#[test]
fn exif_lies_are_kept_as_claims_and_the_thumbnail_stands_upright() {
    let disk = MemoryDisk::new(1);
    let folder = folder(&disk);
    let jpeg = encoded(&picture(1600, 1200), ImageFormat::Jpeg);
    let claims = with_exif(&jpeg, 6, "1999:12:31 23:59:59");
    let taken = take(&folder, &claims);
    let facts = folder.facts(&taken.hash).unwrap();
    assert_eq!((facts.width, facts.height), (Some(1600), Some(1200)));
    assert_eq!(facts.taken, Some(946_655_999_000));
    let thumbnail = folder.thumbnail(&taken.hash).unwrap().unwrap();
    let upright = image::load_from_memory(&thumbnail).unwrap().to_rgb8();
    assert_eq!(upright.dimensions(), (384, 512));
    // Orientation 6: what is stored at the upper left is seen at the upper right.
    assert!(upright.get_pixel(370, 10).0[0] > 200 && upright.get_pixel(10, 10).0[0] < 60);
    // Impossible claims are no claims.
    let lies = with_exif(&jpeg, 77, "0000:00:00 00:00:00");
    let facts = folder.facts(&take(&folder, &lies).hash).unwrap();
    assert_eq!((facts.media, facts.taken), (Some("image/jpeg"), None));
    // A thumbnail that is gone or damaged is made again.
    for (path, _) in disk.files() {
        if path.extension().unwrap() == "wqt" {
            disk.rot(&path, |bytes| bytes[30] ^= 1);
        }
    }
    assert_eq!(folder.thumbnail(&taken.hash).unwrap(), Some(thumbnail));
}

#[test]
fn the_same_bytes_taken_twice_are_one_file() {
    let disk = MemoryDisk::new(1);
    let folder = folder(&disk);
    let first = take(&folder, b"same");
    assert_eq!(take(&folder, b"same"), first);
    assert_eq!(disk.files().len(), 1);
    let path = disk.files().into_keys().next().unwrap();
    disk.rot(&path, |bytes| bytes[60] ^= 1);
    take(&folder, b"same");
    assert_eq!(
        folder.read(&first.hash).unwrap().as_deref(),
        Some(&b"same"[..])
    );
}

/// 200 MB come in from a reader; memory stays far below the file.
#[test]
fn two_hundred_megabytes_pass_in_bounded_memory() {
    let dir = tempfile::tempdir().unwrap();
    let folder = folder_on(Arc::new(RealDisk), dir.path());
    let before = peak_kib();
    let source = std::io::repeat(0xa5).take(200 << 20);
    let taken = folder.take(source, 512 << 20, &head()).unwrap();
    assert_eq!(taken.length, 200 << 20);
    assert_eq!(folder.facts(&taken.hash).unwrap().media, None);
    if let (Some(before), Some(after)) = (before, peak_kib()) {
        // Other tests of this program run beside: their share is far below, too.
        assert!(after - before < 300 * 1024, "{} KiB more", after - before);
    }
}

fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
