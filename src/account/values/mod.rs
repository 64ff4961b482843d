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
mod shown;
mod username;

pub use channel::{Channel, Purpose};
pub use code::Code;
pub use email::Email;
pub use identifier::Identifier;
pub use identity::Identity;
pub use password::Password;
pub use phone::Phone;
pub use role::Role;
pub use shown::Shown;
pub use username::Username;

use crate::fields::text::{folded, is_visible_alphanumeric, is_visible_mark};
