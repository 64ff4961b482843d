//! Taobao and Tmall, asked for what an item is called, costs and looks like.
pub mod fetch;
mod hosts;
pub mod page;
