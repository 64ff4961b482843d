// Checkpoints in the browser: the C2SP signed note taken apart, verifying keys read, Ed25519 signatures checked.
import { sha256, toHex } from './merkle.js';

/** @typedef {import('./merkle.js').Bytes} Bytes */
/** @typedef {{ name: string, id: string, bytes: Bytes }} Signature `id`: which key, in hexadecimal; `bytes`: what follows it */
/** @typedef {{ note: string, text: string, origin: string, size: number, root: string, signatures: Signature[] }} Checkpoint `text` is what is signed */
/** @typedef {{ written: string, name: string, id: string, bytes: Bytes }} Key `written`: in the form that people copy */
/** @typedef {'signed' | 'wrong' | 'absent' | 'unable'} Signed `unable`: this browser does not know Ed25519 */

const ED25519 = 1;

/** @param {string} text standard base64, with its padding @returns {Bytes | null} */
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    // One way of writing them only: no stray bits in the last character.
    return toBase64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** @param {Uint8Array} bytes */
const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/**
 * A checkpoint, or null when the text is none. Missing last newlines and Windows ones are forgiven where somebody
 * pasted it: the signed text is put together again from its lines.
 * @param {unknown} pasted @returns {Checkpoint | null}
 */
export function readCheckpoint(pasted) {
  if (typeof pasted !== 'string') return null;
  const note = `${pasted.replaceAll('\r\n', '\n').replace(/^\n+|\s+$/g, '')}\n`;
  const end = note.indexOf('\n\n');
  if (end < 0) return null;
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  const bytes = fromBase64(root);
  const signatures = note.slice(end + 2, -1).split('\n').map(readSignature);
  const count = Number(size);
  if (origin === '' || !/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(count) || bytes?.length !== 32) return null;
  if (signatures.length === 0 || !signatures.every((one) => one !== null)) return null;
  return { note, text, origin, size: count, root: toHex(bytes), signatures };
}

/** @param {string} line @returns {Signature | null} */
function readSignature(line) {
  const [, name, written] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  const bytes = name ? fromBase64(written) : null;
  return bytes && bytes.length > 4 ? { name, id: toHex(bytes.slice(0, 4)), bytes: bytes.slice(4) } : null;
}

/**
 * A verifying key as it is written, name+id+base64, or null: also when the id is not that of the key.
 * @param {unknown} pasted @returns {Promise<Key | null>}
 */
export async function readKey(pasted) {
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/u.exec(String(pasted).trim()) ?? [];
  const bytes = name ? fromBase64(base64) : null;
  if (!bytes || bytes.length !== 33 || bytes[0] !== ED25519) return null;
  const digest = await sha256(new TextEncoder().encode(`${name}\n`), bytes);
  return toHex(digest.slice(0, 4)) === id ? { written: `${name}+${id}+${base64}`, name, id, bytes: bytes.slice(1) } : null;
}

/**
 * Whether the key signed the checkpoint. Of several signatures by it each must be right.
 * @param {Checkpoint} checkpoint @param {Key} key @returns {Promise<Signed>}
 */
export async function signedBy(checkpoint, key) {
  const lines = checkpoint.signatures.filter(({ name, id }) => name === key.name && id === key.id);
  if (lines.length === 0) return 'absent';
  const signed = new TextEncoder().encode(checkpoint.text);
  let verifying;
  try {
    verifying = await crypto.subtle.importKey('raw', key.bytes, 'Ed25519', false, ['verify']);
  } catch {
    return 'unable';
  }
  const right = await Promise.all(lines.map(({ bytes }) => crypto.subtle.verify('Ed25519', verifying, bytes, signed)));
  return right.every(Boolean) ? 'signed' : 'wrong';
}

/** When a witness says that it signed, in milliseconds; null of any other line. @param {Signature} line @param {string} origin */
export function witnessedAt({ name, bytes }, origin) {
  if (name === origin || bytes.length !== 72) return null;
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)) * 1000;
}
