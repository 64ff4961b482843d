//! B3 over HTTP: finding events, replaying, going from cause to effect, and looking behind the veil.

mod causes;
mod hostile;
mod lines;
mod replaying;
mod revealing;
mod searching;

use serde_json::Value;
use zhanggui::account::{GrantRole, Role};
use zhanggui::eventstore::Metadata;

use super::merchant::{list, merchant};
use super::verifications::{confirm, sent};
use super::{encoded, events, keys};
use crate::support::client::{Client, Person};
use crate::support::site::TestSite;

const EVENTS: &str = "/api/v1/audit/events";

/// Makes the first request of the day, which is recorded before anything else then. Gives whose it is.
pub(super) async fn present(site: &TestSite, client: &mut Client) -> String {
    let user_id = client.user_id().await;
    site.app.site.presence.settle().await;
    user_id
}

/// An auditor's client, logged in.
pub(super) async fn auditor(site: &TestSite) -> Client {
    let (mut client, _) = site.client().logged_in().await;
    let grant = GrantRole { role: Role::Auditor };
    let user_id = present(site, &mut client).await;
    site.app.site.accounts.execute(&user_id, grant.into(), Metadata::default()).await.unwrap();
    client
}

/// A page of events; the answer must be 200.
async fn page(client: &mut Client, query: &str) -> Value {
    let answer = client.get(&format!("{EVENTS}?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

/// All events that fit, by pages of `limit`.
async fn walk(client: &mut Client, query: &str, limit: u16, newest_first: bool) -> Vec<Value> {
    let (order, next, parameter) =
        if newest_first { ("desc", "next_before", "before") } else { ("asc", "next_after", "after") };
    let (mut found, mut place) = (Vec::new(), String::new());
    loop {
        let json = page(client, &format!("order={order}&limit={limit}&{query}{place}")).await;
        let events = json["events"].as_array().unwrap();
        assert!(events.len() <= usize::from(limit));
        found.extend(events.iter().cloned());
        match json[next].as_i64() {
            Some(next) => place = format!("&{parameter}={next}"),
            None => return found,
        }
    }
}

/// The events of a story with people, codes, a store and products; gives the person whose data are in it.
async fn story(site: &TestSite) -> (Client, Person) {
    let mut shop = merchant(site).await;
    present(site, &mut shop).await;
    for id in [1001, 1002] {
        list(&mut shop, id).await;
    }
    let (mut client, person) = site.client().logged_in().await;
    present(site, &mut client).await;
    let email = sent(&mut client, "email", "verify_contact").await;
    site.react().await;
    confirm(&mut client, &email.id, &email.code).await;
    client.login(&person).await;
    (client, person)
}

/// The position of the newest event of this type.
async fn newest(site: &TestSite, event_type: &str) -> i64 {
    sqlx::query_scalar("SELECT max(position) FROM events WHERE event_type = $1")
        .bind(event_type)
        .fetch_one(&site.app.log.pool)
        .await
        .unwrap()
}
