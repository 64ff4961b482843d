//! Canonical JSON (RFC 8785): telling whether bytes are it, and making it of what `jsonb` and serde print.
//!
//! An auditor hashes an event's bytes as they lie. That these bytes have one meaning only is what canonical JSON
//! gives: no member twice, none out of order, one way to write each string and each number. [`Scanner`] proves it
//! while it reads, without building values, since that is most of the work of checking a log. [`write()`] is for the
//! way out of the database: `jsonb` keeps no text, but prints strings as RFC 8785 does and only orders members
//! by length first. [`of()`] is for the way in: what serde prints has canonical strings too, only the order is another. The
//! library, which parses every name again, would cost an append several times as much; it is asked about odd numbers.

mod writer;

use std::cmp::Ordering;

use serde_json::Value;

pub use writer::write;

/// The canonical form of what serde printed.
///
/// # Errors
/// When it is no JSON.
pub fn of(json: &str) -> Result<String, serde_json::Error> {
    let mut out = String::with_capacity(json.len());
    match write(json, &mut out) {
        Ok(()) => Ok(out),
        // A number that `jsonb` would print in another way, or a member twice, of which the last one counts.
        Err(_) => serde_json_canonicalizer::to_string(&serde_json::from_str::<Value>(json)?),
    }
}

/// How deep values may lie in each other.
const DEEPEST: u32 = 128;

/// The bytes are not canonical JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not canonical JSON at byte {at}")]
pub struct NotCanonical {
    /// Where that shows.
    pub at: usize,
}

/// Reads canonical JSON from text, and stops at the first byte that is not.
#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// At the beginning of `text`.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    const fn refuse(&self) -> NotCanonical {
        NotCanonical { at: self.at }
    }

    fn since(&self, from: usize) -> Result<&'a str, NotCanonical> {
        self.text.get(from..self.at).ok_or(self.refuse())
    }

    /// Reads just these bytes.
    ///
    /// # Errors
    /// When something else stands there.
    pub fn literal(&mut self, expected: &str) -> Result<(), NotCanonical> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(expected.as_bytes()) {
            return Err(self.refuse());
        }
        self.at += expected.len();
        Ok(())
    }

    fn byte(&mut self, expected: u8) -> Result<(), NotCanonical> {
        if self.peek() != Some(expected) {
            return Err(self.refuse());
        }
        self.at += 1;
        Ok(())
    }

    /// Nothing may follow.
    ///
    /// # Errors
    /// When something does.
    pub const fn end(&self) -> Result<(), NotCanonical> {
        if self.at == self.text.len() { Ok(()) } else { Err(self.refuse()) }
    }

    /// Reads a string; gives what stands between the quotes, escapes and all.
    ///
    /// # Errors
    /// When it is none, or written in another way than the canonical one.
    pub fn string(&mut self) -> Result<&'a str, NotCanonical> {
        self.byte(b'"')?;
        let from = self.at;
        let bytes = self.text.as_bytes();
        loop {
            self.at += plain_length(bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    let string = self.since(from)?;
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => self.escape()?,
                _ => return Err(self.refuse()),
            }
        }
    }

    /// The escapes that RFC 8785 has: seven short ones, and `\u00xx` for the other control characters.
    fn escape(&mut self) -> Result<(), NotCanonical> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += match rest {
            [_, b'b' | b't' | b'n' | b'f' | b'r' | b'"' | b'\\', ..] => 2,
            [_, b'u', b'0', b'0', b'0', b'0'..=b'7' | b'b' | b'e' | b'f', ..]
            | [_, b'u', b'0', b'0', b'1', b'0'..=b'9' | b'a'..=b'f', ..] => 6,
            _ => return Err(self.refuse()),
        };
        Ok(())
    }

    /// Reads a whole number that is not negative, as it stands in the log's own fields.
    ///
    /// # Errors
    /// When it is none, or too large.
    pub fn whole(&mut self) -> Result<i64, NotCanonical> {
        let from = self.at;
        let number = self.number()?;
        number.parse().ok().filter(|number| *number >= 0).ok_or(NotCanonical { at: from })
    }

    /// Reads a number, as ECMAScript prints it.
    fn number(&mut self) -> Result<&'a str, NotCanonical> {
        let from = self.at;
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let length = rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        self.at += length;
        let number = self.since(from)?;
        if is_small_whole(number) || as_ecmascript(number).is_some_and(|canonical| canonical == number) {
            return Ok(number);
        }
        Err(NotCanonical { at: from })
    }

    /// Reads any value; gives its text.
    ///
    /// # Errors
    /// When it is not canonical.
    pub fn value(&mut self) -> Result<&'a str, NotCanonical> {
        let from = self.at;
        self.nested(0)?;
        self.since(from)
    }

    fn nested(&mut self, depth: u32) -> Result<(), NotCanonical> {
        if depth > DEEPEST {
            return Err(self.refuse());
        }
        match self.peek() {
            Some(b'{') => self.members(depth),
            Some(b'[') => self.items(depth),
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => self.number().map(drop),
        }
    }

    fn members(&mut self, depth: u32) -> Result<(), NotCanonical> {
        self.at += 1;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut last: Option<&str> = None;
        loop {
            let begins = self.at;
            let name = self.string()?;
            if last.is_some_and(|last| compare(last, name) != Ordering::Less) {
                return Err(NotCanonical { at: begins });
            }
            last = Some(name);
            self.byte(b':')?;
            self.nested(depth + 1)?;
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(());
            }
            self.byte(b',')?;
        }
    }

    fn items(&mut self, depth: u32) -> Result<(), NotCanonical> {
        self.at += 1;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.nested(depth + 1)?;
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(());
            }
            self.byte(b',')?;
        }
    }
}

