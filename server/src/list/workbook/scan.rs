//! Looks over the XML of a workbook's parts while they are unpacked, before any library holds them:
//! no entities of their own, no text or tag that a reader would have to buffer without end.

/// What is wrong with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanFault {
    /// A document type or entity.
    Entities,
    /// One tag, comment or text beyond any spreadsheet's.
    TooLong,
}

/// Bytes of text between two cells: 32,767 characters, each as a reference, and white space.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Bytes of one tag, comment or instruction.
const TAG_BYTES_MAX: usize = 64 << 10;
/// Bytes of a tag that tell its name.
const HEAD_BYTES: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Text,
    Tag,
    Comment,
    Cdata,
    Instruction,
}

/// A scan over one part.
#[derive(Debug)]
pub(super) struct Scan {
    state: State,
    head: Vec<u8>,
    length: usize,
    quote: u8,
    last: [u8; 2],
    text: usize,
    bounds_text: bool,
    /// Elements that begin.
    pub(super) elements: u64,
    /// Shared strings that begin.
    pub(super) strings: u64,
    /// Merged regions.
    pub(super) merges: u64,
}

impl Scan {
    /// `bounds_text`: the part holds cells or shared strings, whose text is bounded.
    pub(super) fn new(bounds_text: bool) -> Self {
        Self {
            state: State::Text,
            head: Vec::with_capacity(HEAD_BYTES),
            length: 0,
            quote: 0,
            last: [0; 2],
            text: 0,
            bounds_text,
            elements: 0,
            strings: 0,
            merges: 0,
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), ScanFault> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.state == State::Text {
                let tag = rest.iter().position(|b| *b == b'<');
                self.add_text(tag.unwrap_or(rest.len()))?;
                let Some(tag) = tag else { break };
                rest = &rest[tag + 1..];
                self.begin_tag();
            } else {
                let (byte, tail) = rest.split_first().expect("it is not empty");
                rest = tail;
                self.inside(*byte)?;
                self.last = [self.last[1], *byte];
            }
        }
        Ok(())
    }

    fn add_text(&mut self, bytes: usize) -> Result<(), ScanFault> {
        self.text += bytes;
        if self.bounds_text && self.text > TEXT_BYTES_MAX {
            return Err(ScanFault::TooLong);
        }
        Ok(())
    }

    fn begin_tag(&mut self) {
        self.state = State::Tag;
        self.head.clear();
        self.length = 0;
        self.quote = 0;
        self.last = [0; 2];
    }

    fn inside(&mut self, byte: u8) -> Result<(), ScanFault> {
        self.length += 1;
        match self.state {
            State::Text => {}
            State::Cdata => {
                self.add_text(1)?;
                if self.last == *b"]]" && byte == b'>' {
                    self.state = State::Text;
                }
                return Ok(());
            }
            State::Comment => {
                if self.last == *b"--" && byte == b'>' {
                    self.state = State::Text;
                }
            }
            State::Instruction => {
                if self.last[1] == b'?' && byte == b'>' {
                    self.state = State::Text;
                }
            }
            State::Tag => self.inside_tag(byte)?,
        }
        if self.length > TAG_BYTES_MAX {
            Err(ScanFault::TooLong)
        } else {
            Ok(())
        }
    }

    fn inside_tag(&mut self, byte: u8) -> Result<(), ScanFault> {
        const COMMENT: &[u8] = b"!--";
        const CDATA: &[u8] = b"![CDATA[";
        if self.head.len() < HEAD_BYTES {
            self.head.push(byte);
        }
        if self.head.first() == Some(&b'!') {
            let head = self.head.as_slice();
            if head == COMMENT || head == CDATA {
                self.state = if head == COMMENT {
                    State::Comment
                } else {
                    State::Cdata
                };
                self.last = [0; 2];
                return Ok(());
            }
            let may_become = COMMENT.starts_with(head) || CDATA.starts_with(head);
            return if may_become {
                Ok(())
            } else {
                Err(ScanFault::Entities)
            };
        }
        if self.length == 1 && byte == b'?' {
            self.state = State::Instruction;
            return Ok(());
        }
        if self.quote != 0 {
            if byte == self.quote {
                self.quote = 0;
            }
        } else if matches!(byte, b'"' | b'\'') {
            self.quote = byte;
        } else if byte == b'>' {
            self.end_tag();
        }
        Ok(())
    }

    fn end_tag(&mut self) {
        self.state = State::Text;
        if self.head.first() == Some(&b'/') {
            return;
        }
        self.elements += 1;
        let end = self
            .head
            .iter()
            .position(|b| matches!(b, b' ' | b'/' | b'>' | b'\t' | b'\r' | b'\n'))
            .unwrap_or(self.head.len());
        let name = &self.head[..end];
        let local = name
            .iter()
            .rposition(|b| *b == b':')
            .map_or(name, |colon| &name[colon + 1..]);
        match local {
            b"si" => {
                self.strings += 1;
                self.text = 0;
            }
            b"c" | b"row" => self.text = 0,
            b"mergeCell" => self.merges += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Result<Scan, ScanFault> {
        // Byte by byte, so that every state survives the edge of a buffer.
        let mut scan = Scan::new(true);
        for byte in text.as_bytes() {
            scan.feed(&[*byte])?;
        }
        Ok(scan)
    }

    #[test]
    fn entities_are_found_wherever_they_hide() {
        for text in [
            "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
            "<a><!-- x --><!ELEMENT b></a>",
            "<!doctype html>",
        ] {
            assert_eq!(scan(text).err(), Some(ScanFault::Entities), "{text}");
        }
        for text in [
            "<a><!-- <!DOCTYPE --></a>",
            "<a><![CDATA[<!DOCTYPE>]]></a>",
            "<a b='<!DOCTYPE'/>",
        ] {
            assert!(scan(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn elements_are_counted_and_long_texts_refused() {
        let found =
            scan("<x:sst><x:si><t>a</t></x:si><si/><mergeCell ref=\"A1\"/></x:sst>").unwrap();
        assert_eq!((found.elements, found.strings, found.merges), (5, 2, 1));
        let long = format!("<c><t>{}</t></c>", "x".repeat(TEXT_BYTES_MAX));
        assert_eq!(scan(&long).err(), None);
        let longer = format!("<c><t>{}</t><t>x</t></c>", "x".repeat(TEXT_BYTES_MAX));
        assert_eq!(scan(&longer).err(), Some(ScanFault::TooLong));
        let tag = format!("<c a=\"{}\">", "x".repeat(TAG_BYTES_MAX));
        assert_eq!(scan(&tag).err(), Some(ScanFault::TooLong));
    }
}
