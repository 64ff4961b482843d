//! The audit: what auditors ask of the log, and how it is proved that nothing in it was altered.
//!
//! Each line of this list is one file or folder; `mod` lines below are in the same order.
