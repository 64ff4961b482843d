//! From a stranger's file to pixels: what it is, how large it would become, and only then the decoding.
//!
//! `image` refuses by its limits what a decoder tells it honestly, and each decoder leaves something out:
//! - PNG counts its own buffers and the inflated colour profile, and does not inflate text: nothing is left.
//! - JPEG counts nothing. Width, height and colours tell the pixels. A progressive file keeps two bytes of
//!   coefficient for each value, which the limit on pixels bounds; each of its scans, though, walks over the
//!   whole image and may be some bytes long: so the scans are counted.
//! - WebP counts nothing. A chunk of metadata is allocated as long as it says it is; the prefix codes of
//!   lossless data take 300 times the memory of their bytes (see `webp_codes`).

use std::io::Cursor;

use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::error::UnsupportedErrorKind;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};

use super::{BadImage, MOST_PIXELS, webp_codes};

/// The most bytes of decoded pixels; a decoder takes up to three times as many while it works.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// The most scans of a JPEG: encoders write ten of a progressive image, and hostile ones thousands.
const MOST_SCANS: usize = 50;

/// The pixels of a file as they are stored, and how they must be turned to be seen.
pub(super) fn decode(file: &[u8]) -> Result<(DynamicImage, Orientation), BadImage> {
    let reader = Cursor::new(file);
    match image::guess_format(file).map_err(|_| BadImage::UnsupportedType)? {
        ImageFormat::Png => read(PngDecoder::with_limits(reader, limits()).map_err(|e| bad(&e))?),
        ImageFormat::Jpeg => {
            if count(file, [0xff, 0xda]) > MOST_SCANS {
                return Err(BadImage::TooLarge);
            }
            read(JpegDecoder::new(reader).map_err(|e| bad(&e))?)
        }
        ImageFormat::WebP => read_webp(file),
        _ => Err(BadImage::UnsupportedType),
    }
}

fn read_webp(file: &[u8]) -> Result<(DynamicImage, Orientation), BadImage> {
    let has_honest_exif = webp_codes::check(file)?;
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(|e| bad(&e))?;
    check(&decoder)?;
    let (width, height) = decoder.dimensions();
    // A picture of an animation is decoded, painted on the canvas, and copied: three times four bytes.
    let bytes = 12 * u64::from(width) * u64::from(height);
    if decoder.has_animation() && bytes > 2 * MOST_BYTES {
        return Err(BadImage::TooLarge);
    }
    let orientation = if has_honest_exif { orientation(&mut decoder) } else { Orientation::NoTransforms };
    let picture = DynamicImage::from_decoder(decoder).map_err(|e| bad(&e))?;
    Ok((picture, orientation))
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MOST_PIXELS);
    limits.max_image_height = Some(MOST_PIXELS);
    limits.max_alloc = Some(MOST_BYTES);
    limits
}

fn read(mut decoder: impl ImageDecoder) -> Result<(DynamicImage, Orientation), BadImage> {
    decoder.set_limits(limits()).map_err(|e| bad(&e))?;
    check(&decoder)?;
    let orientation = orientation(&mut decoder);
    let picture = DynamicImage::from_decoder(decoder).map_err(|e| bad(&e))?;
    Ok((picture, orientation))
}

/// Said by us, for decoders that take limits and do not look at them.
fn check(decoder: &impl ImageDecoder) -> Result<(), BadImage> {
    let (width, height) = decoder.dimensions();
    if width > MOST_PIXELS || height > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(BadImage::TooLarge);
    }
    if width == 0 || height == 0 { Err(BadImage::Damaged) } else { Ok(()) }
}

/// Metadata that cannot be read is no reason to refuse the pixels.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    decoder.orientation().unwrap_or(Orientation::NoTransforms)
}

/// How often two bytes follow each other. (In a JPEG's compressed data no marker can appear by chance.)
fn count(file: &[u8], pair: [u8; 2]) -> usize {
    file.windows(2).filter(|bytes| **bytes == pair).count()
}

fn bad(error: &ImageError) -> BadImage {
    match error {
        ImageError::Limits(_) => BadImage::TooLarge,
        ImageError::Unsupported(what) if !matches!(what.kind(), UnsupportedErrorKind::GenericFeature(_)) => {
            BadImage::UnsupportedType
        }
        _ => BadImage::Damaged,
    }
}
