//! Old shapes are read as today's: the upcaster sees the opened payload, after it everything is the same.

use cqrs_es::persist::SemanticVersionEventUpcaster;
use cqrs_es::{AggregateContext, EventStore};
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Metadata, Store};

use super::counter::{Command, Counter, counters};
use crate::support::site::TestSite;

#[tokio::test]
async fn a_chain_of_upcasters_brings_an_old_event_to_todays_shape_even_under_seal() {
    let site = TestSite::start().await;
    let counters = counters(&site.app.log);
    counters.execute("c", Command::Add(1), Metadata::default()).await.unwrap();
    counters.execute("c", Command::Rename("old".into()), Metadata::default()).await.unwrap();
    let doubled = SemanticVersionEventUpcaster::new(
        "counter.added",
        "2.0.0",
        Box::new(|mut payload| {
            payload["by"] = (payload["by"].as_i64().unwrap() * 2).into();
            payload
        }),
    );
    let tripled = SemanticVersionEventUpcaster::new(
        "counter.added",
        "3.0.0",
        Box::new(|mut payload| {
            payload["by"] = (payload["by"].as_i64().unwrap() * 3).into();
            payload
        }),
    );
    let renamed = SemanticVersionEventUpcaster::new(
        "counter.renamed",
        "2.0.0",
        Box::new(|mut payload| {
            let name = payload["name"]["$personal"].as_str().unwrap().to_uppercase();
            payload["name"] = serde_json::json!({ "$personal": name });
            payload
        }),
    );
    let chain = Upcasters::new(vec![Box::new(doubled), Box::new(tripled), Box::new(renamed)]);
    let store: Store<Counter> = Store::without_memory(site.app.log.clone(), chain);
    let loaded = store.load_aggregate("c").await.unwrap().aggregate().clone();
    assert_eq!((loaded.count, loaded.name.get().unwrap().as_str()), (6, "OLD"));
}
