//! The keys of the log: as the table has them, as they are published, and as an auditor keeps them in a file.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::note::{BadNote, Kind, Note, Verdict, VerifierKey};

/// A key that signs checkpoints, or signed them once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// Its number: 1, 2, 3 …
    pub number: i32,
    /// The public key.
    pub verifier: VerifierKey,
    /// The first size that it signed.
    pub first_size: u64,
    /// The last, which its successor signed as well; none while it signs.
    pub last_size: Option<u64>,
    /// Since when it is in use.
    pub created_at: DateTime<Utc>,
}

/// Number, name, public key, the first size, that of the next key, and since when.
type KeyRow = (i32, String, Vec<u8>, i64, Option<i64>, DateTime<Utc>);

/// All keys of the log, the oldest first.
///
/// # Errors
/// The database's.
pub async fn all(database: &mut PgConnection) -> Result<Vec<LogKey>, sqlx::Error> {
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT number, name, public_key, first_size, lead(first_size) OVER (ORDER BY number), \
                CASE WHEN isfinite(created_at) THEN created_at END \
         FROM log_keys WHERE log = 0 ORDER BY number",
    )
    .fetch_all(database)
    .await?;
    let size = |size: i64| u64::try_from(size).unwrap_or(0);
    let keys = rows.into_iter().map(|(number, name, public, first, last, created_at)| {
        let public =
            public.try_into().map_err(|_| sqlx::Error::Decode("a public key has not 32 bytes".into()))?;
        let verifier = VerifierKey { name, kind: Kind::Log, public };
        Ok(LogKey { number, verifier, first_size: size(first), last_size: last.map(size), created_at })
    });
    keys.collect()
}

/// The keys of the log, as they are published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyDocument {
    /// The log's name: the first line of each of its checkpoints.
    pub origin: String,
    /// The oldest first; the last one signs.
    pub keys: Vec<KeyBody>,
}

/// One key, as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyBody {
    /// The key as tools for signed notes take it: `name+id+base64`.
    pub verifier_key: String,
    /// The 4 bytes by which signatures name it, in hexadecimal.
    pub key_id: String,
    /// The raw Ed25519 public key, in hexadecimal.
    pub public_key: String,
    /// The first size of the log that it signed.
    pub first_size: u64,
    /// The last, which its successor signed as well; null while it signs.
    #[schema(required)]
    pub last_size: Option<u64>,
    /// Since when it is in use.
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&LogKey> for KeyBody {
    fn from(key: &LogKey) -> Self {
        Self {
            verifier_key: key.verifier.to_string(),
            key_id: key.verifier.hex_id(),
            public_key: hex::encode(key.verifier.public),
            first_size: key.first_size,
            last_size: key.last_size,
            created_at: key.created_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        }
    }
}

impl KeyDocument {
    /// The document of these keys.
    #[must_use]
    pub fn of(keys: &[LogKey]) -> Self {
        let origin = keys.last().map(|key| key.verifier.name.clone()).unwrap_or_default();
        Self { origin, keys: keys.iter().map(KeyBody::from).collect() }
    }
}

/// A key that somebody trusts, and for which sizes of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// The key.
    pub key: VerifierKey,
    /// The sizes that it may have signed: from the first up to the last, where that is known.
    pub first_size: u64,
    /// The last.
    pub last_size: Option<u64>,
}

/// The keys that somebody trusts: of the log, and perhaps of witnesses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedKeys(pub Vec<Trusted>);

/// How a note stands with the keys that somebody trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Signed by this key of the log.
    Signed(VerifierKey),
    /// A signature of a trusted key is wrong.
    Wrong(VerifierKey),
    /// Signed by a key of the log, but it had retired before, or was not yet in use.
    OutOfTime(VerifierKey),
    /// By no trusted key of the log.
    Unknown,
}

impl TrustedKeys {
    /// How a checkpoint of `size` stands.
    #[must_use]
    pub fn judge(&self, note: &Note, size: u64) -> Trust {
        let mut trust = Trust::Unknown;
        // All of them: a right signature does not make up for a wrong one.
        for Trusted { key, .. } in self.0.iter().filter(|trusted| trusted.key.kind == Kind::Log) {
            match key.verify(note) {
                Verdict::Absent => {}
                Verdict::Wrong => return Trust::Wrong(key.clone()),
                Verdict::Signed(_) if matches!(trust, Trust::Signed(_)) => {}
                Verdict::Signed(_) if self.may_sign(key, size) => trust = Trust::Signed(key.clone()),
                Verdict::Signed(_) => trust = Trust::OutOfTime(key.clone()),
            }
        }
        trust
    }

    /// Whether a key may have signed this size, by all that is said of it: a document from before it retired says less.
    fn may_sign(&self, key: &VerifierKey, size: u64) -> bool {
        let mut said = self.0.iter().filter(|trusted| trusted.key == *key);
        said.all(|Trusted { first_size, last_size, .. }| {
            *first_size <= size && last_size.is_none_or(|last| size <= last)
        })
    }

