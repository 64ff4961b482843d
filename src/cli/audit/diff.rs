//! `zhanggui audit diff`: what changed between two points of an aggregate's history.

use chrono::{DateTime, Utc};

use super::reading::{Opened, Reveal, instant, place};
use super::state::{no_stream, print_json};
use super::table;
use crate::audit::replay::{Difference, Point, Until};
use crate::cli::{Failure, say};
use crate::config::Settings;

/// Which aggregate, and between which two points.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The aggregate's type: account, store, product …
    aggregate_type: String,
    /// The aggregate's id.
    aggregate_id: String,
    /// From this time on.
    #[arg(long, value_name = "TIME", value_parser = instant, conflicts_with_all = ["from_position", "from_sequence"])]
    from_at: Option<DateTime<Utc>>,
    /// From this position of the log on.
    #[arg(long, value_name = "POSITION", value_parser = place, conflicts_with = "from_sequence")]
    from_position: Option<i64>,
    /// From this event of its own on; without a beginning, from before the first.
    #[arg(long, value_name = "SEQUENCE", value_parser = place)]
    from_sequence: Option<i64>,
    /// To this time.
    #[arg(long, value_name = "TIME", value_parser = instant, conflicts_with_all = ["to_position", "to_sequence"])]
    to_at: Option<DateTime<Utc>>,
    /// To this position of the log.
    #[arg(long, value_name = "POSITION", value_parser = place, conflicts_with = "to_sequence")]
    to_position: Option<i64>,
    /// To this event of its own; without an end, to the newest.
    #[arg(long, value_name = "SEQUENCE", value_parser = place)]
    to_sequence: Option<i64>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reveal: Reveal,
}

/// Replays, compares and prints.
pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { aggregate_type, aggregate_id, json, reveal, .. } = arguments;
    let from = arguments.from_at.map(Until::At).or(arguments.from_position.map(Until::Position));
    let from = from.or(arguments.from_sequence.map(Until::Sequence)).unwrap_or(Until::Beginning);
    let to = arguments.to_at.map(Until::At).or(arguments.to_position.map(Until::Position));
    let to = to.or(arguments.to_sequence.map(Until::Sequence)).unwrap_or(Until::Newest);
    let opened = Opened::open(settings, reveal).await?;
    let name = (aggregate_type.as_str(), aggregate_id.as_str());
    let difference = opened.reading.difference(name, (from, to), opened.revealer().as_ref()).await;
    let difference = opened.close(difference.map_err(Failure::from)).await?;
    let difference = difference.ok_or_else(|| no_stream(&aggregate_type, &aggregate_id))?;
    if json {
        return print_json(&difference);
    }
    let Difference { aggregate_type, aggregate_id, from, to, changes } = difference;
    let (from, to) = (told(from.as_ref()), told(to.as_ref()));
    say(format_args!("{aggregate_type} {aggregate_id}: from {from} to {to}"));
    let rows: Vec<_> = changes
        .iter()
        .map(|change| [change.path.clone(), table::brief(&change.before), table::brief(&change.after)])
        .collect();
    table::print(["FIELD", "BEFORE", "AFTER"], &rows);
    Ok(())
}

fn told(point: Option<&Point>) -> String {
    point.map_or_else(
        || "before its first event".to_owned(),
        |point| format!("event {} (position {}, {})", point.sequence, point.position, point.recorded_at),
    )
}
