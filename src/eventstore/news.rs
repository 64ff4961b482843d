//! Being told: notifications of the database, on a connection that is made again whenever it is lost.
//!
//! They only wake. Whoever is woken looks for itself, and looks now and then without being told.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgNotification};
use tokio::time::sleep;

/// The channel on which an append tells the log's new head.
pub const EVENTS: &str = "events";

/// How long after a lost connection a new one is made.
const PAUSE: Duration = Duration::from_secs(1);

/// Says once that something fails, and once that it works again.
#[derive(Debug)]
pub struct Trouble {
    who: &'static str,
    what: &'static str,
    is_known: bool,
}

impl Trouble {
    /// Nothing has failed yet.
    #[must_use]
    pub const fn with(who: &'static str, what: &'static str) -> Self {
        Self { who, what, is_known: false }
    }

    /// The result's value, or `None` for an error, which was told.
    pub fn heed<T>(&mut self, result: Result<T, sqlx::Error>) -> Option<T> {
        let (who, what) = (self.who, self.what);
        match &result {
            Err(error) if !self.is_known => {
                tracing::warn!(%error, "{who}: {what} fails; it is tried again until it works");
            }
            Ok(_) if self.is_known => tracing::info!("{who}: {what} works again"),
            _ => (),
        }
        self.is_known = result.is_err();
        result.ok()
    }

    /// Whether the last time it failed.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.is_known
    }
}

/// Calls `heard` for every notification on `channels`, and with `None` after each time something may have been
/// missed. Never ends.
pub async fn listen(
    listening: PgPool,
    who: &'static str,
    channels: &[&str],
    mut heard: impl FnMut(Option<&PgNotification>),
) {
    let mut trouble = Trouble::with(who, "listening for news");
    loop {
        let ended = hear(&listening, channels, &mut heard, &mut trouble).await;
        trouble.heed(ended);
        sleep(PAUSE).await;
    }
}

/// Hears until the connection is lost, which is an error in any case.
async fn hear(
    listening: &PgPool,
    channels: &[&str],
    heard: &mut impl FnMut(Option<&PgNotification>),
    trouble: &mut Trouble,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(listening).await?;
    listener.eager_reconnect(false);
    listener.listen_all(channels.iter().copied()).await?;
    trouble.heed(Ok(()));
    // For what was missed meanwhile.
    heard(None);
    while let Some(notification) = listener.try_recv().await? {
        heard(Some(&notification));
    }
    Err(sqlx::Error::WorkerCrashed)
}
