//! S4: time does not tell who has an account.

use std::time::{Duration, Instant};

use zhanggui::adapters::argon2::Argon2Settings;
use zhanggui::config::Settings;

use crate::support::client::{Client, Person};
use crate::support::site::{TestSite, given, settings};

/// Logins of each kind; with four kinds and 3 ms a hash, a few seconds.
const ROUNDS: usize = 500;

/// How long a refused login takes, from a count that begins anew.
async fn cost(client: &mut Client, name: &str, password: &str) -> Duration {
    sqlx::query("DELETE FROM login_attempts").execute(&client.site().writes).await.unwrap();
    let begun = Instant::now();
    let answer = client.try_login(name, password).await;
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
    let (known, long) = (person.username.as_str(), "x".repeat(10_000));
    let kinds =
        [(known, "a wrong password"), ("nobody_here", "a wrong password"), (known, ""), (known, &long)];
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        for (times, (name, password)) in times.iter_mut().zip(kinds) {
            times.push(cost(&mut client, name, password).await);
        }
    }
    let medians = times.map(median);
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    assert!(most.as_secs_f64() <= 1.1 * least.as_secs_f64(), "wrong, unknown, empty, overlong: {medians:?}");
}
