//! Taobao and Tmall, asked for what an item is called, costs and looks like.
mod hosts;
pub mod page;
