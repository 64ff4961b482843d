//! What the reactors do about accounts' events: codes and notices, with carriers that do as a test says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;
use zhanggui::account::{
    AccountCommand, ChangePassword, Channel, Code, ConfirmVerification, EraseAccount, Password, Purpose,
    RequestVerification,
};
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::reactor::standing::{parked, retry};
use zhanggui::eventstore::reactor::{Reactor, Reactors, Worked};
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::ports::Clock;
use zhanggui::reactors::ports::{DeliveryError, Mail, Mailer, Pending, TextMessage, Texter};
use zhanggui::reactors::{SendCode, SendNotice};

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
    Reactors::new(
        log.pool.clone(),
        log.sealer.clone(),
        Upcasters::default(),
        site.clock.ports(),
        reactors,
    )
}

fn codes(site: &TestSite, carrier: Option<&Arc<Carrier>>) -> Reactors {
    let sends = SendCode {
        mailer: carrier.map(|carrier| Arc::clone(carrier) as _),
        texter: carrier.map(|carrier| Arc::clone(carrier) as _),
        accounts: Arc::clone(&site.app.site.accounts),
        ports: site.clock.ports(),
    };
    engine(site, sends)
}

fn notices(site: &TestSite, mailer: Option<Arc<dyn Mailer>>) -> Reactors {
    engine(site, SendNotice { mailer, reads: site.app.site.reads.clone() })
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

#[tokio::test]
async fn a_code_goes_to_its_owner_s_contact_and_is_reported_once_with_its_cause() {
    for (channel, carried) in [(Channel::Email, (1, 0)), (Channel::Sms, (0, 1))] {
        let site = TestSite::start().await;
        let (id, person) = registered(&site).await;
        let metadata = Metadata { correlation_id: Some("r1".into()), ..Metadata::default() };
        let asked = request(&site, channel, Purpose::VerifyContact);
        site.app.site.accounts.execute(&id, asked.into(), metadata).await.unwrap();
        let carrier = Carrier::failing([]);
        let reactors = codes(&site, Some(&carrier));
        assert_eq!(react(&reactors).await, done());
        assert_eq!(carrier.carried(), carried);
        let (event_id, ..) = events(&site, "account.verification_requested").await[0];
        match channel {
            Channel::Email => {
                let mail = carrier.mails.lock().unwrap()[0].clone();
                assert_eq!((mail.id, &mail.to), (event_id, &person.email));
                assert!(mail.subject.contains("123456") && mail.text.contains("123456"));
                assert!(mail.text.contains("confirm that this email address is yours"));
            }
            Channel::Sms => {
                let text = carrier.texts.lock().unwrap()[0].clone();
                assert_eq!((text.id, text.tried_at), (event_id, None));
                assert_eq!((text.to, text.code.as_str()), (person.phone.clone(), "123456"));
            }
        }
        // A result that could not be written: the same once more, by whoever comes next.
        sqlx::query("INSERT INTO reactor_tasks (reactor, position, due_at) VALUES ('send_code', 2, $1)")
            .bind(site.clock.now())
            .execute(&site.app.log.pool)
            .await
            .unwrap();
        assert_eq!(react(&reactors).await, done());
        let reports = events(&site, "account.verification_sent").await;
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].1["verification_id"], ID.to_string());
        assert_eq!(reports[0].2["causation_id"], event_id.to_string());
        assert_eq!(reports[0].2["correlation_id"], "r1");
    }
}

#[tokio::test]
async fn each_purpose_is_told_in_the_mail() {
    let site = TestSite::start().await;
    for (purpose, words) in [
        (Purpose::ChangePassword, "change the password of your"),
        (Purpose::ResetPassword, "set a new password"),
    ] {
        let (id, _) = registered(&site).await;
        command(&site, &id, request(&site, Channel::Email, purpose)).await;
        let carrier = Carrier::failing([]);
        assert_eq!(react(&codes(&site, Some(&carrier))).await, done());
        assert!(carrier.mails.lock().unwrap()[0].text.contains(words), "{purpose:?}");
    }
}

#[tokio::test]
async fn a_code_past_its_time_used_or_of_a_person_who_is_forgotten_is_not_sent() {
    let site = TestSite::start().await;
    let carrier = Carrier::failing([]);
    let reactors = codes(&site, Some(&carrier));
    let asked = async |channel| {
        let (id, person) = registered(&site).await;
        command(&site, &id, request(&site, channel, Purpose::VerifyContact)).await;
        reactors.queue().await.unwrap();
        (id, person)
    };
    asked(Channel::Email).await;
    site.clock.advance(TimeDelta::minutes(10));
    assert_eq!(react(&reactors).await, dropped());

    let (id, _) = asked(Channel::Sms).await;
    let code = Code::parse("123456").unwrap();
    command(&site, &id, ConfirmVerification { verification_id: ID, code, now: site.clock.now() }).await;
    assert_eq!(react(&reactors).await, dropped());

    let (id, person) = asked(Channel::Email).await;
    command(&site, &id, erase(&person)).await;
    assert_eq!(react(&reactors).await, dropped());
    assert_eq!(carrier.carried(), (0, 0));
    assert_eq!(events(&site, "account.verification_sent").await, []);
}

