//! S19, seen as it happens: what changes in the store, as server-sent events.
//!
//! A stream ends with the session that opened it, a moment after that ends, and is no use of it. It is never
//! compressed, since it tells one person's things, and bounded in number (see [`super::live`]).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};
use utoipa::IntoParams;

use super::live::{Subscription, Told, replaced, session_over};
use super::own_store_id;
use crate::http::Shared;
use crate::http::extract::Query;
use crate::http::problem::{Problem, ProblemBody};
use crate::http::session::{self, Session};

/// How often something is said where there is nothing to say, so that nobody in between takes it for dead.
const BREATH: Duration = Duration::from_secs(15);
/// How often the clock is looked at for the session's end.
const TICK: Duration = Duration::from_secs(1);
/// Where a client that lost its stream says how far it came.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// From where on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The `id` of the last message that was seen; the header `Last-Event-ID` goes before it. From now on, without.
    #[param(nullable = false, minimum = 0)]
    after: Option<i64>,
}

/// Tells what happens to the caller's store, from now on or from where the caller was.
///
/// Messages are `ready`, `product` (the product and whether it is `deleted`), `store` (name and categories), `reset`
/// (too much was missed: load the list), `session` (it is over) and `replaced` (a fifth stream took its place).
///
/// # Errors
/// `no_store`; `invalid_query`; `overloaded` where too many watch.
#[utoipa::path(get, path = "/api/v1/store/events", operation_id = "watch_store", tag = "Merchant", summary = "What changes, as it happens",
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last message that was seen")),
    security(("session" = [])),
    responses((status = 200, body = String, content_type = "text/event-stream", description = "Messages without end: `ready`, `product`, `store`, `reset`, `session`, `replaced`"),
              (status = 303, description = "To the login page, when the client prefers HTML and is not logged in"),
              (status = "default", body = ProblemBody, content_type = "application/problem+json",
               description = "`no_store`, `invalid_query`, `overloaded`, `login_required`")))]
pub async fn watch(
    State(site): State<Shared>,
    session: Session,
    headers: HeaderMap,
    Query(asked): Query<EventsQuery>,
) -> Result<Response, Problem> {
    let store_id = own_store_id(&session)?;
    let after = match headers.get(LAST_EVENT_ID) {
        Some(text) => Some(text.to_str().ok().and_then(|text| text.parse().ok()).unwrap_or(-1)),
        None => asked.after,
    };
    if after.is_some_and(|after| after < 0) {
        return Err(Problem::new("invalid_query"));
    }
    let subscription = site.live.subscribe(store_id, session.row.user_id).await?;
    let missed = site.live.missed(store_id, after).await?;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watching = Watching {
        ends_at: session::ends_at(&site, &session.row, &session.digest),
        closed: site.live.closed(),
        queued: missed.events.into(),
        until: missed.until,
        is_over: false,
        site,
        session,
        subscription,
        ticks,
    };
    let messages = stream::unfold(watching, async |mut watching| {
        let event = watching.next().await?;
        Some((Ok::<_, Infallible>(event), watching))
    });
    let kept_alive = Sse::new(messages).keep_alive(KeepAlive::new().interval(BREATH));
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), "no");
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store"), unbuffered], kept_alive).into_response())
}

/// One stream.
struct Watching {
    site: Shared,
    session: Session,
    subscription: Subscription,
    /// What is to be said first.
    queued: VecDeque<Event>,
    /// Up to this position all is said.
    until: i64,
    ticks: Interval,
    /// When the session is over, as far as is known.
    ends_at: DateTime<Utc>,
    closed: watch::Receiver<bool>,
    is_over: bool,
}

impl Watching {
    /// The next message, or nothing when the stream is over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.queued.pop_front() {
                return Some(event);
            }
            if self.is_over {
                return None;
            }
            let told = tokio::select! {
                biased;
                _ = self.closed.wait_for(|closed| *closed) => return None,
                _ = self.ticks.tick() => None,
                told = self.subscription.next() => Some(told?),
            };
            match told {
                // It was among what was missed.
                Some(Told::News { position, .. }) if position <= self.until => {}
                Some(Told::News { event, .. }) => return Some(event),
                Some(Told::Replaced) => {
                    self.is_over = true;
                    return Some(replaced());
                }
                None if self.site.ports.now() < self.ends_at => {}
                Some(Told::Account) | None => self.look_at_session().await,
            }
        }
    }

    /// Asks whether the session is still good; the stream ends when it is not.
    async fn look_at_session(&mut self) {
        match session::valid(&self.site, &self.session.digest).await {
            Ok(row) => self.ends_at = session::ends_at(&self.site, &row, &self.session.digest),
            Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
                self.queued.push_back(session_over(problem.code));
                self.is_over = true;
            }
            // The database is away: asked again at the next tick.
            Err(_) => self.ends_at = DateTime::<Utc>::MIN_UTC,
        }
    }
}
