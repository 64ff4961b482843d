//! Keys that an append or the clock destroys: those of codes, with the snapshots that may hold them, and a person's.

mod before;
mod codes;
mod commands;
mod erasure;

use std::time::Duration;

use cqrs_es::{AggregateContext, AggregateError, EventStore};
use uuid::Uuid;
use zhanggui::account::{
    Account, AccountCommand, AccountError, AccountEvent, ChangeAvatar, Channel, Code, ConfirmVerification,
    EraseAccount, Password, Purpose, RequestVerification,
};
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Metadata, Store};
use zhanggui::ports::Clock;

use crate::support::client::Person;
use crate::support::site::TestSite;

const ID: Uuid = Uuid::from_u128(7);
/// The slot of the tests' code.
const SLOT: &str = "brief.verify_contact.email";

fn code(digits: &str) -> Code {
    Code::parse(digits).unwrap()
}

fn request(site: &TestSite, verification_id: Uuid) -> AccountCommand {
    let (channel, purpose, now) = (Channel::Email, Purpose::VerifyContact, site.clock.now());
    RequestVerification { verification_id, channel, purpose, code: code("123456"), now }.into()
}

fn confirm(site: &TestSite, digits: &str) -> AccountCommand {
    ConfirmVerification { verification_id: ID, code: code(digits), now: site.clock.now() }.into()
}

fn picture(name: &str) -> AccountCommand {
    ChangeAvatar { avatar: name.to_owned() }.into()
}

fn erase(person: &Person) -> AccountCommand {
    EraseAccount { password: Password::new(person.password.as_str()) }.into()
}

/// Whether it was recorded; refused is all else it may be.
async fn execute(site: &TestSite, id: &str, command: AccountCommand) -> Result<(), AccountError> {
    match site.app.site.accounts.execute(id, command, Metadata::default()).await {
        Ok(_) => Ok(()),
        Err(AggregateError::UserError(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

async fn registered(site: &TestSite) -> (String, Person) {
    let person = Person::new();
    let body = site.client().register(&person).await;
    (body["user_id"].as_str().unwrap().to_owned(), person)
}

/// The slots of the keys that are left.
async fn slots(site: &TestSite, id: &str) -> Vec<String> {
    let sql = "SELECT slot FROM sealing_keys WHERE aggregate_id = $1 ORDER BY slot";
    sqlx::query_scalar(sql).bind(id).fetch_all(&site.app.log.pool).await.unwrap()
}

/// The place in the stream of its snapshot's last event.
async fn snapshot(site: &TestSite, id: &str) -> Option<i64> {
    let sql = "SELECT sequence FROM aggregate_snapshots WHERE aggregate_id = $1";
    sqlx::query_scalar(sql).bind(id).fetch_optional(&site.app.log.pool).await.unwrap()
}

/// Waits for the snapshot, which is written in the background.
async fn until_snapshot(site: &TestSite, id: &str, sequence: i64) {
    for _ in 0..500 {
        if snapshot(site, id).await == Some(sequence) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no snapshot of {sequence} events came");
}

/// An account whose code lies in its hundredth event's snapshot.
async fn with_a_code_in_a_snapshot(site: &TestSite) -> (String, Person) {
    let (id, person) = registered(site).await;
    execute(site, &id, request(site, ID)).await.unwrap();
    for nth in 0..98 {
        execute(site, &id, picture(&format!("p/{nth}"))).await.unwrap();
    }
    until_snapshot(site, &id, 100).await;
    assert_eq!(slots(site, &id).await, [SLOT, "password", "person"]);
    assert!(as_others_load_it(site, &id).await.contains("123456"));
    (id, person)
}

/// Everything that an instance with an empty memory knows of an account, secrets as well.
async fn as_others_load_it(site: &TestSite, id: &str) -> String {
    let store = Store::<Account>::without_memory(site.app.log.clone(), Upcasters::default());
    serde_json::to_string(store.load_aggregate(id).await.unwrap().aggregate()).unwrap()
}

/// The codes in the log, in order, as far as they can be read.
async fn codes_in_the_log(site: &TestSite, id: &str) -> Vec<Option<String>> {
    let store = Store::<Account>::without_memory(site.app.log.clone(), Upcasters::default());
    let events = store.load_events(id).await.unwrap().into_iter();
    let codes = events.filter_map(|event| match event.payload {
        AccountEvent::VerificationRequested { code, .. } => Some(code.get().cloned()),
        _ => None,
    });
    codes.collect()
}
