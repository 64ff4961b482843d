//! What people upload: hostile image files ([`hostile`], [`images`]), and where avatars are kept ([`files`]).

mod bytes;
mod files;
mod hostile;
mod images;
