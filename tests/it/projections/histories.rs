//! Random histories in which every event occurs that any read model hears: rebuilt equals live, byte for byte.
//!
//! The events are the kept samples with other ids, in any order in which they could come, so a read model and an
//! event that are new are in it without a word here.

use std::collections::BTreeSet;

use cqrs_es::DomainEvent;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Commands, Metadata, Store};
use zhanggui::ports::Ports;
use zhanggui::projections::engine::ReadModel;

use super::rebuild::check_rebuilt_equals_live;
use super::teller::{Teller, Told};
use crate::history::samples;
use crate::support::site::TestSite;

/// The first event of a stream, by its aggregate, where there is one that must come before any other.
const FIRST: [(&str, &str); 4] = [
    ("account", "account.registered"),
    ("store", "store.opened"),
    ("product", "product.listed"),
    ("statistics", "statistics.day_closed"),
];
/// How many streams of an aggregate a history has.
const STREAMS: usize = 3;

/// The newest sample of every event that a read model hears, by its name.
fn heard_samples() -> Vec<(String, Value)> {
    let heard: BTreeSet<String> = ReadModel::all()
        .unwrap()
        .iter()
        .flat_map(|model| model.hears().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let samples = samples("open");
    let newest = |event: &String| {
        let found = samples.iter().rfind(|(name, _)| name.starts_with(&format!("{event}.v")));
        (event.clone(), found.unwrap_or_else(|| panic!("{event} has no sample")).1.clone())
    };
    heard.iter().map(newest).collect()
}

/// One stream of a history.
struct Stream {
    id: Uuid,
    is_begun: bool,
    is_over: bool,
}

/// What a history has made up so far.
struct Made {
    streams: Vec<(String, Vec<Stream>)>,
    sessions: Vec<String>,
    categories: Vec<Uuid>,
}

fn new_id() -> Uuid {
    Ports::system().id().unwrap()
}

impl Made {
    fn new(names: &[(String, Value)]) -> Self {
        let aggregates: BTreeSet<&str> =
            names.iter().filter_map(|(name, _)| name.split('.').next()).collect();
        let stream = |_| Stream { id: new_id(), is_begun: false, is_over: false };
        let streams = aggregates
            .into_iter()
            .map(|name| (name.to_owned(), (0..STREAMS).map(stream).collect()))
            .collect();
        Self { streams, sessions: vec!["00".repeat(32)], categories: vec![new_id()] }
    }

    fn of(&mut self, aggregate: &str) -> &mut Vec<Stream> {
        &mut self.streams.iter_mut().find(|(name, _)| name == aggregate).unwrap().1
    }

    /// The sample, as it could happen to the `nth` stream now; before it, what must have come first.
    fn events(
        &mut self,
        name: &str,
        sample: &Value,
        nth: usize,
        all: &[(String, Value)],
    ) -> Option<(Uuid, Vec<Told>)> {
        let aggregate = name.split('.').next().unwrap().to_owned();
        let first = FIRST.iter().find(|(of, _)| *of == aggregate).map(|(_, first)| *first);
        let stream = &mut self.of(&aggregate)[nth];
        if stream.is_over || (stream.is_begun && first == Some(name)) {
            return None;
        }
        let id = stream.id;
        let must_begin =
            !std::mem::replace(&mut stream.is_begun, true) && first.is_some_and(|first| first != name);
        stream.is_over = name.ends_with(".erased");
        let mut told = Vec::new();
        if let Some(first) = first.filter(|_| must_begin) {
            let sample = all.iter().find(|(known, _)| known == first).map(|(_, sample)| sample.clone());
            told.extend(sample.map(|sample| self.tell(first, sample, nth)));
        }
        told.push(self.tell(name, sample.clone(), nth));
        Some((id, told))
    }

    /// The sample with ids of this history.
    fn tell(&mut self, name: &str, mut sample: Value, nth: usize) -> Told {
        let stores: Vec<Uuid> = self
            .streams
            .iter()
            .filter(|(of, _)| of == "store")
            .flat_map(|(_, all)| all.iter().map(|s| s.id))
            .collect();
        let fields = sample.as_object_mut().unwrap();
        if fields.contains_key("session_digest") {
            if name == "account.logged_in" {
                self.sessions.push(format!("{:0>64}", new_id().simple().to_string()));
            }
            let known = self.sessions.len();
            let digest = if name == "account.logged_in" { known - 1 } else { nth * 7 % known };
            fields.insert("session_digest".to_owned(), json!(self.sessions[digest]));
        }
        if fields.contains_key("category_id") {
            if name == "store.category_added" {
                self.categories.push(new_id());
            }
            let known = self.categories.len();
            let category = if name == "store.category_added" { known - 1 } else { nth * 5 % known };
            fields.insert("category_id".to_owned(), json!(self.categories[category]));
        }
        if fields.contains_key("store_id") {
            fields.insert("store_id".to_owned(), json!(stores[nth % stores.len()]));
        }
        Told::new(name, &sample)
    }
}

#[test]
fn rebuilt_equals_live_whatever_happened_and_everything_happens() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(TestSite::start());
    let streams: Commands<Teller> = Commands::new(Store::new(site.app.log.clone(), Upcasters::default()), ());
    let samples = heard_samples();
    let occurred = std::cell::RefCell::new(BTreeSet::new());
    let step = (0..samples.len(), 0..STREAMS, 0_i64..2_000);
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(step, 60..120), |history| {
            let mut made = Made::new(&samples);
            runtime.block_on(async {
                for (event, nth, minutes) in history {
                    let (name, sample) = &samples[event];
                    // Up to a day and a half, so that days and months pass.
                    site.clock.advance(chrono::TimeDelta::minutes(minutes));
                    let Some((stream, told)) = made.events(name, sample, nth, &samples) else { continue };
                    // One by one: an append holds one secret of a slot at the most.
                    for event in told {
                        occurred.borrow_mut().insert(event.event_type());
                        streams.execute(&stream.to_string(), vec![event], Metadata::default()).await.unwrap();
                    }
                }
                check_rebuilt_equals_live(&site).await;
                Ok(())
            })
        })
        .unwrap();
    let heard: BTreeSet<String> = samples.into_iter().map(|(name, _)| name).collect();
    assert_eq!(*occurred.borrow(), heard);
}
