//! Decision records.
