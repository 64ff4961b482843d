//! B6 over HTTP: roles, ranges, cohorts, the funnel, and files for spreadsheets.

use chrono::TimeDelta;
use serde_json::{Value, json};
use zhanggui::account::{GrantRole, Role};
use zhanggui::calendar::{after, before, week};
use zhanggui::eventstore::Metadata;
use zhanggui::merchant::product::{
    InfoFailure, InfoSource, ProductCommand, RecordInfoFailure, RecordProductInfo,
};

use super::{DAILY, come, move_to, register, register_on, shown, today};
use crate::support::client::Client;
use crate::support::site::TestSite;

const ACTIVE: &str = "/api/v1/analytics/active";
const RETENTION: &str = "/api/v1/analytics/retention";
const PRODUCTS: &str = "/api/v1/analytics/products";

async fn with_role(site: &TestSite, role: Role) -> Client {
    let (mut client, _) = site.client().logged_in().await;
    let id = client.user_id().await;
    let grant = GrantRole { role };
    site.app.site.accounts.execute(&id, grant.into(), Metadata::default()).await.unwrap();
    client
}

#[tokio::test]
async fn analysts_and_admins_are_told_and_nobody_else() {
    let site = TestSite::start().await;
    for (role, status) in [(Role::Analyst, 200), (Role::Admin, 200), (Role::Auditor, 403)] {
        let mut client = with_role(&site, role).await;
        for path in [DAILY, ACTIVE, RETENTION, PRODUCTS] {
            assert_eq!(client.get(path).await.status, status, "{role:?} {path}");
        }
    }
}

#[tokio::test]
async fn a_range_has_both_ends_at_most_366_days_and_nothing_of_the_future() {
    let site = TestSite::start().await;
    let mut client = with_role(&site, Role::Analyst).await;
    let date = today(&site);
    let usual = client.get(DAILY).await.json();
    assert_eq!(usual["days"].as_array().unwrap().len(), 30);
    assert_eq!(
        (&usual["from"], &usual["to"]),
        (&json!(before(date, 29).to_string()), &json!(date.to_string()))
    );
    assert_eq!(usual["today"], date.to_string());
    let range = |from, to| format!("?from={from}&to={to}");
    let year = client.get(&format!("{DAILY}{}", range(before(date, 365), date))).await.json();
    assert_eq!(year["days"].as_array().unwrap().len(), 366);
    let future = client.get(&format!("{DAILY}{}", range(before(date, 1), after(date, 9)))).await.json();
    let days: Vec<_> = future["days"].as_array().unwrap().iter().map(|day| day["date"].clone()).collect();
    assert_eq!(days, [before(date, 1).to_string(), date.to_string()]);
    shown(&site).await;
    let head: i64 =
        sqlx::query_scalar("SELECT position FROM log_head").fetch_one(&site.app.log.pool).await.unwrap();
    for path in [DAILY, RETENTION, PRODUCTS] {
        let nothing = client.get(&format!("{path}{}", range(after(date, 20), after(date, 30)))).await;
        assert_eq!(nothing.status, 200, "{}", nothing.text());
        let list = if path == RETENTION { "cohorts" } else { "days" };
        assert_eq!(nothing.json()[list], json!([]), "{path}");
        assert_eq!(nothing.json()["as_of_position"], head, "{path}");
        for wrong in [
            range(before(date, 366), date),
            range(date, before(date, 1)),
            "?from=yesterday".to_owned(),
            "?to=2026-02-30".to_owned(),
            "?to=".to_owned(),
            "?since=2026-01-01".to_owned(),
            "?from=%00".to_owned(),
            "?to=9999-12-31".to_owned(),
        ] {
            let refused = client.get(&format!("{path}{wrong}")).await;
            assert_eq!(refused.outcome(), (400, "invalid_query".to_owned()), "{path}{wrong}");
        }
    }
    for wrong in [format!("?at={}", after(date, 1)), "?at=now".to_owned(), "?from=2026-01-01".to_owned()] {
        assert_eq!(client.get(&format!("{ACTIVE}{wrong}")).await.outcome().1, "invalid_query", "{wrong}");
    }
}

