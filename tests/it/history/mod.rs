//! Every version of every event ever written must load for ever: one frozen sample each, open and sealed.
//!
//! A sample is never edited. A new version of an event gets samples of its own beside the older ones,
//! which go through the upcasters from then on. The sealed samples are what a real site wrote under the
//! tests' master key; the keys that open them lie beside them, wrapped as they were stored.

use std::collections::BTreeMap;

use cqrs_es::DomainEvent;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;
use zhanggui::account::AccountEvent;
use zhanggui::eventstore::{ClaimChange, seal};
use zhanggui::merchant::{ProductEvent, StoreEvent};
use zhanggui::statistics::StatisticsEvent;

use crate::support::site::TestSite;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/history/samples");

/// The samples of a form (`open` or `sealed`) by the event's name and version.
pub(crate) fn samples(form: &str) -> BTreeMap<String, Value> {
    let suffix = format!(".{form}.json");
    let files =
        std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files.filter_map(|file| Some((file.strip_suffix(&suffix)?.to_owned(), read(&file)))).collect()
}

fn read(file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(format!("{FOLDER}/{file}")).unwrap()).unwrap()
}

/// The aggregates and the source of their events.
const SOURCES: [(&str, &str); 4] = [
    ("account", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/account/event.rs"))),
    ("store", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/merchant/store/event.rs"))),
    ("product", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/merchant/product/event.rs"))),
    ("statistics", include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/statistics/event.rs"))),
];

/// The stored names in the sources of the events: a new variant cannot be left out.
pub(crate) fn stored_names() -> Vec<String> {
    let names = SOURCES.iter().flat_map(|(aggregate, source)| {
        let rename = format!("#[serde(rename = \"{aggregate}.");
        let renames = source.split(&rename).skip(1);
        let names: Vec<_> =
            renames.map(|rest| format!("{aggregate}.{}", rest.split('"').next().unwrap())).collect();
        let variants = source.split(&format!("=> \"{aggregate}.")).count() - 1;
        assert_eq!(names.len(), variants, "each variant has its rename and its stored_name");
        names
    });
    names.collect()
}

/// A sample, read as the event of today that it is.
struct Loaded {
    stored_name: String,
    version: String,
    written: Value,
    takes: bool,
}

fn load(name: &str, sample: &Value) -> Loaded {
    match name.split('.').next().unwrap() {
        "account" => as_event(sample, AccountEvent::claims),
        "store" => as_event(sample, StoreEvent::claims),
        "product" => as_event(sample, ProductEvent::claims),
        "statistics" => as_event(sample, |_: &StatisticsEvent| Vec::new()),
        _ => panic!("{name} is of no aggregate"),
    }
}

fn as_event<E: DomainEvent + Serialize + DeserializeOwned>(
    sample: &Value,
    claims: fn(&E) -> Vec<ClaimChange>,
) -> Loaded {
    let event: E = serde_json::from_value(sample.clone()).unwrap();
    Loaded {
        stored_name: event.event_type(),
        version: event.event_version(),
        written: serde_json::to_value(&event).unwrap(),
        takes: claims(&event).iter().any(|change| matches!(change, ClaimChange::Take { .. })),
    }
}

#[test]
fn every_event_has_its_samples_and_every_sample_its_event() {
    let names: Vec<_> = samples("open").into_keys().collect();
    assert_eq!(names, samples("sealed").into_keys().collect::<Vec<_>>());
    for name in stored_names() {
        let versions = names.iter().filter(|sample| sample.starts_with(&format!("{name}.v")));
        assert!(versions.count() > 0, "{name} has no sample in {FOLDER}");
    }
    for name in &names {
        let event = name.rsplit_once(".v").unwrap().0;
        assert!(stored_names().iter().any(|known| known == event), "{name} is a sample of no event");
    }
}

#[test]
fn every_open_sample_loads_as_its_event_and_is_written_the_same_again() {
    for (name, sample) in samples("open") {
        let event = load(&name, &sample);
        let (stored_name, version) = name.rsplit_once(".v").unwrap();
        assert_eq!(event.stored_name, stored_name);
        if event.version == version {
            assert_eq!(event.written, sample, "{name}");
        }
    }
}

#[test]
fn every_sealed_sample_loads_as_an_erased_one_without_its_keys() {
    for (name, sample) in samples("sealed") {
        let event = load(&name, &sample);
        assert_eq!(name.rsplit_once(".v").unwrap().0, event.stored_name);
        let mut any_sealed = false;
        for (field, value) in event.written.as_object().unwrap() {
            let was_sealed = sample[field].get("$sealed").is_some();
            assert_eq!(value.get("$erased").is_some(), was_sealed, "{name} {field}");
            any_sealed |= was_sealed;
        }
        assert!(!(any_sealed && event.takes), "{name} claims what nobody can read");
    }
}

#[tokio::test]
async fn every_sealed_sample_opens_with_its_key_as_the_open_one() {
    let site = TestSite::start().await;
    let (keys, log) = (read("keys.json"), &site.app.log);
    for (id, wrapped) in keys["keys"].as_object().unwrap() {
        sqlx::query("INSERT INTO sealing_keys VALUES ($1, $1, $2, $3)")
            .bind(id)
            .bind(id.parse::<Uuid>().unwrap())
            .bind(hex::decode(wrapped.as_str().unwrap()).unwrap())
            .execute(&log.pool)
            .await
            .unwrap();
    }
    let open = samples("open");
    for (name, sample) in samples("sealed") {
        let ids = seal::key_ids(&sample);
        let ring = log.sealer.load_keys(&log.pool, &ids).await.unwrap();
        let opened = seal::open(sample, keys["stream"].as_str().unwrap(), &ring);
        assert_eq!(opened, open[&name], "{name}");
    }
}
