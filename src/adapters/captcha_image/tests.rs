//! Tests of the captcha's promises; how hard it is to read is measured, not tested.

use super::{ALPHABET, DrawError, HEIGHT, HIGH, LENGTH, WIDE, WIDTH, answer, draw};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::HashSet;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() -> Outcome {
    let first = draw("A2f7", [1; 32])?;
    assert_eq!(first, draw("A2f7", [1; 32])?);
    assert_ne!(first, draw("A2f7", [2; 32])?);
    assert_ne!(first, draw("A2f8", [1; 32])?);
    Ok(())
}

#[test]
fn letters_of_either_case_are_drawn_alike() -> Outcome {
    assert_eq!(draw("a2F7", [1; 32])?, draw("A2f7", [1; 32])?);
    Ok(())
}

#[test]
fn every_character_of_the_alphabet_is_drawn_and_differs() -> Outcome {
    let mut pictures = HashSet::new();
    for byte in ALPHABET {
        pictures.insert(draw(&format!("{}22A", char::from(*byte)), [3; 32])?);
    }
    assert_eq!(pictures.len(), ALPHABET.len());
    Ok(())
}

#[test]
fn the_alphabet_has_each_character_once_whatever_its_case() {
    let folded: HashSet<u8> = ALPHABET.iter().map(u8::to_ascii_lowercase).collect();
    assert_eq!(folded.len(), ALPHABET.len());
    assert!(ALPHABET.len() >= 25);
    assert!(ALPHABET.iter().all(u8::is_ascii_alphanumeric));
}

#[test]
fn a_picture_is_a_small_grey_png_with_two_well_parted_tones() -> Outcome {
    assert_eq!((f64::from(WIDTH), f64::from(HEIGHT)), (f64::from(WIDE), f64::from(HIGH)));
    for seed in 0..200 {
        let png = draw("W3MX", [seed; 32])?;
        assert!(png.len() < 5_000, "{} bytes", png.len());
        let picture = image::load_from_memory_with_format(&png, image::ImageFormat::Png)?;
        assert_eq!((picture.width(), picture.height()), (160, 60));
        assert_eq!(picture.color(), image::ColorType::L8);
        let pixels = picture.into_luma8().into_raw();
        let (low, high) = (pixels.iter().min(), pixels.iter().max());
        assert!(high.zip(low).is_some_and(|(high, low)| high - low > 90));
    }
    Ok(())
}

#[test]
fn an_answer_has_four_different_characters() -> Outcome {
    let mut random = StdRng::seed_from_u64(4);
    for bytes in (0..20_000).map(|_| random.random()).chain([[0; 16], [255; 16]]) {
        let answer = answer(bytes);
        let different: HashSet<char> = answer.chars().collect();
        assert_eq!((answer.len(), different.len()), (LENGTH, LENGTH), "{answer}");
        assert!(answer.bytes().all(|byte| ALPHABET.contains(&byte)), "{answer}");
    }
    draw(&answer([255; 16]), [0; 32])?;
    Ok(())
}

#[test]
fn every_character_is_equally_likely_in_every_place() {
    let mut random = StdRng::seed_from_u64(5);
    let mut counts = std::collections::HashMap::new();
    let rounds = 50_000;
    for _ in 0..rounds {
        for (place, character) in answer(random.random()).chars().enumerate() {
            *counts.entry((place, character)).or_insert(0_u32) += 1;
        }
    }
    assert_eq!(counts.len(), LENGTH * ALPHABET.len());
    // 2,000 expected, a standard deviation of 44: six of them either way.
    assert!(counts.values().all(|count| (1_735..2_265).contains(count)), "{counts:?}");
}

#[test]
fn what_is_no_answer_is_refused() {
    for (text, refused) in [("A0f7", '0'), ("A2KÄ", 'Ä'), ("字2K7", '字'), ("A2K ", ' ')] {
        let outcome = draw(text, [1; 32]);
        assert!(matches!(outcome, Err(DrawError::Character(c)) if c == refused), "{text}");
    }
    for text in ["", "A2K", "A2f7X", "\u{0}"] {
        assert!(matches!(draw(text, [1; 32]), Err(DrawError::Length)), "{text}");
    }
}
