//! `send_notice`: the owner of an account learns that its password changed.

use std::sync::Arc;

use chrono::TimeDelta;
use uuid::Uuid;
use zhanggui::account::{ChangePassword, Channel, Code, Password, Purpose};
use zhanggui::eventstore::reactor::{Reactors, Worked};
use zhanggui::ports::Clock;
use zhanggui::reactors::SendNotice;
use zhanggui::reactors::ports::{DeliveryError, Mailer};

use super::{Carrier, ID, command, done, dropped, engine, erase, events, react, registered, request};
use crate::support::client::Person;
use crate::support::site::TestSite;

fn notices(site: &TestSite, mailer: Option<Arc<dyn Mailer>>) -> Reactors {
    engine(site, SendNotice { mailer, reads: site.app.site.reads.clone() })
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
            session_digest: format!("{:064x}", id.parse::<Uuid>().unwrap().as_u128()),
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
