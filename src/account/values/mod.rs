//! The values an account is made of, each parsed once, at the door.
//!
//! Whoever holds a [`Username`], an [`Email`], a [`Phone`] or a checked [`Password`] need not check
//! again. A parser says what is wrong by a [`FieldCode`](super::FieldCode); the words for it are found
//! where the reader's language is known. `Debug` shows none of them: they are about a person.

mod channel;
mod code;
mod common_passwords;
mod email;
mod identifier;
mod identity;
mod password;
mod phone;
mod role;
mod username;

pub use channel::{Channel, Purpose};
pub use code::Code;
pub use email::Email;
pub use identifier::Identifier;
pub use identity::Identity;
pub use password::Password;
pub use phone::Phone;
pub use role::Role;
pub use username::Username;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::{GeneralSecurityProfile, general_security_profile::IdentifierType};

/// What two spellings must share to count as one: NFKC and case folding until nothing moves any more.
///
/// Folding once is not enough: folding can undo the normal form and normalising can bring capitals
/// back, hence the second round (Unicode, D146).
fn folded(text: &str) -> String {
    let once: String = caseless::default_case_fold_str(&text.nfkc().collect::<String>()).nfkc().collect();
    caseless::default_case_fold_str(&once).nfkc().collect()
}

/// A letter or digit that can be seen: some invisible characters call themselves letters.
fn is_visible_alphanumeric(c: char) -> bool {
    c.is_alphanumeric() && is_visible(c)
}

/// An accent or vowel sign that a living script uses.
fn is_visible_mark(c: char) -> bool {
    is_combining_mark(c) && is_visible(c) && (c.is_alphabetic() || c.identifier_allowed())
}

/// Neither invisible nor withdrawn nor (yet) without a meaning. What is unassigned today may be
/// normalised differently tomorrow, and a name's key must never change.
fn is_visible(c: char) -> bool {
    use IdentifierType::{Default_Ignorable, Deprecated, Not_Character};
    !matches!(c.identifier_type(), None | Some(Not_Character | Deprecated | Default_Ignorable))
}
