//! Signed notes (C2SP signed-note): a text, and below it a line for each signature, with Ed25519 keys.
//!
//! Two kinds of signature are known: that of a log over the text itself, and that of a witness over the text and the
//! time at which it saw it (C2SP tlog-cosignature). Lines by unknown keys are kept and say nothing.

use std::fmt;
use std::str::FromStr;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// The most bytes of a note.
const LARGEST: usize = 1 << 20;
/// The most signatures of a note.
const MOST: usize = 100;
/// How a signature line begins: an em dash and a blank.
const MARK: &str = "— ";

/// The text is no signed note, or no key of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// The note has not the form of one.
    #[error("this is no signed note")]
    Form,
    /// A key is not written as one.
    #[error("this is no key for signed notes")]
    Key,
    /// A name is empty, or holds a blank or a plus sign.
    #[error("a key's name may not be empty nor hold blanks or a plus sign")]
    Name,
}

/// What a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The text.
    Log,
    /// The text, and when it was seen.
    Witness,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }

    const fn of(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Log),
            4 => Some(Self::Witness),
            _ => None,
        }
    }
}

/// The first bytes of a signature, by which its key is found.
pub type KeyId = [u8; 4];

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name of the key.
    pub name: String,
    /// The key's id.
    pub key_id: KeyId,
    /// What follows the id: for a log 64 bytes, for a witness 8 of the time before them.
    pub signature: Vec<u8>,
}

/// A signed note, as far as its form goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What is signed, with its last line's end.
    pub text: String,
    /// The signatures, of whomever.
    pub lines: Vec<Line>,
}

/// Whether a name may be a key's.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|character| character.is_whitespace() || character.is_control() || character == '+')
}

impl FromStr for Note {
    type Err = BadNote;

    fn from_str(note: &str) -> Result<Self, BadNote> {
        if note.len() > LARGEST || note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(BadNote::Form);
        }
        // The last blank line: a text may have some of its own.
        let at = note.rfind("\n\n").ok_or(BadNote::Form)?;
        let (text, signatures) = note.split_at_checked(at + 1).ok_or(BadNote::Form)?;
        let lines =
            signatures.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n')).ok_or(BadNote::Form)?;
        let lines: Vec<Line> =
            lines.split('\n').map(Line::parse).collect::<Option<_>>().ok_or(BadNote::Form)?;
        if lines.is_empty() || lines.len() > MOST {
            return Err(BadNote::Form);
        }
        Ok(Self { text: text.to_owned(), lines })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for Line { name, key_id, signature } in &self.lines {
            writeln!(f, "{MARK}{name} {}", STANDARD.encode([key_id.as_slice(), signature].concat()))?;
        }
        Ok(())
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(MARK)?.split_once(' ')?;
        let bytes = STANDARD.decode(signature).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<4>()?;
        let is_right = is_name(name) && !signature.is_empty();
        is_right.then(|| Self { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
    }
}

/// What a note says about one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has no signature by this key.
    Absent,
    /// It has one, and it is not right.
    Wrong,
    /// It was signed; by a witness at this time, in seconds since the epoch.
    Signed(Option<u64>),
}

/// A key that checks signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    /// Its name: of a log, its origin.
    pub name: String,
    /// What it signs.
    pub kind: Kind,
    /// The Ed25519 public key.
    pub public: [u8; 32],
}

impl VerifierKey {
    /// The id by which signatures name it: `SHA-256(name ‖ "\n" ‖ kind ‖ public key)`, the first 4 bytes.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let named = [self.name.as_bytes(), b"\n", &[self.kind.byte()], &self.public].concat();
        digest(&SHA256, &named).as_ref().first_chunk::<4>().copied().unwrap_or_default()
    }

    /// The id in hexadecimal.
    #[must_use]
    pub fn hex_id(&self) -> String {
        hex::encode(self.id())
    }

    /// What `note` says about this key. A note that bears two signatures of one key is wrong if one of them is.
    #[must_use]
    pub fn verify(&self, note: &Note) -> Verdict {
        let id = self.id();
        let mut verdict = Verdict::Absent;
        for line in note.lines.iter().filter(|line| line.name == self.name && line.key_id == id) {
            match self.check(&note.text, &line.signature) {
                Verdict::Signed(time) => verdict = Verdict::Signed(time),
                Verdict::Absent | Verdict::Wrong => return Verdict::Wrong,
            }
        }
        verdict
    }

    /// Whether one signature is right, and the time that it names.
    fn check(&self, text: &str, signature: &[u8]) -> Verdict {
        let key = UnparsedPublicKey::new(&ED25519, self.public);
        let verify = |text: &str, signature: &[u8], time| match key.verify(text.as_bytes(), signature) {
            Ok(()) => Verdict::Signed(time),
            Err(_) => Verdict::Wrong,
        };
        match (self.kind, signature.split_first_chunk::<8>()) {
            (Kind::Log, _) => verify(text, signature, None),
            (Kind::Witness, Some((time, signature))) => {
                let time = u64::from_be_bytes(*time);
                verify(&witnessed(text, time), signature, Some(time))
            }
            (Kind::Witness, None) => Verdict::Wrong,
        }
    }
}

