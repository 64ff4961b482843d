//! What one code, guess or stranger must not do to another: found by an attacker's eyes once, and closed since.

use zhanggui::adapters::argon2::Argon2Settings;
use zhanggui::config::Settings;

use super::leave::erase;
use super::password_resets::{NEW, begin, confirm};
use super::verifications::{ask, outcome, sent};
use crate::support::client::Person;
use crate::support::site::{TestSite, given, settings};

#[tokio::test]
async fn a_reset_code_that_is_out_is_worth_nothing_once_the_password_is_another() {
    let site = TestSite::start().await;
    let (mut owner, person) = site.client().logged_in().await;
    let mut stranger = site.client();
    let reset = begin(&mut stranger, &person.username, "sms").await;
    let change = sent(&mut owner, "email", "change_password").await;
    let body = serde_json::json!({"verification_id": change.id, "code": change.code, "password": NEW,
                                  "password_confirmation": NEW});
    assert_eq!(owner.put("/api/v1/me/password", &body).await.status, 204);
    let late = confirm(&mut stranger, &reset.id, &reset.code, "the stranger's own choice").await;
    assert_eq!(late.outcome(), outcome(400, "wrong_code"));
    assert_eq!(site.client().try_login(&person.username, NEW).await.status, 200);
}

#[tokio::test]
async fn a_stranger_s_resets_do_not_use_up_the_owner_s_codes_nor_the_owner_s_own_reset() {
    let site = TestSite::start().await;
    let (mut owner, person) = site.client().logged_in().await;
    begin(&mut site.client(), &person.username, "email").await;
    assert_eq!(ask(&mut owner, "email", "verify_contact").await.status, 202);
    let (mut other, person) = site.client().logged_in().await;
    assert_eq!(ask(&mut other, "email", "verify_contact").await.status, 202);
    let reset = begin(&mut site.client(), &person.email, "email").await;
    assert_eq!(confirm(&mut site.client(), &reset.id, &reset.code, NEW).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_leaving_are_ten_even_while_the_hasher_is_overloaded() {
    // One place in the queue: most guesses are refused undecided, and taken back.
    let base = settings(given());
    let argon2 = Argon2Settings { queue: 1, ..base.argon2 };
    let site = TestSite::with(Settings { argon2, ..base }).await;
    let person = Person::new();
    let mut client = site.client();
    client.register(&person).await;
    client.login(&person).await;
    let mut guesses = tokio::task::JoinSet::new();
    for worker in 0..16 {
        let mut client = client.clone();
        let mut noise = site.client();
        guesses.spawn(async move {
            let mut wrong = 0;
            for nth in 0..25 {
                if worker % 2 == 0 {
                    wrong += u32::from(erase(&mut client, "a wrong password").await.status == 401);
                } else {
                    noise.try_login(&format!("nobody-{worker}-{nth}"), "a wrong password").await;
                }
            }
            wrong
        });
    }
    let wrong: u32 = guesses.join_all().await.into_iter().sum();
    assert!(wrong <= 10, "{wrong} guesses were looked at");
}
