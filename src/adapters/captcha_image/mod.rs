//! Image captchas: four distorted characters which a person reads and a program should not.
//!
//! A picture is built from shapes, each of which *inverts* what lies beneath it (`mask`): four
//! characters of a font, turned, sheared and bent by a wave (`glyphs`); a "tide", which inverts
//! everything below a wavy line; a stroke in the ink of the characters; and short dashes
//! (`clutter`). A person follows an outline whichever side of it is dark; a program which first
//! sorts pixels into ink and paper by their brightness cannot. Everything random comes from the
//! seed, so one answer and one seed always give one picture, and nothing needs to be stored to draw
//! it again.
//!
//! `tests/benches/captcha_ocr.py` measures how many of the pictures plain character recognition
//! solves; run it after any change of a number in these files.

mod clutter;
mod glyphs;
mod mask;
#[cfg(test)]
mod tests;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The characters an answer is made of, each in the only shape it is drawn in.
///
/// An answer is compared ignoring case, so a letter is here once: as the capital, save for `f`, of
/// which the capital becomes an `E` where a line crosses its foot. Left out is what a person takes
/// for another once it is turned by 20° and crossed by lines: `0`, `O` and `Q` for each other, `1`
/// and `I`, `4` (`A`), `B` (`8`), `G` (`6`), `S` (`5`), `V` (`U`, `Y`) and `Z` (`2`). The 25 left
/// make 25 · 24 · 23 · 22 = 303,600 answers.
pub const ALPHABET: &[u8] = b"2356789ACDEfHJKLMNPRTUWXY";

/// How many characters an answer has, all different.
pub const LENGTH: usize = 4;

/// The width of a picture in pixels.
pub const WIDTH: u32 = 160;

/// The height of a picture in pixels.
pub const HEIGHT: u32 = 60;

/// [`WIDTH`] for computing with.
const WIDE: f32 = 160.0;

/// [`HEIGHT`] for computing with.
const HIGH: f32 = 60.0;

/// Room for a picture's bytes: most take about 3,000.
const USUAL_BYTES: usize = 4096;

/// Why a captcha could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// The answer does not have [`LENGTH`] characters.
    #[error("a captcha answer has {LENGTH} characters")]
    Length,
    /// The answer has this character, which is not in [`ALPHABET`].
    #[error("{0:?} is not in the captcha alphabet")]
    Character(char),
    /// The embedded font cannot be read or lacks this character: the build is broken.
    #[error("the captcha font cannot draw {0:?}")]
    Font(char),
    /// The PNG encoder refused the picture.
    #[error("the captcha could not be encoded as PNG")]
    Encode(#[from] image::ImageError),
}

/// The seeded source of everything random in a picture.
struct Dice(StdRng);

impl Dice {
    /// A number between the two, evenly spread.
    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    /// Either, equally likely.
    fn either<T>(&mut self, one: T, other: T) -> T {
        if self.0.random() { one } else { other }
    }
}

/// Turns random bytes into an answer: [`LENGTH`] different characters of [`ALPHABET`].
///
/// Every four bytes pick one of the characters left by multiplication rather than remainder; no
/// character is likelier than another by more than one part in 100 million.
#[must_use]
pub fn answer(random: [u8; 16]) -> String {
    let mut left = ALPHABET.to_vec();
    let (draws, _) = random.as_chunks::<4>();
    draws
        .iter()
        .take(LENGTH)
        .map(|draw| {
            // A 32-bit fraction of the length is always less than the length, so an index in bounds.
            let scaled = u64::from(u32::from_le_bytes(*draw)) * left.len() as u64;
            let index = usize::try_from(scaled >> 32).unwrap_or_default();
            char::from(left.swap_remove(index))
        })
        .collect()
}

/// Draws the answer as a greyscale PNG of [`WIDTH`] × [`HEIGHT`] pixels, about 3 KB.
///
/// The same answer and seed give the same bytes. Letters may be given in either case; the
/// picture is the same. Takes about 0.1 ms, so it may run on an async worker.
///
/// # Errors
///
/// [`DrawError::Length`] and [`DrawError::Character`] for what [`answer`] does not produce;
/// [`DrawError::Font`] and [`DrawError::Encode`] only from a broken build.
pub fn draw(answer: &str, seed: [u8; 32]) -> Result<Vec<u8>, DrawError> {
    if answer.chars().count() != LENGTH {
        return Err(DrawError::Length);
    }
    let mut dice = Dice(StdRng::from_seed(seed));
    let mut mask = mask::Mask::new();
    glyphs::write(&mut mask, answer, &mut dice)?;
    clutter::tide(&mut mask, &mut dice);
    clutter::stroke(&mut mask, &mut dice);
    clutter::dashes(&mut mask, &mut dice);
    let pixels = mask.into_tones(&mut dice);

    let mut png = Vec::with_capacity(USUAL_BYTES);
    PngEncoder::new(&mut png).write_image(&pixels, WIDTH, HEIGHT, ExtendedColorType::L8)?;
    Ok(png)
}
