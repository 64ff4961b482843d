//! What people upload: hostile image files ([`hostile`], [`images`]), and where avatars are kept ([`files`]).

pub(crate) mod bytes;
mod files;
mod hostile;
mod images;
