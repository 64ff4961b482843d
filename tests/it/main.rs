//! All integration tests, one program: it mirrors `src`. `support` holds what they stand on.

#![cfg(test)]

mod analytics;
mod audit;
mod audit_search;
mod crawler;
mod delivery;
mod embedded_postgres;
mod eventstore;
mod history;
mod hot_reads;
mod house;
mod http;
mod media;
mod processes;
mod projections;
mod reactors;
mod support;
