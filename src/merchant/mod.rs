//! A merchant's side: one [`store`] a user, with categories of its own, and the [`product`]s listed in it.
//!
//! A store is **opened** by its owner, once: the event claims the owner, and the append refuses a second.
//! A product is **listed** from two [`links`], that of the item and that of its coupon, once a store and item. What
//! it is called and costs is found out by a crawler, which **records** it; what a person set by hand stays.
//! A product can be **modified**, taken off the list and put back, **deleted** and **restored**.
//!
//! This room decides and does nothing else: no database, no HTTP, no clock, no crawling. Whose a store or a
//! product is, is decided here too: every command names who asks, and the aggregate refuses anybody else.

pub mod links;
pub mod product;
pub mod store;

pub use product::{Product, ProductCommand, ProductError, ProductEvent};
pub use store::{Store, StoreCommand, StoreError, StoreEvent};
