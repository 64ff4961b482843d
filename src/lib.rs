//! 掌柜 **zhanggui**: the account and merchant backend of a shop-coupon site, on an event log that can be proved.
//!
//! The rooms, in reading order:
//! - [`account`] and [`merchant`] decide: commands in, events out, no input or output; [`fields`] reads what is asked.
//! - [`statistics`] decides which days are counted for good; [`calendar`] knows when a local day begins and ends.
//! - [`eventstore`] keeps: one gapless log in PostgreSQL, sealed, hashed, append-only.
//! - [`projections`] shows: read models of SQL, as current as the log or soon.
//! - [`analytics`] lays out: the same numbers as tables, in CSV and Parquet, and as views for a role of analysts.
//! - [`audit`] proves: replay, checkpoints, exports, verification.
//! - [`reactors`] act: what the world is told once an event is in the log.
//! - [`http`] speaks: the table of routes, problems, sessions, one file a resource, the page.
//! - [`jobs`] sweeps: what happens by the clock.
//! - [`demo`] makes up a year of a shop, to look at.
//! - [`adapters`] touches the world: hashing, captchas, a PostgreSQL of our own.
//! - [`ports`] hands in time, ids and chance; [`config`] the settings; [`telemetry`] logs and metrics.
//! - [`database`] finds, migrates and enters the database, [`hot_reads`] ask it what is asked most; [`app`] puts it all together; [`cli`] is how people start it.
//!
//! Why things are as they are stands in [`decisions`].

#[macro_use]
mod macros;

pub mod account;
pub mod adapters;
pub mod analytics;
pub mod app;
pub mod audit;
pub mod calendar;
pub mod cli;
pub mod config;
pub mod database;
pub mod decisions;
pub mod demo;
pub mod eventstore;
pub mod fields;
pub mod hot_reads;
pub mod http;
pub mod jobs;
pub mod merchant;
pub mod ports;
pub mod projections;
pub mod reactors;
pub mod statistics;
pub mod telemetry;
