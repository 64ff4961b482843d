//! A whole site on a database of its own: the real router, everything real behind it.

use axum::Router;
use zhanggui::adapters::argon2::Argon2Settings;
use zhanggui::app::App;
use zhanggui::config::{Given, Settings, Switch};
use zhanggui::http::routes::router;

use super::client::Client;
use super::clock::ManualClock;
use super::cluster::{TestDatabase, database};

/// The master key of all tests.
pub(crate) const MASTER_KEY: &str = "8a1f3c5e7b9d0246813579bdf02468ace13579bdf02468ac1e2d3c4b5a697887";

/// A running site.
pub(crate) struct TestSite {
    pub(crate) database: TestDatabase,
    pub(crate) clock: ManualClock,
    pub(crate) app: App,
    router: Router,
}

/// What tests run with: limits per address off, cheap hashes, codes disclosed.
pub(crate) fn given() -> Given {
    Given { master_key: Some(MASTER_KEY.to_owned()), rate_limits: Some(Switch::Off), ..Given::default() }
}

/// The settings of `given`, with hashes that cost a test nothing.
pub(crate) fn settings(given: Given) -> Settings {
    let settings = Settings::check(given).unwrap();
    let argon2 = Argon2Settings { memory_kib: 64, iterations: 1, queue: 10_000, ..Argon2Settings::default() };
    Settings { argon2, ..settings }
}

impl TestSite {
    /// A site with the tests' settings.
    pub(crate) async fn start() -> Self {
        Self::with(settings(given())).await
    }

    /// A site with these settings.
    pub(crate) async fn with(settings: Settings) -> Self {
        Self::on(database().await, settings, ManualClock::new()).await
    }

    /// A site (or another instance) on a database.
    pub(crate) async fn on(database: TestDatabase, settings: Settings, clock: ManualClock) -> Self {
        let app = App::build(settings, &database.app_options(), clock.ports()).await.unwrap();
        let router = router(app.site.clone());
        Self { database, clock, app, router }
    }

    /// Another instance on the same database and clock.
    pub(crate) async fn another_instance(&self) -> Self {
        Self::on(self.database.clone(), self.app.site.settings.clone(), self.clock.clone()).await
    }

    /// A client with an empty cookie jar.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.router.clone(), self.app.site.clone())
    }
}
