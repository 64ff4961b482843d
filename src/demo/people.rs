//! People: who registers when, and who comes back.

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use super::chance::Chance;
use super::{CAST, Plan, words};
use crate::account::{AccountEvent, Email, Identity, Phone, Username};
use crate::eventstore::personal::{Personal, Secret};

/// How busy each day of the week is, from Monday.
const WEEK: [f64; 7] = [0.92, 0.90, 0.93, 0.97, 1.08, 1.15, 1.05];
/// Of those who register, who will have a store.
const MERCHANTS: f64 = 0.1;

/// Somebody.
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) registered_on: NaiveDate,
    /// How much somebody likes to come, 1 in the middle.
    pub(super) loyalty: f64,
    pub(super) is_merchant: bool,
    pub(super) store: Option<usize>,
    pub(super) login_time: i64,
    active_on: Option<NaiveDate>,
    pub(super) is_erased: bool,
    pub(super) is_cast: bool,
}

impl Person {
    pub(super) fn new(id: Uuid, number: u32, registered_on: NaiveDate, chance: &mut Chance) -> Self {
        let is_cast = (number as usize) < CAST.len();
        // Most come seldom, few often.
        let loyalty = if is_cast { 1.4 } else { 0.15 + 1.35 * chance.part().powf(1.6) };
        let is_merchant = if is_cast { number as usize + 1 == CAST.len() } else { chance.happens(MERCHANTS) };
        Self {
            id,
            registered_on,
            loyalty: if is_merchant { loyalty.max(0.8) } else { loyalty },
            is_merchant,
            store: None,
            login_time: 0,
            active_on: None,
            is_erased: false,
            is_cast,
        }
    }

    /// Notes that somebody comes on a day; says whether that is for the first time on it.
    pub(super) fn comes_first_on(&mut self, date: NaiveDate) -> bool {
        self.active_on.replace(date) != Some(date)
    }

    /// How likely it is that somebody comes on a day: less and less, and more at weekends.
    pub(super) fn inclination(&self, date: NaiveDate) -> f64 {
        let since = f64::from(i32::try_from((date - self.registered_on).num_days()).unwrap_or(0));
        let habit = if since < 1.0 { 0.97 } else { 0.10 + 0.55 / since.powf(0.55) };
        (self.loyalty * habit * busy(date)).min(0.97)
    }
}

/// How much is going on: weekends, and the days on which everybody buys.
fn busy(date: NaiveDate) -> f64 {
    let weekday = WEEK.get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or(1.0);
    match (date.month(), date.day()) {
        (6, 18) | (11, 11) => weekday * 1.6,
        (12, 12) => weekday * 1.4,
        _ => weekday,
    }
}

/// How many register on each of the days, all of them together as many as planned.
pub(super) fn registrations(plan: &Plan, dates: &[NaiveDate], chance: &mut Chance) -> Vec<u32> {
    let long = f64::from(plan.days.max(1));
    let weights: Vec<f64> = (0_u32..)
        .zip(dates)
        .map(|(nth, date)| {
            (1.0 + 1.8 * f64::from(nth) / long) * busy(*date) * busy(*date) * (0.8 + 0.4 * chance.part())
        })
        .collect();
    let all: f64 = weights.iter().sum();
    let (mut so_far, mut given) = (0.0, 0);
    weights
        .iter()
        .enumerate()
        .map(|(nth, weight)| {
            so_far += weight;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a u32")]
            let due = (f64::from(plan.people) * so_far / all).round() as u32;
            // Those whom one can be are there from the first day on.
            let due = if nth == 0 { due.max(u32::try_from(CAST.len()).unwrap_or(0)) } else { due };
            let today = due.max(given) - given;
            given += today;
            today
        })
        .collect()
}

/// Who the how many-th person is.
pub(super) fn identity(number: u32, chance: &mut Chance) -> Option<Identity> {
    let name = CAST.get(number as usize).map_or_else(
        || format!("{}{}{number:04}", chance.one_of(&words::SURNAMES), chance.one_of(&words::GIVEN)),
        |(name, _)| (*name).to_owned(),
    );
    let email = format!("{name}@example.com");
    Some(Identity {
        username: Username::parse(&name).ok()?,
        email: Email::parse(&email).ok()?,
        phone: Phone::parse(&format!("+86139{number:08}")).ok()?,
    })
}

/// The event by which somebody becomes known.
pub(super) fn registered(identity: &Identity, password_hash: &str, date: NaiveDate) -> AccountEvent {
    let personal = |text: &str| Personal::new(text.to_owned());
    AccountEvent::Registered {
        username: personal(identity.username.as_str()),
        username_key: personal(identity.username.key()),
        email: personal(identity.email.as_str()),
        phone: personal(identity.phone.as_str()),
        password_hash: Secret::new(AccountEvent::PASSWORD_SLOT, password_hash.to_owned()),
        date: Some(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_active_once_a_day_however_often_they_come() {
        let date = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let mut person = Person::new(Uuid::nil(), 9, date(1), &mut Chance::new(1));
        let first: Vec<bool> = [1, 1, 2, 2, 4].map(|day| person.comes_first_on(date(day))).to_vec();
        assert_eq!(first, [true, false, true, false, true]);
    }
}
