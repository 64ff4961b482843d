//! Read models as they were: what was recorded then, in a schema of its own, and nothing else is touched.

use chrono::TimeDelta;
use serde_json::json;
use sqlx::{Executor, PgConnection};
use zhanggui::account::{EraseAccount, Password};
use zhanggui::eventstore::Metadata;
use zhanggui::jobs::close_day;
use zhanggui::merchant::product::{
    InfoFailure, InfoSource, ProductCommand, RecordInfoFailure, RecordProductInfo,
};
use zhanggui::projections::engine::ReadModel;
use zhanggui::projections::rebuild::{Built, Moment, NotThere, RebuildError};

use super::catch_up::head;
use super::rebuild::{connect, rows};
use crate::support::client::{Client, Person};
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

/// Lists a product in a new store, and the crawler finds it or does not.
async fn sell(site: &TestSite, client: &mut Client, nth: u64) {
    assert_eq!(client.post("/api/v1/store", &json!({"name": format!("好店{nth}")})).await.status, 201);
    let taobao_url = format!("https://item.taobao.com/item.htm?id={}", nth + 1);
    let product =
        json!({"taobao_url": taobao_url, "coupon_url": "https://uland.taobao.com/coupon/edetail?e=abc"});
    let listed = client.post("/api/v1/store/products", &product).await;
    assert_eq!(listed.status, 201, "{}", listed.text());
    let id = listed.json()["product_id"].as_str().unwrap().to_owned();
    let fetched: ProductCommand = if nth.is_multiple_of(2) {
        let (title, price, image_url) = (None, None, None);
        RecordProductInfo { taobao_url, title, price, image_url, source: InfoSource::Page }.into()
    } else {
        RecordInfoFailure { taobao_url, reason: InfoFailure::Blocked }.into()
    };
    site.app.site.products.execute(&id, fetched, Metadata::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_as_it_was_is_what_it_was_by_position_and_by_time() {
    let site = TestSite::start().await;
    let mut connection = connect(&site).await;
    let mut recorded = vec![(0, None, all_rows(&site, &mut connection).await)];
    let mut clients = Vec::new();
    for nth in 0..5 {
        site.clock.advance(TimeDelta::days(9));
        site.catch_up().await;
        assert_eq!(close_day::run(&site.app.site).await.unwrap().closed.is_empty(), nth == 0);
        let (mut client, person) = site.client().logged_in().await;
        sell(&site, &mut client, nth).await;
        if nth % 2 == 1 {
            client.post("/api/v1/logout", &serde_json::json!({})).await;
            client.login(&person).await;
        }
        clients.push(client);
        site.app.site.presence.settle().await;
        let time = zhanggui::ports::Clock::now(&site.clock);
        recorded.push((head(&site).await, Some(time), all_rows(&site, &mut connection).await));
    }
    let live = all_rows(&site, &mut connection).await;
    // There is something in every table to be compared.
    assert!(
        recorded
            .last()
            .unwrap()
            .2
            .iter()
            .zip(ReadModel::all().unwrap())
            .all(|(rows, model)| { model.name == "erasures" || !rows.is_empty() })
    );
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
    // Where it would be built there is something of somebody's.
    let mut connection = connect(&site).await;
    connection
        .execute("CREATE SCHEMA march_next; CREATE TABLE march_next.kept AS SELECT 1 AS one")
        .await
        .unwrap();
    assert_eq!(refused(now, "march").await, NotThere::Taken("march_next".to_owned()));
    let kept = "SELECT count(*) FROM march_next.kept";
    assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(&mut connection).await.unwrap(), 1);
    // What an interrupted build left is in nobody's way.
    let left = "INSERT INTO read_model_builds (schema_name, name) VALUES ('march', 'user_lookup')";
    connection.execute(left).await.unwrap();
    builder.as_of(users, now, "march").await.unwrap();
    let future = refused(Moment::Position(99), "later").await;
    assert_eq!(future, NotThere::Future { asked: 99, head: 2 });
}
