//! Random histories, projected inline as they happen, then rebuilt from the log: the same rows.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use cqrs_es::AggregateError;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::{Connection, PgConnection};
use zhanggui::account::{Account, AccountCommand, Login, Logout, Password, Register};
use zhanggui::account::{Email, Identity, Phone, Username};
use zhanggui::database::as_service;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Metadata, Store};
use zhanggui::projections::engine::ReadModel;
use zhanggui::projections::rebuild::{ensure, rebuild};

use crate::support::client::Person;
use crate::support::site::TestSite;

/// What happens to one of a few accounts.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Register,
    Login,
    /// Of one of the account's logins so far, mostly an old one.
    Logout(u8),
    Wait(i64),
}

fn history() -> impl Strategy<Value = Vec<(u8, Step)>> {
    let step = prop_oneof![
        2 => Just(Step::Register),
        5 => Just(Step::Login),
        2 => (0_u8..4).prop_map(Step::Logout),
        // Up to 40 days: sessions of more than 30 days ago are dropped.
        1 => (0_i64..40).prop_map(Step::Wait),
    ];
    prop::collection::vec((0_u8..4, step), 1..40)
}

/// Every row of every table of a read model, in a fixed order.
async fn rows(connection: &mut PgConnection, model: &str) -> Vec<String> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = $1 ORDER BY 1")
            .bind(model)
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        let sql = format!("SELECT '{table}' || t::text FROM {model}.{table} t ORDER BY 1");
        rows.extend(sqlx::query_scalar::<_, String>(&sql).fetch_all(&mut *connection).await.unwrap());
    }
    rows
}

async fn connect(site: &TestSite) -> PgConnection {
    PgConnection::connect_with(&as_service(&site.database.app_options())).await.unwrap()
}

/// Rebuilds every read model.
pub(crate) async fn rebuild_all(site: &TestSite) {
    let mut connection = connect(site).await;
    for model in ReadModel::all().unwrap() {
        rebuild(&mut connection, &model, &site.app.log.sealer, &Upcasters::default(), true).await.unwrap();
    }
}

/// Rebuilds every read model and compares it with what it was.
pub(crate) async fn check_rebuilt_equals_live(site: &TestSite) {
    let mut connection = connect(site).await;
    for model in ReadModel::all().unwrap() {
        let live = rows(&mut connection, model.name).await;
        rebuild(&mut connection, &model, &site.app.log.sealer, &Upcasters::default(), true).await.unwrap();
        assert_eq!(live, rows(&mut connection, model.name).await, "{}", model.name);
    }
}

/// The command of a step, with the session that it opens or ends; none for one that only waits.
pub(crate) fn command_at(
    now: DateTime<Utc>,
    number: usize,
    session_digest: &str,
    step: &Step,
) -> Option<AccountCommand> {
    let session_digest = session_digest.to_owned();
    match step {
        Step::Register => {
            let identity = Identity {
                username: Username::parse(&format!("person{number}")).unwrap(),
                email: Email::parse(&format!("p{number}@example.com")).unwrap(),
                phone: Phone::parse(&format!("139{number:08}")).unwrap(),
            };
            let phc = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$";
            Some(Register::new(identity, phc.to_owned()).into())
        }
        Step::Login => {
            Some(Login { password: Password::new("right"), session_digest, now, user_agent: None }.into())
        }
        Step::Logout(_) => Some(Logout { session_digest }.into()),
        Step::Wait(_) => None,
    }
}

/// Plays one history on accounts of its own.
async fn play(site: &TestSite, accounts: &Commands<Account>, case: usize, history: &[(u8, Step)]) {
    let mut logins = 0_u8;
    for (account, step) in history {
        let session = match step {
            Step::Login => {
                logins += 1;
                logins
            }
            Step::Logout(nth) => nth % (logins + 1),
            Step::Register | Step::Wait(_) => 0,
        };
        if let Step::Wait(days) = step {
            site.clock.advance(chrono::TimeDelta::days(*days));
        }
        let number = case * 10 + usize::from(*account);
        let digest = format!("{case:048x}{account:08x}{session:08x}");
        if let Some(command) = command_at(zhanggui::ports::Clock::now(&site.clock), number, &digest, step) {
            let id = uuid::Uuid::from_u128(number as u128).to_string();
            match accounts.execute(&id, command, Metadata::default()).await {
                // Refusals (registered twice, never registered) are part of a history.
                Ok(_) | Err(AggregateError::UserError(_)) => (),
                Err(other) => panic!("{other}"),
            }
        }
    }
}

