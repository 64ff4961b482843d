//! One step: some events, the read model's statements and its position, in one transaction.

use sqlx::{Connection, PgConnection};

use super::{Engine, Followed, owner};
use crate::eventstore::writer::listeners::Steps;
use crate::projections::apply::{Poison, call, is_poison, reason};

/// How many heard events a step projects at most.
pub(super) const PAGE: i64 = 5_000;

/// What a step came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stepped {
    /// There may be more.
    More,
    /// The read model is where the log ended.
    AtHead,
    /// It is another instance's turn, or that version is not there.
    NotOurs,
    /// It has stopped at this event.
    Stopped(Poison),
}

/// What a step would do.
struct Planned {
    steps: Steps,
    first: Option<i64>,
    until: i64,
}

impl Engine {
    /// One step of one read model. `limit` is how many events are tried together: fewer after a failure, until it
    /// is known which one it is.
    pub(super) async fn step(&self, followed: &Followed, limit: &mut i64) -> Result<Stepped, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let Some(place) = owner::look(&mut *connection, &followed.schema, self.me).await? else {
            return Ok(Stepped::NotOurs);
        };
        followed.saw(place.position);
        if let Some(poison) = place.poison() {
            return Ok(Stepped::Stopped(poison));
        }
        let is_ours = place.is_ours
            || (place.is_free && owner::claim(&mut *connection, &followed.schema, self.me).await?);
        if !is_ours {
            return Ok(Stepped::NotOurs);
        }
        if place.head <= place.position {
            return Ok(Stepped::AtHead);
        }
        let page = followed.reader.page(&mut connection, place.position, place.head, *limit).await?;
        let planned = plan(followed, page);
        match self.project(&mut connection, followed, place.position, &planned).await {
            Ok(true) => {
                followed.saw(planned.until);
                *limit = (*limit * 2).min(PAGE);
                Ok(if planned.until < place.head { Stepped::More } else { Stepped::AtHead })
            }
            Ok(false) => Ok(Stepped::NotOurs),
            // Fewer find out which event it is; or they take less time than a statement may.
            Err(sqlx::Error::Database(_)) if *limit > 1 => {
                *limit /= 2;
                Ok(Stepped::More)
            }
            Err(error) if is_poison(&error) => {
                let position = planned.first.unwrap_or(planned.until);
                let poison = Poison { position, why: reason(&error) };
                let (name, schema) = (followed.model.name, &followed.schema);
                if !owner::stop(&mut *connection, schema, self.me, place.position, &poison).await? {
                    return Ok(Stepped::NotOurs);
                }
                tracing::error!(
                    read_model = name,
                    schema,
                    position,
                    why = poison.why,
                    "stopped: needs an operator"
                );
                *limit = PAGE;
                Ok(Stepped::Stopped(poison))
            }
            Err(error) => Err(error),
        }
    }

    /// The transaction; gives whether it was still this instance's turn.
    async fn project(
        &self,
        connection: &mut PgConnection,
        followed: &Followed,
        position: i64,
        planned: &Planned,
    ) -> Result<bool, sqlx::Error> {
        let mut transaction = connection.begin().await?;
        if !owner::lock(&mut transaction, &followed.schema, self.me, position).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        call(&mut transaction, &planned.steps).await?;
        owner::advance(&mut transaction, &followed.schema, planned.until).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Whether the read model shows all of the log; remembers how far it is.
    pub(super) async fn is_at_head(&self, followed: &Followed) -> Result<bool, sqlx::Error> {
        let place = owner::look(&self.pool, &followed.schema, self.me).await?;
        Ok(place.is_some_and(|place| {
            followed.saw(place.position);
            place.position >= place.head
        }))
    }
}

fn plan(followed: &Followed, page: crate::eventstore::heard::Page) -> Planned {
    let until = page.until;
    let (types, events): (Vec<String>, Vec<_>) = followed.reader.open(page).into_iter().unzip();
    let first = events.first().map(|event| event.position);
    let steps = Steps::plan(types.iter().map(String::as_str).zip(events), &followed.listeners);
    Planned { steps, first, until }
}
