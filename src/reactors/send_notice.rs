//! Tells the owner of an account by mail that its password is another one now.

use std::sync::Arc;

use sqlx::PgPool;
use uuid::Uuid;

use super::letters::password_changed_letter;
use super::ports::Mailer;
use crate::eventstore::reactor::{Outcome, Reaction, Reactor, Task};
use crate::projections::user_lookup;

/// The reactor.
#[derive(Debug)]
pub struct SendNotice {
    /// Carries mails, if anybody does.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// To find the owner.
    pub reads: PgPool,
}

impl Reactor for SendNotice {
    fn name(&self) -> &'static str {
        "send_notice"
    }

    fn hears(&self) -> &'static [&'static str] {
        &["account.password_changed", "account.password_reset"]
    }

    fn react<'a>(&'a self, task: &'a Task) -> Reaction<'a> {
        Box::pin(self.tell(task))
    }
}

impl SendNotice {
    async fn tell(&self, task: &Task) -> Outcome {
        let Some(mailer) = &self.mailer else { return Outcome::Dropped("no mail server is set") };
        let Ok(user_id) = Uuid::parse_str(&task.aggregate_id) else { return Outcome::Dropped("no account") };
        let person = match user_lookup::by_id(&self.reads, user_id).await {
            Ok(Some(person)) => person,
            Ok(None) => return Outcome::Dropped("the owner is forgotten"),
            Err(error) => {
                tracing::warn!(%error, "the owner of an account could not be looked up");
                return Outcome::Retry { why: "the database".to_owned(), after: None };
            }
        };
        let letter =
            password_changed_letter(task.event_id, &person.email, &person.username, task.recorded_at);
        mailer.send(&letter).await.map_or_else(Outcome::from, |()| Outcome::Done)
    }
}
