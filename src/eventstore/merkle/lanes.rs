//! SHA-256 (FIPS 180-4) of eight messages at once, one in each lane of the processor's vectors.
//!
//! A hash is made in 64 steps for each 64 bytes, each of which needs the one before. Those of another message need none of
//! them, so each instruction here does a step of eight messages. A lane whose message is at its end takes the next one.

#![expect(
    clippy::inline_always,
    reason = "what runs inside `dispatch!` is compiled for each kind of processor where it is inlined"
)]
#![expect(clippy::many_single_char_names, reason = "those of FIPS 180-4")]

use std::slice::Iter;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u32x8};

use super::Hash;

/// How many messages are hashed at once.
pub(super) const LANES: usize = 8;
/// How many bytes of each are taken at once.
const BLOCK: usize = 64;

/// A number of each message.
type Row = [u32; LANES];

/// The hash of no block (FIPS 180-4, 5.3.3).
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A number for each step (FIPS 180-4, 4.2.2).
#[rustfmt::skip]
const STEPS: [[u32; 16]; 4] = [
    [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    ],
    [
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    ],
    [
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    ],
    [
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ],
];

/// The hash of each message, with the instructions that this processor has.
pub(super) fn digests(level: Level, messages: &[&[u8]]) -> Vec<Hash> {
    let mut hashes = vec![[0; 32]; messages.len()];
    dispatch!(level, simd => fill(simd, messages, &mut hashes));
    hashes
}

#[inline(always)]
fn fill<S: Simd>(simd: S, messages: &[&[u8]], hashes: &mut [Hash]) {
    let mut waiting = messages.iter().zip(hashes);
    let mut lanes: [Option<Lane<'_>>; LANES] = [const { None }; LANES];
    let mut state: [Row; 8] = [[0; LANES]; 8];
    loop {
        let mut words: [Row; 16] = [[0; LANES]; 16];
        let mut is_idle = true;
        for (nth, lane) in lanes.iter_mut().enumerate() {
            if lane.is_none() {
                *lane = waiting.next().map(|(message, hash)| Lane::new(message, hash));
                put(&mut state, nth, START);
            }
            if let Some(lane) = lane {
                is_idle = false;
                put(&mut words, nth, lane.next());
            }
        }
        if is_idle {
            return;
        }
        compress(simd, &mut state, words);
        for (nth, lane) in lanes.iter_mut().enumerate() {
            if let Some(done) = lane.take_if(|lane| lane.is_done()) {
                for (bytes, row) in done.hash.as_chunks_mut().0.iter_mut().zip(&state) {
                    *bytes = row.get(nth).copied().unwrap_or_default().to_be_bytes();
                }
            }
        }
    }
}

/// Puts one message's numbers into its lane.
#[inline(always)]
fn put<const N: usize>(rows: &mut [Row; N], lane: usize, numbers: [u32; N]) {
    for (row, number) in rows.iter_mut().zip(numbers) {
        if let Some(place) = row.get_mut(lane) {
            *place = number;
        }
    }
}

/// A message that is being hashed.
struct Lane<'a> {
    whole: Iter<'a, [u8; BLOCK]>,
    /// What is left of it, with its end: one block or two.
    last: [[u8; BLOCK]; 2],
    /// How many of these are still to come.
    left: usize,
    hash: &'a mut Hash,
}

impl<'a> Lane<'a> {
    /// Its end is a bit, zeros and its length in bits (FIPS 180-4, 5.1.1).
    #[inline(always)]
    fn new(message: &'a [u8], hash: &'a mut Hash) -> Self {
        let (whole, rest) = message.as_chunks();
        let mut last = [[0; BLOCK]; 2];
        let left = if rest.len() < BLOCK - 8 { 1 } else { 2 };
        // The one block, where there is only one, is the second: the length ends there in any case.
        let bytes = last.as_flattened_mut().iter_mut();
        for (to, from) in bytes.skip((2 - left) * BLOCK).zip(rest.iter().chain(&[0x80])) {
            *to = *from;
        }
        let bits = (message.len() as u64 * 8).to_be_bytes();
        for (to, from) in last.as_flattened_mut().iter_mut().rev().zip(bits.iter().rev()) {
            *to = *from;
        }
        Self { whole: whole.iter(), last, left, hash }
    }

    #[inline(always)]
    fn next(&mut self) -> [u32; 16] {
        let [first, second] = &self.last;
        let block = self.whole.next().unwrap_or_else(|| {
            self.left -= 1;
            if self.left == 1 { first } else { second }
        });
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        words
    }

    fn is_done(&self) -> bool {
        self.left == 0
    }
}

/// Takes a block of each message into its hash (FIPS 180-4, 6.2.2).
#[inline(always)]
fn compress<S: Simd>(simd: S, state: &mut [Row; 8], words: [Row; 16]) {
    let start: [u32x8<S>; 8] = state.map(|row| row.simd_into(simd));
    let mut words: [u32x8<S>; 16] = words.map(|row| row.simd_into(simd));
    let mut now = start;
    // Of three, what most of them have is the second but where it differs from both others. Two of the three are those of
    // the step before.
    let [_, b, c, ..] = now;
    let mut differ = b ^ c;
    for (nth, steps) in STEPS.iter().enumerate() {
        if nth > 0 {
            words = further(words);
        }
        for (word, step) in words.iter().zip(steps) {
            let [a, b, c, d, e, f, g, h] = now;
            let one =
                h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + (g ^ (e & (f ^ g))) + *word + *step;
            let most = b ^ ((a ^ b) & differ);
            let other = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + most;
            differ = a ^ b;
            now = [one + other, a, b, c, d + one, e, f, g];
        }
    }
    for ((row, start), now) in state.iter_mut().zip(start).zip(now) {
        *row = (start + now).into();
    }
}

/// The sixteen words after these.
#[inline(always)]
fn further<S: Simd>(w: [u32x8<S>; 16]) -> [u32x8<S>; 16] {
    let mut next = w;
    next[0] = word(w[0], w[1], w[9], w[14]);
    next[1] = word(w[1], w[2], w[10], w[15]);
    next[2] = word(w[2], w[3], w[11], next[0]);
    next[3] = word(w[3], w[4], w[12], next[1]);
    next[4] = word(w[4], w[5], w[13], next[2]);
    next[5] = word(w[5], w[6], w[14], next[3]);
    next[6] = word(w[6], w[7], w[15], next[4]);
    next[7] = word(w[7], w[8], next[0], next[5]);
    next[8] = word(w[8], w[9], next[1], next[6]);
    next[9] = word(w[9], w[10], next[2], next[7]);
    next[10] = word(w[10], w[11], next[3], next[8]);
    next[11] = word(w[11], w[12], next[4], next[9]);
    next[12] = word(w[12], w[13], next[5], next[10]);
    next[13] = word(w[13], w[14], next[6], next[11]);
    next[14] = word(w[14], w[15], next[7], next[12]);
    next[15] = word(w[15], next[0], next[8], next[13]);
    next
}

/// A word from those 16, 15, 7 and 2 before it.
#[inline(always)]
fn word<S: Simd>(w16: u32x8<S>, w15: u32x8<S>, w7: u32x8<S>, w2: u32x8<S>) -> u32x8<S> {
    let near = turned(w2, 17) ^ turned(w2, 19) ^ (w2 >> 10);
    let far = turned(w15, 7) ^ turned(w15, 18) ^ (w15 >> 3);
    w16 + far + w7 + near
}

#[inline(always)]
fn turned<S: Simd>(number: u32x8<S>, bits: u32) -> u32x8<S> {
    (number >> bits) | (number << (32 - bits))
}
