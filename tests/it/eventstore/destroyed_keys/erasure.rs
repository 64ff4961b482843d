//! An erased person's keys: gone everywhere, whatever else is asked of the account at that moment.

use std::collections::HashMap;

use cqrs_es::{AggregateContext, AggregateError, EventStore};
use futures_util::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;
use zhanggui::account::{Account, AccountEvent};
use zhanggui::eventstore::upcast::Upcasters;
use zhanggui::eventstore::{Metadata, Personal, Store};
use zhanggui::jobs::purge;

use super::{
    codes_in_the_log, erase, execute, picture, registered, request, slots, snapshot,
    with_a_code_in_a_snapshot,
};
use crate::eventstore::append::check_log;
use crate::support::site::TestSite;

#[tokio::test]
async fn after_erasure_no_key_of_the_person_is_left_and_another_instance_forgets_within_a_purge() {
    let site = TestSite::start().await;
    let (purging, keeping) = (site.another_instance().await, site.another_instance().await);
    let (id, person) = with_a_code_in_a_snapshot(&site).await;
    for instance in [&purging, &keeping] {
        let known = instance.app.site.accounts.state(&id).await.unwrap();
        assert_eq!(known.username(), Some(person.username.as_str()));
    }
    execute(&site, &id, erase(&person)).await.unwrap();
    assert_eq!((slots(&site, &id).await.len(), snapshot(&site, &id).await), (0, None));
    assert_eq!(codes_in_the_log(&site, &id).await, [None]);
    check_log(&site.app.log).await;
    purge::run(&purging.app.site).await.unwrap();
    // With its stream out of sight (no role of ours can do that), who knows the account has it in memory.
    let mut superuser = PgConnection::connect_with(&site.database.superuser_options()).await.unwrap();
    superuser.execute("ALTER TABLE events DISABLE TRIGGER append_only").await.unwrap();
    superuser.execute("UPDATE events SET aggregate_type = 'hidden'").await.unwrap();
    let is_known = async |instance: &TestSite| {
        instance.app.site.accounts.state(&id).await.unwrap().username() == Some(person.username.as_str())
    };
    assert!(is_known(&keeping).await, "this is no proof: nobody had it in memory");
    assert!(!is_known(&purging).await && !is_known(&site).await);
}

#[tokio::test]
async fn of_an_erasure_and_a_change_at_once_the_later_one_is_decided_anew() {
    let site = TestSite::start().await;
    let store = Store::<Account>::new(site.app.log.clone(), Upcasters::default());
    let changed = AccountEvent::AvatarChanged { avatar: Personal::new("p/1".to_owned()) };
    let commit = async |context, event| store.commit(vec![event], context, HashMap::new()).await.map(|_| ());
    // What was decided before an erasure comes to nothing after it, and brings no key back.
    let (id, person) = registered(&site).await;
    let stale = store.load_aggregate(&id).await.unwrap();
    execute(&site, &id, erase(&person)).await.unwrap();
    let refused = commit(stale, changed.clone()).await;
    assert!(matches!(refused, Err(AggregateError::AggregateConflict)), "{refused:?}");
    assert_eq!(slots(&site, &id).await.len(), 0);
    // An erasure that was decided before a change destroys nothing.
    let (id, _) = registered(&site).await;
    let stale = store.load_aggregate(&id).await.unwrap();
    execute(&site, &id, picture("p/2")).await.unwrap();
    let refused = commit(stale, AccountEvent::Erased {}).await;
    assert!(matches!(refused, Err(AggregateError::AggregateConflict)), "{refused:?}");
    assert_eq!(slots(&site, &id).await, ["password", "person"]);
    let known = store.load_aggregate(&id).await.unwrap().aggregate().clone();
    assert_eq!(known.avatar(), Some("p/2"));
    check_log(&site.app.log).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_among_many_changes_of_two_instances_leaves_no_key() {
    let site = TestSite::start().await;
    let other = site.another_instance().await;
    for _ in 0..5 {
        let (id, person) = registered(&site).await;
        let (id, person) = (id.as_str(), &person);
        let results = join_all((0..24).map(async |nth| {
            let instance = if nth % 2 == 0 { &site } else { &other };
            let command = match nth {
                11 => erase(person),
                _ if nth % 3 == 0 => request(&site, Uuid::from_u128(nth)),
                _ => picture(&format!("p/{nth}")),
            };
            let accounts = &instance.app.site.accounts;
            accounts.execute(id, command, Metadata::default()).await.map(|_| nth)
        }));
        let done: Vec<_> = results.await.into_iter().filter_map(Result::ok).collect();
        if !done.contains(&11) {
            execute(&site, id, erase(person)).await.unwrap();
        }
        assert_eq!(slots(&site, id).await.len(), 0);
    }
    check_log(&site.app.log).await;
}
