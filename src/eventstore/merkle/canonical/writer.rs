//! Canonical JSON from what `jsonb` prints.

use std::cmp::Ordering;

use super::{DEEPEST, NotCanonical, Scanner, as_ecmascript, compare, is_small_whole};

/// Writes what `jsonb` prints as canonical JSON.
///
/// # Errors
/// When it is not what `jsonb` prints.
pub fn write(jsonb: &str, out: &mut String) -> Result<(), NotCanonical> {
    let mut writer = Writer { from: Scanner::new(jsonb), out };
    writer.value(0)?;
    writer.from.end()
}

struct Writer<'a, 'b> {
    from: Scanner<'a>,
    out: &'b mut String,
}

impl<'a> Writer<'a, '_> {
    fn blank(&mut self) {
        while self.from.peek() == Some(b' ') {
            self.from.at += 1;
        }
    }

    fn string(&mut self) -> Result<&'a str, NotCanonical> {
        let string = self.from.string()?;
        self.out.push('"');
        self.out.push_str(string);
        self.out.push('"');
        Ok(string)
    }

    fn value(&mut self, depth: u32) -> Result<(), NotCanonical> {
        if depth > DEEPEST {
            return Err(self.from.refuse());
        }
        match self.from.peek() {
            Some(b'{') => self.members(depth),
            Some(b'[') => self.items(depth),
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), NotCanonical> {
        self.from.literal(word)?;
        self.out.push_str(word);
        Ok(())
    }

    /// A number, only in the form in which `jsonb` prints the one that was hashed. Others that are the same double, as `5.0`
    /// and `5.00000000000000000001` are, would have the same leaf, and nobody would see that they were put in its place.
    fn number(&mut self) -> Result<(), NotCanonical> {
        let from = self.from.at;
        while matches!(self.from.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.from.at += 1;
        }
        let number = self.from.since(from)?;
        if is_small_whole(number) {
            self.out.push_str(number);
        } else {
            let canonical = as_ecmascript(number)
                .filter(|canonical| is_printed(number, canonical))
                .ok_or(NotCanonical { at: from })?;
            self.out.push_str(&canonical);
        }
        Ok(())
    }

    fn members(&mut self, depth: u32) -> Result<(), NotCanonical> {
        self.from.at += 1;
        self.out.push('{');
        let begins = self.out.len();
        // Name and place of each member in `out`.
        let mut members: Vec<(&'a str, usize, usize)> = Vec::new();
        self.blank();
        while self.from.peek() != Some(b'}') {
            if !members.is_empty() {
                self.from.literal(",")?;
                self.blank();
                self.out.push(',');
            }
            let from = self.out.len();
            let name = self.string()?;
            self.from.literal(":")?;
            self.blank();
            self.out.push(':');
            self.value(depth + 1)?;
            members.push((name, from, self.out.len()));
            self.blank();
        }
        self.from.at += 1;
        if !members.is_sorted_by(|one, other| compare(one.0, other.0) == Ordering::Less) {
            members.sort_by(|one, other| compare(one.0, other.0));
            if !members.is_sorted_by(|one, other| compare(one.0, other.0) == Ordering::Less) {
                return Err(self.from.refuse());
            }
            let ordered: Vec<&str> =
                members.iter().filter_map(|(_, from, to)| self.out.get(*from..*to)).collect();
            let ordered = ordered.join(",");
            self.out.truncate(begins);
            self.out.push_str(&ordered);
        }
        self.out.push('}');
        Ok(())
    }

    fn items(&mut self, depth: u32) -> Result<(), NotCanonical> {
        self.from.at += 1;
        self.out.push('[');
        self.blank();
        let mut is_first = true;
        while self.from.peek() != Some(b']') {
            if !is_first {
                self.from.literal(",")?;
                self.blank();
                self.out.push(',');
            }
            is_first = false;
            self.value(depth + 1)?;
            self.blank();
        }
        self.from.at += 1;
        self.out.push(']');
        Ok(())
    }
}

/// Whether `jsonb` prints `canonical` as `number`: just so, but never with an exponent.
fn is_printed(number: &str, canonical: &str) -> bool {
    if !canonical.contains('e') {
        return number == canonical;
    }
    canonical.parse::<f64>().is_ok_and(|value| value.to_string() == number)
}
