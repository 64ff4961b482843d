//! The state of an aggregate as it was: at a time, after a position of the log, after an event of its own.
//!
//! The stream is folded from its first event on, a page at a time, so that a long one needs no more memory than a
//! short one. Personal values and secrets stay covered on the way ([`super::veil`]).

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::{FromRow, PgConnection};
use utoipa::ToSchema;

use super::aggregates::Replayable;
use super::diff::{Change, changes};
use super::event::{COLUMNS, Row, time};
use super::reveal::Revealer;
use super::statement::Statement;
use super::veil::Veil;
use super::{AuditError, Reading};
use crate::account::{Account, Shown};

/// How many events are folded at once.
const PAGE: i64 = 500;

/// Up to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Nothing of it.
    Beginning,
    /// All of it.
    Newest,
    /// What was recorded up to this millisecond, and in it.
    At(DateTime<Utc>),
    /// What stands up to this position of the log.
    Position(i64),
    /// Up to this event of the stream.
    Sequence(i64),
}

/// An event of a stream, by its places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Point {
    /// Place in the stream.
    pub sequence: i64,
    /// Place in the log.
    pub position: i64,
    /// When it was recorded.
    #[schema(format = DateTime)]
    pub recorded_at: String,
}

#[derive(FromRow)]
struct Placed {
    sequence: i64,
    position: i64,
    recorded_at: DateTime<Utc>,
}

impl From<Placed> for Point {
    fn from(Placed { sequence, position, recorded_at }: Placed) -> Self {
        Self { sequence, position, recorded_at: time(recorded_at) }
    }
}

/// The state of an aggregate at a point of its history.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct StateThen {
    /// The aggregate's type.
    pub aggregate_type: String,
    /// The aggregate.
    pub aggregate_id: String,
    /// The last event that is in the state; null before the first.
    #[schema(required)]
    pub point: Option<Point>,
    /// The newest event of the stream.
    pub newest: Point,
    /// The state, what is personal or secret covered; null before the first event.
    #[schema(value_type = Object, nullable, required)]
    pub state: Value,
}

/// What is different between two points of a history.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// The aggregate's type.
    pub aggregate_type: String,
    /// The aggregate.
    pub aggregate_id: String,
    /// The last event in the first state; null before the first event.
    #[schema(required)]
    pub from: Option<Point>,
    /// The last event in the second state; null before the first event.
    #[schema(required)]
    pub to: Option<Point>,
    /// Every field that is different.
    pub changes: Vec<Change>,
}

/// The newest event of a stream; none where there is no such stream.
///
/// # Errors
/// The database's.
pub async fn newest(
    database: &mut PgConnection,
    aggregate_type: &str,
    aggregate_id: &str,
) -> Result<Option<Point>, sqlx::Error> {
    let newest: Option<Placed> = sqlx::query_as(
        "SELECT sequence, position, recorded_at FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 \
         ORDER BY sequence DESC LIMIT 1",
    )
    .bind(aggregate_type)
    .bind(aggregate_id)
    .fetch_optional(database)
    .await?;
    Ok(newest.map(Point::from))
}

/// A stream that can be replayed.
struct Stream<'a> {
    aggregate: Replayable,
    id: &'a str,
    newest: Point,
}

/// States at two points, the first not after the second, with the markers in place.
type States = [(Option<Point>, Map<String, Value>); 2];

impl Reading {
    /// The state at a point; none where there is no such stream. What is personal is shown where somebody
    /// reveals it.
    ///
    /// # Errors
    /// [`AuditError`].
    pub async fn state(
        &self,
        (aggregate_type, aggregate_id): (&str, &str),
        until: Until,
        revealer: Option<&Revealer<'_>>,
    ) -> Result<Option<StateThen>, AuditError> {
        let Some(stream) = self.stream(aggregate_type, aggregate_id).await? else { return Ok(None) };
        let sequence = self.sequence(&stream, until).await?;
        let ends = [sequence, sequence];
        let (veil, [(point, state), _]) = self.states(&stream, ends, Shown::State, revealer).await?;
        Ok(Some(StateThen {
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id: aggregate_id.to_owned(),
            state: if point.is_some() { veil.shown(Value::Object(state)) } else { Value::Null },
            point,
            newest: stream.newest,
        }))
    }

    /// What is different between two points; none where there is no such stream.
    ///
    /// # Errors
    /// [`AuditError`].
    pub async fn difference(
        &self,
        (aggregate_type, aggregate_id): (&str, &str),
        (from, to): (Until, Until),
        revealer: Option<&Revealer<'_>>,
    ) -> Result<Option<Difference>, AuditError> {
        let Some(stream) = self.stream(aggregate_type, aggregate_id).await? else { return Ok(None) };
        let (from, to) = (self.sequence(&stream, from).await?, self.sequence(&stream, to).await?);
        let ends = [from.min(to), from.max(to)];
        let (veil, mut states) = self.states(&stream, ends, Shown::Difference, revealer).await?;
        if from > to {
            states.reverse();
        }
        let [(from, before), (to, after)] = states;
        let changes = changes(&before, &after).into_iter().map(|change| Change {
            before: veil.shown(change.before),
            after: veil.shown(change.after),
            ..change
        });
        Ok(Some(Difference {
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id: aggregate_id.to_owned(),
            from,
            to,
            changes: changes.collect(),
        }))
    }

