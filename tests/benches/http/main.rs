//! How fast requests are answered: `cargo bench --bench http`, or `-- accounts`, `-- merchants`, `-- crawler` alone.
//!
//! The real router is held against the smallest axum + sqlx program that gives the same answers, and
//! against the work itself without HTTP. Both servers are processes of their own on one PostgreSQL; one
//! load generator in a closed loop asks them in turn.

mod activity;
mod asks;
mod bare;
mod child;
mod client;
#[path = "../common/mod.rs"]
mod common;
mod contest;
mod crawler;
mod memory;
mod merchants;
mod plan;
mod seed;

use std::path::Path;

use child::{Kind, ROLE, Server};
use common::cluster::Cluster;
use common::report::Report;
use common::{Fault, ROUNDS, span};

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [role, kind, data_dir] = words.as_slice()
        && role == ROLE
    {
        return child::serve(kind, Path::new(data_dir)).await;
    }
    if words.iter().any(|word| word == "--list") {
        return Ok(());
    }
    let cluster = Cluster::start("http").await?;
    let asked: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let done = run(&cluster, |subject| asked.is_empty() || asked.contains(&subject)).await;
    cluster.stop().await?;
    done
}

async fn run(cluster: &Cluster, is_asked_for: impl Fn(&str) -> bool) -> Result<(), Fault> {
    cluster.prepare().await?;
    let mut report = Report::new("http");
    report.say(&format!(
        "`cargo bench --bench http`: medians of {ROUNDS} rounds of {:?}, systems in turn; {}; {} cores shared by client, servers and database; log level warn.",
        span()?,
        cluster.describe().await?,
        std::thread::available_parallelism()?,
    ))?;
    let hashing = seed::register(cluster).await?;
    if is_asked_for("crawler") {
        // Before the servers: they would take some of what waits.
        crawler::measure(cluster, &mut report).await?;
    }
    let servers = plan::Servers {
        postmaster: cluster.postmaster()?,
        ours: Server::start(Kind::Ours, &cluster.data_dir, "warn")?,
        bare: Server::start(Kind::Bare, &cluster.data_dir, "warn")?,
    };
    let sessions = seed::log_in(cluster, servers.ours.port, plan::CONNECTIONS).await?;
    if is_asked_for("accounts") {
        plan::reads(cluster, &servers, &sessions, &mut report).await?;
        activity::measure(cluster, &mut report).await?;
        plan::logins(&servers, &sessions, &hashing, &mut report).await?;
        plan::captchas(&servers, &mut report).await?;
    }
    if is_asked_for("merchants") {
        merchants::measure(cluster, &servers, &sessions, &mut report).await?;
    }
    report.write()
}
