//! The history itself: moments in the order of time, each becoming the events that it is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::chance::Chance;
use super::clock::DemoClock;
use super::merchants::{Listing, Shop};
use super::people::{self, Person};
use super::{CAST, Plan};
use crate::account::{Account, AccountEvent, Role};
use crate::calendar::{before, days};
use crate::eventstore::bulk::{Bulk, BulkError};
use crate::eventstore::{Metadata, Store};
use crate::merchant::{Product, Store as MerchantStore};
use crate::statistics::{Count, STREAM, Statistics, StatisticsEvent};

/// Something that is about to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    Register,
    Visit(usize),
    Erase(usize),
    List(usize),
    Fetch(usize),
    Fail(usize),
    Refresh(usize),
    Reprice(usize),
    Delete(usize),
    Restore(usize),
    Close(NaiveDate),
}

/// How the events of each kind of aggregate are prepared.
#[derive(Debug)]
pub struct Stores {
    /// Accounts.
    pub accounts: Store<Account>,
    /// Stores of merchants.
    pub shops: Store<MerchantStore>,
    /// Products.
    pub products: Store<Product>,
    /// Closed days.
    pub statistics: Store<Statistics>,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Events.
    pub events: i64,
    /// People.
    pub people: usize,
    /// Stores.
    pub stores: usize,
    /// Products.
    pub products: usize,
}

/// Writes the history that `plan` says; the clock shows the time of whatever is being written.
///
/// # Errors
/// [`BulkError`].
pub async fn write(
    plan: &Plan,
    bulk: Bulk,
    stores: &Stores,
    clock: &DemoClock,
) -> Result<Written, BulkError> {
    // An end at midnight is that of the day before.
    let last = plan.calendar.date(plan.until - TimeDelta::microseconds(1));
    let dates: Vec<NaiveDate> = days((before(last, u64::from(plan.days.max(1)) - 1), last)).collect();
    let mut chance = Chance::new(plan.seed);
    let registrations = people::registrations(plan, &dates, &mut chance);
    let mut world = World {
        plan,
        bulk,
        stores,
        clock,
        chance,
        ahead: BinaryHeap::new(),
        drawn: 0,
        people: Vec::new(),
        shops: Vec::new(),
        listings: Vec::new(),
        today: (last, plan.until..plan.until),
        counts: BTreeMap::new(),
    };
    for (date, amount) in dates.iter().zip(registrations) {
        let day = plan.calendar.day(*date);
        world.today = (*date, day.clone());
        world.look_ahead(*date, &day, amount);
        world.live_until(day.end.min(plan.until)).await?;
    }
    let (people, stores, products) = (world.people.len(), world.shops.len(), world.listings.len());
    Ok(Written { events: world.bulk.finish().await?, people, stores, products })
}

pub(super) struct World<'a> {
    pub(super) plan: &'a Plan,
    pub(super) bulk: Bulk,
    pub(super) stores: &'a Stores,
    clock: &'a DemoClock,
    pub(super) chance: Chance,
    /// What is to come, the nearest first; of the same instant what was decided first.
    ahead: BinaryHeap<Reverse<(DateTime<Utc>, u64, Moment)>>,
    drawn: u64,
    pub(super) people: Vec<Person>,
    pub(super) shops: Vec<Shop>,
    pub(super) listings: Vec<Listing>,
    /// The day that is being lived, and from when to when it lasts.
    today: (NaiveDate, Range<DateTime<Utc>>),
    counts: BTreeMap<NaiveDate, Count>,
}

