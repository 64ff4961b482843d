//! Running a read model's statements over events of the log, and saying which event they cannot take.

use sqlx::{PgConnection, Postgres, Transaction};

use crate::eventstore::writer::is_lost;
use crate::eventstore::writer::listeners::Steps;

/// An event that the read model's statements cannot take. Nothing after it has been projected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poison {
    /// The event's place in the log.
    pub position: i64,
    /// What the database said, without the values it spoke of: they may be somebody's.
    pub why: String,
}

impl std::fmt::Display for Poison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the event at position {} cannot be projected: {}", self.position, self.why)
    }
}

/// Calls the planned functions one after the other.
///
/// # Errors
/// The database's error.
pub async fn call(transaction: &mut Transaction<'_, Postgres>, steps: &Steps) -> Result<(), sqlx::Error> {
    let connection: &mut PgConnection = transaction;
    let mut first = 0;
    for ((schema, function), end) in steps.schemas.iter().zip(&steps.functions).zip(&steps.ends) {
        let end = usize::try_from(*end).unwrap_or(0);
        sqlx::query(&format!("SELECT \"{schema}\".\"{function}\"($1, $2, $3, $4)"))
            .bind(steps.ids.get(first..end))
            .bind(steps.payloads.get(first..end))
            .bind(steps.times.get(first..end))
            .bind(steps.positions.get(first..end))
            .execute(&mut *connection)
            .await?;
        first = end;
    }
    Ok(())
}

/// Whether an error lies in the events or the statements, rather than in the connection or in others' locks.
#[must_use]
pub fn is_poison(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(_)) && !is_lost(error)
}

/// What the database said: its code, its words without what stands in quotation marks, and where.
#[must_use]
pub fn reason(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(told) = error else { return "the database did not answer".to_owned() };
    let words: Vec<&str> = told.message().split('"').step_by(2).collect();
    let code = told.code().unwrap_or_default();
    let place: Vec<&str> = [told.table(), told.constraint()].into_iter().flatten().collect();
    let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
    format!("SQLSTATE {code}: {}{place}", words.join("…"))
}
