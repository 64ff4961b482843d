//! `mail_code`, `text_code`: to whom, with which words, until when; and what becomes of codes that nobody takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use zhanggui::account::{Channel, Code, ConfirmVerification, Purpose};
use zhanggui::eventstore::Metadata;
use zhanggui::eventstore::reactor::standing::{parked, retry};
use zhanggui::eventstore::reactor::{Reactors, Worked};
use zhanggui::ports::Clock;
use zhanggui::reactors::SendCode;
use zhanggui::reactors::ports::{DeliveryError, Mail, Mailer, Pending};

use super::{Carrier, ID, command, done, dropped, engine, erase, events, react, registered, request};
use crate::support::site::TestSite;

fn codes(site: &TestSite, channel: Channel, carrier: Option<&Arc<Carrier>>) -> Reactors {
    let sends = SendCode {
        channel,
        mailer: carrier.map(|carrier| Arc::clone(carrier) as _),
        texter: carrier.map(|carrier| Arc::clone(carrier) as _),
        accounts: Arc::clone(&site.app.site.accounts),
        ports: site.clock.ports(),
    };
    engine(site, sends)
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
        let reactors = codes(&site, channel, Some(&carrier));
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
        sqlx::query("INSERT INTO reactor_tasks (reactor, position, due_at) VALUES ($2, 2, $1)")
            .bind(site.clock.now())
            .bind(if channel == Channel::Email { "mail_code" } else { "text_code" })
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
        assert_eq!(react(&codes(&site, Channel::Email, Some(&carrier))).await, done());
        assert!(carrier.mails.lock().unwrap()[0].text.contains(words), "{purpose:?}");
    }
}

#[tokio::test]
async fn a_code_past_its_time_used_or_of_a_person_who_is_forgotten_is_not_sent() {
    let site = TestSite::start().await;
    let carrier = Carrier::failing([]);
    let reactors = codes(&site, Channel::Email, Some(&carrier));
    let asked = async || {
        let (id, person) = registered(&site).await;
        command(&site, &id, request(&site, Channel::Email, Purpose::VerifyContact)).await;
        reactors.queue().await.unwrap();
        (id, person)
    };
    asked().await;
    site.clock.advance(TimeDelta::minutes(10));
    assert_eq!(react(&reactors).await, dropped());

    let (id, _) = asked().await;
    let code = Code::parse("123456").unwrap();
    command(&site, &id, ConfirmVerification { verification_id: ID, code, now: site.clock.now() }).await;
    assert_eq!(react(&reactors).await, dropped());

    let (id, person) = asked().await;
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
    let reactors = codes(&site, Channel::Email, Some(&carrier));
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
    // Each sends its own, and has nothing to do with the other's.
    let by_both = async |carrier: Option<&Arc<Carrier>>| {
        react(&codes(&site, Channel::Email, carrier)).await
            + react(&codes(&site, Channel::Sms, carrier)).await
    };
    assert_eq!(by_both(None).await, Worked { parked: 2, done: 2, ..Worked::default() });
    let pool = &site.app.log.pool;
    let why = async || {
        let all = parked(pool, 10).await.unwrap();
        all.into_iter().map(|task| task.why).collect::<Vec<_>>()
    };
    let [mail, text] = <[String; 2]>::try_from(why().await).unwrap();
    assert!(mail.contains("ZHANGGUI_SMTP_URL") && text.contains("ZHANGGUI_SMS_"), "{mail} {text}");
    // The metrics are the process's, which other tests share: at least ours are in them.
    assert!(site.app.site.metrics.render().contains("reactor_alarms_total{reactor=\"mail_code\"}"));
    assert_eq!(retry(pool, None, None, site.clock.now()).await.unwrap(), 2);
    let refused = |why: &str| DeliveryError::Refused { why: why.into() };
    let wrong = DeliveryError::Misconfigured { why: "no balance".into() };
    let carrier = Carrier::failing([refused("SMTP 550"), wrong]);
    assert_eq!(by_both(Some(&carrier)).await, Worked { parked: 2, ..Worked::default() });
    let mut told = why().await;
    told.sort();
    assert_eq!(told, ["SMTP 550", "no balance"]);
    assert_eq!(retry(pool, None, None, site.clock.now()).await.unwrap(), 2);
    assert_eq!(by_both(Some(&carrier)).await, Worked { done: 2, ..Worked::default() });
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
    let (reactors, first) = (codes(&site, Channel::Sms, Some(&carrier)), site.clock.now());
    assert_eq!(react(&reactors).await, Worked { retried: 1, ..Worked::default() });
    site.clock.advance(TimeDelta::seconds(2));
    assert_eq!(react(&reactors).await, Worked { parked: 1, ..Worked::default() });
    assert_eq!(retry(&site.app.log.pool, None, None, site.clock.now()).await.unwrap(), 1);
    assert_eq!(react(&reactors).await, done());
    let texts = carrier.texts.lock().unwrap();
    let tried: Vec<_> = texts.iter().map(|text| text.tried_at).collect();
    assert_eq!(tried, [None, Some(first), Some(first)]);
}

/// A mail server that never answers.
#[derive(Debug)]
struct Stalling;

impl Mailer for Stalling {
    fn send<'a>(&'a self, _mail: &'a Mail) -> Pending<'a, ()> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_text_message_does_not_wait_for_mails_that_a_server_does_not_take() {
    let site = TestSite::start().await;
    for _ in 0..8 {
        let (id, _) = registered(&site).await;
        command(&site, &id, request(&site, Channel::Email, Purpose::VerifyContact)).await;
    }
    let (id, _) = registered(&site).await;
    command(&site, &id, request(&site, Channel::Sms, Purpose::VerifyContact)).await;
    let carrier = Carrier::failing([]);
    let sends = |channel| SendCode {
        channel,
        mailer: Some(Arc::new(Stalling)),
        texter: Some(Arc::clone(&carrier) as _),
        accounts: Arc::clone(&site.app.site.accounts),
        ports: site.clock.ports(),
    };
    let mails = engine(&site, sends(Channel::Email)).start(site.app.listening.clone());
    let texts = engine(&site, sends(Channel::Sms)).start(site.app.log.pool.clone());
    let began = Instant::now();
    while carrier.carried().1 == 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "a slow mail server holds up text messages");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop((mails, texts));
}