/// How many bytes come before the first quote, backslash or control character: most of a string.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    for (nth, word) in words.iter().enumerate() {
        let ends = ends_in(u64::from_le_bytes(*word));
        if ends != 0 {
            return nth * 8 + ends.trailing_zeros() as usize / 8;
        }
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    words.len() * 8 + rest.iter().position(ends).unwrap_or(rest.len())
}

/// The highest bit of each byte, of eight, that ends a run of plain ones. Of those after the first it may set too many,
/// since what is subtracted from a byte may have to be taken from the next one.
fn ends_in(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    let quote = word ^ (ONES * u64::from(b'"'));
    let backslash = word ^ (ONES * u64::from(b'\\'));
    let below = |number: u64, limit: u8| number.wrapping_sub(ONES * u64::from(limit)) & !number;
    (below(quote, 1) | below(backslash, 1) | below(word, b' ')) & (ONES << 7)
}

/// Whether `number` is whole and far within what a double holds exactly: then its digits are canonical.
fn is_small_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number).as_bytes();
    match digits {
        [b'0'] => digits.len() == number.len(),
        [b'1'..=b'9', rest @ ..] => rest.len() < 15 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// A number as ECMAScript prints it (RFC 8785, 3.2.2.3); none when it is no number.
fn as_ecmascript(number: &str) -> Option<String> {
    let value: f64 = serde_json::from_str(number).ok()?;
    serde_json_canonicalizer::to_string(&value).ok()
}

/// The order of members: by the UTF-16 of their names (RFC 8785, 3.2.3).
fn compare(one: &str, other: &str) -> Ordering {
    for (byte, beside) in one.bytes().zip(other.bytes()) {
        if byte == b'\\' || beside == b'\\' {
            return compare_opened(one, other);
        }
        if byte != beside {
            // In UTF-8 the order is the same, but for characters that have surrogates in UTF-16 against some that have none.
            let is_same = byte.max(beside) < 0xEE;
            return if is_same { byte.cmp(&beside) } else { compare_opened(one, other) };
        }
    }
    one.len().cmp(&other.len())
}

/// The same of names with escapes, or that need it.
fn compare_opened(one: &str, other: &str) -> Ordering {
    let opened =
        |name: &str| serde_json::from_str(&format!("\"{name}\"")).unwrap_or_else(|_| name.to_owned());
    let (one, other): (String, String) = (opened(one), opened(other));
    one.encode_utf16().cmp(other.encode_utf16())
}

#[cfg(test)]
mod tests;
