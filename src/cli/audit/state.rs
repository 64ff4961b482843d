//! `zhanggui audit state`: an aggregate as it was.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::reading::{Opened, Reveal, instant, place};
use super::table;
use crate::audit::replay::{StateThen, Until};
use crate::cli::{Failure, say};
use crate::config::Settings;

/// Which aggregate, and when.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The aggregate's type: account, store, product …
    aggregate_type: String,
    /// The aggregate's id.
    aggregate_id: String,
    /// As it was at this time.
    #[arg(long, value_name = "TIME", value_parser = instant, conflicts_with_all = ["position", "sequence"])]
    at: Option<DateTime<Utc>>,
    /// As it was after this position of the log.
    #[arg(long, value_parser = place, conflicts_with = "sequence")]
    position: Option<i64>,
    /// As it was after this event of its own.
    #[arg(long, value_parser = place)]
    sequence: Option<i64>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reveal: Reveal,
}

/// Replays and prints it.
pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { aggregate_type, aggregate_id, at, position, sequence, json, reveal } = arguments;
    let until = at.map(Until::At).or(position.map(Until::Position)).or(sequence.map(Until::Sequence));
    let opened = Opened::open(settings, reveal).await?;
    let (name, until) = ((aggregate_type.as_str(), aggregate_id.as_str()), until.unwrap_or(Until::Newest));
    let state = opened.reading.state(name, until, opened.revealer().as_ref()).await;
    let state = opened.close(state.map_err(Failure::from)).await?;
    let state = state.ok_or_else(|| no_stream(&aggregate_type, &aggregate_id))?;
    if json {
        print_json(&state)
    } else {
        print(&state);
        Ok(())
    }
}

/// What there is to say where there is nothing.
pub(super) fn no_stream(aggregate_type: &str, aggregate_id: &str) -> Failure {
    let known = crate::audit::aggregates::AGGREGATES.iter().map(|known| known.aggregate_type);
    let known: Vec<_> = known.collect();
    let known = known.join(", ");
    Failure(vec![format!("there is no {aggregate_type:?} with the id {aggregate_id:?}; types are {known}")])
}

/// Prints an answer as the interface would give it.
pub(super) fn print_json(answer: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(answer).map_err(|error| Failure(vec![error.to_string()]))?;
    say(format_args!("{text}"));
    Ok(())
}

fn print(state: &StateThen) {
    let StateThen { aggregate_type, aggregate_id, point, newest, state } = state;
    match point {
        Some(point) => say(format_args!(
            "{aggregate_type} {aggregate_id} after event {} of {}, position {}, {}",
            point.sequence, newest.sequence, point.position, point.recorded_at
        )),
        None => say(format_args!("{aggregate_type} {aggregate_id} before its first event")),
    }
    let mut rows = Vec::new();
    fields("", state, &mut rows);
    table::print(["FIELD", "VALUE"], &rows);
}

/// Every field that is no object, by its place.
fn fields(path: &str, value: &Value, rows: &mut Vec<[String; 2]>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (name, value) in object {
                fields(&format!("{path}/{name}"), value, rows);
            }
        }
        value => rows.push([path.to_owned(), table::brief(value)]),
    }
}
