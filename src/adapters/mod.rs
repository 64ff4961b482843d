//! What touches the world besides the log: hashing, drawing, and a PostgreSQL of our own.
//!
//! Only [`crate::app`] builds these; everybody else sees the ports they implement or gets them handed in.

pub mod argon2;
pub mod captcha_image;
pub mod captchas;
pub mod embedded_postgres;
pub mod login_attempts;