#[tokio::test]
async fn active_people_are_counted_once_in_a_week_and_a_month() {
    let site = TestSite::start().await;
    let date = today(&site);
    let (one, two, three) = (register(&site, 1).await, register(&site, 2).await, register(&site, 3).await);
    come(&site, &one, before(date, 29)).await;
    come(&site, &two, before(date, 6)).await;
    come(&site, &three, before(date, 7)).await;
    come(&site, &one, date).await;
    let mut client = with_role(&site, Role::Analyst).await;
    shown(&site).await;
    let told = client.get(ACTIVE).await.json();
    // The analyst came as well.
    assert_eq!([&told["dau"], &told["wau"], &told["mau"]], [2, 3, 4]);
    assert_eq!([&told["new_users"], &told["returning_users"]], [1, 1]);
    assert_eq!(
        (&told["final"], &told["revision"], &told["at"]),
        (&json!(false), &json!(0), &json!(date.to_string()))
    );
    let before_it = client.get(&format!("{ACTIVE}?at={}", before(date, 1))).await.json();
    assert_eq!([&before_it["dau"], &before_it["wau"], &before_it["mau"]], [0, 2, 3]);
}

#[tokio::test]
async fn cohorts_say_who_came_back_week_by_week() {
    let site = TestSite::start().await;
    let monday = before(week(today(&site)), 21);
    let ids = [
        register_on(&site, 1, monday).await,
        register_on(&site, 2, after(monday, 6)).await,
        register_on(&site, 3, after(monday, 7)).await,
    ];
    for (who, day) in [(0, 0), (1, 6), (0, 1), (2, 8), (0, 14), (0, 15), (1, 20)] {
        come(&site, &ids[who], after(monday, day)).await;
    }
    let mut client = with_role(&site, Role::Analyst).await;
    shown(&site).await;
    let path = format!("{RETENTION}?from={}&to={}", after(monday, 2), after(monday, 7));
    let told = client.get(&path).await.json();
    let cell = |week: u32, people: u32, complete: bool| json!({"week": week, "people": people, "complete": complete});
    assert_eq!(
        told["cohorts"],
        json!([
            {"week": monday.to_string(), "registrations": 2,
             "weeks": [cell(0, 2, true), cell(1, 0, true), cell(2, 2, true), cell(3, 0, false)]},
            {"week": after(monday, 7).to_string(), "registrations": 1,
             "weeks": [cell(0, 1, true), cell(1, 0, true), cell(2, 0, false)]},
        ])
    );
    let file = client.ask("GET", &path, &[("accept", "text/csv")]).await;
    let lines: Vec<_> = file.text().lines().collect();
    assert_eq!(lines[0], "\u{feff}cohort_week,registrations,week,people,complete,timezone,as_of_position");
    assert_eq!(lines.len(), 8);
    assert!(lines[3].starts_with(&format!("{monday},2,2,2,true,Asia/Shanghai,")), "{}", lines[3]);
}

