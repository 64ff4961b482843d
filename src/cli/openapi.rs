//! `zhanggui openapi`: prints the document that the server serves.

use super::{Failure, say};

/// Prints the document as JSON.
pub(super) fn run() -> Result<(), Failure> {
    let document = crate::http::openapi::document().to_pretty_json();
    say(format_args!("{}", document.map_err(|error| Failure(vec![error.to_string()]))?));
    Ok(())
}
