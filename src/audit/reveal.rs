//! Looking behind the veil: first it is recorded, on each account concerned, then the veil is lifted there.
//!
//! `account.revealed` lies in the stream of the person whose values are shown, so that "who saw my data" is that person's
//! own history (and part of the export), and "who looked at whose" is a search for that type. Who looks
//! is the metadata's actor. What could not be recorded is not shown; who was forgotten in between has nothing to show.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::{Aggregate, AggregateError};
use futures_util::future::try_join_all;

use super::event::{Row, ShownEvent};
use super::replay::meet;
use super::veil::Veil;
use super::{AuditError, Reading};
use crate::account::{Account, AccountError, Reveal, Shown};
use crate::eventstore::seal::Sealer;
use crate::eventstore::{Commands, Metadata};

/// The most events of a page in which personal values are shown. An event with its links is shown with those of twice as many,
/// and its cause: [`super::links`].
pub const MOST: i64 = 100;

/// Somebody who may look behind the veil, and how that is recorded.
#[derive(Clone, Debug)]
pub struct Revealer<'a> {
    /// Commands on accounts.
    pub accounts: &'a Commands<Account>,
    /// Opens what may be seen.
    pub sealer: &'a Sealer,
    /// Who looks, and in which request.
    pub metadata: Metadata,
}

/// Whose values are in some events, and where.
fn people_in(rows: &[Row], veil: &Veil) -> BTreeMap<String, BTreeSet<i64>> {
    let mut people: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.aggregate_type == Account::TYPE && row.is_veiled()) {
        if row.payload().is_ok_and(|payload| veil.hides_in(&payload)) {
            people.entry(row.aggregate_id.clone()).or_default().insert(row.position);
        }
    }
    people
}

impl Reading {
    /// Events as they may be seen; what is personal as well, where somebody reveals it.
    ///
    /// # Errors
    /// [`AuditError`].
    pub async fn shown(
        &self,
        rows: Vec<Row>,
        revealer: Option<&Revealer<'_>>,
    ) -> Result<Vec<ShownEvent>, AuditError> {
        let mut veil = Veil::default();
        meet(&mut *self.pool.acquire().await?, &mut veil, &rows).await?;
        if let Some(revealer) = revealer {
            let recorded = revealer.record(Shown::Events, people_in(&rows, &veil)).await?;
            veil.lift(&mut *self.pool.acquire().await?, revealer.sealer, &recorded).await?;
        }
        rows.into_iter()
            .map(|row| {
                let position = row.position;
                row.shown(&veil, &self.upcasters)
                    .map_err(|source| AuditError::Unreadable { position, source })
            })
            .collect()
    }
}

impl Revealer<'_> {
    /// Records that the values of these people are shown, and gives of whom they may be.
    ///
    /// # Errors
    /// Where it cannot be recorded of somebody who is not forgotten.
    pub async fn record(
        &self,
        shown: Shown,
        people: BTreeMap<String, BTreeSet<i64>>,
    ) -> Result<Vec<String>, AuditError> {
        let recordings = people.into_iter().map(async |(id, positions)| {
            let command = Reveal { shown, positions: positions.into_iter().collect() };
            match self.accounts.execute(&id, command.into(), self.metadata.clone()).await {
                Ok(_) => Ok(Some(id)),
                Err(AggregateError::UserError(AccountError::NotRegistered)) => Ok(None),
                Err(error) => Err(error),
            }
        });
        // All at once: the writer commits what waits together.
        Ok(try_join_all(recordings).await?.into_iter().flatten().collect())
    }
}
