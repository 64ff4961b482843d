//! All integration tests, one program: it mirrors `src`. `support` holds what they stand on.

mod embedded_postgres;
mod eventstore;
mod projections;
mod support;
