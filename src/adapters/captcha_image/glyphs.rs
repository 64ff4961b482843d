//! The characters: their outlines in the embedded font, and how they are placed and bent.
//!
//! The font is `DejaVu` Sans Bold 2.37, cut down to the alphabet with
//! `pyftsubset DejaVuSans-Bold.ttf --text=<alphabet> --no-hinting --layout-features=
//! --name-IDs=0,1,2,4,5,6,13,14`; its licence lies beside it.

use super::mask::{Mask, moved};
use super::{ALPHABET, Dice, DrawError, HIGH, LENGTH, WIDE};
use ab_glyph::{Font, FontRef, OutlineCurve, Point, point};
use std::f32::consts::TAU;
use std::sync::LazyLock;

/// The font file.
static FONT: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/static/captcha/DejaVuSans-Bold-subset.ttf"));

/// Every character of the alphabet, read from the font once.
static GLYPHS: LazyLock<Vec<Glyph>> = LazyLock::new(|| {
    let Ok(font) = FontRef::try_from_slice(FONT) else {
        return Vec::new();
    };
    ALPHABET.iter().filter_map(|byte| Glyph::read(&font, char::from(*byte))).collect()
});

/// The longest straight piece of an outline, in heights of the character. A line can only be bent
/// where it is parted.
const LONGEST_PIECE: f32 = 0.25;

/// The width in pixels which the four characters may fill.
const ROOM: f32 = 154.0;

/// A character's outline, one high, its centre at the origin, y growing downwards.
struct Glyph {
    character: char,
    width: f32,
    curves: Vec<OutlineCurve>,
}

impl Glyph {
    /// Reads a character; none when the font does not have it.
    fn read(font: &impl Font, character: char) -> Option<Self> {
        let outline = font.outline(font.glyph_id(character))?;
        let bounds = outline.bounds;
        let scale = 1.0 / bounds.height().abs();
        let centre = along(bounds.min, bounds.max, 0.5);
        let to_unit = |p: Point| point((p.x - centre.x) * scale, (centre.y - p.y) * scale);
        let curves = outline
            .curves
            .iter()
            .map(|curve| moved(curve, to_unit))
            .flat_map(|curve| parted(&curve))
            .collect();
        let width = bounds.width().abs() * scale;
        Some(Self { character, width, curves })
    }
}

/// The point a share of the way, 0 to 1, from one point to another.
fn along(from: Point, to: Point, share: f32) -> Point {
    point(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y))
}

/// A straight line as several short ones, other curves as they are.
fn parted(curve: &OutlineCurve) -> Vec<OutlineCurve> {
    let OutlineCurve::Line(from, to) = *curve else {
        return vec![curve.clone()];
    };
    let length = (to.x - from.x).hypot(to.y - from.y);
    let mut count = 1_u8;
    while length > LONGEST_PIECE * f32::from(count) && count < u8::MAX {
        count += 1;
    }
    let at = |piece: u8| along(from, to, f32::from(piece) / f32::from(count));
    (1..=count).map(|piece| OutlineCurve::Line(at(piece - 1), at(piece))).collect()
}

/// The wave which bends the whole line of characters: pixels swung and radians per pixel, per axis.
struct Wave {
    swing: Point,
    pace: Point,
    phase: Point,
}

impl Wave {
    fn roll(dice: &mut Dice) -> Self {
        Self {
            swing: point(dice.between(1.0, 2.0), dice.between(2.0, 3.5)),
            pace: point(TAU / dice.between(28.0, 45.0), TAU / dice.between(45.0, 80.0)),
            phase: point(dice.between(0.0, TAU), dice.between(0.0, TAU)),
        }
    }

    fn bend(&self, p: Point) -> Point {
        point(
            p.x + self.swing.x * (p.y * self.pace.x + self.phase.x).sin(),
            p.y + self.swing.y * (p.x * self.pace.y + self.phase.y).sin(),
        )
    }
}

/// How one character is distorted, before it has a place.
struct Pose {
    glyph: &'static Glyph,
    /// Height in pixels.
    size: f32,
    /// Width for height, 1 being as the font has it.
    stretch: f32,
    shear: f32,
    /// Clockwise, radians.
    turn: f32,
    /// How far the next character begins, in pixels.
    advance: f32,
}

impl Pose {
    fn roll(dice: &mut Dice, glyph: &'static Glyph) -> Self {
        let size = dice.between(32.0, 38.0);
        let turn = dice.between(-20.0, 20.0).to_radians();
        let shear = dice.between(-0.18, 0.18);
        // Wide characters are narrowed and narrow ones widened, so that a width tells little.
        let stretch = dice.between(0.85, 1.1) * (0.95 / glyph.width).clamp(0.7, 1.35);
        let turned = glyph.width * stretch * turn.cos() + 0.35 * turn.sin().abs();
        // Hardly any gap, and often none: to part the characters is half of recognising them.
        let advance = turned * size + dice.between(2.0, 4.5);
        Self { glyph, size, stretch, shear, turn, advance }
    }

    /// The outline, narrowed by `fit`, centred at `place`, and bent.
    fn outline(&self, fit: f32, place: Point, wave: &Wave) -> Vec<OutlineCurve> {
        let (sin, cos) = self.turn.sin_cos();
        let to_picture = |p: Point| {
            let x = (p.x * self.stretch * fit + p.y * self.shear) * self.size;
            let y = p.y * self.size;
            wave.bend(place + point(x * cos - y * sin, x * sin + y * cos))
        };
        let curves = self.glyph.curves.iter();
        curves.map(|curve| moved(curve, to_picture)).collect()
    }
}

/// Draws the characters of an answer from left to right.
///
/// # Errors
///
/// [`DrawError::Character`] or [`DrawError::Font`] for the first which cannot be drawn.
pub(super) fn write(mask: &mut Mask, answer: &str, dice: &mut Dice) -> Result<(), DrawError> {
    let wave = Wave::roll(dice);
    let mut poses = Vec::with_capacity(LENGTH);
    for character in answer.chars() {
        poses.push(Pose::roll(dice, find(character)?));
    }
    let total: f32 = poses.iter().map(|pose| pose.advance).sum();
    let fit = (ROOM / total).min(1.0);
    let mut left = (WIDE - total * fit) * dice.between(0.35, 0.65);
    for pose in &poses {
        let height = HIGH / 2.0 + dice.between(-4.0, 4.0);
        let place = point(left + pose.advance * fit / 2.0, height);
        left += pose.advance * fit;
        mask.invert(pose.outline(fit, place, &wave));
    }
    Ok(())
}

/// The outline of a character of the alphabet, given in either case.
fn find(character: char) -> Result<&'static Glyph, DrawError> {
    if let Some(glyph) = GLYPHS.iter().find(|glyph| character.eq_ignore_ascii_case(&glyph.character)) {
        return Ok(glyph);
    }
    // A character of the alphabet is missing only when the font is.
    let known = ALPHABET.iter().any(|byte| character.eq_ignore_ascii_case(&char::from(*byte)));
    Err(if known { DrawError::Font(character) } else { DrawError::Character(character) })
}
