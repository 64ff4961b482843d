//! B3: what auditors ask of the log. Finding events, the state at any point, what changed, and what caused what.
//!
//! Answers are in [`crate::audit`]'s own forms. What is personal in them is covered, and shown only to whoever asked
//! with `reveal=true`, which is recorded before anything is answered.

pub mod events;
pub mod streams;

use axum::http::{HeaderMap, Uri};
use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Shared;
use super::extract::Caller;
use super::guard::is_cross_site;
use super::limits::Limited;
use super::problem::Problem;
use super::session::Session;
use crate::audit::reveal::{self, Revealer};
use crate::audit::search::Place;
use crate::audit::{AuditError, Reading};
use crate::eventstore::writer::is_lost;

/// How many are sent the log as lines at a time. Each keeps a connection for reads busy, of which there are few.
pub const STREAMS: usize = 3;
/// How many events a page has, unless asked for otherwise.
const USUAL: i64 = 50;
/// The most events of a page.
const MOST: i64 = 200;
/// The most characters of a text that is searched for; no type or id has more.
const LONGEST: usize = 200;

/// Whether personal values are asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RevealQuery {
    /// Whether to show personal values, which is recorded as an event on each account concerned.
    #[serde(default)]
    #[param(default = false)]
    reveal: bool,
}

/// Who asks, as far as an answer depends on it.
struct Asker<'a> {
    site: &'a Shared,
    caller: &'a Caller,
    session: &'a Session,
    headers: &'a HeaderMap,
}

impl<'a> Asker<'a> {
    /// How it is recorded that personal values are shown, where they are asked for.
    fn revealer(&self, reveal: bool) -> Result<Option<Revealer<'a>>, Problem> {
        if !reveal {
            return Ok(None);
        }
        // A link on another site must not make an auditor look.
        if is_cross_site(self.headers, &Uri::default()) {
            return Err(Problem::new("cross_site_request"));
        }
        self.site.limits.take(Limited::Reveal, self.caller.address)?;
        Ok(Some(Revealer {
            accounts: &self.site.accounts,
            sealer: &self.site.sealer,
            metadata: self.caller.metadata(self.session.row.user_id),
        }))
    }
}

/// The log, as the handlers read it.
fn reading(site: &Shared) -> Reading {
    Reading { pool: site.reads.clone(), upcasters: site.upcasters.clone() }
}

/// The page that is asked for, if it can be.
fn place(
    (after, before): (Option<i64>, Option<i64>),
    limit: Option<i64>,
    order: Option<&str>,
    reveal: bool,
) -> Result<Place, Problem> {
    let invalid = Problem::new("invalid_query");
    let most = if reveal { reveal::MOST } else { MOST };
    let limit = limit.unwrap_or(USUAL);
    let newest_first = match order {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err(invalid),
    };
    let place = Place { after: after.unwrap_or(0), before: before.unwrap_or(i64::MAX), newest_first, limit };
    let fits = (1..=most).contains(&limit) && place.after >= 0 && place.before >= 0;
    if fits { Ok(place) } else { Err(invalid) }
}

/// Whether a type or an id could be one.
fn is_name(text: &str) -> bool {
    text.len() <= LONGEST && !text.chars().any(char::is_control)
}

/// Whether a time is one that the database knows as well: of four digits' years, as RFC 3339 has them.
fn is_time(instant: DateTime<Utc>) -> bool {
    (0..=9999).contains(&instant.year())
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Database(error) => error.into(),
            AuditError::Unrecorded(error) => error.into(),
            AuditError::Unreadable { .. } => Self::internal(&error),
        }
    }
}

/// Whether the answer may still come later: for the log of what happens in the middle of a stream.
fn is_outage(error: &AuditError) -> bool {
    matches!(error, AuditError::Database(error) if is_lost(error))
}
