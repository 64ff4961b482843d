//! What the reactors do about accounts' events, with carriers that do as a test says.

mod codes;
mod forgetting;
mod notices;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use uuid::Uuid;
use zhanggui::account::{
    AccountCommand, Channel, Code, EraseAccount, Password, Purpose, RequestVerification,
};
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::reactor::{Reactor, Reactors, Worked};
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::ports::Clock;
use zhanggui::reactors::ports::{DeliveryError, Mail, Mailer, Pending, TextMessage, Texter};

use crate::support::client::Person;
use crate::support::site::TestSite;

const ID: Uuid = Uuid::from_u128(7);

/// Carries everything, or fails as a test says; keeps what it was given.
#[derive(Debug, Default)]
struct Carrier {
    failures: Mutex<VecDeque<DeliveryError>>,
    mails: Mutex<Vec<Mail>>,
    texts: Mutex<Vec<TextMessage>>,
}

impl Carrier {
    fn failing(failures: impl Into<VecDeque<DeliveryError>>) -> Arc<Self> {
        Arc::new(Self { failures: Mutex::new(failures.into()), ..Self::default() })
    }

    fn answer(&self) -> Pending<'static, ()> {
        let answer = self.failures.lock().unwrap().pop_front().map_or(Ok(()), Err);
        Box::pin(std::future::ready(answer))
    }

    fn carried(&self) -> (usize, usize) {
        (self.mails.lock().unwrap().len(), self.texts.lock().unwrap().len())
    }
}

impl Mailer for Carrier {
    fn send<'a>(&'a self, mail: &'a Mail) -> Pending<'a, ()> {
        self.mails.lock().unwrap().push(mail.clone());
        self.answer()
    }
}

impl Texter for Carrier {
    fn send<'a>(&'a self, message: &'a TextMessage) -> Pending<'a, ()> {
        self.texts.lock().unwrap().push(message.clone());
        self.answer()
    }
}

/// An engine with one reactor on the site's log.
fn engine(site: &TestSite, reactor: impl Reactor + 'static) -> Reactors {
    let log = &site.app.log;
    let reactors: Vec<Arc<dyn Reactor>> = vec![Arc::new(reactor)];
    Reactors::new(log.pool.clone(), log.sealer.clone(), Upcasters::default(), site.clock.ports(), reactors)
}

/// Works on everything so far.
async fn react(reactors: &Reactors) -> Worked {
    reactors.queue().await.unwrap();
    reactors.work().await.unwrap()
}

async fn command(site: &TestSite, id: &str, command: impl Into<AccountCommand>) {
    site.app.site.accounts.execute(id, command.into(), Metadata::default()).await.unwrap();
}

/// Somebody new, by id.
async fn registered(site: &TestSite) -> (String, Person) {
    let person = Person::new();
    let body = site.client().register(&person).await;
    (body["user_id"].as_str().unwrap().to_owned(), person)
}

fn request(site: &TestSite, channel: Channel, purpose: Purpose) -> RequestVerification {
    let (code, now) = (Code::parse("123456").unwrap(), site.clock.now());
    RequestVerification { verification_id: ID, channel, purpose, code, now }
}

fn erase(person: &Person) -> EraseAccount {
    EraseAccount { password: Password::new(person.password.as_str()) }
}

/// The events of this type: id, payload, metadata.
async fn events(site: &TestSite, event_type: &str) -> Vec<(Uuid, Value, Value)> {
    let sql = "SELECT event_id, payload, metadata FROM events WHERE event_type = $1 ORDER BY position";
    sqlx::query_as(sql).bind(event_type).fetch_all(&site.app.log.pool).await.unwrap()
}

fn done() -> Worked {
    Worked { done: 1, ..Worked::default() }
}

fn dropped() -> Worked {
    Worked { dropped: 1, ..Worked::default() }
}
