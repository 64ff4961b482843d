//! A long log as lines: whole, in order, resumed where it was cut off, and undisturbed by what is appended meanwhile.

use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt;
use serde_json::Value;
use uuid::Uuid;
use zhanggui::account::{Account, AccountEvent, Channel, Purpose};
use zhanggui::audit::search::{Filter, Place};
use zhanggui::eventstore::Metadata;

use super::reading;
use super::told::{deafen, recorder, undeafen};
use crate::support::site::TestSite;

const EVENTS: i64 = 9_500;
/// How many events one command records.
const AT_ONCE: i64 = 500;

/// A site whose log has many events, every fourth of which is another one.
async fn site() -> TestSite {
    let site = TestSite::start().await;
    let heard = deafen(&site).await;
    let accounts = recorder::<Account>(&site.app.log);
    let (verification_id, channel, purpose) = (Uuid::nil(), Channel::Sms, Purpose::VerifyContact);
    let events: Vec<_> = (1..=AT_ONCE)
        .map(|n| match n % 4 {
            0 => AccountEvent::VerificationFailed { verification_id, channel, purpose, failures: 1 },
            _ => AccountEvent::VerificationSent { verification_id },
        })
        .collect();
    let events = Arc::new(events);
    for _ in 0..EVENTS / AT_ONCE {
        let id = site.clock.ports().id().unwrap().to_string();
        accounts.execute(&id, Arc::clone(&events), Metadata::default()).await.unwrap();
    }
    undeafen(&site, heard).await;
    site
}

fn position(line: &str) -> i64 {
    serde_json::from_str::<Value>(line).unwrap()["position"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_log_comes_whole_and_goes_on_where_it_was_cut_off_while_others_append() {
    let site = site().await;
    let reading = reading(&site);
    let until = Place { before: EVENTS + 1, limit: i64::MAX, ..Place::start(1) };

    // Cut off in the middle of a line of the second piece.
    let mut stream = pin!(reading.lines(Filter::default(), until));
    let mut bytes = stream.try_next().await.unwrap().unwrap();
    // Somebody registers and logs in between any two pieces: it is not in the stream, which ends where the log ended.
    site.client().logged_in().await;
    bytes.extend(stream.try_next().await.unwrap().unwrap());
    bytes.truncate(bytes.len() - 100);
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let first = String::from_utf8(bytes[..whole].to_vec()).unwrap();
    let mut positions: Vec<_> = first.lines().map(position).collect();
    assert!(positions.len() > 2_000 && positions.len() < 4_000, "{}", positions.len());

    let after = *positions.last().unwrap();
    let mut stream = pin!(reading.lines(Filter::default(), Place { after, ..until }));
    while let Some(piece) = stream.try_next().await.unwrap() {
        positions.extend(str::from_utf8(&piece).unwrap().lines().map(position));
        site.client().logged_in().await;
    }
    assert_eq!(positions, (1..=EVENTS).collect::<Vec<_>>());

    // A filter that rarely fits looks at all of it, piece by piece.
    let filter = Filter {
        event_type: Some("account.verification_failed".to_owned()),
        aggregate_type: Some("account".to_owned()),
        ..Filter::default()
    };
    let pieces: Vec<_> = reading.lines(filter, until).try_collect().await.unwrap();
    let found = pieces.concat();
    let found: Vec<_> = str::from_utf8(&found).unwrap().lines().map(position).collect();
    assert_eq!(found, (1..=EVENTS).filter(|n| n % 4 == 0).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_whose_database_goes_away_fails_and_does_not_end_as_if_it_were_whole() {
    let site = site().await;
    let reading = reading(&site);
    let mut stream = pin!(reading.lines(Filter::default(), Place { limit: i64::MAX, ..Place::start(1) }));
    stream.try_next().await.unwrap().unwrap();
    reading.pool.close().await;
    // The page that was on its way may still come.
    let rest = async {
        while stream.try_next().await?.is_some() {}
        Ok::<_, zhanggui::audit::AuditError>(())
    };
    assert!(rest.await.is_err());
}
