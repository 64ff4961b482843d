//! Whole processes: started, asked to stop, killed, two at a time.

mod analysts;
mod appenders;
mod audit;
mod audit_search;
mod carriers;
mod clockwork;
mod commands;
mod delivery;
mod followers;
mod kills;
mod leaving;
mod lifecycle;
mod projections;
mod reactors;
mod restoring;
mod roles;
mod server;
mod watching;
