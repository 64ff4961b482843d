//! A million events as they would have come about: people and their days, sessions, stores and products,
//! days that were closed, sealed, in one order.

mod trade;

use std::fmt::{Display, Write};

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::{Builder, Uuid};
use zhanggui::calendar::{Calendar, after};
use zhanggui::eventstore::seal::{PERSON, Sealer, SealingKey};
use zhanggui::statistics::{Count, STREAM};

use crate::common::Fault;
use crate::copying::copy;

/// So many rows are copied at a time.
const CHUNK: usize = 20_000;
/// The beginning, in milliseconds since the epoch: 2026-01-01.
const BEGINNING: u64 = 1_767_225_600_000;
/// A year of milliseconds for a million events.
const STEP: u64 = 31_536;

/// A stream, and how long it is.
struct Stream {
    id: Uuid,
    length: i64,
}

/// Somebody, with the key that seals what is said about them.
struct Person {
    stream: Stream,
    key: SealingKey,
    session: Option<String>,
    active_on: Option<NaiveDate>,
}

/// A product, and of which store and item it is.
struct Product {
    stream: Stream,
    store: Uuid,
    item: u64,
}

impl Product {
    fn url(&self) -> String {
        format!("https://item.taobao.com/item.htm?id={}", self.item)
    }
}

/// What has happened so far.
pub(crate) struct History<'a> {
    sealer: &'a Sealer,
    random: StdRng,
    position: i64,
    calendar: Calendar,
    /// The day that it is, what is counted of it, and how many were closed before.
    today: NaiveDate,
    count: Count,
    closed: i64,
    people: Vec<Person>,
    /// Who came for the first time today, a moment ago.
    came: Option<usize>,
    stores: Vec<(Stream, Vec<Uuid>)>,
    products: Vec<Product>,
    deleted: Vec<Product>,
    events: String,
    keys: String,
}

impl<'a> History<'a> {
    /// Nothing has happened.
    pub(crate) fn new(sealer: &'a Sealer) -> Self {
        Self {
            sealer,
            random: StdRng::seed_from_u64(8),
            position: 0,
            calendar: Calendar::new(Tz::Asia__Shanghai),
            today: NaiveDate::default(),
            count: Count::default(),
            closed: 0,
            people: Vec::new(),
            came: None,
            stores: Vec::new(),
            products: Vec::new(),
            deleted: Vec::new(),
            events: String::new(),
            keys: String::new(),
        }
    }

    /// Writes so many events into the log; gives the number of people.
    pub(crate) async fn write(mut self, database: &mut PgConnection, events: usize) -> Result<usize, Fault> {
        let last = i64::try_from(events)?;
        self.today = self.date()?;
        while self.position < last {
            for _ in 0..CHUNK {
                if self.position < last {
                    self.happen()?;
                }
            }
            copy(database, "events (position, event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at, leaf_hash)", &mut self.events).await?;
            copy(database, "sealing_keys (aggregate_id, slot, key_id, wrapped)", &mut self.keys).await?;
        }
        let end = "UPDATE log_head SET position = $1, recorded_at = (SELECT max(recorded_at) FROM events)";
        sqlx::query(end).bind(last).execute(&mut *database).await?;
        // Each by itself: none of them may be in a transaction.
        for upkeep in ["VACUUM ANALYZE events", "VACUUM ANALYZE sealing_keys", "CHECKPOINT"] {
            sqlx::raw_sql(upkeep).execute(&mut *database).await?;
        }
        Ok(self.people.len())
    }

    /// One more thing happens, of every kind as often as on a site like this.
    fn happen(&mut self) -> Result<(), Fault> {
        if self.today < self.date()? {
            return self.close_day();
        }
        if let Some(nth) = self.came.take() {
            return self.note_active(nth);
        }
        if self.people.len() < 20 {
            return self.register();
        }
        match self.random.random_range(0..1000) {
            0..120 => self.register(),
            120..410 => self.log_in(),
            410..490 => self.log_out(),
            490..580 => self.of_person(
                "account.verification_requested",
                &json!({"channel": "email", "purpose": "verify_contact"}),
            ),
            580..670 => self.of_person("account.verification_sent", &json!({"channel": "email"})),
            670..750 => self.of_person("account.contact_verified", &json!({"channel": "email"})),
            750..770 => self.of_person("account.avatar_removed", &json!({})),
            770..771 => self.of_person("account.role_granted", &json!({"role": "analyst"})),
            771..778 => self.open_store(),
            778..798 => self.add_category(),
            798..878 => self.list_product(),
            878..950 => self.record_info(),
            950..958 => self.of_product("product.info_failed", &json!({"reason": "needs_login"})),
            958..988 => self.modify(),
            988..993 => self.of_product("product.refresh_requested", &json!({})),
            993..998 => self.delete(),
            _ => self.restore(),
        }
    }

    /// The milliseconds of the next event.
    fn millis(&self) -> Result<u64, Fault> {
        Ok(BEGINNING + u64::try_from(self.position)? * STEP)
    }

    /// The day of the next event.
    fn date(&self) -> Result<NaiveDate, Fault> {
        let now = DateTime::from_timestamp_millis(i64::try_from(self.millis()?)?).ok_or("no time")?;
        Ok(self.calendar.date(now))
    }

