//! A read model as it was, in a schema of its own, for auditors and analysts.
//!
//! It says what the read model's SQL of today says of the events up to then. What was forgotten since is forgotten
//! there, too: its keys are gone.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use sqlx::PgConnection;

use super::load::Load;
use super::{Builder, Built, RebuildError, Stop, gently, leftovers, swap};
use crate::projections::READ_MODELS;
use crate::projections::engine::ReadModel;

/// How long a name may be, such that what is made of it is a name for PostgreSQL, too.
const LONGEST_NAME: usize = 50;

/// Which moment of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After the event at this position.
    Position(i64),
    /// After the last event recorded at this time or before.
    Time(DateTime<Utc>),
}

/// Why a read model cannot be built as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere {
    /// The name is none that could be given.
    #[error(
        "{0:?} cannot be the name of a new schema: give one of lower-case letters, digits and _, that is none of ours or of PostgreSQL's"
    )]
    Name(String),
    /// There is such a schema.
    #[error("the schema {0} is there already: drop it first (DROP SCHEMA {0} CASCADE), or give another name")]
    Taken(String),
    /// The log does not go that far.
    #[error("the log ends at position {head}: position {asked} is not there yet")]
    Future {
        /// The position that was asked for.
        asked: i64,
        /// Where the log ends.
        head: i64,
    },
}

enum Refused {
    Stop(Stop),
    NotThere(NotThere),
}

impl<E: Into<Stop>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

impl Builder {
    /// Builds `model` as it was at `moment` into the new schema `into`. Nothing that is there is touched.
    ///
    /// # Errors
    /// [`RebuildError`]; the schema is not there then.
    pub async fn as_of(&self, model: &ReadModel, moment: Moment, into: &str) -> Result<Built, RebuildError> {
        let (builder, own, schema) = (self.clone(), model.clone(), into.to_owned());
        let built = gently::run(async move { builder.keep_aside(own, moment, &schema).await }.boxed()).await;
        built.map_err(|refused| match refused {
            Refused::Stop(stop) => stop.of(model.name),
            Refused::NotThere(why) => why.into(),
        })
    }

    async fn keep_aside(self, model: ReadModel, moment: Moment, into: &str) -> Result<Built, Refused> {
        if !may_be_new(into) {
            return Err(Refused::NotThere(NotThere::Name(into.to_owned())));
        }
        let mut session = gently::connect(&self.options).await?;
        leftovers::lock(&mut session, into).await?;
        if let Some(taken) = taken(&mut session, into).await? {
            return Err(Refused::NotThere(NotThere::Taken(taken)));
        }
        let head = Self::head(&mut session).await?;
        let position = match moment {
            Moment::Position(asked) if asked > head || asked < 0 => {
                return Err(Refused::NotThere(NotThere::Future { asked, head }));
            }
            Moment::Position(position) => position,
            Moment::Time(time) => last_at(&mut session, time, head).await?,
        };
        let mut load = Load::begin(self, model, into, session).await?;
        let built = async {
            load.up_to(position).await?;
            load.finish_tables().await?;
            swap::keep_aside(&mut load).await
        };
        let built = built.await;
        load.end().await;
        Ok(built?)
    }
}

/// Whether a schema of this name could be somebody's own.
fn may_be_new(name: &str) -> bool {
    let is_word = name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let is_ours = READ_MODELS.iter().any(|(model, _)| {
        name.strip_prefix(model).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    });
    let is_known = ["public", "information_schema"].contains(&name)
        || name.starts_with("pg_")
        || name.ends_with("_next")
        || name.starts_with("analytics_v");
    is_word && !is_ours && !is_known
}

/// The schema that is in the way: of that name, or of that in which it would be built, unless an interrupted build left it.
async fn taken(session: &mut PgConnection, into: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT nspname::text FROM pg_namespace \
         WHERE nspname = $1 OR (nspname = $2 AND NOT EXISTS (SELECT FROM read_model_builds WHERE schema_name = $1)) \
         ORDER BY nspname LIMIT 1",
    )
    .bind(into)
    .bind(leftovers::beside(into))
    .fetch_optional(session)
    .await
}

/// The last position up to `head` whose event was recorded at `time` or before. Times never decrease, so it is found
/// by halving.
async fn last_at(session: &mut PgConnection, time: DateTime<Utc>, head: i64) -> Result<i64, sqlx::Error> {
    let (mut known, mut after) = (0, head + 1);
    while known + 1 < after {
        let middle = i64::midpoint(known, after);
        let is_by_then: bool =
            sqlx::query_scalar("SELECT recorded_at <= $2 FROM events WHERE log = 0 AND position = $1")
                .bind(middle)
                .bind(time)
                .fetch_one(&mut *session)
                .await?;
        if is_by_then { known = middle } else { after = middle }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_are_nobodys_may_be_new() {
        for name in ["audit_2026", "_x", "march"] {
            assert!(may_be_new(name), "{name}");
        }
        let long = "x".repeat(51);
        for name in [
            "",
            "1x",
            "X",
            "a b",
            "a;b",
            "public",
            "pg_x",
            "user_lookup",
            "user_lookup_12345678",
            "x_next",
            &long,
        ] {
            assert!(!may_be_new(name), "{name}");
        }
    }
}
