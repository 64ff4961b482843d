//! Loading: the events of the log through the read model's statements, as fast as it goes.
//!
//! Three things happen at once: one connection reads pages of what is heard, a thread opens them and plans the
//! calls, and another connection runs the statements, a transaction for each page. Nothing of it is awaited by the
//! disk before the end: tables without write-ahead log, commits without a flush, and the indexes that only readers need
//! last. A crash takes the leftovers with it, and the last step's commit is durable.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use sqlx::{Connection, Executor, PgConnection};

use super::ahead::{PAGE, Planned, plan, read_ahead};
use super::gently::connect;
use super::tables::{analyze, make_indexes, set_logged};
use super::{Builder, Built, Stop, leftovers, progress::Progress};
use crate::eventstore::heard::Reader;
use crate::eventstore::writer::listeners::Listeners;
use crate::projections::apply::{Poison, call, is_poison, reason};
use crate::projections::engine::ReadModel;

/// So few events are left for the last step.
const FEW: i64 = 1_000;
/// How often a build looks for more before it takes the last step even so.
const ROUNDS: usize = 10;

/// What a build's session is set to. A plan made while the tables were empty would not do for full ones, so each call
/// is planned for what it gets; and what was loaded a moment ago is in memory: with pages as dear as the server takes them
/// for, every call reads a table of thousands of pages from end to end rather than look for its rows.
pub(super) const SETTINGS: &str = "SET synchronous_commit = off; SET work_mem = '64MB'; SET maintenance_work_mem = '256MB'; \
                        SET plan_cache_mode = force_custom_plan; \
                        SET seq_page_cost = 0.1; SET random_page_cost = 0.1";

/// A build under way.
pub(super) struct Load {
    pub(super) builder: Builder,
    pub(super) model: ReadModel,
    /// The schema that it will be, and the one that it is meanwhile.
    pub(super) schema: String,
    pub(super) next: String,
    /// Runs the statements, and holds the build's lock.
    pub(super) session: PgConnection,
    reading: Option<PgConnection>,
    reader: Arc<Reader>,
    listeners: Arc<Listeners>,
    /// Everything up to here is in the tables.
    pub(super) position: i64,
    heard: u64,
    /// How many pages are in the tables.
    pages: u32,
    began: Instant,
    /// The same by the server's clock, which tells this build from another.
    pub(super) began_at: DateTime<Utc>,
}

impl Load {
    /// Makes the empty tables, after whatever an interrupted build left is gone. `session` holds the build's lock.
    pub(super) async fn begin(
        builder: Builder,
        model: ReadModel,
        schema: &str,
        mut session: PgConnection,
    ) -> Result<Self, Stop> {
        let next = leftovers::beside(schema);
        leftovers::remove(&mut session, schema).await?;
        session.execute(SETTINGS).await?;
        let mut transaction = session.begin().await?;
        let begin = "INSERT INTO read_model_builds (schema_name, name) VALUES ($1, $2) RETURNING started_at";
        let began_at =
            sqlx::query_scalar(begin).bind(schema).bind(model.name).fetch_one(&mut *transaction).await?;
        model.create(&mut transaction, &next).await?;
        set_logged(&mut transaction, &next, false).await?;
        transaction.commit().await?;
        session.execute(format!("SET search_path = \"{next}\", public").as_str()).await?;
        let reading = connect(&builder.options).await?;
        let reader = Reader {
            sealer: builder.sealer.clone(),
            upcasters: builder.upcasters.clone(),
            heard: model.heard(),
        };
        Ok(Self {
            builder,
            schema: schema.to_owned(),
            listeners: Arc::new(model.listeners(&next)),
            model,
            next,
            session,
            reading: Some(reading),
            reader: Arc::new(reader),
            position: 0,
            heard: 0,
            pages: 0,
            began: Instant::now(),
            began_at,
        })
    }

    /// Loads until hardly anything is missing.
    pub(super) async fn all(&mut self) -> Result<(), Stop> {
        for _ in 0..ROUNDS {
            let head = Builder::head(&mut self.session).await?;
            if head - self.position <= FEW {
                break;
            }
            self.up_to(head).await?;
        }
        Ok(())
    }

