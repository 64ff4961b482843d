//! Days of other zones: 23 and 25 hours long, and what a change of the setting does.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use zhanggui::calendar::{Calendar, after};
use zhanggui::config::{Given, Settings};
use zhanggui::ports::Clock as _;

use super::{close, come, move_to, numbers, register, shown, today, told};
use crate::support::clock::ManualClock;
use crate::support::site::{TestSite, given, settings};

fn in_zone(timezone: &str) -> Settings {
    settings(Given { timezone: Some(timezone.to_owned()), ..given() })
}

#[test]
fn a_zone_that_does_not_exist_is_refused_and_the_default_is_shanghai() {
    for wrong in ["Asia/Peking", "CST-8", "", "+08:00"] {
        let refused = Settings::check(Given { timezone: Some(wrong.to_owned()), ..given() }).unwrap_err();
        assert!(refused.iter().any(|why| why.0.contains("ZHANGGUI_TIMEZONE")), "{wrong}: {refused:?}");
    }
    assert_eq!(settings(given()).calendar.timezone(), "Asia/Shanghai");
    assert_eq!(in_zone("Europe/Berlin").calendar.timezone(), "Europe/Berlin");
}

#[tokio::test]
async fn a_leap_second_is_the_next_second_in_the_database_too() {
    let site = TestSite::start().await;
    let leap: DateTime<Utc> = "2016-12-31T23:59:60Z".parse().unwrap();
    let (bound, read): (DateTime<Utc>, DateTime<Utc>) =
        sqlx::query_as("SELECT $1::timestamptz, '2016-12-31 23:59:60+00'::timestamptz")
            .bind(leap)
            .fetch_one(&site.app.log.pool)
            .await
            .unwrap();
    let next: DateTime<Utc> = "2017-01-01T00:00:00Z".parse().unwrap();
    assert_eq!((bound, read), (next, next));
}

/// Registers one person in each hour of a day and closes it: all of them are of that day, and nobody else.
async fn every_hour(timezone: &str, date: &str, hours: u32) {
    let site = TestSite::with(in_zone(timezone)).await;
    let date: NaiveDate = date.parse().unwrap();
    move_to(&site, date, -1);
    register(&site, 1_000).await;
    move_to(&site, date, 0);
    for hour in 0..hours {
        assert_eq!(today(&site), date, "hour {hour}");
        register(&site, hour).await;
        site.clock.advance(TimeDelta::hours(1));
    }
    assert_eq!(today(&site), after(date, 1));
    register(&site, 1_001).await;
    site.clock.advance(TimeDelta::minutes(1));
    assert_eq!(close(&site).await.closed.last(), Some(&date));
    let mut admin = site.admin().await;
    site.catch_up().await;
    let counted: Vec<_> = [told(&mut admin, date).await, told(&mut admin, after(date, 1)).await].to_vec();
    assert_eq!(numbers(&counted[0]), [i64::from(hours), 0, 1]);
    assert_eq!(counted[1]["registrations"], 2);
    assert_eq!(close(&site).await.revised, []);
}

#[tokio::test]
async fn a_day_of_23_hours_holds_its_23_hours() {
    every_hour("Europe/Berlin", "2027-03-28", 23).await;
}

#[tokio::test]
async fn a_day_of_25_hours_holds_its_25_hours() {
    every_hour("America/New_York", "2027-11-07", 25).await;
}

#[tokio::test]
async fn with_another_zone_every_registration_stays_one_of_one_day() {
    let shanghai = TestSite::start().await;
    let date = today(&shanghai);
    move_to(&shanghai, after(date, 1), 60);
    let one = register(&shanghai, 1).await;
    come(&shanghai, &one, after(date, 1)).await;
    assert_eq!(close(&shanghai).await.closed, []);

    // The same instant is of the day before in New York, whose end comes later.
    let clock: ManualClock = shanghai.clock.clone();
    let new_york = TestSite::on(shanghai.database.clone(), in_zone("America/New_York"), clock).await;
    assert_eq!(today(&new_york), date);
    register(&new_york, 2).await;
    // Somebody who was there on a later day already is not counted for an earlier one.
    come(&new_york, &one, date).await;
    move_to(&new_york, after(date, 1), 60);
    register(&new_york, 3).await;
    // The log begins on a day of New York now; its days are closed one after the other, each with its own.
    assert_eq!(close(&new_york).await.closed, [date]);
    move_to(&new_york, after(date, 2), 60);
    assert_eq!(close(&new_york).await.closed, [after(date, 1)]);
    let mut admin = new_york.admin().await;
    assert_eq!(numbers(&told(&mut admin, date).await), [1, 0, 1]);
    assert_eq!(numbers(&told(&mut admin, after(date, 1)).await), [2, 1, 1]);
    shown(&new_york).await;
    assert_eq!(close(&new_york).await.revised, []);
    // Back in Shanghai the next day is over sooner, and none is closed twice.
    move_to(&shanghai, after(date, 3), 60);
    assert_eq!(close(&shanghai).await.closed, [after(date, 2)]);
    let zones: Vec<String> = sqlx::query_scalar(
        "SELECT payload->>'timezone' FROM events WHERE event_type = 'statistics.day_closed' ORDER BY position",
    )
    .fetch_all(&shanghai.app.log.pool)
    .await
    .unwrap();
    assert_eq!(zones, ["America/New_York", "America/New_York", "Asia/Shanghai"]);
    let calendar = Calendar::new(chrono_tz::Tz::Asia__Shanghai);
    assert_eq!(calendar.date(shanghai.clock.now()), after(date, 3));
}
