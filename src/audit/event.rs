//! An event as auditors see it: as it lies in the log, what is personal or secret covered.

use chrono::{DateTime, SecondsFormat, Utc};
use cqrs_es::persist::SerializedEvent;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sqlx::FromRow;
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::veil::Veil;
use crate::eventstore::upcast::Upcasters;

/// The columns of a [`Row`].
pub const COLUMNS: &str = "position, event_id, recorded_at, aggregate_type, aggregate_id, sequence, event_type, \
                           event_version, payload, metadata, leaf_hash";

/// An event as it lies in the table.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// Place in the log.
    pub position: i64,
    /// The event's own id.
    pub event_id: Uuid,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The stream's aggregate type.
    pub aggregate_type: String,
    /// The stream's aggregate id.
    pub aggregate_id: String,
    /// Place in the stream.
    pub sequence: i64,
    /// The stored name.
    pub event_type: String,
    /// The version of the name's shape.
    pub event_version: String,
    payload: Json<Box<RawValue>>,
    metadata: Json<ShownMetadata>,
    leaf_hash: Vec<u8>,
}

/// Who caused an event and in which context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ShownMetadata {
    /// The account that acted; null for a stranger or the system itself.
    #[schema(required)]
    pub actor_id: Option<String>,
    /// The HTTP request.
    #[schema(required)]
    pub request_id: Option<String>,
    /// What this belongs to, from the first cause on.
    #[schema(required)]
    pub correlation_id: Option<String>,
    /// The `event_id` of the event that caused this one.
    #[schema(required)]
    pub causation_id: Option<String>,
}

/// An event of the log, what is personal or secret covered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownEvent {
    /// Place in the log.
    pub position: i64,
    /// The event's own id.
    pub event_id: Uuid,
    /// When it was recorded.
    #[schema(format = DateTime)]
    pub recorded_at: String,
    /// The stream's aggregate type.
    pub aggregate_type: String,
    /// The stream's aggregate id.
    pub aggregate_id: String,
    /// Place in the stream.
    pub sequence: i64,
    /// What happened.
    pub event_type: String,
    /// The version of that name's shape.
    pub event_version: String,
    /// The facts. Personal values read `‹sealed›`, `‹erased›` once the person is forgotten, or are shown after `reveal=true`;
    /// secrets always read `‹secret›`.
    #[schema(value_type = Object)]
    pub payload: Box<RawValue>,
    /// Who caused it and in which context.
    pub metadata: ShownMetadata,
    /// Its leaf in the log's Merkle tree, in hexadecimal.
    pub leaf_hash: String,
}

/// An instant as the interface writes it.
#[must_use]
pub fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Row {
    /// Whether anything in it is covered: most events hold nothing but facts.
    #[must_use]
    pub fn is_veiled(&self) -> bool {
        // What a person typed cannot look like this: its quotation marks are escaped.
        self.payload.get().contains("\"$")
    }

    /// The payload as it lies in the table.
    ///
    /// # Errors
    /// Where it is no JSON, which the database would not have kept.
    pub fn payload(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(self.payload.get())
    }

    /// Who caused it and in which context.
    #[must_use]
    pub const fn metadata(&self) -> &ShownMetadata {
        &self.metadata.0
    }

    /// The name of its stream, to which everything sealed in it is bound.
    #[must_use]
    pub fn stream(&self) -> String {
        format!("{}/{}", self.aggregate_type, self.aggregate_id)
    }

    /// The payload in today's shape, veiled, with the markers in place: what the aggregate applies.
    ///
    /// # Errors
    /// As [`Row::payload`].
    pub fn veiled(&self, veil: &Veil, upcasters: &Upcasters) -> Result<SerializedEvent, serde_json::Error> {
        Ok(upcasters.upcast(SerializedEvent::new(
            self.aggregate_id.clone(),
            usize::try_from(self.sequence).unwrap_or(0),
            self.aggregate_type.clone(),
            self.event_type.clone(),
            self.event_version.clone(),
            veil.over(self.payload()?, &self.stream()),
            Value::Null,
        )))
    }

    /// The event as it may be seen.
    ///
    /// # Errors
    /// As [`Row::payload`].
    pub fn shown(self, veil: &Veil, upcasters: &Upcasters) -> Result<ShownEvent, serde_json::Error> {
        let changed = if self.is_veiled() || upcasters.concern(&self.event_type, &self.event_version) {
            Some(self.veiled(veil, upcasters)?)
        } else {
            None
        };
        let mut shown = ShownEvent {
            position: self.position,
            event_id: self.event_id,
            recorded_at: time(self.recorded_at),
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: self.event_type,
            event_version: self.event_version,
            payload: self.payload.0,
            metadata: self.metadata.0,
            leaf_hash: hex::encode(self.leaf_hash),
        };
        if let Some(SerializedEvent { event_type, event_version, payload, .. }) = changed {
            shown.payload = serde_json::value::to_raw_value(&veil.shown(payload))?;
            (shown.event_type, shown.event_version) = (event_type, event_version);
        }
        Ok(shown)
    }
}
