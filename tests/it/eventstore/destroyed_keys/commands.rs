//! Of who is forgotten nothing can be asked that would bring a key back.

use chrono::TimeDelta;
use zhanggui::account::{
    AccountCommand, ChangePassword, Channel, Email, GrantRole, Identity, Login, Logout, Password, Phone,
    RecordActivity, RecordVerificationSent, Register, RemoveAvatar, ReplayErasure, RequestPasswordReset,
    ResetPassword, Reveal, RevokeRole, Role, Shown, Username,
};
use zhanggui::eventstore::Metadata;
use zhanggui::ports::Clock;

use super::{ID, code, confirm, erase, execute, picture, registered, request, slots};
use crate::eventstore::append::check_log;
use crate::support::client::Person;
use crate::support::site::TestSite;

/// Where every command is decided, a line each.
const LIST: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/account/commands/mod.rs"));

/// Every command there is.
fn every_command(site: &TestSite, person: &Person) -> Vec<AccountCommand> {
    let (now, password) = (site.clock.now(), Password::new(person.password.as_str()));
    let (verification_id, code, session_digest) = (ID, code("123456"), format!("{:064x}", 9));
    let identity = Identity {
        username: Username::parse(&person.username).unwrap(),
        email: Email::parse(&person.email).unwrap(),
        phone: Phone::parse(&person.phone).unwrap(),
    };
    let user_agent = Some("a browser".to_owned());
    let change = ChangePassword {
        verification_id,
        code: code.clone(),
        password: password.clone(),
        session_digest: session_digest.clone(),
        now,
        user_agent: user_agent.clone(),
    };
    let login = Login { password: password.clone(), session_digest: session_digest.clone(), now, user_agent };
    let reset = RequestPasswordReset { reset_id: ID, channel: Channel::Sms, code: code.clone(), now };
    let commands = vec![
        picture("p/1"),
        change.into(),
        confirm(site, "123456"),
        erase(person),
        GrantRole { role: Role::Admin }.into(),
        login.into(),
        Logout { session_digest }.into(),
        RecordActivity { date: now.date_naive() }.into(),
        RecordVerificationSent { verification_id }.into(),
        Register::new(identity, "a hash".to_owned()).into(),
        RemoveAvatar.into(),
        ReplayErasure.into(),
        reset.into(),
        request(site, ID),
        ResetPassword { reset_id: ID, code, password, now }.into(),
        Reveal { shown: Shown::State, positions: vec![1] }.into(),
        RevokeRole { role: Role::Admin }.into(),
    ];
    assert_eq!(commands.len(), LIST.matches("(command) =>").count(), "a command is missing here");
    commands
}

#[tokio::test]
async fn no_command_brings_back_a_key_of_who_is_forgotten() {
    let site = TestSite::start().await;
    let fresh = site.another_instance().await;
    let (id, person) = registered(&site).await;
    execute(&site, &id, request(&site, ID)).await.unwrap();
    let before = every_command(&site, &person);
    execute(&site, &id, erase(&person)).await.unwrap();
    site.clock.advance(TimeDelta::minutes(2));
    let events = check_log(&site.app.log).await;
    for instance in [&site, &fresh] {
        for command in before.iter().cloned().chain(every_command(&site, &person)) {
            let name = format!("{command:?}");
            drop(execute(instance, &id, command.clone()).await);
            drop(instance.app.site.accounts.create(&id, command, Metadata::default()).await);
            assert_eq!(slots(&site, &id).await.len(), 0, "{name}");
        }
    }
    assert_eq!(check_log(&site.app.log).await, events, "something happened to who is forgotten");
}
