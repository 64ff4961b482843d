//! Verification in the database: what lies in the tables, all of it, as of one moment.

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use super::{Checker, Fault, Report, Trusting};
use crate::audit::checkpoints::stored;
use crate::audit::keys::{self, Trusted, TrustedKeys};
use crate::eventstore::merkle::leaf_hash;
use crate::eventstore::merkle::rows::leaves;

mod tiles;
use tiles::TileCheck;

/// How many events are read between two looks at checkpoints and tiles.
const AT_ONCE: u64 = 16_384;

/// Why the database was not verified.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// Something in it is wrong.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// It could not be read.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Verifies the log in the database. Appends go on meanwhile and are not looked at.
///
/// # Errors
/// [`Unverified`]: the first thing that is wrong.
pub async fn verify(database: &mut PgConnection, trusting: Trusting) -> Result<Report, Unverified> {
    sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut *database).await?;
    let verified = within(database, trusting).await;
    sqlx::query("ROLLBACK").execute(database).await?;
    verified
}

async fn within(database: &mut PgConnection, trusting: Trusting) -> Result<Report, Unverified> {
    let own = own_keys(&mut *database).await?;
    let has_keys = trusting.keys.is_some();
    let mut checker = Checker::new(Trusting { keys: trusting.keys.or(own), ..trusting })?;
    let mut tiles = TileCheck::default();
    let last: Option<i64> = sqlx::query_scalar("SELECT max(position) FROM events WHERE log = 0")
        .fetch_one(&mut *database)
        .await?;
    let last = u64::try_from(last.unwrap_or(0)).unwrap_or(0);
    checkpoints_up_to(&mut *database, &mut checker, 0, 0).await?;
    while checker.position() < last {
        let checked = chunk(&mut *database, &mut checker, &mut tiles, last).await;
        checked.map_err(|wrong| tiles.narrow(wrong))?;
    }
    head(&mut *database, &checker).await?;
    let beyond: Option<i64> =
        sqlx::query_scalar("SELECT max(size) FROM checkpoints WHERE log = 0 AND size > $1")
            .bind(i64::try_from(last).unwrap_or(i64::MAX))
            .fetch_one(&mut *database)
            .await?;
    if let Some(size) = beyond {
        let how = format!(
            "is missing: the log ends with {last} events, but a checkpoint of {size} was signed: the newest were removed"
        );
        return Err(Fault::at(last + 1, how).into());
    }
    tiles.end(&mut *database).await?;
    let mut beside = vec![
        "stored        leaf hashes and the head of the log agree with the events".to_owned(),
        tiles.told()?,
    ];
    let mut report = checker.finish(Vec::new())?;
    if !has_keys && report.checkpoints > 0 {
        beside.push("signatures    agree with the keys in the database, which whoever changed it could have changed too".to_owned());
        report.signed_by.clear();
    }
    report.has_keys = has_keys;
    report.beside = beside;
    Ok(report)
}

/// The keys in the database: they find what was done clumsily.
async fn own_keys(database: &mut PgConnection) -> Result<Option<TrustedKeys>, sqlx::Error> {
    let keys: Vec<Trusted> = keys::all(database)
        .await?
        .into_iter()
        .map(|key| Trusted { key: key.verifier, first_size: key.first_size, last_size: key.last_size })
        .collect();
    Ok((!keys.is_empty()).then_some(TrustedKeys(keys)))
}

/// The next events, with the checkpoints and tiles that belong to them.
async fn chunk(
    database: &mut PgConnection,
    checker: &mut Checker,
    tiles: &mut TileCheck,
    last: u64,
) -> Result<(), Unverified> {
    let from = checker.position();
    let until = last.min(from + AT_ONCE);
    let sizes = stored::between(&mut *database, from + 1, until, i64::MAX).await?;
    let mut due = sizes.iter().peekable();
    let number = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
    let mut wrong = None;
    {
        let mut events = leaves(&mut *database, number(from), number(until));
        while let Some(event) = events.try_next().await? {
            let position = u64::try_from(event.position).unwrap_or(0);
            checker.place(position)?;
            let leaf = leaf_hash(event.text.as_bytes());
            if leaf != event.hash {
                let how = "the event is not the one whose leaf hash lies beside it: its payload, its metadata, its time or its place was changed";
                return Err(Fault::at(position, how).into());
            }
            checker.event_with(&event.text, leaf)?;
            tiles.push(leaf);
            if let Some(stored) = due.next_if(|stored| stored.checkpoint.size == position)
                && let Err(fault) = checker.checkpoint(&stored.note())
            {
                // The tiles up to here may tell more exactly where it is.
                wrong = Some(fault);
                break;
            }
        }
    }
    tiles.compare(&mut *database).await?;
    if let Some(fault) = wrong {
        tiles.look_closer(database).await?;
        return Err(fault.into());
    }
    if checker.position() < until {
        let next: Option<i64> =
            sqlx::query_scalar("SELECT min(position) FROM events WHERE log = 0 AND position > $1")
                .bind(number(checker.position()))
                .fetch_one(database)
                .await?;
        checker.place(u64::try_from(next.unwrap_or(i64::MAX)).unwrap_or(u64::MAX))?;
    }
    Ok(())
}

/// The checkpoints of the sizes `from` to `to`, where the log has come to.
async fn checkpoints_up_to(
    database: &mut PgConnection,
    checker: &mut Checker,
    from: u64,
    to: u64,
) -> Result<(), Unverified> {
    for stored in stored::between(database, from, to, i64::MAX).await? {
        checker.checkpoint(&stored.note())?;
    }
    Ok(())
}

/// Whether the head says what the events say.
async fn head(database: &mut PgConnection, checker: &Checker) -> Result<(), Unverified> {
    let (position, frontier, time): (i64, Vec<u8>, String) = sqlx::query_as(
        "SELECT position, frontier, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM log_head WHERE log = 0",
    )
    .fetch_one(database)
    .await?;
    let (says, is) = (u64::try_from(position).unwrap_or(0), checker.position());
    if says > is {
        let how = format!(
            "is missing: the head of the log says that there are {says} events, and there are {is}: the newest were removed"
        );
        return Err(Fault::at(is + 1, how).into());
    }
    if says < is {
        let how = format!(
            "the head of the log says that there are {says} events: this one was added past the program"
        );
        return Err(Fault::at(says + 1, how).into());
    }
    if frontier != checker.frontier() {
        let how = "the head of the log has another root than its events: they were changed with their leaf hashes, or the head was";
        return Err(Fault::Beside(how.to_owned()).into());
    }
    if is > 0 && time != checker.last_time() {
        return Err(
            Fault::Beside("the head of the log has another time than its last event".to_owned()).into()
        );
    }
    Ok(())
}
