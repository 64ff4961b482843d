// The proof of an event, checked here step by step. What the reader sees is one thing, what the server says another,
// what was kept from before a third; each step compares two of them by computing, and tells what it found.
import { canHash, climb, grewFrom, hashOf, leafHash, toHex } from './merkle.js';
import { readCheckpoint, signedBy } from './note.js';

/** @typedef {import('../api-audit.js').ShownEvent} ShownEvent */
/** @typedef {import('../api-audit.js').Inclusion} Inclusion */
/** @typedef {import('../api-audit.js').Consistency} Consistency */
/** @typedef {import('./note.js').Checkpoint} Checkpoint */
/** @typedef {import('./note.js').Key} Key */
/** @typedef {{ key: Key, held: boolean, successor?: boolean }} Trusted `held`: kept from before, not just published; `successor`: the server says that another took over from it */
/** @typedef {'event' | 'leaf' | 'path' | 'checkpoint' | 'signature' | 'growth'} Part */
/** @typedef {{ part: Part, found: 'good' | 'bad' | 'unchecked', why: string, values?: Record<string, string | number>, hashes?: [string, string][], rungs?: import('./merkle.js').Rung[] }} Step `hashes`: what each is, and the hash */
/** @typedef {(from: number, to: number) => Promise<Consistency>} AskGrowth */

/**
 * @param {ShownEvent} shown as it stands on the page
 * @param {Inclusion} proof @param {Trusted | null} trusted @param {Checkpoint | null} held @param {AskGrowth} askGrowth
 * @returns {Promise<Step[]>}
 */
export async function checkEvent(shown, proof, trusted, held, askGrowth) {
  if (!canHash()) return [{ part: 'leaf', found: 'unchecked', why: 'no_crypto' }];
  const written = new TextEncoder().encode(String(proof.event));
  const leaf = await leafHash(written);
  const steps = [sameEvent(shown, String(proof.event)), sameLeaf(shown, proof, toHex(leaf))];
  // The place is that of the event on the page, whatever place the proof speaks of.
  const { root, rungs } = await climb(leaf, shown.position - 1, proof.size, proof.hashes);
  steps.push(root === null
    ? { part: 'path', found: 'bad', why: 'length', rungs }
    : { part: 'path', found: 'good', why: 'computed', values: { count: rungs.length }, rungs, hashes: [['root', root]] });
  const checkpoint = readCheckpoint(proof.checkpoint);
  steps.push(sameRoot(checkpoint, proof.size, root ?? ''));
  if (!checkpoint) return steps;
  steps.push(await signature(checkpoint, trusted));
  if (held) steps.push(await growth(held, checkpoint, askGrowth));
  return steps;
}

/** What decides: the worst that was found. @param {Step[]} steps @returns {Step['found']} */
export const verdictOf = (steps) => (steps.some(({ found }) => found === 'bad') ? 'bad' : steps.some(({ found }) => found === 'unchecked') ? 'unchecked' : 'good');

/** @param {ShownEvent} shown @param {string} written @returns {Step} */
function sameEvent(shown, written) {
  let sealed;
  try {
    sealed = JSON.parse(written);
  } catch {
    sealed = null;
  }
  if (!sealed || typeof sealed !== 'object') return { part: 'event', found: 'bad', why: 'unreadable' };
  const fields = /** @type {const} */ (['position', 'event_id', 'aggregate_type', 'aggregate_id', 'sequence', 'event_type']);
  const differing = fields.filter((field) => sealed[field] !== shown[field]).map(String);
  // The page has milliseconds, the leaf microseconds.
  if (String(sealed.recorded_at).slice(0, 23) !== shown.recorded_at.slice(0, 23)) differing.push('recorded_at');
  const [inLeaf, onPage] = [Object(sealed.metadata), Object(shown.metadata)];
  for (const name of metadataNames) if ((inLeaf[name] ?? null) !== (onPage[name] ?? null)) differing.push(name);
  const older = isOlder(sealed.event_version, shown.event_version);
  if (!older && sealed.event_version !== shown.event_version) differing.push('event_version');
  else if (!older && !sameButSealed(sealed.payload, shown.payload)) differing.push('payload');
  if (differing.length > 0) return { part: 'event', found: 'bad', why: 'differs', values: { fields: differing.join(', ') } };
  // A payload of an older version is shown in today's shape, and compares with nothing. That it is older is the server's word.
  if (older) return { part: 'event', found: 'unchecked', why: 'older', values: { version: sealed.event_version, shown: shown.event_version } };
  return { part: 'event', found: 'good', why: 'same', values: { position: shown.position } };
}

