//! Who caused an event and in which context: the same four ids beside every event.
//!
//! No address, no name: metadata is not sealed, so nothing personal may stand in it.

use std::collections::HashMap;

use uuid::Uuid;

/// The context of a command, stored with each of its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The account that acted; none for a stranger or the system itself.
    pub actor_id: Option<Uuid>,
    /// The HTTP request, as in its `X-Request-Id`.
    pub request_id: Option<String>,
    /// What this belongs to, from the first cause on; the request where nothing else is known.
    pub correlation_id: Option<String>,
    /// The event that caused this one.
    pub causation_id: Option<Uuid>,
}

impl Metadata {
    /// The map that cqrs-es carries: only what is known.
    #[must_use]
    pub fn into_map(self) -> HashMap<String, String> {
        [
            ("actor_id", self.actor_id.map(|id| id.to_string())),
            ("request_id", self.request_id),
            ("correlation_id", self.correlation_id),
            ("causation_id", self.causation_id.map(|id| id.to_string())),
        ]
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| (key.to_owned(), value)))
        .collect()
    }
}
