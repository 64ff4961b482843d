//! The proof of the log: checkpoints, proofs, exports, verification, and everything that somebody may do to a log.

mod altered;
mod attacks;
mod checkpoints;
mod cross_check;
mod exports;
mod forged;
pub(crate) mod made;
mod proofs;
mod rotation;
mod tiles;

use sqlx::{Connection, PgConnection};
use zhanggui::audit::checkpoints::stored::Stored;
use zhanggui::audit::keys::{self, KeyDocument, TrustedKeys};
use zhanggui::audit::note::Note;
use zhanggui::audit::verify::{Report, Trusting, database, file};

use crate::support::site::TestSite;

/// A site with a log of made events.
struct Scene {
    site: TestSite,
    /// As the service.
    database: PgConnection,
}

impl Scene {
    async fn new() -> Self {
        let site = TestSite::start().await;
        let database = PgConnection::connect_with(&site.database.app_options()).await.unwrap();
        Self { site, database }
    }

    /// The log with 300, 600 and 650 events signed.
    async fn signed() -> Self {
        let mut scene = Self::new().await;
        for amount in [300, 300, 50] {
            scene.append(amount).await;
            scene.sign().await;
        }
        scene
    }

    async fn append(&mut self, amount: i64) {
        made::append(&mut self.database, amount, 5).await.unwrap();
    }

    async fn sign(&mut self) -> Stored {
        self.site.app.site.checkpoints.make(&mut self.database).await.unwrap()
    }

    async fn of_size(&mut self, size: u64) -> Note {
        let found = zhanggui::audit::checkpoints::stored::of_size(&mut self.database, size).await.unwrap();
        found.unwrap().note()
    }

    /// What an auditor would have fetched: the keys as they are now.
    async fn keys(&mut self) -> TrustedKeys {
        let document = KeyDocument::of(&keys::all(&mut self.database).await.unwrap());
        serde_json::to_string(&document).unwrap().parse().unwrap()
    }

    /// Verifies the database.
    async fn verify(&mut self, trusting: Trusting) -> Result<Report, String> {
        database::verify(&mut self.database, trusting).await.map_err(|error| error.to_string())
    }

    /// Verifies the database with nothing at hand; gives what is wrong.
    async fn fault(&mut self) -> String {
        self.verify(Trusting::default()).await.unwrap_err()
    }

    /// The connection of somebody who may do everything and whom no trigger stops.
    async fn attacker(&self) -> PgConnection {
        let mut attacker = PgConnection::connect_with(&self.site.database.superuser_options()).await.unwrap();
        attack(&mut attacker, "SET session_replication_role = replica").await;
        attacker
    }
}

async fn attack(attacker: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(sql).execute(attacker).await.unwrap();
}

/// A folder of a test's own that goes with it.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("audit-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Verifies files; gives what is wrong.
fn verify_files(files: &[std::path::PathBuf], trusting: Trusting) -> Result<Report, String> {
    file::verify(files, trusting).map_err(|error| error.to_string())
}
