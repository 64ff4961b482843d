//! The way of a question: which index it walks, and the statement that does.
//!
//! The walk goes in the order of the log from the place it was asked for, and what else was asked is compared on the way. It ends
//! after [`LOOKED_AT`] events at the latest. Linked events are gathered and sorted instead, unless there are more than [`GATHERED`].

use sqlx::PgConnection;

use super::event::COLUMNS;
use super::search::{Filter, Place, types};
use super::statement::Statement;

/// How many events a question looks at before it gives what it has.
pub const LOOKED_AT: i64 = 10_000;

/// How many linked events are gathered to be sorted. Usually there are a handful; but a client chooses what it sends as its
/// request's id, and may send one for ever. Of more, the log is walked.
pub const GATHERED: i64 = 2_000;

/// Positions between which all that was asked for lies, and neither of which is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The one below.
    pub after: i64,
    /// The one above.
    pub before: i64,
}

/// The index that a question walks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walk<'a> {
    /// The log itself.
    Log,
    /// A stream, by its sequence: those after the first and up to the second.
    Stream(String, &'a str, (i64, i64)),
    /// One type.
    Type(&'a str),
    /// All types of an aggregate, side by side.
    Types(Vec<String>),
    /// What one account caused.
    Actor(&'a str),
    /// The events with this in the metadata, where they are few.
    Linked(Link, &'a str),
}

/// What links events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The same first cause.
    Correlation,
    /// The same direct cause.
    Causation,
}

impl Link {
    const fn column(self) -> &'static str {
        match self {
            Self::Correlation => "metadata->>'correlation_id'",
            Self::Causation => "metadata->>'causation_id'",
        }
    }
}

/// What keeps the planner from any other way than the walk: it knows the index but not how much of the log it would read in vain,
/// hoping to be done soon, or how much it would gather only to sort it. Linked events are gathered by their summaries.
#[must_use]
pub const fn steering(linked: bool) -> &'static str {
    if linked {
        "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'off', true)"
    } else {
        "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), \
                set_config('enable_sort', 'off', true)"
    }
}

/// The index to walk, and the filter that is left to compare. None where nothing can be found.
///
/// # Errors
/// The database's.
pub async fn choose<'a>(
    database: &mut PgConnection,
    filter: &'a Filter,
    span: Span,
) -> Result<Option<(Walk<'a>, Filter)>, sqlx::Error> {
    if span.after.saturating_add(1) >= span.before {
        return Ok(None);
    }
    let mut rest = Filter { from: None, to: None, ..filter.clone() };
    let walk = if let Some(id) = &filter.causation_id {
        rest.causation_id = None;
        Walk::Linked(Link::Causation, id)
    } else if let Some(id) = &filter.correlation_id {
        rest.correlation_id = None;
        Walk::Linked(Link::Correlation, id)
    } else if let Some(id) = &filter.request_id {
        // Whatever a request causes itself belongs to it: see [`crate::http::extract::Caller::metadata`].
        Walk::Linked(Link::Correlation, id)
    } else if let (Some(kind), Some(id)) = (&filter.aggregate_type, &filter.aggregate_id) {
        (rest.aggregate_type, rest.aggregate_id) = (None, None);
        Walk::Stream(kind.clone(), id, sequences(database, (kind, id), span).await?)
    } else if let Some(id) = &filter.aggregate_id {
        return of_any_type(database, filter, id, span).await;
    } else if let Some(id) = &filter.actor_id {
        rest.actor_id = None;
        Walk::Actor(id)
    } else if let Some(name) = &filter.event_type {
        rest.event_type = None;
        Walk::Type(name)
    } else if let Some(kind) = &filter.aggregate_type {
        rest.aggregate_type = None;
        let prefix = format!("{kind}.");
        let names = types(database).await?.into_iter().filter(|name| name.starts_with(&prefix));
        Walk::Types(names.collect())
    } else {
        Walk::Log
    };
    Ok((walk != Walk::Types(Vec::new())).then_some((walk, rest)))
}

