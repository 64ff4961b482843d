//! How much memory the prefix codes of a lossless WebP would take: read before `image` builds them.
//!
//! A VP8L stream may bring up to 65,536 groups of five prefix codes, of which a dozen bytes each become a table
//! of 4 KiB: a file of 4 MB asks for 1.3 GB, however small its image is, and the decoder has no limit for it.
//! How many groups there are is the largest value in the "entropy image" (RFC 9649, section 6.2.2), which this
//! reads as far as it must: pixels are passed over without being made, because a copied pixel is never larger
//! than the one it was copied from. Encoders write some hundreds of groups, libwebp never more than 2,600.
//!
//! Wherever the letters `VP8L` stand, a stream may begin: none is missed that a lenient decoder finds.

use super::{BadImage, MOST_PIXELS};

/// The most bytes that the codes of a stream may take once they are built.
const MOST_BYTES: usize = 96 * 1024 * 1024;
/// The most bytes of a group without a color cache: five tables, and the branches of codes above 10 bits.
const GROUP_BYTES: usize = 56 * 1024;
/// The most bytes that an entry of the color cache adds to a group.
const ENTRY_BYTES: usize = 32;
/// The most bytes of a compressed plane of transparency, whose codes are not read: 350 times as many at worst.
const MOST_ALPHA: usize = 128 * 1024;
/// The most symbols read in a file; the largest image that an encoder writes needs less than a million.
const MOST_SYMBOLS: u32 = 4_000_000;
/// In this order the lengths of the code-length code come (RFC 9649, section 6.2.1).
const LENGTHS_ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Symbols of the codes for green, red, blue, alpha and distance (section 6.2).
const ALPHABETS: [usize; 5] = [256 + 24, 256, 256, 256, 40];
/// The longest code of a symbol, in bits.
const LONGEST: usize = 15;

/// Looks at all that may be compressed without loss in a WebP file, and tells whether its EXIF may be read:
/// a chunk that says it is longer than the file would be allocated as long.
///
/// # Errors
/// [`BadImage::TooLarge`] for what would take too much memory.
pub(super) fn check(file: &[u8]) -> Result<bool, BadImage> {
    let mut is_exif_honest = true;
    let mut steps = MOST_SYMBOLS;
    // Chunks begin at even places.
    for (place, name) in file.windows(4).enumerate().step_by(2) {
        if !matches!(name, b"VP8L" | b"ALPH" | b"EXIF") {
            continue;
        }
        let Some((length, rest)) = file.get(place + 4..).and_then(<[u8]>::split_first_chunk) else { break };
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let is_too_large = match name {
            b"VP8L" => {
                let mut bits = Bits { bytes: rest, position: 0, steps };
                let needed = bits.stream();
                steps = bits.steps;
                steps == 0 || needed.is_some_and(|bytes| bytes > MOST_BYTES)
            }
            // The first byte's lowest two bits tell whether it is compressed.
            b"ALPH" => rest.first().is_some_and(|kind| kind & 3 != 0) && length.min(rest.len()) > MOST_ALPHA,
            _ => {
                is_exif_honest &= length <= rest.len();
                false
            }
        };
        if is_too_large {
            return Err(BadImage::TooLarge);
        }
    }
    Ok(is_exif_honest)
}

/// The bits of a stream, the lowest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    position: usize,
    /// How many symbols may still be read.
    steps: u32,
}

