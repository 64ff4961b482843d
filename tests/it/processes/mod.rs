//! Whole processes: started, asked to stop, killed, two at a time.

mod appenders;
mod carriers;
mod commands;
mod delivery;
mod kills;
mod lifecycle;
mod reactors;
mod roles;
mod server;
mod watching;
