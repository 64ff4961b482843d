//! A whole site on a database of its own: the real router, everything real behind it.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use zhanggui::account::{GrantRole, Role};
use zhanggui::adapters::argon2::Argon2Settings;
use zhanggui::adapters::avatar_files::MediaStore;
use zhanggui::adapters::taobao::fetch::CrawlerSettings;
use zhanggui::app::App;
use zhanggui::config::{Given, Settings, Switch};
use zhanggui::database::builder;
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::reactor::Worked;
use zhanggui::http::routes::router;
use zhanggui::ports::Ports;
use zhanggui::projections::engine::ReadModel;
use zhanggui::projections::rebuild::Builder;

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
    /// Its files; gone with the last instance.
    folder: Arc<Folder>,
}

/// A folder of a test's own that goes with it.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = Ports::system().id().unwrap().to_string();
        Self(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sites").join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Where no picture was ever kept there may be no folder.
        let _absent = std::fs::remove_dir_all(&self.0);
    }
}

/// What tests run with: limits per address off, cheap hashes, codes disclosed.
pub(crate) fn given() -> Given {
    Given { master_key: Some(MASTER_KEY.to_owned()), rate_limits: Some(Switch::Off), ..Given::default() }
}

/// The settings of `given`, with hashes that cost a test nothing.
pub(crate) fn settings(given: Given) -> Settings {
    let settings = Settings::check(given).unwrap();
    let argon2 = Argon2Settings { memory_kib: 64, iterations: 1, queue: 10_000, ..Argon2Settings::default() };
    // Nobody listens there: no test asks Taobao itself.
    let crawler = CrawlerSettings { origin: Some("http://127.0.0.1:9".to_owned()), ..settings.crawler };
    Settings { argon2, crawler, ..settings }
}

/// Where the rows of one of the program's read models are.
pub(crate) fn schema_of(read_model: &str) -> String {
    let models = ReadModel::all().unwrap();
    models.iter().find(|model| model.name == read_model).unwrap().schema()
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

    /// A site on a database that is there already.
    pub(crate) async fn on(database: TestDatabase, mut settings: Settings, clock: ManualClock) -> Self {
        let folder = Folder::new();
        settings.data_dir.clone_from(&folder.0);
        settings.media = MediaStore::Folder(folder.0.join("media"));
        Self::build(database, settings, clock, Arc::new(folder)).await
    }

    async fn build(
        database: TestDatabase,
        settings: Settings,
        clock: ManualClock,
        folder: Arc<Folder>,
    ) -> Self {
        let app = App::build(settings, &database.app_options(), clock.ports()).await.unwrap();
        let router = router(app.site.clone());
        Self { database, clock, app, router, folder }
    }

    /// Another instance on the same database and clock.
    pub(crate) async fn another_instance(&self) -> Self {
        let settings = self.app.site.settings.clone();
        Self::build(self.database.clone(), settings, self.clock.clone(), Arc::clone(&self.folder)).await
    }

    /// An admin's client, logged in.
    pub(crate) async fn admin(&self) -> Client {
        let (mut client, _) = self.client().logged_in().await;
        let user_id = client.get("/api/v1/me").await.json()["user_id"].as_str().unwrap().to_owned();
        let grant = GrantRole { role: Role::Admin };
        self.app.site.accounts.execute(&user_id, grant.into(), Metadata::default()).await.unwrap();
        client
    }

    /// Lets everything follow that follows from the events so far, as far as it is due now.
    pub(crate) async fn react(&self) -> Worked {
        self.app.reactors.queue().await.unwrap();
        self.app.reactors.work().await.unwrap()
    }

    /// Moves the read models that catch up on to where the log ends now.
    pub(crate) async fn catch_up(&self) {
        self.app.catch_up.work_off().await.unwrap();
    }

    /// Who builds read models on its database.
    pub(crate) fn builder(&self) -> Builder {
        builder(&self.database.app_options(), &self.app.log.sealer)
    }

    /// A client with an empty cookie jar.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.router.clone(), self.app.site.clone())
    }
}
