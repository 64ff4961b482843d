//! Roles: admins find people, grant and revoke, and what is granted holds from the next request on.

use serde_json::{Value, json};

use super::verifications::outcome;
use super::{encoded, events, keys};
use crate::support::client::{Answer, Client, Person};
use crate::support::site::TestSite;

const PEOPLE: &str = "/api/v1/admin/people";

fn path(user_id: &str, role: &str) -> String {
    format!("{PEOPLE}/{user_id}/roles/{role}")
}

async fn grant(admin: &mut Client, user_id: &str, role: &str) -> Answer {
    admin.ask("PUT", &path(user_id, role), &[]).await
}

async fn revoke(admin: &mut Client, user_id: &str, role: &str) -> Answer {
    admin.ask("DELETE", &path(user_id, role), &[]).await
}

async fn listed(admin: &mut Client) -> Vec<(String, Value)> {
    let people = admin.get(PEOPLE).await.json()["people"].as_array().unwrap().clone();
    let one = |person: Value| (person["user_id"].as_str().unwrap().to_owned(), person["roles"].clone());
    people.into_iter().map(one).collect()
}

#[tokio::test]
async fn an_admin_grants_and_revokes_and_doing_so_twice_changes_nothing() {
    let site = TestSite::start().await;
    let mut admin = site.admin().await;
    let (mut client, person) = site.client().logged_in().await;
    let user_id = client.user_id().await;
    for _ in 0..2 {
        let answer = grant(&mut admin, &user_id, "auditor").await;
        let json = answer.json();
        assert_eq!(answer.status, 200);
        assert_eq!(keys(&json), ["created_at", "roles", "user_id", "username"]);
        assert_eq!((&json["user_id"], &json["username"]), (&json!(user_id), &json!(person.username)));
        assert_eq!(json["roles"], json!(["auditor"]));
    }
    assert_eq!(grant(&mut admin, &user_id, "analyst").await.json()["roles"], json!(["analyst", "auditor"]));
    assert_eq!(client.get("/api/v1/me").await.json()["roles"], json!(["analyst", "auditor"]));
    for _ in 0..2 {
        let answer = revoke(&mut admin, &user_id, "auditor").await;
        assert_eq!((answer.status.as_u16(), &answer.json()["roles"]), (200, &json!(["analyst"])));
    }
    assert_eq!(events(&site, "account.role_granted").await, 3, "with the admin's own");
    assert_eq!(events(&site, "account.role_revoked").await, 1);
}

#[tokio::test]
async fn what_is_granted_and_revoked_says_who_did_it() {
    let site = TestSite::start().await;
    let mut admin = site.admin().await;
    let (mut client, _) = site.client().logged_in().await;
    let (admin_id, user_id) = (admin.user_id().await, client.user_id().await);
    admin.headers.push(("x-request-id", "a-request-of-mine".to_owned()));
    grant(&mut admin, &user_id, "analyst").await;
    revoke(&mut admin, &user_id, "analyst").await;
    let rows: Vec<(String, Value, Value)> = sqlx::query_as(
        "SELECT aggregate_id, metadata, payload FROM events \
         WHERE event_type IN ('account.role_granted', 'account.role_revoked') ORDER BY position OFFSET 1",
    )
    .fetch_all(&site.app.log.pool)
    .await
    .unwrap();
    assert_eq!(rows.len(), 2);
    for (aggregate_id, metadata, payload) in rows {
        assert_eq!((&aggregate_id, &payload["role"]), (&user_id, &json!("analyst")));
        let request = "a-request-of-mine";
        let by = json!({"actor_id": admin_id, "request_id": request, "correlation_id": request});
        assert_eq!(metadata, by);
    }
}