    /// Loads everything up to `goal`.
    pub(super) async fn up_to(&mut self, goal: i64) -> Result<(), Stop> {
        if self.position >= goal {
            return Ok(());
        }
        self.tell(goal);
        let reading = self.reading.take().ok_or(sqlx::Error::WorkerCrashed)?;
        let (reader, listeners) = self.parts();
        let (planned, mut pages, reading) = read_ahead(reading, reader, listeners, (self.position, goal));
        let mut outcome = Ok(());
        while let Some(page) = pages.recv().await {
            match self.project(&page, goal).await {
                Ok(()) => self.tell(goal),
                Err(error) if is_poison(&error) => {
                    outcome = Err(error);
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        drop(pages);
        planned.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        let (connection, read) = reading.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        self.reading = Some(connection);
        if outcome.is_err() {
            // Somewhere in the page that failed.
            return self.creep(goal).await;
        }
        read?;
        if self.position < goal { Err(sqlx::Error::WorkerCrashed.into()) } else { Ok(()) }
    }

    /// One page's statements and how far they lead, in one transaction.
    async fn project(&mut self, page: &Planned, goal: i64) -> Result<(), sqlx::Error> {
        let mut transaction = self.session.begin().await?;
        call(&mut transaction, &page.steps).await?;
        sqlx::query("UPDATE read_model_builds SET position = $2, goal = $3 WHERE schema_name = $1")
            .bind(&self.schema)
            .bind(page.until)
            .bind(goal)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.position = page.until;
        self.heard += u64::try_from(page.heard).unwrap_or(0);
        self.pages = self.pages.saturating_add(1);
        // Without statistics the planner takes nearly every row for one that a condition leaves out, and joins all with all.
        if self.pages.is_power_of_two() && self.pages.trailing_zeros().is_multiple_of(2) {
            analyze(&mut self.session, &self.next).await?;
        }
        Ok(())
    }

    /// Goes on in ever smaller steps up to the one event that cannot be projected.
    async fn creep(&mut self, goal: i64) -> Result<(), Stop> {
        let mut limit = PAGE;
        while self.position < goal {
            let page = self.page(self.position, goal, limit).await?;
            let first = page.steps.positions.iter().min().copied();
            match self.project(&page, goal).await {
                Ok(()) => (),
                Err(error) if is_poison(&error) && limit == 1 => {
                    let position = first.unwrap_or(page.until);
                    return Err(Stop::Poisoned(Poison { position, why: reason(&error) }));
                }
                Err(error) if is_poison(&error) => limit = (limit / 2).max(1),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The next page, on the build's own connection.
    async fn page(&mut self, after: i64, until: i64, limit: i64) -> Result<Planned, sqlx::Error> {
        let page = self.reader.page(&mut self.session, after, until, limit).await?;
        Ok(plan(&self.reader, &self.listeners, page))
    }

    /// Projects up to `head` in the caller's transaction.
    pub(super) async fn last_events(
        reader: &Reader,
        listeners: &Listeners,
        transaction: &mut sqlx::Transaction<'_, sqlx::Postgres>,
        (mut after, head): (i64, i64),
    ) -> Result<u64, sqlx::Error> {
        let mut heard = 0;
        while after < head {
            let page = reader.page(transaction, after, head, PAGE).await?;
            let page = plan(reader, listeners, page);
            call(transaction, &page.steps).await?;
            heard += u64::try_from(page.heard).unwrap_or(0);
            after = page.until;
        }
        Ok(heard)
    }

    /// What reads events and what becomes of them.
    pub(super) fn parts(&self) -> (Arc<Reader>, Arc<Listeners>) {
        (Arc::clone(&self.reader), Arc::clone(&self.listeners))
    }

    /// Makes the tables as durable as others, with every index and with statistics for the planner.
    pub(super) async fn finish_tables(&mut self) -> Result<(), Stop> {
        self.tell(self.position);
        let next = self.next.clone();
        let mut transaction = self.session.begin().await?;
        set_logged(&mut transaction, &next, true).await?;
        transaction.commit().await?;
        let mut other = self.reading.take().ok_or(sqlx::Error::WorkerCrashed)?;
        let settings = format!("{SETTINGS}; SET search_path = \"{next}\", public");
        other.execute(settings.as_str()).await?;
        let made = make_indexes([&mut self.session, &mut other], &self.model.sql.indexes).await;
        self.reading = Some(other);
        made?;
        analyze(&mut self.session, &next).await?;
        Ok(self.flush().await?)
    }

    /// Awaits the disk for all that was written, as long as nobody waits for this: the last step's commit has little left.
    pub(super) async fn flush(&mut self) -> Result<(), sqlx::Error> {
        let mut transaction = self.session.begin().await?;
        transaction.execute("SET LOCAL synchronous_commit = on").await?;
        sqlx::query("UPDATE read_model_builds SET position = $2 WHERE schema_name = $1")
            .bind(&self.schema)
            .bind(self.position)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// What came of it.
    pub(super) fn built(&self, position: i64, last: u64) -> Built {
        Built { schema: self.schema.clone(), position, heard: self.heard + last }
    }

    /// Removes what is left, of this build after a failure or of the one before, and lets go of the lock.
    pub(super) async fn end(mut self) {
        if let Err(error) = self.remove_leftovers().await {
            tracing::debug!(%error, schema = self.schema, "the upkeep or the next build removes what is left");
        }
        self.builder.watcher.ended(self.model.name);
        for connection in [Some(self.session), self.reading].into_iter().flatten() {
            // The lock ends with the connection in any case.
            drop(connection.close().await);
        }
    }

    async fn remove_leftovers(&mut self) -> Result<(), sqlx::Error> {
        // As in the last step: shorter than it takes the server to look for deadlocks.
        self.session.execute("SET lock_timeout = '900ms'").await?;
        leftovers::remove(&mut self.session, &self.schema).await.map(drop)
    }

    fn tell(&self, goal: i64) {
        self.builder.watcher.tell(&Progress {
            name: self.model.name,
            position: self.position,
            goal,
            elapsed: self.began.elapsed(),
        });
    }
}