/// A stream of which only the id is known. Ids are random and so belong to one stream; were there several, no index has the
/// order of all, and the log is walked.
async fn of_any_type<'a>(
    database: &mut PgConnection,
    filter: &'a Filter,
    id: &'a str,
    span: Span,
) -> Result<Option<(Walk<'a>, Filter)>, sqlx::Error> {
    let rest = Filter { from: None, to: None, ..filter.clone() };
    match holders(database, id).await?.as_slice() {
        [] => Ok(None),
        [kind] => {
            let sequences = sequences(database, (kind, id), span).await?;
            let rest = Filter { aggregate_id: None, ..rest };
            Ok(Some((Walk::Stream(kind.clone(), id, sequences), rest)))
        }
        _ => Ok(Some((Walk::Log, rest))),
    }
}

async fn sequences(
    database: &mut PgConnection,
    (aggregate_type, aggregate_id): (&str, &str),
    span: Span,
) -> Result<(i64, i64), sqlx::Error> {
    sqlx::query_as("SELECT sequence_at($1, $2, $3), sequence_at($1, $2, $4)")
        .bind(aggregate_type)
        .bind(aggregate_id)
        .bind(span.after)
        .bind(span.before - 1)
        .fetch_one(database)
        .await
}

/// The aggregate types that have a stream with this id.
async fn holders(database: &mut PgConnection, aggregate_id: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "WITH RECURSIVE names (name) AS ( \
             (SELECT aggregate_type FROM events ORDER BY aggregate_type LIMIT 1) \
             UNION ALL \
             SELECT (SELECT e.aggregate_type FROM events e WHERE e.aggregate_type > n.name \
                     ORDER BY e.aggregate_type LIMIT 1) \
             FROM names n WHERE n.name IS NOT NULL) \
         SELECT name FROM names \
         WHERE EXISTS (SELECT FROM events e WHERE e.aggregate_type = names.name AND e.aggregate_id = $1)",
    )
    .bind(aggregate_id)
    .fetch_all(database)
    .await
}

/// Whether anything is to be compared on the way.
#[must_use]
pub fn has_rest(walk: &Walk<'_>, rest: &Filter) -> bool {
    !matches!(walk, Walk::Linked(..)) && *rest != Filter::default()
}

/// The statement that gives a page, and one event more where there is one.
#[must_use]
pub fn events(walk: &Walk<'_>, rest: &Filter, span: Span, place: Place) -> Statement {
    let mut statement = Statement::default();
    let one_more = place.limit.saturating_add(1);
    let order = if place.newest_first { "DESC" } else { "ASC" };
    if let Walk::Linked(link, id) = walk {
        statement
            .push(&format!("WITH linked AS MATERIALIZED (SELECT {COLUMNS} FROM events WHERE "), [])
            .push(&format!("{} = ? LIMIT ?", link.column()), [(*id).into(), (GATHERED + 1).into()])
            .push(&format!(") SELECT {COLUMNS} FROM linked WHERE "), [])
            // A part of them, in whatever order they lie, is no answer.
            .push("(SELECT count(*) FROM linked) <= ?", [GATHERED.into()])
            .push(" AND position > ? AND position < ?", [span.after.into(), span.before.into()]);
        compare(&mut statement, rest);
        statement.push(&format!(" ORDER BY position {order} LIMIT ?"), [one_more.into()]);
    } else if has_rest(walk, rest) {
        statement.push(&format!("SELECT {COLUMNS} FROM ("), []);
        walked(&mut statement, walk, COLUMNS, span, place.newest_first);
        statement.push(" LIMIT ?) looked_at WHERE true", [LOOKED_AT.into()]);
        compare(&mut statement, rest);
        let by = if matches!(walk, Walk::Stream(..)) { "sequence" } else { "position" };
        statement.push(&format!(" ORDER BY {by} {order} LIMIT ?"), [one_more.into()]);
    } else {
        walked(&mut statement, walk, COLUMNS, span, place.newest_first);
        statement.push(" LIMIT ?", [one_more.into()]);
    }
    statement
}

