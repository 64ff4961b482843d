//! The log against real PostgreSQL: order, refusals, claims, sealing, and what it must survive.

pub(crate) mod append;
pub(crate) mod counter;
mod destroyed_keys;
mod differential;
mod faults;
mod grants;
mod lost_answer;
mod memory;
mod sealed;
mod upcasting;