/** All that metadata may hold, whatever of it is shown. */
const metadataNames = ['actor_id', 'request_id', 'correlation_id', 'causation_id'];

/** Whether a version comes before another: both are whole numbers. @param {unknown} one @param {unknown} other */
const isOlder = (one, other) => [one, other].every((version) => typeof version === 'string' && /^[1-9][0-9]*$/.test(version)) && Number(one) < Number(other);

/** Whether both say the same wherever nothing is sealed. @param {unknown} sealed @param {unknown} shown @returns {boolean} */
function sameButSealed(sealed, shown) {
  if (sealed !== null && typeof sealed === 'object' && '$sealed' in sealed) return true;
  if (Array.isArray(sealed)) return Array.isArray(shown) && sealed.length === shown.length && sealed.every((one, at) => sameButSealed(one, shown[at]));
  if (sealed === null || typeof sealed !== 'object') return sealed === shown;
  if (shown === null || typeof shown !== 'object') return false;
  const [of, there] = [Object.entries(sealed), /** @type {Record<string, unknown>} */ (shown)];
  return of.every(([name, value]) => sameButSealed(value, there[name])) && Object.keys(there).every((name) => name in sealed);
}

/** @param {ShownEvent} shown @param {Inclusion} proof @param {string} leaf @returns {Step} */
function sameLeaf(shown, proof, leaf) {
  /** @type {[string, string][]} */
  const hashes = [['computed', leaf], ['told', String(shown.leaf_hash)]];
  const same = leaf === shown.leaf_hash && leaf === proof.leaf_hash;
  return { part: 'leaf', found: same ? 'good' : 'bad', why: same ? 'same' : 'differs', hashes };
}

/** @param {Checkpoint | null} checkpoint @param {number} size @param {string} root @returns {Step} */
function sameRoot(checkpoint, size, root) {
  if (!checkpoint) return { part: 'checkpoint', found: 'bad', why: 'unreadable' };
  const { root: told, size: count } = checkpoint;
  if (count !== size) return { part: 'checkpoint', found: 'bad', why: 'size', values: { size, count } };
  /** @type {[string, string][]} */
  const hashes = [['computed', root], ['told', told]];
  const same = hashOf(root) !== null && told === root;
  return { part: 'checkpoint', found: same ? 'good' : 'bad', why: same ? 'same' : 'differs', values: { size }, hashes };
}

/** @param {Checkpoint} checkpoint @param {Trusted | null} trusted @returns {Promise<Step>} */
export async function signature(checkpoint, trusted) {
  const part = /** @type {const} */ ('signature');
  if (!trusted) return { part, found: 'unchecked', why: 'no_key' };
  const { key, held, successor } = trusted;
  const values = { key: key.id, name: key.name };
  if (checkpoint.origin !== key.name) return { part, found: 'bad', why: 'other_log', values: { ...values, origin: checkpoint.origin } };
  const signed = await signedBy(checkpoint, key);
  if (signed === 'signed') return { part, found: 'good', why: held ? 'by_held' : 'by_published', values };
  if (signed === 'unable') return { part, found: 'unchecked', why: 'no_ed25519', values };
  if (signed === 'wrong') return { part, found: 'bad', why: 'wrong', values };
  // That a key handed over to another is the server's word, which proves nothing and disproves nothing.
  return successor ? { part, found: 'unchecked', why: 'by_successor', values } : { part, found: 'bad', why: 'absent', values };
}

/** Whether the newer checkpoint only adds to the older. @param {Checkpoint} older @param {Checkpoint} newer @param {AskGrowth} ask @returns {Promise<Step>} */
export async function growth(older, newer, ask) {
  const part = /** @type {const} */ ('growth');
  const values = { from: older.size, to: newer.size };
  if (older.origin !== newer.origin) return { part, found: 'bad', why: 'other_log', values: { from: older.origin, to: newer.origin } };
  /** @type {[string, string][]} */
  const hashes = [['held', older.root], ['told', newer.root]];
  if (newer.size < older.size) return { part, found: 'bad', why: 'shrunk', values, hashes };
  const proof = newer.size === older.size ? { hashes: [] } : await ask(older.size, newer.size);
  const grew = await grewFrom(older.size, newer.size, older.root, newer.root, proof.hashes);
  const why = newer.size === older.size ? (grew ? 'equal' : 'forked') : grew ? 'grew' : 'rewritten';
  return { part, found: grew ? 'good' : 'bad', why, values, hashes };
}
