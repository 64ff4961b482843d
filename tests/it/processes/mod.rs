//! Whole processes: started, asked to stop, killed, two at a time.

mod appenders;
mod commands;
mod kills;
mod lifecycle;
mod reactors;
mod server;
