//! Finding events: by time, actor, type, stream, correlation, cause; any of them together, a page at a time.
//!
//! A question [walks](super::walk) one index in the order of the log. So that it does not read on and on where nothing fits,
//! the walk ends at some point, and the page tells where the next one begins, even if it is empty.
//!
//! Times become positions first, by halving the log ([`Span`]): they never decrease along it.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection, PgPool, Postgres, Row as _, Transaction};
use uuid::Uuid;

use super::event::{COLUMNS, Row};
use super::statement::Statement;
use super::walk::{Span, Walk, choose, end_of_walk, events, has_rest, steering, too_many};

/// Which events. What is not named may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of streams of this aggregate type.
    pub aggregate_type: Option<String>,
    /// Of the streams with this aggregate id.
    pub aggregate_id: Option<String>,
    /// Of this stored name.
    pub event_type: Option<String>,
    /// Caused by this account.
    pub actor_id: Option<String>,
    /// Belonging to this, from the first cause on.
    pub correlation_id: Option<String>,
    /// Caused by the event with this id.
    pub causation_id: Option<String>,
    /// Caused by this HTTP request.
    pub request_id: Option<String>,
    /// Recorded then or later.
    pub from: Option<DateTime<Utc>>,
    /// Recorded before.
    pub to: Option<DateTime<Utc>>,
}

/// Where a page begins and which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Only positions after this one.
    pub after: i64,
    /// Only positions before this one.
    pub before: i64,
    /// From the end of the log to its beginning.
    pub newest_first: bool,
    /// The most events of a page.
    pub limit: i64,
}

impl Place {
    /// The first page of everything.
    #[must_use]
    pub const fn start(limit: i64) -> Self {
        Self { after: 0, before: i64::MAX, newest_first: false, limit }
    }
}

/// A page.
#[derive(Debug, Default)]
pub struct Found {
    /// The events, in the order that was asked for.
    pub events: Vec<Row>,
    /// The position after which (or, newest first, before which) the next page begins; none when there is nothing more.
    pub next: Option<i64>,
    /// The newest position of the log.
    pub head: i64,
}

/// Finds a page.
///
/// # Errors
/// The database's.
pub async fn page(database: &mut PgConnection, filter: &Filter, place: Place) -> Result<Found, sqlx::Error> {
    let (span, head) = span(database, filter, place).await?;
    let Some((walk, rest)) = choose(database, filter, span).await? else {
        return Ok(Found { head, ..Found::default() });
    };
    let found = walked(database, (&walk, &rest), span, place).await?;
    if found.events.is_empty() && is_too_many(database, &walk).await? {
        let rest = Filter { from: None, to: None, ..filter.clone() };
        let found = walked(database, (&Walk::Log, &rest), span, place).await?;
        return Ok(Found { head, ..found });
    }
    Ok(Found { head, ..found })
}

/// What one way finds.
async fn walked(
    database: &mut PgConnection,
    (walk, rest): (&Walk<'_>, &Filter),
    span: Span,
    place: Place,
) -> Result<Found, sqlx::Error> {
    let mut found = Found::default();
    let mut transaction = steered(database, matches!(walk, Walk::Linked(..))).await?;
    found.events = events(walk, rest, span, place).rows().fetch_all(&mut *transaction).await?;
    let limit = usize::try_from(place.limit).unwrap_or(0);
    if found.events.len() > limit {
        found.events.truncate(limit);
        found.next = found.events.last().map(|row| row.position);
    } else if has_rest(walk, rest) {
        let end = end_of_walk(walk, span, place.newest_first);
        let last = end.plain().fetch_optional(&mut *transaction).await?;
        found.next = last.map(|row| row.try_get("position")).transpose()?;
    }
    transaction.commit().await?;
    Ok(found)
}

/// Whether there are more linked events than are gathered.
async fn is_too_many(database: &mut PgConnection, walk: &Walk<'_>) -> Result<bool, sqlx::Error> {
    let Some(statement) = too_many(walk) else { return Ok(false) };
    let mut transaction = steered(database, true).await?;
    let row = statement.plain().fetch_optional(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(row.is_some())
}

/// A transaction in which the planner is steered.
async fn steered(
    database: &mut PgConnection,
    linked: bool,
) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
    let mut transaction = database.begin().await?;
    sqlx::query(steering(linked)).execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Adds what was appended lately to the summaries by which linked events are found. Until then it is read through.
/// Gives how many summaries there are more; harmless when several instances do it.
///
/// # Errors
/// The database's.
pub async fn summarise(pool: &PgPool) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("SELECT summarise_links()").fetch_one(pool).await
}

/// The event with this id.
///
/// # Errors
/// The database's.
pub async fn by_event_id(database: &mut PgConnection, id: Uuid) -> Result<Option<Row>, sqlx::Error> {
    let mut statement = Statement::default();
    let id = id.to_string();
    statement.push(&format!("SELECT {COLUMNS} FROM events WHERE event_id = ?::uuid"), [id.as_str().into()]);
    let mut transaction = steered(database, true).await?;
    let row = statement.rows().fetch_optional(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(row)
}

/// The event at this position.
///
/// # Errors
/// The database's.
pub async fn by_position(database: &mut PgConnection, position: i64) -> Result<Option<Row>, sqlx::Error> {
    let mut statement = Statement::default();
    statement
        .push(&format!("SELECT {COLUMNS} FROM events WHERE log = 0 AND position = ?"), [position.into()]);
    statement.rows().fetch_optional(database).await
}

/// Which types of events are in the log, by name.
///
/// # Errors
/// The database's.
pub async fn types(database: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "WITH RECURSIVE names (name) AS ( \
             (SELECT event_type FROM events ORDER BY event_type LIMIT 1) \
             UNION ALL \
             SELECT (SELECT e.event_type FROM events e WHERE e.event_type > n.name ORDER BY e.event_type LIMIT 1) \
             FROM names n WHERE n.name IS NOT NULL) \
         SELECT name FROM names WHERE name IS NOT NULL",
    )
    .fetch_all(database)
    .await
}

/// Where everything that was asked for lies, and where the log ends.
///
/// # Errors
/// The database's.
pub async fn span(
    database: &mut PgConnection,
    filter: &Filter,
    place: Place,
) -> Result<(Span, i64), sqlx::Error> {
    let (head, from, to): (i64, Option<i64>, Option<i64>) = sqlx::query_as(
        "SELECT position, position_before($1), position_before($2) FROM log_head WHERE log = 0",
    )
    .bind(filter.from)
    .bind(filter.to)
    .fetch_one(database)
    .await?;
    let after = place.after.max(from.unwrap_or(0));
    // Bounded by the head as it is now: what is appended meanwhile comes with the next page.
    let before = place.before.min(to.unwrap_or(head).min(head) + 1);
    Ok((Span { after, before }, head))
}
