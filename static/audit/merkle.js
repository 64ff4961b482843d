// The tree of RFC 9162 in the browser: the hashes of leaves and nodes, the root that an inclusion proof leads to, and
// whether one tree grew out of another. WebCrypto does the hashing. Nothing here believes what the server says.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{ beside: string, side: 'left' | 'right', result: string }} Rung one step up: what it was hashed with, on which side that stands, and what came out */

/** Browsers offer it over HTTPS and on this machine itself, nowhere else. */
export const canHash = () => globalThis.crypto?.subtle !== undefined;

/** @param {Bytes[]} parts @returns {Promise<Bytes>} */
export async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

/** @param {Bytes} bytes */
export const leafHash = (bytes) => sha256(Uint8Array.of(0), bytes);

/** @param {Bytes} left @param {Bytes} right */
export const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** @param {Uint8Array} bytes */
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {unknown} text @returns {Bytes | null} the 32 bytes of a hash, or null when it is none */
export function hashOf(text) {
  if (typeof text !== 'string' || !/^[0-9a-f]{64}$/.test(text)) return null;
  return Uint8Array.from({ length: 32 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** @param {unknown} list @returns {Bytes[] | null} */
function hashesOf(list) {
  if (!Array.isArray(list)) return null;
  const hashes = list.map(hashOf);
  return hashes.every((hash) => hash !== null) ? hashes : null;
}

/** @param {unknown} size */
const isSize = (size) => Number.isSafeInteger(size) && Number(size) >= 0;
/** Sizes pass 2^31 one day, where the bit operators of the language end. @param {number} number */
const half = (number) => Math.floor(number / 2);
/** @param {number} number */
const isOdd = (number) => number % 2 === 1;

/**
 * The root that a leaf and its proof lead to (RFC 9162, 2.1.3.2), with every step; null when the proof has not the
 * length that such a tree asks for.
 * @param {Bytes} leaf @param {number} index from 0 @param {number} size @param {unknown} proof hashes in hexadecimal, from the leaf up
 * @returns {Promise<{ root: string | null, rungs: Rung[] }>}
 */
export async function climb(leaf, index, size, proof) {
  const hashes = hashesOf(proof);
  if (!hashes || !isSize(index) || !isSize(size) || index >= size) return { root: null, rungs: [] };
  const rungs = [];
  let [at, last, root] = [index, size - 1, leaf];
  for (const hash of hashes) {
    if (last === 0) return { root: null, rungs };
    const left = isOdd(at) || at === last;
    root = left ? await nodeHash(hash, root) : await nodeHash(root, hash);
    if (left) while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    [at, last] = [half(at), half(last)];
    rungs.push({ beside: toHex(hash), side: /** @type {'left' | 'right'} */ (left ? 'left' : 'right'), result: toHex(root) });
  }
  return { root: last === 0 ? toHex(root) : null, rungs };
}

/**
 * Whether the longer tree begins with the shorter (RFC 9162, 2.1.4.2).
 * @param {number} first @param {number} second sizes @param {string} firstRoot @param {string} secondRoot @param {unknown} proof
 * @returns {Promise<boolean>}
 */
export async function grewFrom(first, second, firstRoot, secondRoot, proof) {
  const [hashes, old, now] = [hashesOf(proof), hashOf(firstRoot), hashOf(secondRoot)];
  if (!hashes || !old || !now || !isSize(first) || !isSize(second) || first > second) return false;
  if (first === second) return hashes.length === 0 && firstRoot === secondRoot;
  // Everything begins with nothing, as long as it is nothing.
  if (first === 0) return hashes.length === 0 && firstRoot === toHex(await sha256());
  if (hashes.length === 0) return false;
  const [start, ...rest] = isPowerOfTwo(first) ? [old, ...hashes] : hashes;
  let [at, last] = [first - 1, second - 1];
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  let [inOld, inNow] = [start, start];
  for (const hash of rest) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      inOld = await nodeHash(hash, inOld);
      inNow = await nodeHash(hash, inNow);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else inNow = await nodeHash(inNow, hash);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && toHex(inOld) === firstRoot && toHex(inNow) === secondRoot;
}

/** @param {number} number above 0 */
function isPowerOfTwo(number) {
  let rest = number;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}
