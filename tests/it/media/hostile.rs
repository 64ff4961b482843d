//! A hundred and more files that try to crash, stall or bloat whoever decodes them.

use super::bytes::{many_codes, plain, png, png_chunk, png_end, png_start, vp8l, webp, webp_chunk, zeros};

/// A file that [`super::images`] has to survive.
pub(super) struct Hostile {
    pub(super) name: String,
    /// Made when it is needed: some are megabytes.
    pub(super) make: Box<dyn Fn() -> Vec<u8>>,
}

fn hostile(name: impl Into<String>, make: impl Fn() -> Vec<u8> + 'static) -> Hostile {
    Hostile { name: name.into(), make: Box::new(make) }
}

/// A small image of `samples`.
pub(super) fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/it/media/samples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

const GOOD: [&str; 12] = [
    "told.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "animated.png",
    "grey-16.png",
    "clear-palette.png",
    "animated.webp",
    "animated-lossless.webp",
    "clear-lossless.webp",
    "clear-lossy.webp",
    "told.webp",
    "busy.webp",
];

/// All of them.
pub(super) fn all() -> Vec<Hostile> {
    let mut all = other_types();
    all.extend(huge());
    all.extend(bombs());
    all.extend(truncated());
    all.extend(mutated());
    all
}

/// Files of other types, which may be named and declared as one likes.
pub(super) fn other_types() -> Vec<Hostile> {
    let zip = b"PK\x03\x04\x14\0\0\0\0\0".to_vec();
    let mut pdf = b"%PDF-1.7\n1 0 obj stream\n".to_vec();
    pdf.extend(sample("told.jpg"));
    let texts: [(&str, &[u8]); 14] = [
        ("nothing", b""),
        ("one byte", b"\xff"),
        ("a BMP", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0"),
        ("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("HTML", b"<!doctype html><script>alert(1)</script>"),
        ("a TIFF", b"II\x2a\0\x08\0\0\0\0\0"),
        ("an icon", b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0"),
        ("an AVIF", b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miaf"),
        ("a HEIC", b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"),
        ("a Photoshop file", b"8BPS\0\x01\0\0\0\0\0\0"),
        ("a wave", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"),
        ("half a PNG signature", b"\x89PNG"),
        ("PNG as text", b"\xef\xbb\xbf\x89PNG\r\n\x1a\n"),
        ("spaces before a JPEG", b"   \xff\xd8\xff\xe0"),
    ];
    let mut files: Vec<_> =
        texts.into_iter().map(|(name, text)| hostile(name, move || text.to_vec())).collect();
    files.push(hostile("a GIF", || sample("animated.gif")));
    files.push(hostile("a PDF with a JPEG", move || pdf.clone()));
    files.push(hostile("an archive with a PNG", move || [zip.clone(), sample("grey.png")].concat()));
    files
}

/// A JPEG that claims another size than it has.
fn resized_jpeg(name: &str, width: u16, height: u16) -> Vec<u8> {
    let mut file = sample(name);
    let frame = file.windows(2).position(|bytes| matches!(bytes, b"\xff\xc0" | b"\xff\xc2")).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[height.to_be_bytes(), width.to_be_bytes()].concat());
    file
}

/// A canvas of this size, with flags and one more chunk.
fn canvas(width: u32, height: u32, flags: u8, chunk: &[u8]) -> Vec<u8> {
    let mut content = vec![flags, 0, 0, 0];
    content.extend(&(width - 1).to_le_bytes()[..3]);
    content.extend(&(height - 1).to_le_bytes()[..3]);
    webp(&[webp_chunk(*b"VP8X", 10, &content), chunk.to_vec()].concat())
}

fn lossless(stream: &[u8]) -> Vec<u8> {
    webp(&webp_chunk(*b"VP8L", stream.len(), stream))
}

/// An animation of one picture, with transparency.
fn animated(side: u32, stream: &[u8]) -> Vec<u8> {
    let stream = webp_chunk(*b"VP8L", stream.len(), stream);
    let mut frame = vec![0; 6];
    frame.extend(&(side - 1).to_le_bytes()[..3]);
    frame.extend(&(side - 1).to_le_bytes()[..3]);
    frame.extend([100, 0, 0, 0]);
    frame.extend(stream);
    let chunks = [webp_chunk(*b"ANIM", 6, &[0; 6]), webp_chunk(*b"ANMF", frame.len(), &frame)].concat();
    canvas(side, side, 0x02 | 0x10, &chunks)
}

fn lossy(width: u16, height: u16) -> Vec<u8> {
    let mut file = sample("lossy.webp");
    let size = file.windows(3).position(|bytes| bytes == b"\x9d\x01\x2a").unwrap() + 3;
    file[size..size + 4].copy_from_slice(&[width.to_le_bytes(), height.to_le_bytes()].concat());
    file
}

/// Files that would become too large.
pub(super) fn huge() -> Vec<Hostile> {
    vec![
        hostile("a PNG of 12000² colours, all there", || png(12_000, 12_000, 8, 2, b"")),
        hostile("a PNG of 22000² greys, all there", || png(22_000, 22_000, 8, 0, b"")),
        hostile("a PNG of 40000² bits, all there", || png(40_000, 40_000, 1, 0, b"")),
        hostile("a PNG of 65535²", || [png_start(65_535, 65_535, 8, 6), png_end()].concat()),
        hostile("a PNG of 2³¹-1", || png_start(0x7fff_ffff, 0x7fff_ffff, 16, 6)),
        hostile("a PNG of 2³²-1", || png_start(u32::MAX, u32::MAX, 16, 6)),
        hostile("a PNG one too wide", || png(4_097, 1, 8, 2, b"")),
        hostile("a PNG one too high", || png(1, 4_097, 8, 2, b"")),
        hostile("a PNG of 4096² at 16 bits", || png(4_096, 4_096, 16, 2, b"")),
        hostile("a PNG of 4096² at 16 bits, transparent", || png(4_096, 4_096, 16, 6, b"")),
        hostile("a JPEG of 65535²", || resized_jpeg("told.jpg", 65_535, 65_535)),
        hostile("a progressive JPEG of 65535²", || resized_jpeg("progressive.jpg", 65_535, 65_535)),
        hostile("a CMYK JPEG of 4097 × 32", || resized_jpeg("cmyk.jpg", 4_097, 32)),
        hostile("a lossy WebP of 16383²", || lossy(16_383, 16_383)),
        hostile("a lossless WebP of 16384²", || lossless(&vp8l(16_384, 16_384).bytes)),
        hostile("a WebP canvas of 16384²", || {
            canvas(16_384, 16_384, 0, &webp_chunk(*b"VP8L", 8, b"\x2f\0\0\0\0\0\0\0"))
        }),
        hostile("a WebP canvas of 2²⁴", || canvas(1 << 24, 1 << 24, 2, b"")),
    ]
}

/// Files that unfold, or repeat, or lie about their lengths.
fn bombs() -> Vec<Hostile> {
    let text = |name: [u8; 4], start: &'static [u8]| {
        move || {
            let content = [start.to_vec(), zeros(600_000_000)].concat();
            png(64, 64, 8, 2, &png_chunk(name, &content))
        }
    };
    let scans = |name: &'static str, times: usize, size: u16| {
        move || {
            let file = resized_jpeg(name, size, size);
            let scan = file.windows(2).rposition(|bytes| bytes == b"\xff\xda").unwrap();
            let (start, scan) = file.split_at(scan);
            [start.to_vec(), scan[..scan.len() - 2].repeat(times), b"\xff\xd9".to_vec()].concat()
        }
    };
    let mut files = vec![
        hostile("a PNG with 600 MB of compressed text", text(*b"zTXt", b"Comment\0\0")),
        hostile("a PNG with 600 MB of international text", text(*b"iTXt", b"Comment\0\x01\0\0\0")),
        hostile("a PNG with 600 MB of colour profile", text(*b"iCCP", b"icc\0\0")),
        hostile("a PNG with 100,000 texts", || {
            png(64, 64, 8, 2, &png_chunk(*b"tEXt", b"Comment\0Hello").repeat(100_000))
        }),
        hostile("a PNG with 4 MiB behind it", || [png(64, 64, 8, 2, b""), vec![0x41; 4 << 20]].concat()),
        hostile("a PNG of 4096², transparent", || png(4_096, 4_096, 8, 6, b"")),
        hostile("a PNG of 4096²", || png(4_096, 4_096, 8, 2, b"")),
        hostile("a PNG of 4096² greys with alpha", || png(4_096, 4_096, 8, 4, b"")),
        hostile("a PNG of 4096² bits", || png(4_096, 4_096, 1, 0, b"")),
        hostile("a PNG without pixels", || [png_start(0, 0, 8, 2), png_end()].concat()),
        hostile("a JPEG without pixels", || resized_jpeg("told.jpg", 0, 0)),
        hostile("a JPEG of 4096² with few bytes", || resized_jpeg("told.jpg", 4_096, 4_096)),
        hostile("a CMYK JPEG of 4096²", || resized_jpeg("cmyk.jpg", 4_096, 4_096)),
        hostile("a progressive JPEG of 4096²", || resized_jpeg("progressive.jpg", 4_096, 4_096)),
        hostile("a progressive JPEG of 45 scans", scans("progressive.jpg", 40, 4_096)),
        hostile("a progressive JPEG of 5,000 scans", scans("progressive.jpg", 5_000, 4_096)),
    ];
    files.extend(webp_bombs());
    files
}

/// The same of WebP, whose decoder has no limits of its own.
fn webp_bombs() -> Vec<Hostile> {
    let claims = |name: [u8; 4], flags| {
        let stream = sample("clear-lossless.webp")[12..].to_vec();
        move || canvas(48, 32, flags, &[stream.clone(), webp_chunk(name, 0xffff_fff0, b"Exif")].concat())
    };
    let mut files = vec![
        hostile("a lossy WebP of 4096²", || lossy(4_096, 4_096)),
        hostile("a WebP with 65,536 groups of codes", || lossless(&many_codes(65_536, 4))),
        hostile("a WebP with 20,000 groups of codes", || lossless(&many_codes(20_000, 4))),
        hostile("a WebP with 20,000 groups of codes in an animation", || animated(4, &many_codes(20_000, 4))),
        hostile("a WebP of 4096² with 1,700 groups of codes", || lossless(&many_codes(1_700, 4_096))),
        hostile("an animation of 4096² with 1,700 groups of codes", || {
            animated(4_096, &many_codes(1_700, 4_096))
        }),
        hostile("an animation of 3300² with 1,700 groups of codes", || {
            animated(3_300, &many_codes(1_700, 3_300))
        }),
        hostile("an animation of 3300², one colour", || animated(3_300, &plain(3_300))),
        hostile("a WebP of 4096², one colour", || lossless(&plain(4_096))),
        hostile("an animation of 4096², one colour", || animated(4_096, &plain(4_096))),
        hostile("a WebP with 2,000 streams", || {
            let stream = [vp8l(4_096, 4_096).bytes, vec![0xff; 60]].concat();
            webp(&webp_chunk(*b"VP8L", stream.len(), &stream).repeat(2_000))
        }),
    ];
    files.extend([*b"EXIF", *b"XMP ", *b"ICCP", *b"ANMF", *b"ALPH"].map(|name| {
        let shown = String::from_utf8_lossy(&name).into_owned();
        hostile(format!("a WebP that claims 4 GiB of {shown}"), claims(name, 0x08 | 0x04 | 0x20))
    }));
    files
}

/// Good files that end too early.
fn truncated() -> Vec<Hostile> {
    let places = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99];
    let files = GOOD.iter().flat_map(|name| places.map(|place| (*name, place)));
    let files = files.map(|(name, place)| {
        hostile(format!("{place} of {name}"), move || {
            let mut file = sample(name);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "some place"
            )]
            file.truncate((file.len() as f64 * place) as usize);
            file
        })
    });
    files.collect()
}

/// Good files with a few bytes changed, always the same ones.
fn mutated() -> Vec<Hostile> {
    let files = GOOD.iter().flat_map(|name| (1..=8).map(move |seed| (*name, seed)));
    let files = files.map(|(name, seed)| {
        hostile(format!("{name} with change {seed}"), move || {
            let mut file = sample(name);
            // Marsaglia's xorshift: chance that is the same in each run.
            let mut state: u64 = 0x9e37_79b9_7f4a_7c15 ^ seed;
            for _ in 0..seed * 2 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let place = usize::try_from(state >> 8).unwrap() % file.len();
                // Not the signature: these are to be taken for images.
                if place >= 12 {
                    file[place] = state.to_le_bytes()[0];
                }
            }
            file
        })
    });
    files.collect()
}
