//! A commit whose answer never arrives: the log is asked whether the batch is in it, and nothing is doubled.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cqrs_es::AggregateError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use zhanggui::database::as_service;
use zhanggui::eventstore::store::Log;
use zhanggui::eventstore::{Metadata, Writer};

use super::append::check_log;
use super::counter::{Command, counters};
use crate::support::site::TestSite;

/// Passes everything on between a client and PostgreSQL, but for one answer when it is told to swallow it.
async fn pass_on(client: UnixStream, server: PathBuf, swallow: Arc<AtomicBool>) {
    let server = UnixStream::connect(server).await.unwrap();
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let asking = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut bytes = vec![0; 65_536];
    while let Ok(read @ 1..) = from_server.read(&mut bytes).await {
        // The answer to a statement outside of a transaction comes after its commit.
        if swallow.swap(false, Ordering::SeqCst) || to_client.write_all(&bytes[..read]).await.is_err() {
            break;
        }
    }
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_answer_was_lost_after_the_commit_is_acknowledged_once() {
    let site = TestSite::start().await;
    let options = as_service(&site.database.app_options());
    let folder = std::env::temp_dir().join(format!("zhanggui-proxy-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
    let server = options.get_socket().unwrap().join(format!(".s.PGSQL.{}", options.get_port()));
    let swallow = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&swallow);
    let proxy = tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, server.clone(), Arc::clone(&told)));
        }
    });
    let through = options.clone().socket(&folder).port(5432);
    let (writer, _task) = Writer::start(through, Arc::clone(&site.app.site.ports.clock));
    let log = Log { writer, ..site.app.log.clone() };
    let counters = counters(&log);
    // The statement is prepared and the head known: from now on an append is one question and one answer.
    counters.execute("warm", Command::Add(1), Metadata::default()).await.unwrap();
    for (nth, before) in (0..5).zip(1..) {
        swallow.store(true, Ordering::SeqCst);
        counters.create(&format!("c{nth}"), Command::Add(1), Metadata::default()).await.unwrap();
        assert!(!swallow.load(Ordering::SeqCst), "no answer was swallowed");
        assert_eq!(check_log(&site.app.log).await, before + 1);
        // Known to have been recorded once, not refused as taken by itself.
        let again = counters.execute(&format!("c{nth}"), Command::AddIf(0), Metadata::default()).await;
        assert!(matches!(again, Err(AggregateError::UserError(_))), "{again:?}");
    }
    proxy.abort();
    std::fs::remove_dir_all(&folder).unwrap();
}