#[tokio::test]
async fn a_code_just_within_its_time_is_sent_and_a_late_retry_is_not() {
    let site = TestSite::start().await;
    let (id, _) = registered(&site).await;
    command(&site, &id, request(&site, Channel::Email, Purpose::VerifyContact)).await;
    let after = Some(Duration::from_secs(1));
    let carrier = Carrier::failing([DeliveryError::Later { why: "SMTP 451".into(), after }]);
    let reactors = codes(&site, Some(&carrier));
    site.clock.advance(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
    assert_eq!(react(&reactors).await, Worked { retried: 1, ..Worked::default() });
    site.clock.advance(TimeDelta::seconds(1));
    assert_eq!(react(&reactors).await, dropped());
    assert_eq!(carrier.carried(), (1, 0));
}

#[tokio::test]
async fn what_nobody_carries_or_nobody_takes_is_parked_and_the_operator_told() {
    let site = TestSite::start().await;
    let (id, _) = registered(&site).await;
    command(&site, &id, request(&site, Channel::Email, Purpose::VerifyContact)).await;
    command(&site, &id, request(&site, Channel::Sms, Purpose::VerifyContact)).await;
    assert_eq!(react(&codes(&site, None)).await, Worked { parked: 2, ..Worked::default() });
    let pool = &site.app.log.pool;
    let why = async || {
        let all = parked(pool, 10).await.unwrap();
        all.into_iter().map(|task| task.why).collect::<Vec<_>>()
    };
    let [mail, text] = <[String; 2]>::try_from(why().await).unwrap();
    assert!(mail.contains("ZHANGGUI_SMTP_URL") && text.contains("ZHANGGUI_SMS_"), "{mail} {text}");
    // The metrics are the process's, which other tests share: at least ours are in them.
    assert!(site.app.site.metrics.render().contains("reactor_alarms_total{reactor=\"send_code\"}"));
    assert_eq!(retry(pool, Some("send_code"), None, site.clock.now()).await.unwrap(), 2);
    let refused = |why: &str| DeliveryError::Refused { why: why.into() };
    let wrong = DeliveryError::Misconfigured { why: "no balance".into() };
    let carrier = Carrier::failing([refused("SMTP 550"), wrong]);
    assert_eq!(react(&codes(&site, Some(&carrier))).await, Worked { parked: 2, ..Worked::default() });
    let mut told = why().await;
    told.sort();
    assert_eq!(told, ["SMTP 550", "no balance"]);
    assert_eq!(retry(pool, Some("send_code"), None, site.clock.now()).await.unwrap(), 2);
    assert_eq!(react(&codes(&site, Some(&carrier))).await, Worked { done: 2, ..Worked::default() });
}

#[tokio::test]
async fn a_text_message_that_an_operator_sets_free_is_looked_for_before_it_is_sent_again() {
    let site = TestSite::start().await;
    let (id, _) = registered(&site).await;
    command(&site, &id, request(&site, Channel::Sms, Purpose::VerifyContact)).await;
    // It may have got through the first time; then nobody may ask for its receipt, until an operator allows it.
    let later = DeliveryError::Later { why: "Aliyun did not answer in time".into(), after: None };
    let wrong = DeliveryError::Misconfigured { why: "no permission".into() };
    let carrier = Carrier::failing([later, wrong]);
    let (reactors, first) = (codes(&site, Some(&carrier)), site.clock.now());
    assert_eq!(react(&reactors).await, Worked { retried: 1, ..Worked::default() });
    site.clock.advance(TimeDelta::seconds(2));
    assert_eq!(react(&reactors).await, Worked { parked: 1, ..Worked::default() });
    assert_eq!(retry(&site.app.log.pool, None, None, site.clock.now()).await.unwrap(), 1);
    assert_eq!(react(&reactors).await, done());
    let texts = carrier.texts.lock().unwrap();
    let tried: Vec<_> = texts.iter().map(|text| text.tried_at).collect();
    assert_eq!(tried, [None, Some(first), Some(first)]);
}

#[tokio::test]
async fn the_owner_is_told_that_the_password_changed_as_long_as_there_is_one() {
    let site = TestSite::start().await;
    let change = async || {
        let (id, person) = registered(&site).await;
        command(&site, &id, request(&site, Channel::Email, Purpose::ChangePassword)).await;
        let changed = ChangePassword {
            verification_id: ID,
            code: Code::parse("123456").unwrap(),
            password: Password::new("another horse altogether"),
            session_digest: format!("{:064x}", 1),
            now: site.clock.now(),
            user_agent: None,
        };
        command(&site, &id, changed).await;
        (id, Person { password: "another horse altogether".into(), ..person })
    };
    let later = DeliveryError::Later { why: "SMTP 451".into(), after: None };
    let carrier = Carrier::failing([later]);
    let reactors = notices(&site, Some(Arc::clone(&carrier) as _));
    let (_, person) = change().await;
    assert_eq!(react(&reactors).await, Worked { retried: 1, ..Worked::default() });
    site.clock.advance(TimeDelta::seconds(2));
    assert_eq!(react(&reactors).await, done());
    let (event_id, ..) = events(&site, "account.password_changed").await[0];
    for mail in carrier.mails.lock().unwrap().iter() {
        assert_eq!((mail.id, &mail.to), (event_id, &person.email));
        assert!(mail.text.contains(&person.username) && mail.text.contains("was changed"), "{}", mail.text);
    }
    let (id, person) = change().await;
    command(&site, &id, erase(&person)).await;
    assert_eq!(react(&reactors).await, dropped());
    change().await;
    assert_eq!(react(&notices(&site, None)).await, dropped());
    assert_eq!(carrier.carried(), (2, 0));
}