/// What a witness signs.
fn witnessed(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

impl fmt::Display for VerifierKey {
    /// `name+id+key`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[self.kind.byte()], self.public.as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, self.hex_id())
    }
}

impl FromStr for VerifierKey {
    type Err = BadNote;

    fn from_str(text: &str) -> Result<Self, BadNote> {
        let (name, id, kind, public) = parts(text)?;
        let key = Self { name, kind, public };
        if hex::encode(key.id()) == id { Ok(key) } else { Err(BadNote::Key) }
    }
}

/// Name, id, kind and 32 bytes of `name+id+base64(kind ‖ bytes)`.
fn parts(text: &str) -> Result<(String, String, Kind, [u8; 32]), BadNote> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(BadNote::Key);
    };
    let bytes = STANDARD.decode(key).map_err(|_| BadNote::Key)?;
    let (kind, bytes) = bytes.split_first().ok_or(BadNote::Key)?;
    let kind = Kind::of(*kind).ok_or(BadNote::Key)?;
    let bytes = bytes.try_into().map_err(|_| BadNote::Key)?;
    if is_name(name) { Ok((name.to_owned(), id.to_owned(), kind, bytes)) } else { Err(BadNote::Name) }
}

/// How a private key begins when it is written down.
const PRIVATE: &str = "PRIVATE+KEY+";

/// A key that signs.
pub struct SignerKey {
    name: String,
    kind: Kind,
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier())
    }
}

impl SignerKey {
    /// The key of this name made of 32 random bytes.
    ///
    /// # Errors
    /// [`BadNote::Name`] for a name that no key may have.
    pub fn new(name: &str, kind: Kind, seed: [u8; 32]) -> Result<Self, BadNote> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| BadNote::Key)?;
        if is_name(name) { Ok(Self { name: name.to_owned(), kind, seed, pair }) } else { Err(BadNote::Name) }
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        let public = self.pair.public_key().as_ref().try_into().unwrap_or_default();
        VerifierKey { name: self.name.clone(), kind: self.kind, public }
    }

    /// The 32 bytes it is made of.
    #[must_use]
    pub const fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// Signs a text; a witness at `time`, in seconds since the epoch.
    #[must_use]
    pub fn sign(&self, text: &str, time: u64) -> Line {
        let signature = match self.kind {
            Kind::Log => self.pair.sign(text.as_bytes()).as_ref().to_vec(),
            Kind::Witness => {
                let signature = self.pair.sign(witnessed(text, time).as_bytes());
                [time.to_be_bytes().as_slice(), signature.as_ref()].concat()
            }
        };
        Line { name: self.name.clone(), key_id: self.verifier().id(), signature }
    }

    /// `PRIVATE+KEY+name+id+key`, to be kept secret.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let key = STANDARD.encode([&[self.kind.byte()], self.seed.as_slice()].concat());
        format!("{PRIVATE}{}+{}+{key}", self.name, self.verifier().hex_id())
    }
}

impl FromStr for SignerKey {
    type Err = BadNote;

    fn from_str(text: &str) -> Result<Self, BadNote> {
        let (name, id, kind, seed) = parts(text.strip_prefix(PRIVATE).ok_or(BadNote::Key)?)?;
        let key = Self::new(&name, kind, seed)?;
        if key.verifier().hex_id() == id { Ok(key) } else { Err(BadNote::Key) }
    }
}

#[cfg(test)]
mod tests;
