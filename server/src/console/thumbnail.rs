//! Thumbnails: made by the server at first view, kept beside the evidence, never evidence
//! themselves. The decoder is bounded: a picture that would need more is shown without one.

use image::{DynamicImage, ImageFormat, ImageReader, Limits, metadata::Orientation};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Longest side of a thumbnail.
const SIDE: u32 = 480;
/// Longest side of a picture that is decoded.
const SOURCE_SIDE_MAX: u32 = 20_000;
/// Most bytes that decoding may take.
pub(super) const MEMORY_MAX: u64 = 256 << 20;
/// Largest file of which a thumbnail is made.
pub(super) const SOURCE_BYTES_MAX: u64 = 64 << 20;

/// Where the thumbnail of a piece of evidence lies.
pub(super) fn path(folder: &Path, hash: &str) -> PathBuf {
    folder.join(&hash[..2]).join(format!("{hash}.jpg"))
}

/// A JPEG that fits [`SIDE`], turned the way the camera was held; `None` for bytes that are no
/// picture, or one beyond the bounds.
pub(super) fn make(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SOURCE_SIDE_MAX);
    limits.max_image_height = Some(SOURCE_SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    if !matches!(reader.format()?, ImageFormat::Jpeg | ImageFormat::Png) {
        return None;
    }
    reader.limits(limits);
    let mut picture = reader.decode().ok()?;
    if let Some(orientation) = orientation(bytes) {
        picture.apply_orientation(orientation);
    }
    let small = DynamicImage::ImageRgb8(picture.thumbnail(SIDE, SIDE).into_rgb8());
    let mut out = Cursor::new(Vec::new());
    small.write_to(&mut out, ImageFormat::Jpeg).ok()?;
    Some(out.into_inner())
}

fn orientation(bytes: &[u8]) -> Option<Orientation> {
    let exif = exif::Reader::new()
        .read_from_container(&mut Cursor::new(bytes))
        .ok()?;
    let field = exif.get_field(exif::Tag::Orientation, exif::In::PRIMARY)?;
    Orientation::from_exif(u8::try_from(field.value.get_uint(0)?).ok()?)
}

/// Keeps a thumbnail. It can be made anew, so nothing is synced; it appears whole or not at all.
pub(super) fn keep(folder: &Path, hash: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = path(folder, hash);
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)?;
    let temporary = tempfile::NamedTempFile::new_in(parent)?;
    std::fs::write(temporary.path(), bytes)?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbImage;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| {
            image::Rgb([u8::try_from(x % 256).unwrap(), 90, 20])
        }));
        picture.write_to(&mut out, ImageFormat::Png).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_thumbnail_keeps_the_shape_and_fits() {
        let small = image::load_from_memory(&make(&png(1200, 600)).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (480, 240));
    }

    #[test]
    fn what_is_no_picture_or_too_large_has_none() {
        assert_eq!(make(b""), None);
        assert_eq!(make(b"GIF89a"), None);
        assert_eq!(make(&png(8, 8)[..20]), None);
        // A header that promises 65535 x 65535 pixels, without them.
        let mut bomb = png(8, 8);
        bomb[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
        assert_eq!(make(&bomb), None);
    }

    #[test]
    fn a_thumbnail_is_kept_by_hash() {
        let dir = tempfile::tempdir().unwrap();
        let hash = "ab".repeat(32);
        keep(dir.path(), &hash, b"x").unwrap();
        assert_eq!(std::fs::read(path(dir.path(), &hash)).unwrap(), b"x");
    }
}
