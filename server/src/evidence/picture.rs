//! What bytes are, by themselves: never by a name or a claim. Reads the beginning alone, so that a
//! picture that says it is 65535 pixels wide costs nothing.

use std::io::{Cursor, Read};
use std::path::Path;

/// What is read of a file: pictures say their size within.
const LOOK_BYTES: u64 = 1 << 20;

/// Media type and size of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// `image/jpeg` or `image/png`; `None`: not known as a picture.
    pub media: Option<&'static str>,
    /// Width and height in pixels, when they can be read.
    pub size: Option<(u32, u32)>,
}

/// What the beginning of a file is.
///
/// # Errors
/// When the file cannot be read.
pub fn picture_of(path: &Path) -> std::io::Result<Picture> {
    let mut start = Vec::new();
    std::fs::File::open(path)?
        .take(LOOK_BYTES)
        .read_to_end(&mut start)?;
    Ok(look(start))
}

fn look(start: Vec<u8>) -> Picture {
    let Ok(format) = image::guess_format(&start) else {
        return Picture::default();
    };
    let media = if format == image::ImageFormat::Jpeg {
        "image/jpeg"
    } else if format == image::ImageFormat::Png {
        "image/png"
    } else {
        return Picture::default();
    };
    let size = image::ImageReader::with_format(Cursor::new(start), format)
        .into_dimensions()
        .ok();
    Picture {
        media: Some(media),
        size,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        image::RgbImage::new(width, height)
            .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
            .unwrap();
        bytes
    }

    #[test]
    fn pictures_are_known_by_their_bytes() {
        let picture = look(png(7, 5));
        assert_eq!(
            picture,
            Picture {
                media: Some("image/png"),
                size: Some((7, 5))
            }
        );
        assert_eq!(look(b"<html>".to_vec()), Picture::default());
        assert_eq!(look(Vec::new()), Picture::default());
    }

    #[test]
    fn a_cut_or_lying_picture_keeps_its_kind() {
        let mut lying = png(7, 5);
        lying[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert_eq!(look(lying).media, Some("image/png"));
        let cut = png(7, 5)[..12].to_vec();
        assert_eq!(
            look(cut),
            Picture {
                media: Some("image/png"),
                size: None
            }
        );
        let jpeg = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
        assert_eq!(
            look(jpeg),
            Picture {
                media: Some("image/jpeg"),
                size: None
            }
        );
    }
}
