//! The people of the bench: ten thousand accounts, some of them logged in.

use std::sync::Arc;

use futures_util::future::try_join_all;
use serde_json::json;
use sqlx::ConnectOptions;
use zhanggui::account::{Email, FieldCode, Identity, Password, PasswordHasher, Phone, Register, Username};
use zhanggui::adapters::argon2::{Argon2Hasher, Argon2Settings};
use zhanggui::app::App;
use zhanggui::eventstore::Metadata;
use zhanggui::ports::Ports;

use super::bare;
use super::client::{Client, get, post};
use crate::common::Fault;
use crate::common::cluster::{Cluster, DATABASE, settings};

/// How many accounts there are.
pub(crate) const ACCOUNTS: usize = 10_000;
/// Everybody's password.
pub(crate) const PASSWORD: &str = "right horse battery";
/// The accounts from here on are logged in, one for each connection; the others log in under load.
const LOGGED_IN: usize = 9_900;

/// The hasher as the program has it, and everybody's hash.
pub(crate) struct Hashing {
    pub(crate) hasher: Arc<dyn PasswordHasher>,
    pub(crate) phc: Arc<str>,
}

/// Registers everybody.
pub(crate) async fn register(cluster: &Cluster) -> Result<Hashing, Fault> {
    let ports = Ports::system();
    let hasher: Arc<dyn PasswordHasher> =
        Arc::new(Argon2Hasher::new(Argon2Settings::default(), Arc::clone(&ports.rng))?);
    let phc = hasher.hash(&Password::new(PASSWORD)).await?;
    let app = App::build(settings(&cluster.data_dir)?, &cluster.app(), ports.clone()).await?;
    let numbers: Vec<usize> = (0..ACCOUNTS).collect();
    for some in numbers.chunks(256) {
        let all = some.iter().map(|number| {
            let (app, ports, phc) = (&app, &ports, phc.clone());
            async move {
                let command = Register::new(identity(*number).map_err(FieldCode::as_str)?, phc);
                let id = ports.id()?.to_string();
                Ok::<_, Fault>(app.site.accounts.create(&id, command.into(), Metadata::default()).await?)
            }
        });
        try_join_all(all).await?;
    }
    app.stop().await;
    let mut connection = cluster.superuser(DATABASE).connect().await?;
    sqlx::raw_sql(bare::TABLES).execute(&mut connection).await?;
    Ok(Hashing { hasher, phc: phc.into() })
}

fn identity(number: usize) -> Result<Identity, FieldCode> {
    Ok(Identity {
        username: Username::parse(&username(number))?,
        email: Email::parse(&format!("{}@example.com", username(number)))?,
        phone: Phone::parse(&format!("+86138{number:08}"))?,
    })
}

fn username(number: usize) -> String {
    format!("bench_{number:05}")
}

/// Logs in as many people as there are connections; gives their cookies.
pub(crate) async fn log_in(cluster: &Cluster, port: u16, people: usize) -> Result<Vec<String>, Fault> {
    let mut connection = cluster.superuser(DATABASE).connect().await?;
    let mut client = Client::connect(port).await?;
    let mut sessions = Vec::new();
    for number in (LOGGED_IN..ACCOUNTS).take(people) {
        let (head, _) = client.ask(&login(number)).await?;
        let cookies: Vec<&str> =
            head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next()).collect();
        let token = cookies.iter().find_map(|cookie| cookie.strip_prefix("session=")).ok_or("no session")?;
        sqlx::query(bare::ADD_SESSION).bind(token).bind(username(number)).execute(&mut connection).await?;
        sessions.push(cookies.join("; "));
    }
    Ok(sessions)
}

/// A login.
fn login(number: usize) -> Vec<u8> {
    post("/api/v1/login", &json!({"username": username(number), "password": PASSWORD}), None)
}

/// Logins of people who are not those of [`log_in`].
pub(crate) fn logins() -> Vec<Vec<u8>> {
    (0..1_024).map(login).collect()
}

/// Questions after names, every other one free.
pub(crate) fn questions() -> Vec<Vec<u8>> {
    let names = (0..256).flat_map(|number| [username(number * 37), format!("free_{number}")]);
    names.map(|name| get(&format!("/api/v1/availability?username={name}"), None)).collect()
}
