//! Deletes the files of pictures that were replaced, taken away, or whose owner is forgotten.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::adapters::avatar_files::{AvatarFiles, AvatarName};
use crate::eventstore::reactor::{Outcome, Reaction, Reactor, Task};
use crate::ports::Ports;
use crate::projections::user_lookup;

/// A younger file may belong to an upload whose event is still to come.
const GRACE: Duration = Duration::from_mins(1);

/// The reactor.
#[derive(Debug)]
pub struct SweepAvatars {
    /// Keeps the files.
    pub files: Arc<AvatarFiles>,
    /// To find out which picture is shown.
    pub reads: PgPool,
    /// Time.
    pub ports: Ports,
}

impl Reactor for SweepAvatars {
    fn name(&self) -> &'static str {
        "sweep_avatars"
    }

    fn hears(&self) -> &'static [&'static str] {
        &["account.avatar_changed", "account.avatar_removed", "account.erased"]
    }

    /// For days: a person is to be forgotten even where the store was away for long.
    fn max_attempts(&self) -> u32 {
        1_000
    }

    fn react<'a>(&'a self, task: &'a Task) -> Reaction<'a> {
        Box::pin(self.sweep(task))
    }
}

impl SweepAvatars {
    async fn sweep(&self, task: &Task) -> Outcome {
        let Ok(user_id) = Uuid::parse_str(&task.aggregate_id) else { return Outcome::Dropped("no account") };
        let person = match user_lookup::by_id(&self.reads, user_id).await {
            Ok(person) => person,
            Err(error) => {
                tracing::warn!(%error, "the picture of an account could not be looked up");
                return Outcome::Retry { why: "the database".to_owned(), after: None };
            }
        };
        // Nobody uploads for a person who is forgotten: then all goes at once.
        let older_than = if person.is_some() { self.ports.now() - GRACE } else { DateTime::<Utc>::MAX_UTC };
        let shown = person.and_then(|person| person.avatar);
        let keep = shown.as_deref().and_then(|name| name.split_once('/'));
        let keep = keep.and_then(|(person, hash)| AvatarName::parse(person, hash));
        // An upload that began before its owner was forgotten may still put its files there, and die with its process
        // before it takes them away again: one more look when every such request is over.
        let is_over = keep.is_some() || task.event_type != "account.erased" || task.tried_before;
        match self.files.sweep(user_id, keep.as_ref(), older_than).await {
            Ok(swept) if swept.left == 0 && is_over => Outcome::Done,
            Ok(_) => Outcome::Retry { why: "an upload may be under way".to_owned(), after: Some(GRACE) },
            Err(error) => Outcome::Retry { why: error.to_string(), after: None },
        }
    }
}