#[tokio::test]
async fn the_list_shows_who_holds_a_role_and_a_search_finds_anybody_by_each_name() {
    let site = TestSite::start().await;
    let mut admin = site.admin().await;
    let admin_id = admin.user_id().await;
    let (mut client, _) = site.client().logged_in().await;
    let user_id = client.user_id().await;
    assert_eq!(listed(&mut admin).await, [(admin_id.clone(), json!(["admin"]))]);
    grant(&mut admin, &user_id, "analyst").await;
    let both = [(admin_id, json!(["admin"])), (user_id.clone(), json!(["analyst"]))];
    let mut found = listed(&mut admin).await;
    found.sort_by_key(|(id, _)| *id != both[0].0);
    assert_eq!(found, both);
    let stranger = Person::new();
    site.client().register(&stranger).await;
    for name in [&stranger.username.to_uppercase(), &stranger.email, &stranger.phone] {
        let answer = admin.get(&format!("{PEOPLE}?identifier={}", encoded(name))).await;
        let people = answer.json()["people"].as_array().unwrap().clone();
        assert_eq!((answer.status.as_u16(), people.len()), (200, 1), "{name}");
        assert_eq!((&people[0]["username"], &people[0]["roles"]), (&json!(stranger.username), &json!([])));
        assert!(!answer.text().contains(&stranger.email) && !answer.text().contains(&stranger.phone));
    }
    // No beginning of a name, and no pattern.
    for name in ["", "\0", "Shop", "%", "shopper_", "nobody_here"] {
        let answer = admin.get(&format!("{PEOPLE}?identifier={}", encoded(name))).await;
        assert_eq!(answer.json(), json!({"people": []}), "{name}");
    }
    let unknown = admin.get(&format!("{PEOPLE}?name=x")).await;
    assert_eq!(unknown.outcome(), outcome(400, "invalid_query"));
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on_until_it_is_revoked_on_every_instance() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    let mut admin = site.admin().await;
    let (client, _) = site.client().logged_in().await;
    let mut elsewhere = other.client();
    elsewhere.cookies = client.cookies.clone();
    let user_id = elsewhere.user_id().await;
    assert_eq!(elsewhere.get(PEOPLE).await.outcome(), outcome(403, "forbidden"));
    grant(&mut admin, &user_id, "admin").await;
    assert_eq!(elsewhere.get(PEOPLE).await.status, 200);
    assert_eq!(
        grant(&mut elsewhere, &user_id, "analyst").await.status,
        200,
        "admins may grant to themselves"
    );
    revoke(&mut admin, &user_id, "admin").await;
    assert_eq!(elsewhere.get(PEOPLE).await.outcome(), outcome(403, "forbidden"));
    assert_eq!(elsewhere.get("/api/v1/me").await.status, 200, "the session goes on");
}

#[tokio::test]
async fn only_an_admin_may_neither_an_auditor_nor_an_analyst() {
    let site = TestSite::start().await;
    let mut admin = site.admin().await;
    let admin_id = admin.user_id().await;
    let (mut client, _) = site.client().logged_in().await;
    let user_id = client.user_id().await;
    for role in ["analyst", "auditor"] {
        let forbidden = outcome(403, "forbidden");
        assert_eq!(client.get(PEOPLE).await.outcome(), forbidden);
        assert_eq!(grant(&mut client, &user_id, "admin").await.outcome(), forbidden);
        assert_eq!(revoke(&mut client, &admin_id, "admin").await.outcome(), forbidden);
        // Whether there is such a person or role is not told either.
        assert_eq!(grant(&mut client, "no-id", "no-role").await.outcome(), forbidden);
        grant(&mut admin, &user_id, role).await;
    }
    assert_eq!(client.get("/api/v1/me").await.json()["roles"], json!(["analyst", "auditor"]));
    assert_eq!(client.get(PEOPLE).await.outcome(), outcome(403, "forbidden"));
    assert_eq!(site.client().get(PEOPLE).await.outcome(), outcome(401, "login_required"));
    assert_eq!(admin.get(PEOPLE).await.status, 200);
}

#[tokio::test]
async fn where_there_is_no_such_person_or_role_nothing_is_recorded() {
    let site = TestSite::start().await;
    let mut admin = site.admin().await;
    let admin_id = admin.user_id().await;
    let (mut leaver, person) = site.client().logged_in().await;
    let gone = leaver.user_id().await;
    assert_eq!(leaver.delete("/api/v1/me", &json!({"password": person.password})).await.status, 204);
    let nobody = "01890000-0000-7000-8000-000000000000";
    for (user_id, role) in [
        (nobody, "analyst"),
        ("no-id", "analyst"),
        (&*gone, "analyst"),
        (&*admin_id, "owner"),
        (&*admin_id, "Admin"),
        (&*admin_id, "%20"),
    ] {
        for answer in [grant(&mut admin, user_id, role).await, revoke(&mut admin, user_id, role).await] {
            assert_eq!(answer.outcome(), outcome(404, "not_found"), "{user_id} {role}");
        }
    }
    assert_eq!(events(&site, "account.role_granted").await, 1);
    assert_eq!(events(&site, "account.role_revoked").await, 0);
}