impl Bits<'_> {
    /// Reads a VP8L stream up to its groups of codes, and tells how many bytes they will take at most; nothing
    /// when it ends or errs before.
    fn stream(&mut self) -> Option<usize> {
        if self.take(8)? != 0x2f {
            return None;
        }
        let width = self.take(14)? + 1;
        let height = self.take(14)? + 1;
        if width > MOST_PIXELS || height > MOST_PIXELS {
            return None;
        }
        self.take(4)?;
        let width = self.transforms(width, height)?;
        let cache = self.cache()?;
        let mut groups = 1;
        if self.take(1)? == 1 {
            let size = self.take(3)? + 2;
            groups +=
                usize::try_from(self.image(width.div_ceil(1 << size), height.div_ceil(1 << size))?).ok()?;
        }
        Some(groups * (GROUP_BYTES + ENTRY_BYTES * cache))
    }

    /// Passes over the transforms, and tells the width that is left (section 4).
    fn transforms(&mut self, mut width: u32, height: u32) -> Option<u32> {
        let mut seen = [false; 4];
        while self.take(1)? == 1 {
            let transform = self.take(2)?;
            if std::mem::replace(seen.get_mut(usize::try_from(transform).ok()?)?, true) {
                return None;
            }
            match transform {
                0 | 1 => {
                    let size = self.take(3)? + 2;
                    self.image(width.div_ceil(1 << size), height.div_ceil(1 << size))?;
                }
                2 => {}
                _ => {
                    let colors = self.take(8)? + 1;
                    self.image(colors, 1)?;
                    let packed = match colors {
                        ..3 => 3,
                        3..5 => 2,
                        5..17 => 1,
                        _ => 0,
                    };
                    width = width.div_ceil(1 << packed);
                }
            }
        }
        Some(width)
    }

    fn take(&mut self, number: u32) -> Option<u32> {
        let mut value = 0;
        for place in 0..number {
            let byte = self.bytes.get(self.position / 8)?;
            value |= u32::from(byte >> (self.position % 8) & 1) << place;
            self.position += 1;
        }
        Some(value)
    }

    /// The number of entries of the color cache.
    fn cache(&mut self) -> Option<usize> {
        if self.take(1)? == 0 {
            return Some(0);
        }
        let bits = self.take(4)?;
        (1..=11).contains(&bits).then_some(1 << bits)
    }

    /// Passes over a sub-image, and tells the largest number made of red and green in it.
    fn image(&mut self, width: u32, height: u32) -> Option<u32> {
        let cache = self.cache()?;
        let [mut green, red, blue, alpha, distance] = ALPHABETS;
        green += cache;
        let green = Code::read(self, green)?;
        let red = Code::read(self, red)?;
        let blue = Code::read(self, blue)?;
        let alpha = Code::read(self, alpha)?;
        let distance = Code::read(self, distance)?;
        let mut left = width.checked_mul(height)?;
        let mut largest = 0;
        while left > 0 {
            self.steps = self.steps.checked_sub(1)?;
            let symbol = green.symbol(self)?;
            let pixels = match symbol {
                0..256 => {
                    let value = red.symbol(self)? << 8 | symbol;
                    largest = largest.max(value);
                    blue.symbol(self)?;
                    alpha.symbol(self)?;
                    1
                }
                256..280 => {
                    let length = self.extended(symbol - 256)?;
                    let code = distance.symbol(self)?;
                    self.extended(code)?;
                    length
                }
                _ => 1,
            };
            left = left.checked_sub(pixels)?;
        }
        Some(largest)
    }

    /// A length or distance: a prefix symbol and its extra bits (section 5.2.2).
    fn extended(&mut self, symbol: u32) -> Option<u32> {
        if symbol < 4 {
            return Some(symbol + 1);
        }
        let extra = (symbol - 2) >> 1;
        let offset = (2 + (symbol & 1)) << extra;
        Some(offset + self.take(extra)? + 1)
    }
}

/// A canonical prefix code: how many symbols have codes of each length, and the symbols in order.
struct Code {
    counts: [u32; LONGEST + 1],
    symbols: Vec<u32>,
}

impl Code {
    fn read(bits: &mut Bits<'_>, alphabet: usize) -> Option<Self> {
        let mut lengths = vec![0; alphabet];
        if bits.take(1)? == 1 {
            let both = bits.take(1)? == 1;
            let wide = bits.take(1)? == 1;
            let first = bits.take(if wide { 8 } else { 1 })?;
            let mut symbols = vec![first];
            if both {
                symbols.push(bits.take(8)?);
            }
            let one = usize::try_from(first).ok()? < alphabet;
            let mut counts = [0; LONGEST + 1];
            *counts.get_mut(1)? = 2;
            return one.then_some(Self { counts, symbols });
        }
        let mut meta = [0; 19];
        for place in LENGTHS_ORDER.iter().take(4 + usize::try_from(bits.take(4)?).ok()?) {
            *meta.get_mut(*place)? = bits.take(3)?;
        }
        let meta = Self::of(&meta)?;
        let mut most = alphabet;
        if bits.take(1)? == 1 {
            let number = 2 + 2 * bits.take(3)?;
            most = 2 + usize::try_from(bits.take(number)?).ok()?;
        }
        meta.lengths(bits, most, &mut lengths)?;
        Self::of(&lengths)
    }

    /// Fills in the lengths of a code's symbols, of which this is the code.
    fn lengths(&self, bits: &mut Bits<'_>, most: usize, lengths: &mut [u32]) -> Option<()> {
        let (mut at, mut last) = (0, 8);
        for _ in 0..most {
            if at >= lengths.len() {
                break;
            }
            let (length, times) = match self.symbol(bits)? {
                16 => (last, 3 + bits.take(2)?),
                17 => (0, 3 + bits.take(3)?),
                18 => (0, 11 + bits.take(7)?),
                length => (length, 1),
            };
            if length != 0 {
                last = length;
            }
            let end = at + usize::try_from(times).ok()?;
            lengths.get_mut(at..end)?.fill(length);
            at = end;
        }
        Some(())
    }

    fn of(lengths: &[u32]) -> Option<Self> {
        let mut counts = [0; LONGEST + 1];
        let mut order: Vec<(u32, u32)> = Vec::new();
        for (symbol, length) in (0..).zip(lengths).filter(|(_, length)| **length != 0) {
            *counts.get_mut(usize::try_from(*length).ok()?)? += 1;
            order.push((*length, symbol));
        }
        order.sort_unstable();
        Some(Self { counts, symbols: order.into_iter().map(|(_, symbol)| symbol).collect() })
    }

    fn is_single(&self) -> bool {
        self.symbols.len() == 1
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<u32> {
        if self.is_single() {
            return self.symbols.first().copied();
        }
        let (mut code, mut first, mut index) = (0, 0, 0);
        for count in self.counts.iter().skip(1) {
            code |= bits.take(1)?;
            if code < first + count {
                return self.symbols.get(usize::try_from(index + code.checked_sub(first)?).ok()?).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}
