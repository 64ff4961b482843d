//! Uploaded images, good and hostile: what comes out, and that memory and time stay within bounds.

use std::process::Command;
use std::time::Duration;

use image::{ImageFormat, RgbImage};
use zhanggui::adapters::avatar_image::{Avatar, BadImage, render};

use super::hostile::{all, huge, other_types, sample};

/// The variable that makes a test program work on the hostile files and tell how it fared.
const ALONE: &str = "ZHANGGUI_TEST_HOSTILE";
/// The most memory of the process, in KiB.
const MOST_KIB: u64 = 256 * 1024;
/// The most time of a core for a file: on a machine that is busy with other things, a clock would tell theirs.
/// Three times as much where the compiler leaves our own loop over the pixels as it is written.
const MOST_MILLIS: u128 = if cfg!(debug_assertions) { 6_000 } else { 2_000 };

fn pixels(file: &[u8], side: u32) -> RgbImage {
    let picture = image::load_from_memory_with_format(file, ImageFormat::Jpeg).unwrap();
    assert_eq!((picture.width(), picture.height()), (side, side));
    picture.into_rgb8()
}

fn is_red(picture: &RgbImage, x: u32, y: u32) -> bool {
    let [red, green, blue] = picture.get_pixel(x, y).0;
    red > 170 && green < 90 && blue < 90
}

/// Red at the top left, and nowhere else; the rest as light as said.
fn assert_marked(name: &str, avatar: &Avatar, rest: std::ops::RangeInclusive<u8>) {
    for (file, side) in [(&avatar.large, 512), (&avatar.small, 128)] {
        let picture = pixels(file, side);
        let (near, far) = (side / 8, side - side / 8);
        assert!(is_red(&picture, near, near), "{name}: {:?}", picture.get_pixel(near, near));
        for (x, y) in [(far, near), (near, far), (far, far)] {
            let pixel = picture.get_pixel(x, y);
            assert!(pixel.0.iter().all(|part| rest.contains(part)), "{name} at {x}, {y}: {pixel:?}");
        }
    }
}

#[test]
fn every_kind_of_image_becomes_two_square_jpegs() {
    let grey = ["progressive.jpg", "cmyk.jpg", "told.jpg", "told.png", "told.webp", "lossy.webp"];
    let animated = ["animated.png", "animated.webp", "animated-lossless.webp"];
    for name in grey.into_iter().chain(animated) {
        assert_marked(name, &render(&sample(name)).unwrap(), 90..=150);
    }
    for name in ["grey.jpg", "grey.png", "grey-alpha.png", "grey-16.png", "bits.png", "busy.webp"] {
        let avatar = render(&sample(name)).unwrap();
        pixels(&avatar.large, 512);
        pixels(&avatar.small, 128);
    }
}

#[test]
fn what_is_transparent_becomes_white() {
    for name in ["clear.png", "clear-palette.png", "clear-lossless.webp", "clear-lossy.webp"] {
        assert_marked(name, &render(&sample(name)).unwrap(), 245..=255);
    }
}

#[test]
fn an_image_is_turned_as_the_camera_was_held() {
    for number in 1..=8 {
        let name = format!("turned-{number}.jpg");
        assert_marked(&name, &render(&sample(&name)).unwrap(), 90..=150);
    }
    for name in ["turned-6.png", "turned-6.webp"] {
        assert_marked(name, &render(&sample(name)).unwrap(), 90..=150);
    }
}

#[test]
fn nothing_that_was_told_beside_the_pixels_is_left() {
    for name in ["told.jpg", "told.png", "told.webp"] {
        let behind = b"SECRETBEHIND<script>PK\x03\x04".to_vec();
        let file = [sample(name), behind].concat();
        let avatar = render(&file).unwrap();
        assert_eq!(avatar, render(&sample(name)).unwrap(), "{name}: what is behind it makes no difference");
        for rendition in [&avatar.large, &avatar.small] {
            for word in [&b"SECRET"[..], b"Exif", b"http", b"ICC", b"<script", b"PK\x03\x04"] {
                assert!(!rendition.windows(word.len()).any(|bytes| bytes == word), "{name}");
            }
            assert!(rendition.starts_with(b"\xff\xd8\xff") && rendition.ends_with(b"\xff\xd9"));
        }
    }
}

#[test]
fn the_content_tells_the_type_and_the_size_is_known_before_the_pixels() {
    for file in other_types() {
        assert_eq!(render(&(file.make)()), Err(BadImage::UnsupportedType), "{}", file.name);
    }
    for file in huge() {
        let refused = render(&(file.make)());
        // What no decoder takes for an image at all may be called damaged.
        let is_refused = matches!(refused, Err(BadImage::TooLarge | BadImage::Damaged));
        assert!(is_refused, "{}: {refused:?}", file.name);
    }
}

#[test]
fn a_line_of_pixels_and_a_single_one_become_avatars() {
    for (width, height) in [(4_096, 1), (1, 4_096), (1, 1), (3, 2)] {
        let avatar = render(&super::bytes::png(width, height, 8, 2, b"")).unwrap();
        assert!(pixels(&avatar.large, 512).pixels().all(|pixel| pixel.0 == [0; 3]), "{width} × {height}");
    }
}

/// In a process of its own, so that its memory is its own.
#[test]
fn hostile_files_never_crash_or_take_two_seconds_or_256_mib() {
    let path = concat!(module_path!(), "::alone");
    let name = path.split_once("::").unwrap().1;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([name, "--exact", "--nocapture", "--test-threads=1"]).env(ALONE, "1");
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let told: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("hostile\t")).collect();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.len() >= 100 && told.len() == all().len(), "{} files", told.len());
    for line in told {
        let [name, millis, kib, what] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(millis.parse::<u128>().unwrap() < MOST_MILLIS, "{name} took {millis} ms");
        assert!(kib.parse::<u64>().unwrap() < MOST_KIB, "{name} took {kib} KiB");
        assert!(!what.is_empty());
    }
}

/// No test by itself: what the process of the test above runs. Without its variable there is nothing to do.
#[test]
fn alone() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    for hostile in all() {
        let file = (hostile.make)();
        // The kernel begins anew to look for the most memory (proc(5), clear_refs).
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let (mut rendered, mut millis) = timed(&file);
        // What else runs on the machine slows a core down: the work itself is what the least of some tries takes.
        for _ in 0..2 {
            if millis >= MOST_MILLIS {
                let (again, took) = timed(&file);
                (rendered, millis) = (again, millis.min(took));
            }
        }
        let what = rendered
            .map_or_else(|error| format!("{error:?}"), |avatar| format!("{} bytes", avatar.large.len()));
        println!("\nhostile\t{}\t{millis}\t{}\t{what}", hostile.name, most_kib());
    }
}

/// Draws it; gives what came of it, and how long this thread worked on that, in milliseconds.
fn timed(file: &[u8]) -> (Result<Avatar, BadImage>, u128) {
    let began = worked();
    let rendered = render(file);
    (rendered, worked().saturating_sub(began).as_millis())
}

/// The most memory that this process had in the machine's.
fn most_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// How long this thread has had a core.
fn worked() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}
