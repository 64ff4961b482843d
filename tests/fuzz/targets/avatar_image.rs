//! Whatever is uploaded, an avatar or a refusal comes out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanggui::adapters::avatar_image::render;

fuzz_target!(|file: &[u8]| {
    if let Ok(avatar) = render(file) {
        assert!(avatar.large.starts_with(b"\xff\xd8\xff") && avatar.small.starts_with(b"\xff\xd8\xff"));
    }
});