/// Says yes to every password: hashing is not what is tested here.
#[derive(Debug)]
pub(crate) struct Trusting;

impl zhanggui::account::PasswordHasher for Trusting {
    fn hash<'a>(&'a self, _: &'a Password) -> zhanggui::account::Pending<'a, String> {
        Box::pin(async { Ok(String::new()) })
    }

    fn verify<'a>(
        &'a self,
        phc: Option<&'a str>,
        _: &'a Password,
    ) -> zhanggui::account::Pending<'a, zhanggui::account::Verdict> {
        let matches = phc.is_some();
        Box::pin(async move { Ok(zhanggui::account::Verdict { matches, outdated: false }) })
    }
}

#[test]
fn rebuilt_equals_live_after_random_histories() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(TestSite::start());
    let services = zhanggui::account::AccountServices { hasher: std::sync::Arc::new(Trusting) };
    let accounts: Commands<Account> =
        Commands::new(Store::new(site.app.log.clone(), Upcasters::default()), services);
    let next = AtomicUsize::new(1);
    let mut runner = TestRunner::new(Config { cases: 20, failure_persistence: None, ..Config::default() });
    runner
        .run(&history(), |history| {
            let case = next.fetch_add(1, Ordering::Relaxed);
            runtime.block_on(async {
                play(&site, &accounts, case, &history).await;
                check_rebuilt_equals_live(&site).await;
                Ok(())
            })
        })
        .unwrap();
    let events: i64 = runtime
        .block_on(sqlx::query_scalar("SELECT position FROM log_head").fetch_one(&site.app.log.pool))
        .unwrap();
    assert!(events > 50, "the histories held {events} events only");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_go_on_while_a_read_model_is_rebuilt() {
    let site = TestSite::start().await;
    let (mut client, _) = site.client().logged_in().await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let reader = tokio::spawn(async move {
        let mut answered = 0;
        while !*stopped.borrow() {
            assert_eq!(client.get("/api/v1/me").await.status, 200);
            answered += 1;
        }
        answered
    });
    let mut connection = connect(&site).await;
    for _ in 0..5 {
        for model in ReadModel::all().unwrap() {
            rebuild(&mut connection, &model, &site.app.log.sealer, &Upcasters::default(), true)
                .await
                .unwrap();
        }
        // Writes go on, into the new one.
        let mut other = site.client();
        other.register(&Person::new()).await;
    }
    stop.send_replace(true);
    assert!(tokio::time::timeout(Duration::from_secs(10), reader).await.unwrap().unwrap() > 0);
}

#[tokio::test]
async fn changed_sql_is_found_and_a_current_read_model_is_left_alone() {
    let site = TestSite::start().await;
    let (_, person) = site.client().logged_in().await;
    let mut connection = connect(&site).await;
    let sealer = &site.app.log.sealer;
    assert!(ensure(&mut connection, sealer, &Upcasters::default()).await.unwrap().is_empty());
    sqlx::query("UPDATE read_models SET fingerprint = 'older' WHERE name = 'user_lookup'")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("DELETE FROM user_lookup").execute(&mut connection).await.unwrap();
    assert_eq!(site.client().get("/readyz").await.outcome(), (503, "unavailable".to_owned()));
    assert_eq!(ensure(&mut connection, sealer, &Upcasters::default()).await.unwrap(), ["user_lookup"]);
    assert_eq!(site.client().get("/readyz").await.status, 200);
    let found: String =
        sqlx::query_scalar("SELECT username FROM user_lookup").fetch_one(&mut connection).await.unwrap();
    assert_eq!(found, person.username);
}

#[tokio::test]
async fn a_forgotten_person_is_in_no_rebuilt_read_model() {
    let site = TestSite::start().await;
    let (_, person) = site.client().logged_in().await;
    let mut connection = connect(&site).await;
    sqlx::query("DELETE FROM sealing_keys").execute(&mut connection).await.unwrap();
    for model in ReadModel::all().unwrap() {
        rebuild(&mut connection, &model, &site.app.log.sealer, &Upcasters::default(), true).await.unwrap();
        assert!(!rows(&mut connection, model.name).await.join("").contains(&person.username));
    }
}
