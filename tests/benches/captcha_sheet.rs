//! Writes image captchas for `captcha_ocr.py`, or for a person, to read, and times the drawing.
//!
//! `cargo bench --bench captcha_sheet -- DIRECTORY [COUNT [SEED]]` writes COUNT (1,000) pictures
//! named `<answer>-<number>.png`. SEED (1) makes a run repeatable.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use zhanggui::adapters::captcha_image::{answer, draw};

/// How many pictures are timed.
const TIMED: u32 = 5_000;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds `--bench` to what it was given.
    let mut given = std::env::args().skip(1).filter(|word| word != "--bench");
    let Some(directory) = given.next().map(PathBuf::from) else {
        println!("usage: captcha_sheet DIRECTORY [COUNT [SEED]]");
        return Ok(());
    };
    let count: usize = given.next().map_or(Ok(1_000), |word| word.parse())?;
    let seed: u64 = given.next().map_or(Ok(1), |word| word.parse())?;

    let mut random = StdRng::seed_from_u64(seed);
    std::fs::create_dir_all(&directory)?;
    for number in 0..count {
        let text = answer(random.random());
        let png = draw(&text, random.random())?;
        std::fs::write(directory.join(format!("{text}-{number}.png")), png)?;
    }

    let mut bytes = 0;
    let mut times = Vec::new();
    for _ in 0..TIMED {
        let (text, seed) = (answer(random.random()), random.random());
        let begun = Instant::now();
        let png = draw(&text, seed)?;
        times.push(begun.elapsed());
        bytes += png.len();
    }
    times.sort_unstable();
    let mean = times.iter().sum::<Duration>() / TIMED;
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    println!("{count} pictures in {}", directory.display());
    println!("drawn in {median:?} median, {mean:?} mean, of {TIMED}");
    println!("{} bytes mean", bytes / times.len());
    Ok(())
}
