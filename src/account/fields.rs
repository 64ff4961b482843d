//! Reading a request field by field, so that everything wrong with it is told at once.

use super::error::{FieldCode, FieldError};

/// What was wrong with the fields read so far.
#[derive(Debug, Default)]
pub(super) struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads a field that must be there and not empty. `None` means that it was wrong, and is noted.
    pub(super) fn read<T>(
        &mut self,
        field: &'static str,
        received: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, FieldCode>,
    ) -> Option<T> {
        let filled = received.filter(|text| !text.is_empty()).ok_or(FieldCode::Required);
        filled.and_then(parse).map_err(|code| self.errors.push(FieldError { field, code })).ok()
    }

    /// Everything that was wrong, in the order of reading.
    pub(super) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }
}
