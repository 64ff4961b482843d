//! The leaf: an event's canonical bytes, as they are hashed, exported and shown to whoever checks a proof.

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};
use uuid::Uuid;

use super::canonical::{NotCanonical, Scanner, plain_length};
use super::{Hash, leaf_hash};

/// What a leaf hash covers besides payload and metadata.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The stream's aggregate id.
    pub aggregate_id: &'a str,
    /// The stream's aggregate type.
    pub aggregate_type: &'a str,
    /// The event's own id.
    pub event_id: Uuid,
    /// The stored name.
    pub event_type: &'a str,
    /// The version of the name's shape.
    pub event_version: &'a str,
    /// RFC 8785 canonical JSON of the metadata.
    pub metadata: &'a str,
    /// RFC 8785 canonical JSON of the sealed payload.
    pub payload: &'a str,
    /// Place in the log.
    pub position: i64,
    /// When the writer recorded it, to the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// Place in the stream.
    pub sequence: i64,
}

impl Envelope<'_> {
    /// The RFC 8785 canonical bytes of the event: an object whose members stand in alphabetical order.
    ///
    /// Payload and metadata are canonical already and are put in as they are, which saves parsing them again.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::with_capacity(self.payload.len() + self.metadata.len() + 512);
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut String) {
        out.push_str("{\"aggregate_id\":");
        quote(self.aggregate_id, out);
        out.push_str(",\"aggregate_type\":");
        quote(self.aggregate_type, out);
        out.push_str(",\"event_id\":\"");
        out.push_str(self.event_id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
        out.push_str("\",\"event_type\":");
        quote(self.event_type, out);
        out.push_str(",\"event_version\":");
        quote(self.event_version, out);
        out.push_str(",\"log\":0,\"metadata\":");
        out.push_str(self.metadata);
        out.push_str(",\"payload\":");
        out.push_str(self.payload);
        out.push_str(",\"position\":");
        out.push_str(&self.position.to_string());
        out.push_str(",\"recorded_at\":\"");
        write_time(self.recorded_at, out);
        out.push_str("\",\"sequence\":");
        out.push_str(&self.sequence.to_string());
        out.push('}');
    }

    /// The event's leaf hash.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(self.canonical().as_bytes())
    }
}

/// What an event's canonical bytes say about its place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// The stream's aggregate id, between its quotes.
    pub aggregate_id: &'a str,
    /// The stream's aggregate type, between its quotes.
    pub aggregate_type: &'a str,
    /// The event's own id.
    pub event_id: &'a str,
    /// Place in the log.
    pub position: i64,
    /// When it was recorded: of one length, so that texts compare as times do.
    pub recorded_at: &'a str,
    /// Place in the stream.
    pub sequence: i64,
}

impl<'a> Sealed<'a> {
    /// Reads an event's canonical bytes and proves that they are canonical, without building any value.
    ///
    /// # Errors
    /// [`NotCanonical`] at the first byte that is not as [`Envelope::canonical`] writes it.
    pub fn read(text: &'a str) -> Result<Self, NotCanonical> {
        let mut scanner = Scanner::new(text);
        scanner.literal("{\"aggregate_id\":")?;
        let aggregate_id = scanner.string()?;
        scanner.literal(",\"aggregate_type\":")?;
        let aggregate_type = scanner.string()?;
        scanner.literal(",\"event_id\":")?;
        let event_id = scanner.string()?;
        scanner.literal(",\"event_type\":")?;
        scanner.string()?;
        scanner.literal(",\"event_version\":")?;
        scanner.string()?;
        scanner.literal(",\"log\":0,\"metadata\":")?;
        scanner.value()?;
        scanner.literal(",\"payload\":")?;
        scanner.value()?;
        scanner.literal(",\"position\":")?;
        let position = scanner.whole()?;
        scanner.literal(",\"recorded_at\":")?;
        let recorded_at = scanner.string()?;
        scanner.literal(",\"sequence\":")?;
        let sequence = scanner.whole()?;
        scanner.literal("}")?;
        scanner.end()?;
        let of_its_form = has_form(event_id, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
            && has_form(recorded_at, "0000-00-00T00:00:00.000000Z");
        if !of_its_form {
            return Err(NotCanonical { at: 0 });
        }
        Ok(Self { aggregate_id, aggregate_type, event_id, position, recorded_at, sequence })
    }
}

/// Whether `text` is written like `form`, where `0` stands for a digit and `x` for a hexadecimal one.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'x' => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        other => byte == other,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// Writes a time by RFC 3339, in UTC and to the microsecond, in half the time that the library takes.
fn write_time(time: DateTime<Utc>, out: &mut String) {
    let (date, clock) = (time.date_naive(), time.time());
    let (Ok(year @ 0..=9999), micros @ 0..1_000_000) =
        (u32::try_from(date.year()), clock.nanosecond() / 1000)
    else {
        // Years of other lengths, and leap seconds.
        return out.push_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true));
    };
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    for (at, number) in [
        (0, year / 100),
        (2, year % 100),
        (5, date.month()),
        (8, date.day()),
        (11, clock.hour()),
        (14, clock.minute()),
        (17, clock.second()),
        (20, micros / 10_000),
        (22, micros / 100 % 100),
        (24, micros % 100),
    ] {
        if let (Some([tens, ones]), Ok(number)) = (text.get_mut(at..at + 2), u8::try_from(number)) {
            *tens += number / 10;
            *ones += number % 10;
        }
    }
    out.push_str(std::str::from_utf8(&text).unwrap_or_default());
}

