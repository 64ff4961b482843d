//! S8, S9, B6: who came on which day, days that are closed for good, and what analysts are told.

mod activity;
mod days;
mod demo;
mod histories;
mod questions;
mod zones;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;
use zhanggui::account::{Email, Identity, Phone, RecordActivity, Register, Username};
use zhanggui::calendar::{after, before};
use zhanggui::eventstore::Metadata;
use zhanggui::jobs::close_day::{self, Ran};
use zhanggui::ports::Clock as _;

use crate::support::client::Client;
use crate::support::site::TestSite;

const DAILY: &str = "/api/v1/analytics/daily";

/// The local day that is open.
fn today(site: &TestSite) -> NaiveDate {
    site.app.site.settings.calendar.date(site.clock.now())
}

/// Moves the clock to so many seconds after a local day begins.
fn move_to(site: &TestSite, date: NaiveDate, seconds: i64) {
    let wanted = site.app.site.settings.calendar.start(date) + TimeDelta::seconds(seconds);
    site.clock.advance(wanted - site.clock.now());
}

/// Runs the job of an instance, on read models that show everything.
async fn close(site: &TestSite) -> Ran {
    shown(site).await;
    close_day::run(&site.app.site).await.unwrap()
}

/// Waits until everybody who came is recorded and shown.
async fn shown(site: &TestSite) {
    site.app.site.presence.settle().await;
}

/// Registers somebody on the day that is open, without a browser; gives the account.
async fn register(site: &TestSite, number: u32) -> String {
    register_on(site, number, today(site)).await
}

async fn register_on(site: &TestSite, number: u32, date: NaiveDate) -> String {
    let identity = Identity {
        username: Username::parse(&format!("visitor{number}")).unwrap(),
        email: Email::parse(&format!("v{number}@example.com")).unwrap(),
        phone: Phone::parse(&format!("137{number:08}")).unwrap(),
    };
    let id = Uuid::from_u128(number.into()).to_string();
    let command = Register::new(identity, "$argon2id$none".to_owned()).on(date);
    site.app.site.accounts.execute(&id, command.into(), Metadata::default()).await.unwrap();
    id
}

/// Says that somebody came on a day.
async fn come(site: &TestSite, id: &str, date: NaiveDate) {
    let command = RecordActivity { date };
    site.app.site.accounts.execute(id, command.into(), Metadata::default()).await.unwrap();
}

/// How many events of a type there are.
async fn amount(site: &TestSite, event_type: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = $1")
        .bind(event_type)
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap()
}

/// What the analyst is told of one day.
async fn told(client: &mut Client, date: NaiveDate) -> Value {
    let answer = client.get(&format!("{DAILY}?from={date}&to={date}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["days"][0].clone()
}

/// The numbers of a day as [registrations, active users, revision].
fn numbers(day: &Value) -> [i64; 3] {
    ["registrations", "active_users", "revision"].map(|field| day[field].as_i64().unwrap())
}

/// The week's days that are used most.
fn around(site: &TestSite) -> [NaiveDate; 3] {
    let today = today(site);
    [before(today, 1), today, after(today, 1)]
}

/// The end of a local day.
fn end(site: &TestSite, date: NaiveDate) -> DateTime<Utc> {
    site.app.site.settings.calendar.day(date).end
}
