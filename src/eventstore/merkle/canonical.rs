//! Canonical JSON (RFC 8785): telling whether bytes are it, and making it of what `jsonb` prints.
//!
//! An auditor hashes an event's bytes as they lie. That these bytes have one meaning only is what canonical JSON
//! gives: no member twice, none out of order, one way to write each string and each number. [`Scanner`] proves it
//! while it reads, without building values, since that is most of the work of checking a log. [`write`] is for the
//! way out of the database: `jsonb` keeps no text, but prints strings as RFC 8785 does and only orders members
//! by length first.

use std::cmp::Ordering;

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
        self.literal("\"")?;
        let from = self.at;
        let bytes = self.text.as_bytes();
        loop {
            // Most of a string is neither quote, backslash nor control character.
            let rest = bytes.get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '));
            self.at += plain.unwrap_or(rest.len());
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
            self.literal(":")?;
            self.nested(depth + 1)?;
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(());
            }
            self.literal(",")?;
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
            self.literal(",")?;
        }
    }
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
    // In UTF-8 the order is the same, but for names with escapes or characters that have surrogates in UTF-16.
    let plain = |name: &str| name.bytes().all(|byte| byte != b'\\' && byte < 0xEE);
    if plain(one) && plain(other) {
        return one.cmp(other);
    }
    let opened =
        |name: &str| serde_json::from_str(&format!("\"{name}\"")).unwrap_or_else(|_| name.to_owned());
    let (one, other): (String, String) = (opened(one), opened(other));
    one.encode_utf16().cmp(other.encode_utf16())
}

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

    fn number(&mut self) -> Result<(), NotCanonical> {
        let from = self.from.at;
        while matches!(self.from.peek(), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.from.at += 1;
        }
        let number = self.from.since(from)?;
        if is_small_whole(number) {
            self.out.push_str(number);
        } else {
            self.out.push_str(&as_ecmascript(number).ok_or(NotCanonical { at: from })?);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn check(text: &str) -> Result<(), NotCanonical> {
        let mut scanner = Scanner::new(text);
        scanner.value()?;
        scanner.end()
    }

    #[test]
    fn the_examples_of_the_standard_are_canonical_and_near_misses_are_not() {
        for good in [
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin\",\"€\":\"Euro Sign\",\"😀\":\"Smiley\",\"\u{fb33}\":\"Hebrew\"}",
            "0",
            "-1",
            "9007199254740991",
            "1e+21",
            "100000000000000000000",
            "\"\"",
            "[]",
            "{}",
            "[[],{}]",
            "\"\u{7f}\"",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            " 1",
            "1 ",
            "01",
            "-0",
            "1.0",
            "1e3",
            "1E3",
            "+1",
            ".5",
            "nul",
            "tru",
            "[1,]",
            "[1 ,2]",
            "{\"a\" :1}",
            "{\"b\":1,\"a\":1}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,}",
            "\"\t\"",
            r#""\/""#,
            r#""\u0041""#,
            r#""\u000A""#,
            r#""\u000a""#,
            r#""\u001F""#,
            r#""\ud83d\ude00""#,
            "\"",
            "\"\\",
            "\"\\u00",
            "[",
            "{",
            "{\"a\"",
            "{\"a\":",
            "9007199254740993",
            "1e400",
            "NaN",
            "--1",
            "\u{feff}1",
            // U+FB33 comes after a surrogate in UTF-16, although before in UTF-8.
            "{\"\u{fb33}\":1,\"😀\":2}",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(check(&"[".repeat(100_000)).is_err());
    }

    /// Prints as `jsonb` does: blanks after colons and commas, members by length of their names, then by bytes.
    fn as_jsonb(value: &Value) -> String {
        match value {
            Value::Object(members) => {
                let mut names: Vec<_> = members.keys().collect();
                names.sort_by_key(|name| (name.len(), name.as_bytes()));
                let members =
                    names.into_iter().map(|name| format!("{}: {}", json!(name), as_jsonb(&members[name])));
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
            Value::Array(items) => format!("[{}]", items.iter().map(as_jsonb).collect::<Vec<_>>().join(", ")),
            other => other.to_string(),
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-9_007_199_254_740_991_i64..9_007_199_254_740_991).prop_map(Value::from),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_the_library_prints_is_canonical_and_jsonb_becomes_it(value in values()) {
            let canonical = serde_json_canonicalizer::to_string(&value).unwrap();
            prop_assert_eq!(check(&canonical), Ok(()));
            let mut written = String::new();
            prop_assert_eq!(write(&as_jsonb(&value), &mut written), Ok(()));
            prop_assert_eq!(written, canonical);
        }

        #[test]
        fn whatever_is_canonical_is_what_the_library_makes_of_it(text in "[\\[\\]{}:,\"\\\\0-9a-c.eE+-]{0,24}") {
            if check(&text).is_ok() {
                let value: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), text);
            }
        }

        #[test]
        fn a_changed_canonical_text_is_refused_or_another_value(value in values(), at: prop::sample::Index, with: char) {
            let canonical = serde_json_canonicalizer::to_string(&value).unwrap();
            let mut characters: Vec<char> = canonical.chars().collect();
            let at = at.index(characters.len());
            characters[at] = with;
            let changed: String = characters.into_iter().collect();
            if check(&changed).is_ok() {
                let value: Value = serde_json::from_str(&changed).unwrap();
                prop_assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), changed);
            }
        }

        #[test]
        fn bad_text_never_panics(text: String) {
            let _outcome = (check(&text), write(&text, &mut String::new()));
        }
    }
}
