//! Which of two encodings a file is in: decided once for all of it, so that a line that is in neither is one bad line.

use std::borrow::Cow;

use encoding_rs::GB18030;

/// How the bytes of a file are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// UTF-8.
    Utf8,
    /// GB 18030, which holds GBK. Neither a comma, a quote nor an end of line is a part of another character in it.
    Gb18030,
}

/// From here on, a character is three bytes or more in UTF-8, which two characters of GBK hardly ever look like. All
/// Chinese ones are. One of two bytes may well be one of GBK: `鞋` there is `Ь` in UTF-8.
const SURELY: char = '\u{800}';

impl Charset {
    /// UTF-8, unless more lines cannot be that than surely are.
    pub(super) fn of(file: &[u8]) -> Self {
        if str::from_utf8(file).is_ok() {
            return Self::Utf8;
        }
        let (mut surely, mut never) = (0_usize, 0_usize);
        for line in file.split(|byte| *byte == b'\n') {
            match str::from_utf8(line) {
                Ok(text) => surely += usize::from(text.contains(|c| c >= SURELY)),
                Err(_) => never += 1,
            }
        }
        if surely >= never { Self::Utf8 } else { Self::Gb18030 }
    }

    /// The text, if it is one in this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Utf8 => str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Gb18030 => {
                GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_in_the_encoding_that_most_of_its_lines_are_in() {
        for (file, charset) in [
            ("鞋\n鞋子".as_bytes().to_vec(), Charset::Utf8),
            (b"plain".to_vec(), Charset::Utf8),
            (b"\xd0\xac\xd7\xd3".to_vec(), Charset::Gb18030),
            // Alone, the first line could be either.
            (b"\xd0\xac\n\xb1\xad\xd7\xd3".to_vec(), Charset::Gb18030),
            // A character that was cut off makes all of it look like GB 18030.
            ([&b"\xe9\x9e\n"[..], "鞋子\n红茶".as_bytes()].concat(), Charset::Utf8),
        ] {
            assert_eq!(Charset::of(&file), charset, "{file:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        for charset in [Charset::Utf8, Charset::Gb18030] {
            assert_eq!(charset.decode(b"\xff"), None);
            assert_eq!(charset.decode(b"a").as_deref(), Some("a"));
        }
        assert_eq!(Charset::Gb18030.decode(b"\xd0\xac").as_deref(), Some("鞋"));
    }
}
