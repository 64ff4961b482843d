//! What the tests stand on: a database each ([`cluster`]), a clock moved by hand ([`clock`]), a whole
//! site on both ([`site`]), browsers without a screen ([`client`]), and servers in Python ([`python`]).

pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod cluster;
pub(crate) mod python;
pub(crate) mod site;
