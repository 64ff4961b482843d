//! What became of a message that was tried before: Aliyun is asked, since sending is not idempotent.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

use super::answer::{PAGE_SIZE, read_receipts};
use super::gateway::{Call, Gateway};
use crate::reactors::ports::DeliveryError;

/// Fifty records with texts of the greatest length, and some room.
const LONGEST_PAGE: usize = 256 * 1024;
/// Pages of a day that are looked at. Aliyun lets a number have forty codes a day.
const PAGES: u64 = 10;
/// Aliyun takes a request whose clock is wrong by this much, so a day's border is as wide.
const SKEW: TimeDelta = TimeDelta::minutes(15);
const CHINA_SECONDS_EAST: i32 = 8 * 3600;

/// Whether Aliyun has the message with this `OutId`, first tried at `tried_at`, and it has not failed.
///
/// # Errors
/// When Aliyun does not say: then nobody may send. A question that was refused says nothing about the
/// message, so that is [`DeliveryError::Later`], too.
pub(super) async fn is_taken(
    gateway: &Gateway,
    number: &str,
    out_id: &str,
    tried_at: DateTime<Utc>,
) -> Result<bool, DeliveryError> {
    for day in days(tried_at, gateway.ports().now()) {
        if is_among(gateway, number, out_id, day).await.map_err(as_a_question)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn as_a_question(error: DeliveryError) -> DeliveryError {
    match error {
        DeliveryError::Refused { why } => DeliveryError::Later { why, after: None },
        other => other,
    }
}

async fn is_among(
    gateway: &Gateway,
    number: &str,
    out_id: &str,
    day: NaiveDate,
) -> Result<bool, DeliveryError> {
    let (day, size) = (day.format("%Y%m%d").to_string(), PAGE_SIZE.to_string());
    let mut seen = 0;
    for page in 1..=PAGES {
        let page = page.to_string();
        let query =
            [("PhoneNumber", number), ("SendDate", &day), ("PageSize", &size), ("CurrentPage", &page)];
        let call = Call { action: "QuerySendDetails", query: &query, longest: LONGEST_PAGE };
        let (status, body) = gateway.call(&call).await?;
        let receipts = read_receipts(status, &body, out_id)?;
        if receipts.taken {
            return Ok(true);
        }
        seen += receipts.shown;
        if seen >= receipts.total {
            return Ok(false);
        }
        if receipts.shown == 0 {
            break;
        }
    }
    Err(DeliveryError::Later { why: "Aliyun gave no complete list of receipts".to_owned(), after: None })
}

/// The days in China on which the message may have been sent, since `tried_at`.
fn days(tried_at: DateTime<Utc>, now: DateTime<Utc>) -> impl Iterator<Item = NaiveDate> {
    let first = china(tried_at.min(now) - SKEW);
    let last = china(tried_at.max(now) + SKEW);
    first.iter_days().take_while(move |day| *day <= last)
}

fn china(at: DateTime<Utc>) -> NaiveDate {
    let offset = FixedOffset::east_opt(CHINA_SECONDS_EAST);
    offset.map_or_else(|| at.date_naive(), |offset| at.with_timezone(&offset).date_naive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_it_does_in_china_and_its_border_is_as_wide_as_clocks_are_wrong() {
        for (tried_at, now, expected) in [
            ("2025-01-02T03:04:05Z", "2025-01-02T03:05:00Z", &["2025-01-02"][..]),
            ("2025-01-01T16:20:00Z", "2025-01-01T16:21:00Z", &["2025-01-02"]),
            ("2025-01-01T15:59:59Z", "2025-01-01T16:00:01Z", &["2025-01-01", "2025-01-02"]),
            ("2025-01-01T15:00:00Z", "2025-01-01T15:46:00Z", &["2025-01-01", "2025-01-02"]),
            ("2025-01-01T16:10:00Z", "2025-01-01T16:11:00Z", &["2025-01-01", "2025-01-02"]),
            // Another instance's clock is ahead.
            ("2025-01-01T16:20:00Z", "2025-01-01T15:58:00Z", &["2025-01-01", "2025-01-02"]),
        ] {
            let days: Vec<_> =
                days(tried_at.parse().unwrap(), now.parse().unwrap()).map(|day| day.to_string()).collect();
            assert_eq!(days, expected, "{tried_at} {now}");
        }
    }
}
