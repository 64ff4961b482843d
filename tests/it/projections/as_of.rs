//! Read models as they were: what was recorded then, in a schema of its own, and nothing else is touched.

use chrono::TimeDelta;
use sqlx::PgConnection;
use zhanggui::account::{EraseAccount, Password};
use zhanggui::eventstore::Metadata;
use zhanggui::projections::engine::ReadModel;
use zhanggui::projections::rebuild::{Built, Moment, NotThere, RebuildError};

use super::catch_up::head;
use super::rebuild::{connect, rows};
use crate::support::client::Person;
use crate::support::site::{TestSite, schema_of};

/// Every row of every read model now.
async fn all_rows(site: &TestSite, connection: &mut PgConnection) -> Vec<Vec<String>> {
    site.catch_up().await;
    let mut all = Vec::new();
    for model in ReadModel::all().unwrap() {
        all.push(rows(connection, &model.schema()).await);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_as_it_was_is_what_it_was_by_position_and_by_time() {
    let site = TestSite::start().await;
    let mut connection = connect(&site).await;
    let mut recorded = vec![(0, None, all_rows(&site, &mut connection).await)];
    let mut clients = Vec::new();
    for nth in 0..5 {
        site.clock.advance(TimeDelta::days(9));
        let (mut client, person) = site.client().logged_in().await;
        if nth % 2 == 1 {
            client.post("/api/v1/logout", &serde_json::json!({})).await;
            client.login(&person).await;
        }
        clients.push(client);
        let time = zhanggui::ports::Clock::now(&site.clock);
        recorded.push((head(&site).await, Some(time), all_rows(&site, &mut connection).await));
    }
    let live = all_rows(&site, &mut connection).await;
    for (nth, (position, time, rows_then)) in recorded.iter().enumerate() {
        for (place, model) in ReadModel::all().unwrap().iter().enumerate() {
            let into = format!("then_{nth}_{place}");
            let moment = match time {
                Some(time) if nth % 2 == 0 => Moment::Time(*time),
                _ => Moment::Position(*position),
            };
            let built = site.builder().as_of(model, moment, &into).await.unwrap();
            assert_eq!(built.position, *position, "{moment:?}");
            assert_eq!(
                rows(&mut connection, &into).await,
                rows_then[place],
                "{} as of {position}",
                model.name
            );
        }
    }
    assert_eq!(all_rows(&site, &mut connection).await, live);
    let before = Moment::Time(zhanggui::ports::Clock::now(&site.clock) - TimeDelta::days(365));
    let users = &ReadModel::all().unwrap()[0];
    let Built { position, heard, .. } = site.builder().as_of(users, before, "long_ago").await.unwrap();
    assert_eq!((position, heard), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_forgotten_since_is_forgotten_there_too() {
    let site = TestSite::start().await;
    let (mut client, person) = site.client().logged_in().await;
    let user_id = client.user_id().await;
    site.app.site.presence.settle().await;
    let then = head(&site).await;
    let mut other = site.client();
    let stays = Person::new();
    other.register(&stays).await;
    site.app
        .site
        .accounts
        .execute(
            &user_id,
            EraseAccount { password: Password::new(&person.password) }.into(),
            Metadata::default(),
        )
        .await
        .unwrap();
    let users = &ReadModel::all().unwrap()[0];
    site.builder().as_of(users, Moment::Position(then), "then").await.unwrap();
    let mut connection = connect(&site).await;
    assert!(!rows(&mut connection, "then").await.concat().contains(&person.username));
    site.builder().as_of(users, Moment::Position(then + 1), "since").await.unwrap();
    assert!(rows(&mut connection, "since").await.concat().contains(&stays.username));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_not_overwritten_and_the_future_is_not_known() {
    let site = TestSite::start().await;
    let (_, _) = site.client().logged_in().await;
    let (builder, models) = (site.builder(), ReadModel::all().unwrap());
    let users = &models[0];
    let refused = async |moment, into: &str| match builder.as_of(users, moment, into).await {
        Err(RebuildError::NotThere(why)) => why,
        other => panic!("{other:?}"),
    };
    let now = Moment::Position(1);
    builder.as_of(users, now, "then").await.unwrap();
    assert_eq!(refused(now, "then").await, NotThere::Taken("then".to_owned()));
    for ours in ["public", "user_lookup", &schema_of("product_list"), "pg_catalog", "x; DROP SCHEMA public"] {
        assert_eq!(refused(now, ours).await, NotThere::Name(ours.to_owned()));
    }
    let future = refused(Moment::Position(99), "later").await;
    assert_eq!(future, NotThere::Future { asked: 99, head: 2 });
}
