//! Image files written by hand, byte by byte, because no encoder writes such.

/// A PNG chunk: length, name, content, checksum.
pub(super) fn png_chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(content);
    chunk.extend(crc32(&chunk[4..]).to_be_bytes());
    chunk
}

/// A PNG of black pixels that are really there; `more` comes before them.
pub(crate) fn png(width: u32, height: u32, bits: u8, color: u8, more: &[u8]) -> Vec<u8> {
    let channels = match color {
        0 => 1,
        2 => 3,
        4 => 2,
        _ => 4,
    };
    let row = 1 + (u64::from(width) * channels * u64::from(bits)).div_ceil(8);
    let content = zeros(row * u64::from(height));
    [png_start(width, height, bits, color), more.to_vec(), png_chunk(*b"IDAT", &content), png_end()].concat()
}

/// Signature and header.
pub(super) fn png_start(width: u32, height: u32, bits: u8, color: u8) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([bits, color, 0, 0, 0]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), png_chunk(*b"IHDR", &header)].concat()
}

pub(super) fn png_end() -> Vec<u8> {
    png_chunk(*b"IEND", b"")
}

fn crc32(bytes: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|byte| {
            (0..8).fold(byte, |rest, _| if rest & 1 == 1 { 0xedb8_8320 ^ (rest >> 1) } else { rest >> 1 })
        })
        .collect();
    !bytes.iter().fold(u32::MAX, |rest, byte| table[usize::from(rest.to_le_bytes()[0] ^ byte)] ^ (rest >> 8))
}

/// At least `length` zero bytes, deflated to a 160th (RFC 1950, RFC 1951 with fixed codes).
pub(super) fn zeros(length: u64) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b011, 3);
    // The literal 0, then copies of 258 bytes from 1 byte ago.
    bits.push_code(0b0011_0000, 8);
    let copies = (length - 1).div_ceil(258);
    for _ in 0..copies {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let check = (1 + copies * 258) % 65_521;
    let check = u32::try_from(check << 16 | 1).unwrap();
    [vec![0x78, 0x01], bits.bytes, check.to_be_bytes().to_vec()].concat()
}

/// Bits, the lowest of each byte first.
#[derive(Default)]
pub(super) struct Bits {
    pub(super) bytes: Vec<u8>,
    used: u8,
}

impl Bits {
    /// A number, its lowest bit first.
    pub(super) fn push(&mut self, value: u32, number: u32) {
        for place in 0..number {
            if self.used == 0 {
                self.bytes.push(0);
            }
            let bit = u8::from(value >> place & 1 == 1);
            *self.bytes.last_mut().unwrap() |= bit << self.used;
            self.used = (self.used + 1) % 8;
        }
    }

    /// A prefix code, its highest bit first.
    fn push_code(&mut self, code: u32, number: u32) {
        self.push(code.reverse_bits() >> (32 - number), number);
    }
}

/// A WebP file of these chunks.
pub(super) fn webp(chunks: &[u8]) -> Vec<u8> {
    let length = u32::try_from(chunks.len() + 4).unwrap();
    [b"RIFF".to_vec(), length.to_le_bytes().to_vec(), b"WEBP".to_vec(), chunks.to_vec()].concat()
}

/// A chunk that says it is `length` bytes long, whatever it holds.
pub(super) fn webp_chunk(name: [u8; 4], length: usize, content: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend(u32::try_from(length).unwrap().to_le_bytes());
    chunk.extend(content);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// The start of a lossless stream: its size, and no transform.
pub(super) fn vp8l(width: u32, height: u32) -> Bits {
    let mut bits = Bits::default();
    bits.push(0x2f, 8);
    bits.push(width - 1, 14);
    bits.push(height - 1, 14);
    bits.push(0, 4);
    bits
}

/// A lossless stream of one colour, whose pixels take no bits.
pub(super) fn plain(side: u32) -> Vec<u8> {
    let mut bits = vp8l(side, side);
    // No transform, no color cache, one group of codes.
    bits.push(0, 3);
    for part in [200, 20, 20, 255, 0] {
        bits.push(0b101, 3);
        bits.push(part, 8);
    }
    bits.bytes
}

/// A lossless stream with so many groups of prefix codes, each code with a table of 4 KiB.
pub(super) fn many_codes(groups: u32, side: u32) -> Vec<u8> {
    let mut bits = vp8l(side, side);
    // No transform, no color cache, an entropy image of few pixels of one colour, which has no color cache.
    bits.push(0b011_1100, 7);
    for part in [(groups - 1) & 0xff, (groups - 1) >> 8, 0, 0, 0] {
        bits.push(0b101, 3);
        bits.push(part, 8);
    }
    for _ in 0..groups * 5 {
        // Fourteen lengths of the code for lengths: 3 bits for 1 to 6, 4 bits for 7 to 10.
        bits.push(0, 1);
        bits.push(10, 4);
        for length in [0, 0, 0, 3, 3, 3, 3, 3, 0, 3, 4, 4, 4, 4] {
            bits.push(length, 3);
        }
        // Eleven symbols, of 1, 2, … 9, 10 and 10 bits.
        bits.push(0b1001_0011, 8);
        for length in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10] {
            if length < 7 { bits.push_code(length - 1, 3) } else { bits.push_code(length + 5, 4) }
        }
    }
    bits.bytes
}
