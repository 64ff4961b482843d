//! Read models: a rebuild gives what the live one shows, byte for byte, and readers never miss it.

mod product_list;
pub(crate) mod rebuild;