    /// As the job does it: what was counted of the day that is over.
    fn close_day(&mut self) -> Result<(), Fault> {
        let Count { registrations, active_users, .. } = std::mem::take(&mut self.count);
        let fields = json!({
            "date": self.today, "timezone": self.calendar.timezone(), "position": self.position,
            "registrations": registrations, "active_users": active_users,
        });
        self.today = after(self.today, 1);
        self.closed += 1;
        self.tell("statistics", STREAM, self.closed, "statistics.day_closed", &fields)
    }

    fn id(&mut self) -> Uuid {
        let millis = self.millis().unwrap_or(BEGINNING);
        Builder::from_unix_timestamp_millis(millis, &self.random.random()).into_uuid()
    }

    /// Adds a row; the stream is `length` long with it.
    fn tell(
        &mut self,
        aggregate: &str,
        id: impl Display,
        length: i64,
        event: &str,
        fields: &Value,
    ) -> Result<(), Fault> {
        let mut payload = fields.clone();
        if let Some(payload) = payload.as_object_mut() {
            payload.insert("type".to_owned(), json!(event));
        }
        let event_id = self.id();
        self.position += 1;
        let position = self.position;
        let millis = self.millis()?;
        let version = if event == "account.registered" { 2 } else { 1 };
        let payload = payload.to_string().replace('\\', "\\\\");
        writeln!(
            self.events,
            "{position}\t{event_id}\t{aggregate}\t{id}\t{length}\t{event}\t{version}\t{payload}\t{{\"actor_id\":\"{id}\",\"request_id\":\"{event_id}\"}}\t{}\t\\\\x{}",
            DateTime::from_timestamp_millis(i64::try_from(millis)?).ok_or("no time")?.to_rfc3339(),
            hex::encode([u8::try_from(position % 256)?; 32]),
        )?;
        Ok(())
    }

    /// The fields, sealed with somebody's key.
    fn seal(&self, id: Uuid, key: &SealingKey, fields: Value) -> Result<Value, Fault> {
        let mut secrets = Vec::new();
        Ok(self.sealer.seal(fields, &format!("account/{id}"), key, &mut secrets)?)
    }

    fn register(&mut self) -> Result<(), Fault> {
        let id = self.id();
        let (key, stored) = self.sealer.new_key(PERSON)?;
        writeln!(self.keys, "{id}\tperson\t{}\t\\\\x{}", stored.key_id, hex::encode(&stored.wrapped))?;
        let nth = self.people.len();
        let fields = json!({
            "date": self.today,
            "username": {"$personal": format!("Shopper_{nth}")}, "username_key": {"$personal": format!("shopper_{nth}")},
            "email": {"$personal": format!("shopper_{nth}@example.com")},
            "phone": {"$personal": format!("+86139{nth:08}")},
            "password_hash": {"$slot": "password", "$secret": "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Eg5uO6EBPKPiX3qjO5eVWX1LzhLD2zHkT2fqnV4a0Z8"},
        });
        let fields = self.seal(id, &key, fields)?;
        self.people.push(Person { stream: Stream { id, length: 1 }, key, session: None, active_on: None });
        self.count.registrations += 1;
        self.tell("account", id, 1, "account.registered", &fields)
    }

    /// Somebody, rather one of the last than one of the first.
    fn somebody(&mut self) -> usize {
        let all = self.people.len();
        let back = self.random.random_range(0..all).min(self.random.random_range(0..all));
        all - 1 - back
    }

    fn of_person(&mut self, event: &str, fields: &Value) -> Result<(), Fault> {
        let nth = self.somebody();
        let person = self.people.get_mut(nth).ok_or("nobody")?;
        person.stream.length += 1;
        let (id, length) = (person.stream.id, person.stream.length);
        self.tell("account", id, length, event, fields)
    }

    fn log_in(&mut self) -> Result<(), Fault> {
        let nth = self.somebody();
        let digest = hex::encode(self.random.random::<[u8; 32]>());
        let (login_time, today) = (self.millis()?, self.today);
        let person = self.people.get_mut(nth).ok_or("nobody")?;
        person.stream.length += 1;
        person.session = Some(digest.clone());
        if person.active_on != Some(today) {
            self.came = Some(nth);
        }
        let (id, length, key) = (person.stream.id, person.stream.length, person.key.clone());
        let browser = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36";
        let fields =
            json!({"session_digest": digest, "login_time": login_time, "user_agent": {"$personal": browser}});
        let fields = self.seal(id, &key, fields)?;
        self.tell("account", id, length, "account.logged_in", &fields)
    }

    /// Somebody's first request of the day.
    fn note_active(&mut self, nth: usize) -> Result<(), Fault> {
        let person = self.people.get_mut(nth).ok_or("nobody")?;
        person.stream.length += 1;
        person.active_on = Some(self.today);
        let (id, length) = (person.stream.id, person.stream.length);
        self.count.active_users += 1;
        self.tell("account", id, length, "account.active", &json!({"date": self.today}))
    }

    fn log_out(&mut self) -> Result<(), Fault> {
        let nth = self.somebody();
        match self.people.get_mut(nth).and_then(|person| Some((person.session.take()?, person))) {
            Some((digest, person)) => {
                person.stream.length += 1;
                let (id, length) = (person.stream.id, person.stream.length);
                self.tell("account", id, length, "account.logged_out", &json!({"session_digest": digest}))
            }
            None => self.log_in(),
        }
    }
}
