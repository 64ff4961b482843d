//! From decoded pixels to the two renditions: cropped, flattened, scaled, turned upright, encoded.
//!
//! In the order that touches the fewest pixels: everything but the crop and white behind what is transparent
//! comes after a first, cheap step down. The square in the middle is the same before and after turning.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage, RgbaImage};

use super::{Avatar, BadImage, LARGE, SMALL};

/// Quality of the JPEGs, of 100.
const QUALITY: u8 = 85;
/// Above this many pixels in a direction, the image is halved or more by averaging first.
const CHEAP_ABOVE: u32 = 4 * LARGE;

/// Both renditions of the square in the middle of `picture`, turned by `orientation`.
pub(super) fn renditions(picture: DynamicImage, orientation: Orientation) -> Result<Avatar, BadImage> {
    let square = opaque(square(picture));
    let near =
        if square.width() > CHEAP_ABOVE { square.thumbnail_exact(2 * LARGE, 2 * LARGE) } else { square };
    let mut large = DynamicImage::from(near.into_rgb8()).resize_exact(LARGE, LARGE, FilterType::CatmullRom);
    large.apply_orientation(orientation);
    let small = large.resize_exact(SMALL, SMALL, FilterType::Lanczos3);
    Ok(Avatar { large: jpeg(&large.into_rgb8())?, small: jpeg(&small.into_rgb8())? })
}

/// The largest square in the middle.
fn square(picture: DynamicImage) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let side = width.min(height);
    if width == height {
        return picture;
    }
    picture.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}

/// The picture as it is seen on white.
fn opaque(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let mut pixels: RgbaImage = picture.into_rgba8();
    for pixel in pixels.as_chunks_mut::<4>().0 {
        // Nearly all pixels are one or the other of the first two.
        match *pixel {
            [_, _, _, u8::MAX] => {}
            [_, _, _, 0] => *pixel = [u8::MAX; 4],
            [red, green, blue, alpha] => {
                *pixel = [over_white(red, alpha), over_white(green, alpha), over_white(blue, alpha), u8::MAX];
            }
        }
    }
    pixels.into()
}

/// A part of a colour, as opaque as `alpha` of 255, seen on white.
fn over_white(part: u8, alpha: u8) -> u8 {
    let (part, alpha) = (u16::from(part), u16::from(alpha));
    let mixed = (part * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

fn jpeg(pixels: &RgbImage) -> Result<Vec<u8>, BadImage> {
    let mut file = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut file, QUALITY);
    // Encoding into memory what has the right number of pixels does not fail.
    pixels.write_with_encoder(encoder).map_err(|_| BadImage::Damaged)?;
    Ok(file)
}
