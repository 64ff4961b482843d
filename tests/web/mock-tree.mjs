// The Merkle tree of RFC 9162 by its definition, word for word and slow: for the mock server, and to hold the page's
// verifier against. It shares nothing with what it is compared with.
import { createHash } from 'node:crypto';

/** @param {Buffer[]} parts */
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
/** The largest power of two below. @param {number} size */
const split = (size) => { let k = 1; while (k * 2 < size) k *= 2; return k; };

/** @param {string} text */
export const leaf = (text) => sha256(Buffer.of(0), Buffer.from(text));

/** MTH. @param {Buffer[]} leaves @returns {Buffer} */
export function root(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return sha256(Buffer.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)));
}

/** PATH. @param {number} index @param {Buffer[]} leaves @returns {Buffer[]} */
export function inclusion(index, leaves) {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k ? [...inclusion(index, leaves.slice(0, k)), root(leaves.slice(k))] : [...inclusion(index - k, leaves.slice(k)), root(leaves.slice(0, k))];
}

/** PROOF. @param {number} first @param {Buffer[]} leaves @returns {Buffer[]} */
export const consistency = (first, leaves) => (first === 0 || first === leaves.length ? [] : subproof(first, leaves, true));

/** @param {number} first @param {Buffer[]} leaves @param {boolean} whole @returns {Buffer[]} */
function subproof(first, leaves, whole) {
  if (first === leaves.length) return whole ? [] : [root(leaves)];
  const k = split(leaves.length);
  return first <= k
    ? [...subproof(first, leaves.slice(0, k), whole), root(leaves.slice(k))]
    : [...subproof(first - k, leaves.slice(k), false), root(leaves.slice(0, k))];
}
