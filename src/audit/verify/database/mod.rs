//! Verification in the database: what lies in the tables, all of it, as of one moment.

use futures_util::TryStreamExt;
use sqlx::PgConnection;

use super::{Checker, Fault, Report, Trusting};
use crate::audit::checkpoints::stored;
use crate::audit::keys::{self, Trusted, TrustedKeys};
use crate::eventstore::merkle::leaf_hash;
use crate::eventstore::merkle::rows::{Unreadable, leaves};

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
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Unverified {
    /// A value that cannot be read is none that the program wrote.
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
                Self::Fault(Fault::Beside(format!("what lies beside the events cannot be read: {error}")))
            }
            error => Self::Database(error),
        }
    }
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
    nothing_outside(&mut *database).await?;
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
    head(&mut *database, &mut checker).await?;
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
    let mut report = checker.finish()?;
    covered(&mut *database, &report).await?;
    if !has_keys && report.checkpoints > 0 {
        beside.push("signatures    agree with the keys in the database, which whoever changed it could have changed too".to_owned());
        report.signed_by.clear();
    }
    report.has_keys = has_keys;
    report.beside = beside;
    Ok(report)
}

/// Events that the pass does not come by, which begins with position 1 of log 0; the program would read them in their streams.
async fn nothing_outside(database: &mut PgConnection) -> Result<(), Unverified> {
    // The ends of the primary key, without a condition: the planner answers no question by a constraint that somebody forged.
    let ends: Vec<(i16, i64, String, String, i64)> = sqlx::query_as(
        "(SELECT log, position, aggregate_type, aggregate_id, sequence FROM events ORDER BY log, position LIMIT 1) UNION ALL \
         (SELECT log, position, aggregate_type, aggregate_id, sequence FROM events ORDER BY log DESC, position DESC LIMIT 1)",
    )
    .fetch_all(database)
    .await?;
    match ends.into_iter().find(|(log, position, ..)| *log != 0 || *position < 1) {
        None => Ok(()),
        Some((log, position, aggregate_type, aggregate_id, sequence)) => {
            let how = format!(
                "an event lies outside of what is proved, in log {log} at position {position}: sequence {sequence} of stream {aggregate_type}/{aggregate_id}; it was added past the program"
            );
            Err(Fault::Beside(how).into())
        }
    }
}

/// For how long events may be covered by no signature: some times as long as it takes a server to sign them.
const UNSIGNED_MINUTES: i32 = 10;

/// That every event which is not quite new is covered by a checkpoint.
async fn covered(database: &mut PgConnection, report: &Report) -> Result<(), Unverified> {
    let Some((first, last)) = report.uncovered() else { return Ok(()) };
    let is_late: Option<bool> = sqlx::query_scalar(
        "SELECT recorded_at < now() - make_interval(mins => $2) FROM events WHERE log = 0 AND position = $1",
    )
    .bind(i64::try_from(first).unwrap_or(i64::MAX))
    .bind(UNSIGNED_MINUTES)
    .fetch_optional(database)
    .await?;
    if is_late == Some(false) {
        return Ok(());
    }
    let how = format!(
        "no signed checkpoint covers them, although the first is older than {UNSIGNED_MINUTES} minutes: checkpoints were removed, or no server has signed since; `zhanggui audit checkpoint` signs them as they are now"
    );
    Err(Fault::Among { first, last, how }.into())
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
        while let Some(event) = events.try_next().await.map_err(|error| unreadable(checker, error))? {
            let position = u64::try_from(event.position).unwrap_or(0);
            checker.place(position)?;
            let leaf = leaf_hash(event.text.as_bytes());
            if leaf != event.hash {
                let how = "the event is not the one whose leaf hash lies beside it: its payload, its metadata, its time or its place was changed";
                return Err(Fault::at(position, how).into());
            }
            checker.event(&event.text, leaf)?;
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

/// An event that cannot be read is wrong at its place, if that is where the next one belongs.
fn unreadable(checker: &Checker, error: Unreadable) -> Unverified {
    match error {
        Unreadable::Database(error) => error.into(),
        Unreadable::Event { position, how } => {
            let position = u64::try_from(position).unwrap_or(0);
            let altered =
                || Fault::at(position, format!("the event cannot be read, so it was altered: {how}"));
            checker.place(position).err().unwrap_or_else(altered).into()
        }
    }
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
async fn head(database: &mut PgConnection, checker: &mut Checker) -> Result<(), Unverified> {
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
        let first = checker.covered() + 1;
        // What is signed is as it was, so that it is one of the others; or the head, where there are no others.
        let fault = if first <= is {
            Fault::Among { first, last: is, how: how.to_owned() }
        } else {
            Fault::Beside(how.to_owned())
        };
        return Err(fault.into());
    }
    if is > 0 && time != checker.last_time() {
        return Err(
            Fault::Beside("the head of the log has another time than its last event".to_owned()).into()
        );
    }
    Ok(())
}
