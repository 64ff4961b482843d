//! The log against real PostgreSQL: order, refusals, claims, sealing, and what it must survive.

mod append;
mod counter;
mod differential;
mod grants;
mod memory;
mod sealed;
