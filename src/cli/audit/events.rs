//! `zhanggui audit events`: finding events, as a table or as lines of JSON.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::reading::{Opened, Reveal, instant, place};
use super::table;
use crate::audit::event::ShownEvent;
use crate::audit::reveal::MOST;
use crate::audit::search::{Filter, Place, page};
use crate::cli::{Failure, say};
use crate::config::Settings;

/// How many events a terminal is shown, unless asked for otherwise.
const USUAL: i64 = 50;

/// Which events.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Only positions after this one.
    #[arg(long, value_parser = place, default_value = "0")]
    after: i64,
    /// Only positions before this one.
    #[arg(long, value_parser = place)]
    before: Option<i64>,
    /// How many at the most; 50 in a table, all in JSON unless given.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    limit: Option<i64>,
    /// The newest first.
    #[arg(long)]
    newest_first: bool,
    /// Of streams of this type.
    #[arg(long, value_name = "TYPE")]
    aggregate_type: Option<String>,
    /// Of the streams with this id.
    #[arg(long, value_name = "ID")]
    aggregate_id: Option<String>,
    /// Of this type, for example `account.revealed`.
    #[arg(long, value_name = "NAME")]
    event_type: Option<String>,
    /// Caused by this account.
    #[arg(long, value_name = "ID")]
    actor_id: Option<String>,
    /// Belonging to this, from the first cause on.
    #[arg(long, value_name = "ID")]
    correlation_id: Option<String>,
    /// Caused by the event with this id.
    #[arg(long, value_name = "ID")]
    causation_id: Option<String>,
    /// Caused by this HTTP request.
    #[arg(long, value_name = "ID")]
    request_id: Option<String>,
    /// Recorded then or later.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: Option<DateTime<Utc>>,
    /// Recorded before.
    #[arg(long, value_name = "TIME", value_parser = instant)]
    to: Option<DateTime<Utc>>,
    /// Lines of JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reveal: Reveal,
}

/// Finds and prints them.
pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let Arguments { reveal, .. } = arguments;
    let filter = Filter {
        aggregate_type: arguments.aggregate_type,
        aggregate_id: arguments.aggregate_id,
        event_type: arguments.event_type,
        actor_id: arguments.actor_id,
        correlation_id: arguments.correlation_id,
        causation_id: arguments.causation_id,
        request_id: arguments.request_id,
        from: arguments.from,
        to: arguments.to,
    };
    let as_json = arguments.json;
    let left = arguments.limit.unwrap_or(if as_json { i64::MAX } else { USUAL });
    let place = Place {
        after: arguments.after,
        before: arguments.before.unwrap_or(i64::MAX),
        newest_first: arguments.newest_first,
        limit: left,
    };
    let opened = Opened::open(settings, reveal).await?;
    let done = find(&opened, &filter, place, as_json).await;
    opened.close(done).await
}

/// Page by page, so that a whole log needs no more memory than one page.
async fn find(opened: &Opened, filter: &Filter, mut place: Place, as_json: bool) -> Result<(), Failure> {
    let (revealer, mut left, mut rows) = (opened.revealer(), place.limit, Vec::new());
    while left > 0 {
        place.limit = left.min(MOST);
        let database = opened.reading.pool.acquire().await;
        let mut database = database.map_err(crate::database::AppError::from)?;
        let found = page(&mut database, filter, place).await.map_err(crate::database::AppError::from)?;
        drop(database);
        left -= i64::try_from(found.events.len()).unwrap_or(left);
        for event in opened.reading.shown(found.events, revealer.as_ref()).await? {
            if as_json {
                let line = serde_json::to_string(&event).map_err(|error| Failure(vec![error.to_string()]))?;
                say(format_args!("{line}"));
            } else {
                rows.push(row(event));
            }
        }
        match found.next {
            Some(next) if place.newest_first => place.before = next,
            Some(next) => place.after = next,
            None => break,
        }
    }
    if !as_json {
        table::print(["POSITION", "RECORDED AT", "EVENT", "STREAM", "SEQ", "ACTOR", "FACTS"], &rows);
    }
    Ok(())
}

fn row(event: ShownEvent) -> [String; 7] {
    let facts: Value = serde_json::from_str(event.payload.get()).unwrap_or_default();
    let facts = facts.as_object().into_iter().flatten().filter(|(name, _)| *name != "type");
    let facts: Vec<_> = facts.map(|(name, value)| format!("{name}={}", table::brief(value))).collect();
    [
        event.position.to_string(),
        event.recorded_at,
        event.event_type,
        event.aggregate_id,
        event.sequence.to_string(),
        event.metadata.actor_id.unwrap_or_else(|| "-".to_owned()),
        facts.join(" "),
    ]
}
