//! Read models: a rebuild gives what the live one shows, byte for byte, and readers never miss it.

mod as_of;
pub(crate) mod catch_up;
mod gently;
mod histories;
mod product_list;
mod publishing;
pub(crate) mod rebuild;
mod rolling;
mod serving;
pub(crate) mod teller;
