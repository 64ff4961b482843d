//! The picture while it is drawn: for every pixel, how much of it is ink.
//!
//! A shape is a closed outline of lines and curves in pixels. [`Mask::invert`] has `ab_glyph` fill
//! it, smoothly at the edges, and swaps ink and paper inside; only at the end does
//! [`Mask::into_tones`] choose the two greys.

use super::{Dice, HEIGHT, WIDTH};
use ab_glyph::{GlyphId, Outline, OutlineCurve, OutlinedGlyph, Point, PxScaleFactor, Rect, point};
use image::{GrayImage, Luma};
use imageproc::drawing::draw_antialiased_line_segment_mut;

/// Pixels already in their place: `ab_glyph` expects a font's y, which grows upwards.
const AS_IS: PxScaleFactor = PxScaleFactor { horizontal: 1.0, vertical: -1.0 };

/// How many steps lead from paper to ink. Fewer steps at the edges make a smaller PNG, and a person
/// sees no difference.
const STEPS: f32 = 7.0;

/// How much of each pixel is ink: 0 none, 255 all.
pub(super) struct Mask(GrayImage);

impl Mask {
    /// All paper.
    pub(super) fn new() -> Self {
        Self(GrayImage::new(WIDTH, HEIGHT))
    }

    /// Swaps ink and paper inside a closed outline; what lies outside the picture is left out.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole pixel coordinates near the picture, and a cast saturates"
    )]
    pub(super) fn invert(&mut self, curves: Vec<OutlineCurve>) {
        // The filler trusts these bounds; control points enclose their curve, so so do they.
        let (mut min, mut max) = (point(f32::MAX, f32::MAX), point(f32::MIN, f32::MIN));
        for p in curves.iter().flat_map(points) {
            min = point(min.x.min(p.x), min.y.min(p.y));
            max = point(max.x.max(p.x), max.y.max(p.y));
        }
        let bounds = Rect { min, max };
        let outline = Outline { bounds, curves };
        let shape = OutlinedGlyph::new(GlyphId(0).with_scale(1.0), outline, AS_IS);
        let corner = shape.px_bounds().min;
        let (left, top) = (corner.x as i32, corner.y as i32);
        shape.draw(|x, y, cover| {
            // Most pixels within the bounds are not within the shape.
            if cover > 0.0
                && let Some(x) = x.checked_add_signed(left)
                && let Some(y) = y.checked_add_signed(top)
                && let Some(Luma([ink])) = self.0.get_pixel_mut_checked(x, y)
            {
                *ink = inverted(*ink, cover.min(1.0));
            }
        });
    }

    /// Swaps ink and paper along a line one pixel wide.
    pub(super) fn invert_line(&mut self, from: (i32, i32), to: (i32, i32)) {
        draw_antialiased_line_segment_mut(&mut self.0, from, to, Luma([u8::MAX]), |_, under, cover| {
            let Luma([ink]) = under;
            Luma([inverted(ink, cover)])
        });
    }

    /// The finished picture, row by row: a dark and a light grey, either of which may be the ink.
    pub(super) fn into_tones(self, dice: &mut Dice) -> Vec<u8> {
        let (dark, light) = (dice.between(20.0, 80.0), dice.between(175.0, 240.0));
        let (paper, ink) = dice.either((light, dark), (dark, light));
        let mut tones = [0; 256];
        for (tone, level) in tones.iter_mut().zip(0..=u8::MAX) {
            let share = (f32::from(level) / 255.0 * STEPS).round() / STEPS;
            *tone = grey(paper + share * (ink - paper));
        }
        let mut pixels = self.0.into_raw();
        for pixel in &mut pixels {
            *pixel = tones.get(usize::from(*pixel)).copied().unwrap_or_default();
        }
        pixels
    }
}

/// The ink of a pixel after the given share of it, 0 to 1, was inverted.
fn inverted(ink: u8, share: f32) -> u8 {
    let ink = f32::from(ink);
    grey(ink + share * (255.0 - 2.0 * ink))
}

/// The nearest grey below.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 255 by construction, and a cast saturates"
)]
fn grey(level: f32) -> u8 {
    level as u8
}

/// The points which enclose a curve; the last is repeated when it has fewer than four.
pub(super) fn points(curve: &OutlineCurve) -> [Point; 4] {
    match *curve {
        OutlineCurve::Line(a, b) => [a, b, b, b],
        OutlineCurve::Quad(a, b, c) => [a, b, c, c],
        OutlineCurve::Cubic(a, b, c, d) => [a, b, c, d],
    }
}

/// The same curve with every point moved.
pub(super) fn moved(curve: &OutlineCurve, to: impl Fn(Point) -> Point) -> OutlineCurve {
    match *curve {
        OutlineCurve::Line(a, b) => OutlineCurve::Line(to(a), to(b)),
        OutlineCurve::Quad(a, b, c) => OutlineCurve::Quad(to(a), to(b), to(c)),
        OutlineCurve::Cubic(a, b, c, d) => OutlineCurve::Cubic(to(a), to(b), to(c), to(d)),
    }
}

/// The outline through the corners and back to the first.
pub(super) fn closed(corners: &[Point]) -> Vec<OutlineCurve> {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(a, b)| OutlineCurve::Line(*a, *b)).collect()
}
