//! The master key: the one secret of an installation, from which all others are derived or by which they are wrapped.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use uuid::Uuid;

use super::SealError;
use crate::ports::Ports;

/// The first byte of everything wrapped, so that another way of wrapping can be told apart later.
const WRAPPING: u8 = 1;

/// 256 random bits from which an installation's other keys come.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

/// The text is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 bytes in hexadecimal or base64")]
pub struct BadMasterKey;

impl MasterKey {
    /// Reads 32 bytes written in hexadecimal (64 digits) or base64 (44 characters).
    ///
    /// # Errors
    /// [`BadMasterKey`] when the text is neither.
    pub fn parse(text: &str) -> Result<Self, BadMasterKey> {
        let text = text.trim();
        let bytes = if text.len() == 64 { hex::decode(text).ok() } else { STANDARD.decode(text).ok() };
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(BadMasterKey)
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`SealError::NoEntropy`] when the operating system gives no random bytes.
    pub fn generate(ports: &Ports) -> Result<Self, SealError> {
        Ok(Self(ports.random()?))
    }

    /// The key in hexadecimal, to be kept somewhere safe.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Whether the key is one that stands in examples rather than a random one.
    #[must_use]
    pub fn is_guessable(&self) -> bool {
        let mut bytes = self.0;
        bytes.sort_unstable();
        // 32 random bytes repeat a few values at most; fewer than 12 different ones is a typed pattern.
        bytes.chunk_by(PartialEq::eq).count() < 12
    }

    /// 32 bytes for one purpose (HKDF-SHA-256, RFC 5869).
    fn derive(&self, purpose: &str) -> Result<[u8; 32], SealError> {
        let mut key = [0; 32];
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"zhanggui")
            .extract(&self.0)
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .map_err(|_| SealError::Cipher)?;
        Ok(key)
    }

    /// A key for keyed digests (HMAC-SHA-256) of one purpose.
    ///
    /// # Errors
    /// [`SealError::Cipher`] when the derivation fails, which it cannot for 32 bytes.
    pub fn digest_key(&self, purpose: &str) -> Result<hmac::Key, SealError> {
        Ok(hmac::Key::new(hmac::HMAC_SHA256, &self.derive(purpose)?))
    }

    /// A cipher for one purpose.
    ///
    /// # Errors
    /// [`SealError::Cipher`] when the derivation fails, which it cannot for 32 bytes.
    pub fn cipher(&self, purpose: &str) -> Result<Cipher, SealError> {
        Cipher::new(&self.derive(purpose)?)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce in front of the ciphertext.
#[derive(Clone)]
pub struct Cipher(std::sync::Arc<LessSafeKey>);

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(…)")
    }
}

impl Cipher {
    /// A cipher with this key.
    ///
    /// # Errors
    /// [`SealError::Cipher`] when the library refuses the key, which it cannot for 32 bytes.
    pub fn new(key: &[u8; 32]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| SealError::Cipher)?;
        Ok(Self(std::sync::Arc::new(LessSafeKey::new(key))))
    }

    /// Nonce, ciphertext and tag of `plain`, bound to `context`.
    ///
    /// # Errors
    /// [`SealError`] when there is no entropy or the library refuses.
    pub fn seal(&self, ports: &Ports, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE_LEN] = ports.random()?;
        let mut text = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut text)
            .map_err(|_| SealError::Cipher)?;
        Ok([nonce.as_slice(), &text].concat())
    }

    /// What was sealed, if key and context are the same and no bit was changed.
    #[must_use]
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(context), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

/// A key that seals values: a person's, or that of one secret.
#[derive(Clone, Debug)]
pub struct SealingKey {
    /// The id that the sealed values name.
    pub id: Uuid,
    pub(super) cipher: Cipher,
}

impl SealingKey {
    /// A new random key, and the same key wrapped for the table.
    ///
    /// # Errors
    /// [`SealError`] when there is no entropy.
    pub fn generate(ports: &Ports, wrapping: &Cipher) -> Result<(Self, Vec<u8>), SealError> {
        let id = ports.id()?;
        let bytes: [u8; 32] = ports.random()?;
        let wrapped = wrapping.seal(ports, id.as_bytes(), &bytes)?;
        Ok((Self { id, cipher: Cipher::new(&bytes)? }, [&[WRAPPING], wrapped.as_slice()].concat()))
    }

    /// Unwraps a key from the table.
    ///
    /// # Errors
    /// [`SealError::Unwrap`] when it was wrapped by another master key or was altered.
    pub fn unwrap(wrapping: &Cipher, id: Uuid, wrapped: &[u8]) -> Result<Self, SealError> {
        let bytes = match wrapped {
            [WRAPPING, rest @ ..] => wrapping.open(id.as_bytes(), rest),
            _ => None,
        };
        let bytes: [u8; 32] =
            bytes.and_then(|bytes| bytes.try_into().ok()).ok_or(SealError::Unwrap { id })?;
        Ok(Self { id, cipher: Cipher::new(&bytes)? })
    }
}

impl SealingKey {
    /// Seals bytes that are not part of an event, bound to `context`.
    ///
    /// # Errors
    /// [`SealError`] when there is no entropy.
    pub fn seal(&self, ports: &Ports, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        self.cipher.seal(ports, context, plain)
    }

    /// Opens what [`SealingKey::seal`] made.
    #[must_use]
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.cipher.open(context, sealed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_master_key_reads_back_and_patterns_are_told() {
        let key = MasterKey::generate(&Ports::system()).unwrap();
        assert_eq!(MasterKey::parse(&key.to_hex()).unwrap(), key);
        assert_eq!(MasterKey::parse(&STANDARD.encode(key.0)).unwrap(), key);
        assert!(!key.is_guessable());
        assert!(MasterKey([7; 32]).is_guessable());
        assert_eq!(MasterKey::parse("short"), Err(BadMasterKey));
    }

    #[test]
    fn another_master_key_does_not_unwrap() {
        let ports = Ports::system();
        let one = MasterKey::generate(&ports).unwrap().cipher("wrapping").unwrap();
        let other = MasterKey::generate(&ports).unwrap().cipher("wrapping").unwrap();
        let (key, wrapped) = SealingKey::generate(&ports, &one).unwrap();
        assert!(SealingKey::unwrap(&one, key.id, &wrapped).is_ok());
        assert_eq!(
            SealingKey::unwrap(&other, key.id, &wrapped).unwrap_err(),
            SealError::Unwrap { id: key.id }
        );
    }

    proptest! {
        #[test]
        fn a_changed_bit_or_context_never_opens(plain: Vec<u8>, context: Vec<u8>, bit: prop::sample::Index) {
            let ports = Ports::system();
            let cipher = MasterKey([3; 32]).cipher("test").unwrap();
            let mut sealed = cipher.seal(&ports, &context, &plain).unwrap();
            prop_assert_eq!(cipher.open(&context, &sealed), Some(plain));
            prop_assert_eq!(cipher.open(&[context.as_slice(), b"x"].concat(), &sealed), None);
            let bit = bit.index(sealed.len() * 8);
            sealed[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(cipher.open(&context, &sealed), None);
        }

        #[test]
        fn bad_bytes_never_panic(bytes: Vec<u8>) {
            prop_assert_eq!(MasterKey([3; 32]).cipher("test").unwrap().open(b"", &bytes), None);
        }
    }
}