/// Writes a JSON string; ids and names, which need no escaping, as they are.
fn quote(text: &str, out: &mut String) {
    if plain_length(text.as_bytes()) == text.len() {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_envelope_is_canonical() {
        let payload = serde_json::json!({"type": "x", "name": "掌\n\u{7f}柜\"", "n": 7});
        let canonical = serde_json_canonicalizer::to_string(&payload).unwrap();
        let recorded_at = DateTime::from_timestamp_micros(1_700_000_000_000_123).unwrap();
        let envelope = Envelope {
            aggregate_id: "id\"1\u{e000}",
            aggregate_type: "account",
            event_id: Uuid::nil(),
            event_type: "account.registered",
            event_version: "1",
            metadata: "{}",
            payload: &canonical,
            position: 3,
            recorded_at,
            sequence: 1,
        };
        let whole = serde_json::json!({
            "aggregate_id": "id\"1\u{e000}", "aggregate_type": "account", "event_id": Uuid::nil(),
            "event_type": "account.registered", "event_version": "1", "log": 0, "metadata": {},
            "payload": payload, "position": 3, "recorded_at": "2023-11-14T22:13:20.000123Z", "sequence": 1,
        });
        assert_eq!(envelope.canonical(), serde_json_canonicalizer::to_string(&whole).unwrap());
    }

    proptest! {
        #[test]
        fn a_time_is_written_as_the_library_writes_it(micros in -70_000_000_000_000_000_i64..300_000_000_000_000_000) {
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            let mut written = String::new();
            write_time(time, &mut written);
            prop_assert_eq!(written, time.to_rfc3339_opts(SecondsFormat::Micros, true));
        }
    }

    fn example(payload: &str) -> String {
        Envelope {
            aggregate_id: "0199",
            aggregate_type: "account",
            event_id: Uuid::nil(),
            event_type: "account.registered",
            event_version: "1",
            metadata: "{}",
            payload,
            position: 3,
            recorded_at: DateTime::from_timestamp_micros(1_700_000_000_000_123).unwrap(),
            sequence: 2,
        }
        .canonical()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = example("{\"a\":1}");
        let expected = Sealed {
            aggregate_id: "0199",
            aggregate_type: "account",
            event_id: "00000000-0000-0000-0000-000000000000",
            position: 3,
            recorded_at: "2023-11-14T22:13:20.000123Z",
            sequence: 2,
        };
        assert_eq!(Sealed::read(&text), Ok(expected));
    }

    #[test]
    fn any_other_way_of_writing_it_is_refused() {
        let text = example("{\"a\":1}");
        for (was, wrong) in [
            ("\"a\":1", "\"a\": 1"),
            ("\"a\":1", "\"a\":1,\"a\":1"),
            ("\"log\":0", "\"log\":1"),
            (",\"sequence\":2", ""),
            ("}", "} "),
            (":3,", ":-3,"),
            (":3,", ":3.5,"),
            ("20.000123Z", "20.000123+"),
            ("20.000123Z", "20.123Z"),
            ("00000000-", "A0000000-"),
        ] {
            let changed = text.replacen(was, wrong, 1);
            assert_ne!(changed, text);
            assert!(Sealed::read(&changed).is_err(), "{changed}");
        }
        for end in 0..text.len() {
            assert!(Sealed::read(&text[..end]).is_err());
        }
    }
}
