//! Reading a picture within bounds: what a header claims is checked before room is made for it.

use image::metadata::Orientation;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest file that is looked at as a picture; longer ones are kept all the same.
pub(super) const BYTES_MAX: u64 = 64 << 20;
/// Widest and highest picture that is looked at.
const SIDE_MAX: u32 = 16_384;
/// Room for the pixels: 64 million in three colours.
const ALLOC_MAX: u64 = 192 << 20;
const THUMBNAIL_SIDE: u32 = 512;
const THUMBNAIL_QUALITY: u8 = 80;

/// A picture that was read whole.
pub(super) struct Picture {
    pub width: u32,
    pub height: u32,
    pub thumbnail: Vec<u8>,
}

/// Decodes a picture and makes its thumbnail, turned upright; `None` when it is not whole.
pub(super) fn read(bytes: &[u8], format: ImageFormat, orientation: Option<u8>) -> Option<Picture> {
    // Decoders read what strangers made: a panic in one is a picture that does not read.
    catch_unwind(AssertUnwindSafe(|| read_inner(bytes, format, orientation)))
        .ok()
        .flatten()
}

fn read_inner(bytes: &[u8], format: ImageFormat, orientation: Option<u8>) -> Option<Picture> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(ALLOC_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let (width, height) = (picture.width(), picture.height());
    let small = width <= THUMBNAIL_SIDE && height <= THUMBNAIL_SIDE;
    let mut thumbnail = if small {
        picture
    } else {
        picture.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    };
    if let Some(orientation) = orientation.and_then(Orientation::from_exif) {
        thumbnail.apply_orientation(orientation);
    }
    let thumbnail = DynamicImage::ImageRgb8(thumbnail.to_rgb8());
    let mut encoded = Vec::new();
    let encoder =
        image::codecs::jpeg::JpegEncoder::new_with_quality(&mut encoded, THUMBNAIL_QUALITY);
    thumbnail.write_with_encoder(encoder).ok()?;
    Some(Picture {
        width,
        height,
        thumbnail: encoded,
    })
}