    /// The witnesses among the keys.
    pub fn witnesses(&self) -> impl Iterator<Item = &VerifierKey> {
        self.0.iter().map(|trusted| &trusted.key).filter(|key| key.kind == Kind::Witness)
    }
}

impl FromStr for TrustedKeys {
    type Err = BadNote;

    /// Reads a published document of keys, or a key on each line; empty lines and those with `#` say nothing.
    fn from_str(text: &str) -> Result<Self, BadNote> {
        if text.trim_start().starts_with('{') {
            let document: KeyDocument = serde_json::from_str(text).map_err(|_| BadNote::Key)?;
            let keys = document.keys.into_iter().map(|body| {
                let key = body.verifier_key.parse()?;
                Ok(Trusted { key, first_size: body.first_size, last_size: body.last_size })
            });
            return keys.collect::<Result<_, _>>().and_then(not_empty);
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys = lines.map(|line| Ok(Trusted { key: line.parse()?, first_size: 0, last_size: None }));
        keys.collect::<Result<_, _>>().and_then(not_empty)
    }
}

fn not_empty(keys: Vec<Trusted>) -> Result<TrustedKeys, BadNote> {
    if keys.is_empty() { Err(BadNote::Key) } else { Ok(TrustedKeys(keys)) }
}

#[cfg(test)]
mod tests {
    use super::super::note::SignerKey;
    use super::*;

    fn signer(seed: u8) -> SignerKey {
        SignerKey::new("log.example", Kind::Log, [seed; 32]).unwrap()
    }

    fn trusted(seed: u8, first_size: u64, last_size: Option<u64>) -> Trusted {
        Trusted { key: signer(seed).verifier(), first_size, last_size }
    }

    #[test]
    fn keys_are_read_from_the_published_document_and_from_lines() {
        let key = LogKey {
            number: 1,
            verifier: signer(1).verifier(),
            first_size: 3,
            last_size: Some(9),
            created_at: DateTime::UNIX_EPOCH,
        };
        let document = serde_json::to_string(&KeyDocument::of(&[key])).unwrap();
        assert_eq!(document.parse(), Ok(TrustedKeys(vec![trusted(1, 3, Some(9))])));
        let lines = format!("# ours\n{}\n\n{}\n", signer(1).verifier(), signer(2).verifier());
        assert_eq!(lines.parse(), Ok(TrustedKeys(vec![trusted(1, 0, None), trusted(2, 0, None)])));
        for bad in ["", "# nothing", "{}", "{\"origin\":\"a\",\"keys\":[]}", "log.example+00000000+AAAA"] {
            assert!(bad.parse::<TrustedKeys>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_retired_key_is_believed_for_its_own_sizes_only() {
        let keys = TrustedKeys(vec![trusted(1, 0, Some(10)), trusted(2, 10, None)]);
        let note = |seeds: &[u8]| {
            let text = "log.example\n10\nAAAA\n".to_owned();
            Note { lines: seeds.iter().map(|seed| signer(*seed).sign(&text, 0)).collect(), text }
        };
        let key = |seed| signer(seed).verifier();
        assert_eq!(keys.judge(&note(&[1]), 10), Trust::Signed(key(1)));
        assert_eq!(keys.judge(&note(&[1]), 11), Trust::OutOfTime(key(1)));
        assert_eq!(keys.judge(&note(&[2]), 9), Trust::OutOfTime(key(2)));
        assert_eq!(keys.judge(&note(&[1, 2]), 11), Trust::Signed(key(2)));
        assert_eq!(keys.judge(&note(&[3]), 11), Trust::Unknown);
        let mut wrong = note(&[3, 2]);
        wrong.lines[1].signature[0] ^= 1;
        assert_eq!(keys.judge(&wrong, 11), Trust::Wrong(key(2)));
    }

    #[test]
    fn a_right_signature_does_not_hide_a_wrong_one() {
        let keys = TrustedKeys(vec![trusted(1, 0, None), trusted(2, 0, None)]);
        let text = "log.example\n10\nAAAA\n".to_owned();
        for wrong in [0, 1] {
            let mut note =
                Note { lines: vec![signer(1).sign(&text, 0), signer(2).sign(&text, 0)], text: text.clone() };
            note.lines[wrong].signature[0] ^= 1;
            let key = keys.0[wrong].key.clone();
            assert_eq!(keys.judge(&note, 10), Trust::Wrong(key));
        }
    }

    #[test]
    fn of_a_key_that_is_given_twice_the_narrower_bounds_count() {
        let (before, after) = (trusted(1, 0, None), trusted(1, 3, Some(10)));
        let text = "log.example\n11\nAAAA\n".to_owned();
        let note = Note { lines: vec![signer(1).sign(&text, 0)], text };
        let out_of_time = Trust::OutOfTime(signer(1).verifier());
        for keys in [vec![before.clone(), after.clone()], vec![after, before]] {
            let keys = TrustedKeys(keys);
            assert_eq!(keys.judge(&note, 11), out_of_time);
            assert_eq!(keys.judge(&note, 2), out_of_time);
            assert_eq!(keys.judge(&note, 10), Trust::Signed(signer(1).verifier()));
        }
    }
}
