//! The leanest aggregate: one event, one claim, one row of a read model, nothing personal.

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use serde::{Deserialize, Serialize};
use zhanggui::eventstore::{ClaimChange, LoggedAggregate};

/// The read model of notes, made the way the program makes its own.
pub(crate) const READ_MODEL: &str = r#"
    CREATE SCHEMA bench_notes;
    CREATE TABLE bench_notes.notes (note_id uuid PRIMARY KEY, name text NOT NULL, noted_at timestamptz NOT NULL);
    CREATE FUNCTION bench_notes."on bench.noted"(ids text[], payloads text[], times timestamptz[], positions bigint[])
    RETURNS void LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    BEGIN
    WITH incoming AS MATERIALIZED (
        SELECT u.i AS aggregate_id, u.p::jsonb AS payload, u.t AS recorded_at, u.n AS position
        FROM unnest(ids, payloads, times, positions) AS u (i, p, t, n)
    ) INSERT INTO notes (note_id, name, noted_at) SELECT aggregate_id::uuid, payload->>'name', recorded_at FROM incoming;
    END $$;
    INSERT INTO read_models (name, schema_name, fingerprint, built_to, built_at)
        VALUES ('bench_notes', 'bench_notes', '', 0, now());
    INSERT INTO read_model_listeners VALUES ('bench.noted', 'bench_notes', 'on bench.noted');
    UPDATE log_head SET generation = generation + 1"#;

/// The event that the read model hears.
pub(crate) const NOTED: &str = "bench.noted";

/// A note.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Note {
    added: usize,
}

/// What can be asked of a note.
#[derive(Clone, Debug)]
pub(crate) enum NoteCommand {
    /// Begin it under a name.
    Write { name: String, text: String },
    /// Add so many events.
    Add { events: usize, text: String },
}

/// What happens to a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum NoteEvent {
    #[serde(rename = "bench.noted")]
    Noted { name: String, text: String },
    #[serde(rename = "bench.added")]
    Added { text: String },
}

/// The name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name is taken")]
pub(crate) struct NameTaken;

impl DomainEvent for NoteEvent {
    fn event_type(&self) -> String {
        let name = match self {
            Self::Noted { .. } => NOTED,
            Self::Added { .. } => "bench.added",
        };
        name.to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Note {
    const TYPE: &'static str = "note";
    type Command = NoteCommand;
    type Event = NoteEvent;
    type Error = NameTaken;
    type Services = ();

    async fn handle(
        &mut self,
        command: NoteCommand,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), NameTaken> {
        match command {
            NoteCommand::Write { name, text } => sink.write(NoteEvent::Noted { name, text }, self).await,
            NoteCommand::Add { events, text } => {
                for _ in 0..events {
                    sink.write(NoteEvent::Added { text: text.clone() }, self).await;
                }
            }
        }
        Ok(())
    }

    fn apply(&mut self, _: NoteEvent) {
        self.added += 1;
    }
}

impl LoggedAggregate for Note {
    const STATE_VERSION: i32 = 1;

    fn claims(event: &NoteEvent) -> Vec<ClaimChange> {
        match event {
            NoteEvent::Noted { name, .. } => vec![ClaimChange::take("note", name)],
            NoteEvent::Added { .. } => Vec::new(),
        }
    }

    fn claims_taken(_: &[String]) -> NameTaken {
        NameTaken
    }
}
