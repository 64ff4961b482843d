//! Whole processes: started, asked to stop, killed, two at a time.

mod appenders;
mod carriers;
mod commands;
mod delivery;
mod followers;
mod kills;
mod lifecycle;
mod projections;
mod reactors;
mod roles;
mod server;