/// The statement that tells whether there are too many linked events to be gathered, by giving a row; for no other walk any.
#[must_use]
pub fn too_many(walk: &Walk<'_>) -> Option<Statement> {
    let Walk::Linked(link, id) = walk else { return None };
    let mut statement = Statement::default();
    statement
        .push("SELECT true FROM events WHERE ", [])
        .push(&format!("{} = ? OFFSET ? LIMIT 1", link.column()), [(*id).into(), GATHERED.into()]);
    Some(statement)
}

/// The statement that tells where a walk ended that looked at as much as it may; gives nothing where it ended of itself.
#[must_use]
pub fn end_of_walk(walk: &Walk<'_>, span: Span, newest_first: bool) -> Statement {
    let mut statement = Statement::default();
    walked(&mut statement, walk, "position", span, newest_first);
    statement.push(" OFFSET ? LIMIT 1", [(LOOKED_AT - 1).into()]);
    statement
}

/// The walk in its order, without its end.
fn walked(statement: &mut Statement, walk: &Walk<'_>, columns: &str, span: Span, newest_first: bool) {
    let order = if newest_first { "DESC" } else { "ASC" };
    let [after, before] = [span.after.into(), span.before.into()];
    match walk {
        Walk::Log | Walk::Linked(..) => {
            let text =
                format!("SELECT {columns} FROM events WHERE log = 0 AND position > ? AND position < ?");
            statement.push(&text, [after, before]);
        }
        Walk::Stream(kind, id, (low, high)) => {
            let text = format!("SELECT {columns} FROM events WHERE aggregate_type = ? AND aggregate_id = ?");
            statement.push(&text, [kind.as_str().into(), (*id).into()]);
            let text = format!(" AND sequence > ? AND sequence <= ? ORDER BY sequence {order}");
            statement.push(&text, [(*low).into(), (*high).into()]);
            return;
        }
        // Without `log`, so that the primary key's order is of no use: walking the whole log until something fits is what a
        // planner chooses that expects it soon.
        Walk::Type(name) => {
            statement.push(&format!("SELECT {columns} FROM events WHERE event_type = ?"), [(*name).into()]);
            statement.push(" AND position > ? AND position < ?", [after, before]);
        }
        Walk::Types(names) => {
            statement.push(&format!("SELECT {columns} FROM ("), []);
            for (nth, name) in names.iter().enumerate() {
                let union = if nth == 0 { "(" } else { " UNION ALL (" };
                let text = format!("{union}SELECT {columns} FROM events WHERE event_type = ?");
                statement.push(&text, [name.as_str().into()]);
                statement.push(" AND position > ? AND position < ?", [after.clone(), before.clone()]);
                // In order and bounded, each can be merged with the others as it comes; else all are gathered first.
                statement.push(&format!(" ORDER BY position {order} LIMIT ?)"), [LOOKED_AT.into()]);
            }
            statement.push(") side_by_side", []);
        }
        Walk::Actor(id) => {
            let text = format!(
                "SELECT {columns} FROM events WHERE hashtextextended(metadata->>'actor_id', 0) = hashtextextended(?, 0)"
            );
            statement.push(&text, [(*id).into()]);
            statement.push(" AND metadata->>'actor_id' = ?", [(*id).into()]);
            statement.push(" AND position > ? AND position < ?", [after, before]);
        }
    }
    statement.push(&format!(" ORDER BY position {order}"), []);
}

/// What is compared on the way.
fn compare(statement: &mut Statement, rest: &Filter) {
    for (column, value) in [
        ("aggregate_type", &rest.aggregate_type),
        ("aggregate_id", &rest.aggregate_id),
        ("event_type", &rest.event_type),
        ("metadata->>'actor_id'", &rest.actor_id),
        ("metadata->>'correlation_id'", &rest.correlation_id),
        ("metadata->>'causation_id'", &rest.causation_id),
        ("metadata->>'request_id'", &rest.request_id),
    ] {
        if let Some(value) = value {
            statement.push(&format!(" AND {column} = ?"), [value.as_str().into()]);
        }
    }
}
