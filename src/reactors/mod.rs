//! Effects after the fact: what the world is told once an event is in the log.

pub mod ports;

/// The names of all reactors, as the tables and the command line know them. They are stable: under another
/// name a reactor is a new one, and hears the log anew.
pub const REACTORS: &[&str] = &["send_code", "send_notice", "sweep_avatars"];
