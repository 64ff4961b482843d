//! Who caused an event and in which context: the same four ids beside every event.
//!
//! No address, no name: metadata is not sealed, so nothing personal may stand in it.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

/// The context of a command, stored with each of its events: only what is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// The account that acted; none for a stranger or the system itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<Uuid>,
    /// The HTTP request, as in its `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What this belongs to, from the first cause on; the request where nothing else is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// The event that caused this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
}

impl Metadata {
    /// The map that cqrs-es carries.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_written_as_the_ids_themselves_are() {
        let some =
            Metadata { actor_id: Some(Uuid::max()), request_id: Some("r".to_owned()), ..Metadata::default() };
        let all = Metadata {
            correlation_id: Some("c".to_owned()),
            causation_id: Some(Uuid::nil()),
            ..some.clone()
        };
        for metadata in [Metadata::default(), some, all] {
            let itself = serde_json::to_value(&metadata).unwrap();
            assert_eq!(serde_json::to_value(metadata.into_map()).unwrap(), itself);
        }
    }
}
