//! Deletes what other tables than the log and its read models hold about a person who is forgotten.

use sqlx::PgPool;
use uuid::Uuid;

use crate::eventstore::reactor::{Outcome, Reaction, Reactor, Task};

/// The reactor.
#[derive(Debug)]
pub struct ForgetPerson {
    /// For the deletions.
    pub writes: PgPool,
}

impl Reactor for ForgetPerson {
    fn name(&self) -> &'static str {
        "forget_person"
    }

    fn hears(&self) -> &'static [&'static str] {
        &["account.erased"]
    }

    /// For days: a person is to be forgotten even where the store was away for long.
    fn max_attempts(&self) -> u32 {
        1_000
    }

    fn react<'a>(&'a self, task: &'a Task) -> Reaction<'a> {
        Box::pin(self.forget(task))
    }
}

impl ForgetPerson {
    async fn forget(&self, task: &Task) -> Outcome {
        let Ok(user_id) = Uuid::parse_str(&task.aggregate_id) else { return Outcome::Dropped("no account") };
        for statement in [
            "DELETE FROM idempotency_keys WHERE user_id = $1",
            "DELETE FROM password_resets WHERE user_id = $1",
        ] {
            if let Err(error) = sqlx::query(statement).bind(user_id).execute(&self.writes).await {
                tracing::warn!(%error, "what is held about a forgotten person could not be deleted");
                return Outcome::Retry { why: "the database".to_owned(), after: None };
            }
        }
        Outcome::Done
    }
}
