//! What keeps a program from the characters: the tide, a stroke and dashes.

use super::mask::{Mask, closed};
use super::{Dice, HIGH, WIDE};
use ab_glyph::{Point, point};
use std::f32::consts::{PI, TAU};

/// How many pieces a wavy line from left to right is drawn in: five pixels each.
const PIECES: u8 = 34;

/// How many dashes there are. They only spoil the cleaning of single pixels, so few will do.
const DASHES: u8 = 7;

/// A wavy, slightly tilted line from beyond the left edge to beyond the right.
fn wavy_line(dice: &mut Dice, height: f32, shortest_wave: f32, longest_wave: f32) -> Vec<Point> {
    let tilt = dice.between(-0.07, 0.07);
    let swing = dice.between(3.0, 6.0);
    let pace = TAU / dice.between(shortest_wave, longest_wave);
    let phase = dice.between(0.0, TAU);
    (0..=PIECES)
        .map(|piece| {
            let x = (f32::from(piece) / f32::from(PIECES)) * (WIDE + 8.0) - 4.0;
            let y = height + tilt * (x - WIDE / 2.0) + swing * (x * pace + phase).sin();
            point(x, y)
        })
        .collect()
}

/// Inverts everything below a wavy line through the middle, so that no one brightness is the ink's.
pub(super) fn tide(mask: &mut Mask, dice: &mut Dice) {
    let height = HIGH / 2.0 + dice.between(-5.0, 5.0);
    let mut shape = wavy_line(dice, height, 50.0, 100.0);
    shape.push(point(WIDE + 4.0, HIGH));
    shape.push(point(-4.0, HIGH));
    mask.invert(closed(&shape));
}

/// Inverts a wavy band across the characters' heads or feet. It is narrower than their stems, to be
/// told from them by eye, yet wide enough that thinning it away costs the characters too.
pub(super) fn stroke(mask: &mut Mask, dice: &mut Dice) {
    let height = HIGH * dice.either(0.25, 0.75) + dice.between(-4.0, 4.0);
    let half = dice.between(0.9, 1.25);
    let middle = wavy_line(dice, height, 60.0, 120.0);
    let above = middle.iter().map(|p| point(p.x, p.y - half));
    let below = middle.iter().rev().map(|p| point(p.x, p.y + half));
    let shape: Vec<Point> = above.chain(below).collect();
    mask.invert(closed(&shape));
}

/// Inverts short dashes, about as long as the characters' stems are wide.
pub(super) fn dashes(mask: &mut Mask, dice: &mut Dice) {
    for _ in 0..DASHES {
        let (x, y) = (dice.between(0.0, WIDE), dice.between(0.0, HIGH));
        let (angle, length) = (dice.between(0.0, PI), dice.between(3.0, 8.0));
        let end = point(x + length * angle.cos(), y + length * angle.sin());
        mask.invert_line(pixel(point(x, y)), pixel(end));
    }
}

/// The pixel a point lies in.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a coordinate in or next to the picture, and a cast saturates"
)]
fn pixel(p: Point) -> (i32, i32) {
    (p.x as i32, p.y as i32)
}