impl World<'_> {
    pub(super) fn plan_for(&mut self, at: DateTime<Utc>, moment: Moment) {
        self.drawn += 1;
        self.ahead.push(Reverse((at, self.drawn, moment)));
    }

    /// The local day of an instant: mostly that of today, which is known without asking the zone's rules.
    fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        let (date, day) = &self.today;
        if day.contains(&at) { *date } else { self.plan.calendar.date(at) }
    }

    /// Decides who registers and who comes on a day.
    fn look_ahead(&mut self, date: NaiveDate, day: &Range<DateTime<Utc>>, amount: u32) {
        let awake = day.start..day.end.min(self.plan.until);
        for _ in 0..amount {
            let at = self.chance.instant(&awake);
            self.plan_for(at, Moment::Register);
        }
        for person in 0..self.people.len() {
            let comes = self
                .people
                .get(person)
                .is_some_and(|known| !known.is_erased && self.chance.happens(known.inclination(date)));
            if comes {
                let at = self.chance.instant(&awake);
                self.plan_for(at, Moment::Visit(person));
            }
        }
        self.plan_for(day.end + TimeDelta::seconds(20), Moment::Close(date));
    }

    /// Lets everything happen that does so before an instant.
    async fn live_until(&mut self, end: DateTime<Utc>) -> Result<(), BulkError> {
        while let Some(Reverse((at, _, moment))) = self.ahead.peek().copied().filter(|next| next.0.0 < end) {
            self.ahead.pop();
            self.clock.set(at);
            match moment {
                Moment::Register => self.register(at).await?,
                Moment::Visit(person) => self.visit(person, at).await?,
                Moment::Erase(person) => self.leave(person, at).await?,
                Moment::Close(date) => self.close(date, at).await?,
                Moment::List(shop) => self.list(shop, at).await?,
                of_product => self.happen(of_product, at).await?,
            }
        }
        Ok(())
    }

    async fn tell(
        &mut self,
        person: Uuid,
        events: &[AccountEvent],
        at: DateTime<Utc>,
    ) -> Result<(), BulkError> {
        let metadata = Metadata { actor_id: Some(person), ..Metadata::default() };
        self.bulk.record(&self.stores.accounts, &person.to_string(), events, &metadata, at).await
    }

    async fn register(&mut self, at: DateTime<Utc>) -> Result<(), BulkError> {
        let number = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        let Some(identity) = people::identity(number, &mut self.chance) else { return Ok(()) };
        let (id, date) = (self.chance.id(at), self.date(at));
        let person = Person::new(id, number, date, &mut self.chance);
        self.tell(id, &[people::registered(&identity, &self.plan.password_hash, date)], at).await?;
        if let Some(role) = CAST.get(number as usize).and_then(|(_, role)| Role::parse(role)) {
            self.tell(id, &[AccountEvent::RoleGranted { role }], at).await?;
        }
        if !person.is_cast && self.chance.happens(0.004) {
            let leaves = at + TimeDelta::days(self.chance.number(2..200).into());
            self.plan_for(leaves, Moment::Erase(number as usize));
        }
        // Who has just registered logs in, unless the telephone rings.
        if self.chance.happens(0.96) {
            let first = at + self.chance.seconds(8..50);
            self.plan_for(first, Moment::Visit(number as usize));
        }
        self.people.push(person);
        self.counts.entry(date).or_default().registrations += 1;
        Ok(())
    }

    async fn visit(&mut self, nth: usize, at: DateTime<Utc>) -> Result<(), BulkError> {
        let seen = at + TimeDelta::milliseconds(400);
        let (date, seen_on) = (self.date(at), self.date(seen));
        let Some(person) = self.people.get_mut(nth).filter(|person| !person.is_erased) else { return Ok(()) };
        person.login_time = at.timestamp_millis().max(person.login_time + 1);
        let (id, login_time, store, is_merchant) =
            (person.id, person.login_time, person.store, person.is_merchant);
        let is_counted = seen_on == date && person.comes_first_on(date);
        let session_digest = self.chance.digest();
        let logged_in = AccountEvent::LoggedIn { session_digest, login_time, user_agent: None };
        self.tell(id, &[logged_in], at).await?;
        self.clock.set(seen);
        if is_counted {
            self.tell(id, &[AccountEvent::Active { date }], seen).await?;
            self.counts.entry(date).or_default().active_users += 1;
        }
        match store {
            Some(shop) => self.plan_listings(shop, seen),
            None if is_merchant => self.open_store(nth, id, seen + TimeDelta::seconds(1)).await?,
            None => {}
        }
        Ok(())
    }

    async fn leave(&mut self, nth: usize, at: DateTime<Utc>) -> Result<(), BulkError> {
        let Some(person) = self.people.get_mut(nth).filter(|person| !person.is_erased) else { return Ok(()) };
        person.is_erased = true;
        let id = person.id;
        self.tell(id, &[AccountEvent::Erased {}], at).await
    }

    async fn close(&mut self, date: NaiveDate, at: DateTime<Utc>) -> Result<(), BulkError> {
        let Count { registrations, active_users, .. } = self.counts.remove(&date).unwrap_or_default();
        let closed = StatisticsEvent::DayClosed {
            date,
            timezone: self.plan.calendar.timezone().to_owned(),
            registrations,
            active_users,
            position: self.bulk.position(),
        };
        self.bulk.record(&self.stores.statistics, STREAM, &[closed], &Metadata::default(), at).await
    }
}
