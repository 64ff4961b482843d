//! Random histories of every aggregate: replayed at any point, it is what it was then; what changed between any two
//! points makes the one the other.

use std::sync::Arc;

use cqrs_es::{Aggregate, DomainEvent};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value};
use uuid::Uuid;
use zhanggui::account::Account;
use zhanggui::audit::diff::{Change, applied};
use zhanggui::audit::replay::Until;
use zhanggui::audit::reveal::Revealer;
use zhanggui::eventstore::store::Log;
use zhanggui::eventstore::{DestroyedKeys, LoggedAggregate, Metadata};
use zhanggui::merchant::{self, Product};

use super::happenings::{account, product, store};
use super::reading;
use super::told::{deafen, recorder};
use crate::support::site::TestSite;

/// The state as an auditor should see it.
fn covered(value: Value, shown: &impl Fn(Value) -> Value) -> Value {
    match value {
        Value::Object(mut object) => {
            if object.contains_key("$slot") {
                "‹secret›".into()
            } else if object.contains_key("$erased") {
                "‹erased›".into()
            } else if let Some(value) = object.remove("$personal") {
                shown(value)
            } else {
                object.into_iter().map(|(key, value)| (key, covered(value, shown))).collect()
            }
        }
        Value::Array(items) => items.into_iter().map(|item| covered(item, shown)).collect(),
        scalar => scalar,
    }
}

fn object(state: Value) -> Map<String, Value> {
    match state {
        Value::Null => Map::new(),
        Value::Object(object) => object,
        other => panic!("no state: {other}"),
    }
}

/// Records a history, an event at a time, and checks it at every point and between some.
async fn check<A: LoggedAggregate>(
    (site, log): (&TestSite, &Log),
    history: &[A::Event],
    (one, other): (usize, usize),
) where
    A::Event: Clone + Sync + DomainEvent,
{
    let commands = recorder::<A>(log);
    let id = site.clock.ports().id().unwrap().to_string();
    for event in history {
        commands.execute(&id, Arc::new(vec![event.clone()]), Metadata::default()).await.unwrap();
    }
    let forgotten = history.iter().any(|event| A::destroyed_keys(event).contains(&DestroyedKeys::All));
    let (mut aggregate, mut states) = (A::default(), vec![Value::Null]);
    for event in history {
        aggregate.apply(event.clone());
        states.push(serde_json::to_value(&aggregate).unwrap());
    }
    let name = (A::TYPE, id.as_str());
    let reading = reading(site);
    let sealed = |_| if forgotten { "‹erased›".into() } else { "‹sealed›".into() };
    for (sequence, state) in states.iter().enumerate() {
        let then =
            reading.state(name, Until::Sequence(sequence.try_into().unwrap()), None).await.unwrap().unwrap();
        assert_eq!(then.state, covered(state.clone(), &sealed), "{} {sequence}: {history:?}", A::TYPE);
        assert_eq!(
            then.point.map(|point| point.sequence),
            (sequence > 0).then_some(sequence.try_into().unwrap())
        );
    }
    let ends = [one % states.len(), other % states.len()];
    let [from, to] = ends.map(|end| Until::Sequence(end.try_into().unwrap()));
    let difference = reading.difference(name, (from, to), None).await.unwrap().unwrap();
    let [first, second] = ends.map(|end| object(covered(states[end].clone(), &sealed)));
    assert_eq!(applied(first, &difference.changes), Ok(second), "{:?}", difference.changes);
    // What changed in the open changed behind the veil, too, whether or not it reads the same.
    let [first, second] = ends.map(|end| object(states[end].clone()));
    let paths = |changes: &[Change]| changes.iter().map(|change| change.path.clone()).collect::<Vec<_>>();
    let truly = paths(&zhanggui::audit::diff::changes(&first, &second));
    let told = paths(&difference.changes);
    assert!(forgotten || truly.iter().all(|path| told.contains(path)), "{truly:?} {told:?}");

    if A::TYPE == Account::TYPE && !forgotten {
        let metadata = Metadata { actor_id: Some(Uuid::from_u128(7)), ..Metadata::default() };
        let (accounts, sealer) = (&*site.app.site.accounts, &site.app.site.sealer);
        let revealer = Revealer { accounts, sealer, metadata };
        let shown = reading.state(name, to, Some(&revealer)).await.unwrap().unwrap();
        assert_eq!(shown.state, covered(states[ends[1]].clone(), &|value| value));
    }
}

#[test]
fn replayed_at_any_point_it_is_what_it_was_and_what_changed_makes_the_one_the_other() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let site = runtime.block_on(TestSite::start());
    runtime.block_on(deafen(&site));
    let log = &site.app.log;
    let there = (&site, log);
    let mut runner = TestRunner::new(Config { cases: 30, failure_persistence: None, ..Config::default() });
    let histories = (account(), store(), product(), (any::<usize>(), any::<usize>()));
    runner
        .run(&histories, |(account, store, product, ends)| {
            runtime.block_on(async {
                check::<Account>(there, &account, ends).await;
                check::<merchant::Store>(there, &store, ends).await;
                check::<Product>(there, &product, ends).await;
                Ok(())
            })
        })
        .unwrap();
}