    async fn stream<'a>(&self, aggregate_type: &str, id: &'a str) -> Result<Option<Stream<'a>>, AuditError> {
        let Some(aggregate) = Replayable::named(aggregate_type) else { return Ok(None) };
        let newest = newest(&mut *self.pool.acquire().await?, aggregate_type, id).await?;
        Ok(newest.map(|newest| Stream { aggregate, id, newest }))
    }

    /// The stream's last event that is within.
    async fn sequence(&self, stream: &Stream<'_>, until: Until) -> Result<i64, AuditError> {
        let (sql, position, instant) = match until {
            Until::Beginning => return Ok(0),
            Until::Newest => return Ok(stream.newest.sequence),
            Until::Sequence(sequence) => return Ok(sequence.min(stream.newest.sequence)),
            Until::Position(position) => ("SELECT sequence_at($1, $2, $3)", Some(position), None),
            Until::At(at) => {
                // What is shown as this millisecond was recorded within it.
                let begun = at.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(at);
                let end = begun + TimeDelta::milliseconds(1);
                ("SELECT sequence_at($1, $2, position_before($3))", None, Some(end))
            }
        };
        let query = sqlx::query_scalar(sql).bind(stream.aggregate.aggregate_type).bind(stream.id);
        let query = if let Some(position) = position { query.bind(position) } else { query.bind(instant) };
        Ok(query.fetch_one(&self.pool).await?)
    }

    /// The states at both ends, opened where that was recorded.
    async fn states(
        &self,
        stream: &Stream<'_>,
        ends: [i64; 2],
        shown: Shown,
        revealer: Option<&Revealer<'_>>,
    ) -> Result<(Veil, States), AuditError> {
        let mut veil = Veil::default();
        let states = self.fold(stream, ends, &mut veil).await?;
        let Some(revealer) = revealer.filter(|_| stream.aggregate.aggregate_type == ACCOUNT) else {
            return Ok((veil, states));
        };
        if !states.iter().any(|(_, state)| state.values().any(|value| veil.stands_in(value))) {
            return Ok((veil, states));
        }
        let positions = states.iter().filter_map(|(point, _)| Some(point.as_ref()?.position)).collect();
        let people = BTreeMap::from([(stream.id.to_owned(), positions)]);
        let recorded = revealer.record(shown, people).await?;
        veil.lift(&mut *self.pool.acquire().await?, revealer.sealer, &recorded).await?;
        // Once more: a value is sealed to its place in its event, and cannot be opened anywhere else.
        let states = self.fold(stream, ends, &mut veil).await?;
        Ok((veil, states))
    }

    async fn fold(
        &self,
        stream: &Stream<'_>,
        [first, second]: [i64; 2],
        veil: &mut Veil,
    ) -> Result<States, AuditError> {
        let mut folding = stream.aggregate.begin();
        let (mut last, mut at) = (None, 0);
        let mut states: States = Default::default();
        for (state, end) in states.iter_mut().zip([first, second]) {
            while at < end {
                let rows = self.next(stream, (at, end), veil).await?;
                // Fewer than there should be: somebody altered the log.
                let Some(newest) = rows.last() else { break };
                at = newest.sequence;
                last = Some(Placed {
                    sequence: newest.sequence,
                    position: newest.position,
                    recorded_at: newest.recorded_at,
                });
                for row in &rows {
                    let position = row.position;
                    let unreadable = |source| AuditError::Unreadable { position, source };
                    let event = row.veiled(veil, &self.upcasters).map_err(unreadable)?;
                    folding.apply(event.payload).map_err(unreadable)?;
                }
            }
            if let Some(placed) = last.take() {
                let position = placed.position;
                let told = folding.state().map_err(|source| AuditError::Unreadable { position, source })?;
                *state =
                    (Some(Point::from(Placed { ..placed })), told.as_object().cloned().unwrap_or_default());
                last = Some(placed);
            }
        }
        Ok(states)
    }

    /// The next events of a stream, their keys met.
    async fn next(
        &self,
        stream: &Stream<'_>,
        (after, until): (i64, i64),
        veil: &mut Veil,
    ) -> Result<Vec<Row>, AuditError> {
        let mut statement = Statement::default();
        let kind = stream.aggregate.aggregate_type;
        statement
            .push(&format!("SELECT {COLUMNS} FROM events WHERE aggregate_type = ?"), [kind.into()])
            .push(" AND aggregate_id = ? AND sequence > ? ", [stream.id.into(), after.into()])
            .push("AND sequence <= ? ORDER BY sequence LIMIT ?", [until.into(), PAGE.into()]);
        let mut database = self.pool.acquire().await?;
        let rows = statement.rows().fetch_all(&mut *database).await?;
        meet(&mut database, veil, &rows).await?;
        Ok(rows)
    }
}

/// Looks up the keys of what is sealed in these events.
///
/// # Errors
/// The database's.
pub(super) async fn meet(
    database: &mut PgConnection,
    veil: &mut Veil,
    rows: &[Row],
) -> Result<(), AuditError> {
    let mut payloads = Vec::new();
    for row in rows.iter().filter(|row| row.is_veiled()) {
        let position = row.position;
        payloads.push(row.payload().map_err(|source| AuditError::Unreadable { position, source })?);
    }
    Ok(veil.meet(database, &payloads).await?)
}

/// The aggregate whose personal values can be revealed.
const ACCOUNT: &str = <Account as cqrs_es::Aggregate>::TYPE;
