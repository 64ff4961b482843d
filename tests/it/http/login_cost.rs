//! S4: time does not tell who has an account.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use zhanggui::adapters::argon2::Argon2Settings;
use zhanggui::config::Settings;

use crate::support::client::Client;
use crate::support::site::{TestSite, given, settings};

/// Logins of each kind; with five kinds and 5 ms a hash, some ten seconds.
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

/// The median of the quickest quarter: what else the machine does moves the median of all more than the
/// work does, and work that one kind had more of would move this one as much.
fn typical(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 8]
}

#[tokio::test]
async fn unknown_wrong_empty_and_overlong_cost_the_same() {
    let defaults = settings(given());
    let argon2 = Argon2Settings { memory_kib: 8_192, ..defaults.argon2 };
    let site = TestSite::with(Settings { argon2, ..defaults }).await;
    // One account that this instance has just served, and one that only another instance has.
    let (mut client, person) = site.client().logged_in().await;
    let (_, stranger) = site.another_instance().await.client().logged_in().await;
    let (known, strange) = (person.username.as_str(), stranger.username.as_str());
    let (wrong, long) = ("a wrong password", "x".repeat(10_000));
    let kinds = [(known, wrong), (strange, wrong), ("nobody_here", wrong), (known, ""), (known, &long)];
    let bodies = kinds.map(|(name, password)| json!({"username": name, "password": password}).to_string());
    let mut times = [const { Vec::new() }; 5];
    for round in 0..ROUNDS {
        // No kind always comes first.
        for nth in (0..5).map(|nth| (nth + round) % 5) {
            times[nth].push(cost(&mut client, &bodies[nth]).await);
        }
    }
    let times = times.map(typical);
    let (least, most) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(
        most.as_secs_f64() <= 1.1 * least.as_secs_f64(),
        "wrong, wrong elsewhere, unknown, empty, overlong: {times:?}"
    );
}
