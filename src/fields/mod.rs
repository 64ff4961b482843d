//! Reading a request field by field, so that everything wrong with it is told at once.
//!
//! A parser says what is wrong with its field by a [`FieldCode`] of the contract; the words for it are
//! found where the reader's language is known. What a *text* may hold is decided in [`text`].

pub mod text;

use serde::{Deserialize, Deserializer};

/// One wrong field. The words for it are found where the reader's language is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} {}", .code.as_str())]
pub struct FieldError {
    /// The field's name in the request.
    pub field: &'static str,
    /// What is wrong with it.
    pub code: FieldCode,
}

/// What can be wrong with a field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldCode {
    /// Missing or empty.
    Required,
    /// Not of the field's form.
    InvalidFormat,
    /// Fewer characters than allowed.
    TooShort,
    /// More characters than allowed.
    TooLong,
    /// Less or more than allowed.
    OutOfRange,
    /// The two passwords differ.
    Mismatch,
    /// Too easily guessed.
    CommonPassword,
    /// A link to somewhere else than it may lead.
    UnknownHost,
    /// None of the values there are.
    Unknown,
}

impl FieldCode {
    /// The code of the HTTP contract.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::InvalidFormat => "invalid_format",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::Mismatch => "mismatch",
            Self::CommonPassword => "common_password",
            Self::UnknownHost => "unknown_host",
            Self::Unknown => "unknown",
        }
    }
}

/// What was wrong with the fields read so far.
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads a field that must be there and not empty. `None` means that it was wrong, and is noted.
    pub fn read<T>(
        &mut self,
        field: &'static str,
        received: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, FieldCode>,
    ) -> Option<T> {
        let filled = received.filter(|text| !text.is_empty()).ok_or(FieldCode::Required);
        filled.and_then(parse).map_err(|code| self.errors.push(FieldError { field, code })).ok()
    }

    /// Reads a field that may be left out, but once it is there must not be empty.
    pub fn read_if_sent<T>(
        &mut self,
        field: &'static str,
        received: Option<&Option<String>>,
        parse: impl FnOnce(&str) -> Result<T, FieldCode>,
    ) -> Option<T> {
        received.and_then(|value| self.read(field, value.as_deref(), parse))
    }

    /// Notes that a field is wrong that is no text.
    pub fn refuse(&mut self, field: &'static str, code: FieldCode) {
        self.errors.push(FieldError { field, code });
    }

    /// Everything that was wrong, in the order of reading.
    ///
    /// # Errors
    /// The wrong fields, where there were any.
    pub fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }

    /// Everything that was wrong, in the order of reading.
    #[must_use]
    pub fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }
}

/// For `#[serde(default, deserialize_with)]`: tells a field that is null (`Some(None)`) from one that is absent (`None`).
///
/// # Errors
/// The deserializer's.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