/// Lists a product; gives its id.
async fn list(merchant: &mut Client, item: u64) -> String {
    let body = json!({"taobao_url": format!("https://item.taobao.com/item.htm?id={item}"),
                      "coupon_url": "https://uland.taobao.com/coupon/edetail?e=abc"});
    let answer = merchant.post("/api/v1/store/products", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["product_id"].as_str().unwrap().to_owned()
}

async fn report(site: &TestSite, id: &str, command: impl Into<ProductCommand>) {
    site.app.site.products.execute(id, command.into(), Metadata::default()).await.unwrap();
}

fn found(item: u64) -> RecordProductInfo {
    RecordProductInfo {
        taobao_url: format!("https://item.taobao.com/item.htm?id={item}"),
        title: None,
        price: None,
        image_url: None,
        source: InfoSource::Page,
    }
}

fn lost(item: u64) -> RecordInfoFailure {
    let taobao_url = format!("https://item.taobao.com/item.htm?id={item}");
    RecordInfoFailure { taobao_url, reason: InfoFailure::Blocked }
}

#[tokio::test]
async fn the_funnel_says_what_happened_and_what_became_of_products() {
    let site = TestSite::start().await;
    let first = after(today(&site), 1);
    move_to(&site, first, 3_600);
    let (mut merchant, person) = site.client().logged_in().await;
    assert_eq!(merchant.post("/api/v1/store", &json!({"name": "好店"})).await.status, 201);
    let mut ids = Vec::new();
    for item in 1..=5 {
        ids.push(list(&mut merchant, item).await);
    }
    site.clock.advance(TimeDelta::seconds(4));
    report(&site, &ids[0], found(1)).await;
    site.clock.advance(TimeDelta::seconds(4));
    report(&site, &ids[1], found(2)).await;
    report(&site, &ids[2], lost(3)).await;
    report(&site, &ids[3], lost(4)).await;
    // Fetched a second time, which counts no more.
    report(&site, &ids[0], found(1)).await;
    move_to(&site, after(first, 1), 60);
    report(&site, &ids[3], found(4)).await;
    merchant.login(&person).await;
    for id in &ids[..2] {
        assert_eq!(merchant.delete(&format!("/api/v1/store/products/{id}"), &json!({})).await.status, 200);
    }
    let restore = format!("/api/v1/store/products/{}/restore", ids[0]);
    assert_eq!(merchant.post(&restore, &json!({})).await.status, 200);
    let mut client = with_role(&site, Role::Analyst).await;
    shown(&site).await;
    let path = format!("{PRODUCTS}?from={first}&to={}", after(first, 1));
    let told = client.get(&path).await.json();
    let of_listed = json!({"fetched": 3, "failed": 1, "pending": 1, "deleted": 1});
    let day = |date: String, numbers: [u32; 5], of_listed: Value, median: Value| {
        let [listed, fetched, failed, deleted, restored] = numbers;
        json!({"date": date, "listed": listed, "fetched": fetched, "failed": failed, "deleted": deleted,
               "restored": restored, "of_listed": of_listed, "median_seconds_to_fetch": median})
    };
    let none = json!({"fetched": 0, "failed": 0, "pending": 0, "deleted": 0});
    let days = told["days"].as_array().unwrap();
    assert_eq!(days[0], day(first.to_string(), [5, 2, 2, 0, 0], of_listed.clone(), json!(8.0)));
    assert_eq!(days[1], day(after(first, 1).to_string(), [0, 1, 0, 2, 1], none, Value::Null));
    let mut total = day(String::new(), [5, 3, 2, 2, 1], of_listed, json!(8.0));
    total.as_object_mut().unwrap().remove("date");
    assert_eq!(told["total"], total);
    let file = client.ask("GET", &path, &[("accept", "text/csv")]).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"products.csv\"");
    let line = file.text().lines().nth(1).unwrap();
    assert!(line.starts_with(&format!("{first},Asia/Shanghai,5,2,2,0,0,3,1,1,1,8,")), "{line}");
}

#[tokio::test]
async fn a_spreadsheet_gets_the_same_numbers_as_a_file() {
    let site = TestSite::start().await;
    let mut client = with_role(&site, Role::Analyst).await;
    shown(&site).await;
    let date = today(&site);
    let path = format!("{DAILY}?from={date}&to={date}");
    let json = client.get(&path).await;
    assert!(json.headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains("accept")));
    let file = client.ask("GET", &path, &[("accept", "text/csv, application/json;q=0.5")]).await;
    let as_of = &json.json()["as_of_position"];
    assert_eq!(
        file.text(),
        format!(
            "\u{feff}date,timezone,registrations,active_users,new_users,returning_users,weekly_active_users,\
             monthly_active_users,final,revision,cause,counted_to,closed_at,as_of_position\r\n\
             {date},Asia/Shanghai,1,1,1,0,1,1,false,0,,,,{as_of}\r\n"
        )
    );
    let active = client.ask("GET", ACTIVE, &[("accept", "text/csv")]).await;
    assert_eq!(
        active.text().lines().nth(1).unwrap(),
        format!("{date},Asia/Shanghai,1,1,1,1,0,false,0,,{as_of}")
    );
    // JSON for whoever does not mind, and for whoever likes both the same.
    for accept in ["*/*", "application/json", "text/csv;q=0.5, application/json"] {
        let answer = client.ask("GET", &path, &[("accept", accept)]).await;
        assert_eq!(answer.header("content-type"), "application/json", "{accept}");
    }
}
