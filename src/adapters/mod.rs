//! What touches the world besides the log: hashing, drawing, and a PostgreSQL of our own.
//!
//! Only [`crate::app`] builds these; everybody else sees the ports they implement or gets them handed in.

pub mod aliyun_sms;
pub mod argon2;
pub mod avatar_files;
pub mod avatar_image;
pub mod captcha_image;
pub mod captchas;
pub mod embedded_postgres;
pub mod login_attempts;
pub mod outbox;
pub mod password_resets;
pub mod smtp;
pub mod taobao;
