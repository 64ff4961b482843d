//! S4: time does not tell who has an account.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use zhanggui::adapters::argon2::Argon2Settings;
use zhanggui::config::Settings;

use crate::support::client::{Client, Person};
use crate::support::site::{TestSite, given, settings};

/// Logins of each kind; with four kinds and 3 ms a hash, a few seconds.
const ROUNDS: usize = 500;

/// How long a refused login takes, from a count that begins anew.
async fn cost(client: &mut Client, body: &str) -> Duration {
    sqlx::query("DELETE FROM login_attempts").execute(&client.site().writes).await.unwrap();
    let request = Request::post("/api/v1/login").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let begun = Instant::now();
    let answer = client.send(request).await;
    let taken = begun.elapsed();
    assert_eq!(answer.status, 401);
    taken
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test]
async fn unknown_wrong_empty_and_overlong_cost_the_same() {
    let defaults = settings(given());
    let argon2 = Argon2Settings { memory_kib: 4_096, ..defaults.argon2 };
    let site = TestSite::with(Settings { argon2, ..defaults }).await;
    let mut client = site.client();
    let person = Person::new();
    client.register(&person).await;
    client.login(&person).await;
    let (known, wrong) = (person.username.as_str(), "a wrong password");
    let kinds = [(known, wrong), ("nobody_here", wrong), (known, ""), (known, &"x".repeat(10_000))];
    let bodies = kinds.map(|(name, password)| json!({"username": name, "password": password}).to_string());
    let mut times = [const { Vec::new() }; 4];
    for round in 0..ROUNDS {
        // Each kind comes first, second, third and last alike.
        for nth in (0..4).map(|nth| (nth + round) % 4) {
            times[nth].push(cost(&mut client, &bodies[nth]).await);
        }
    }
    let medians = times.map(median);
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    assert!(most.as_secs_f64() <= 1.1 * least.as_secs_f64(), "wrong, unknown, empty, overlong: {medians:?}");
}
