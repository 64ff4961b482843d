// The ledger behind the mock server: events of accounts in one order, sealed values, canonical bytes, the Merkle tree
// over them and checkpoints signed with Ed25519, all in memory.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { consistency, inclusion, leaf, root } from './mock-tree.mjs';

/** @typedef {Record<string, unknown>} Json */
/** @typedef {{ actor?: string | null, correlation?: string, causation?: string, personal?: string[], secret?: string[] }} Context */
/**
 * @typedef {object} Entry
 * @property {number} position @property {string} event_id @property {string} at to the microsecond
 * @property {string} aggregate_type @property {string} aggregate_id @property {number} sequence @property {string} event_type
 * @property {Json} open the payload in clear @property {string[]} personal @property {string[]} secret
 * @property {Record<'actor_id' | 'request_id' | 'correlation_id' | 'causation_id', string | null> & Record<string, string | null>} metadata
 * @property {string} canonical @property {Buffer} leaf
 */

/** RFC 8785 of what this server writes: names sorted, no blanks. @param {unknown} value @returns {string} */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join(',')}}`;
}

const MARKS = { sealed: '‹sealed›', erased: '‹erased›', secret: '‹secret›' };

export function createLedger() {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Map<number, string>} */
  const notes = new Map();
  const erased = new Set();
  const origin = `zhanggui/${randomBytes(8).toString('hex')}`;
  const key = generateKeyPairSync('ed25519').privateKey;
  const raw = createPublicKey(createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' }))).export({ type: 'spki', format: 'der' }).subarray(-32);
  const typed = Buffer.concat([Buffer.of(1), raw]);
  const id = createHash('sha256').update(`${origin}\n`).update(typed).digest().subarray(0, 4);
  const born = new Date().toISOString();

  /** @param {string} type @param {string} whom @param {string} event_type @param {Json} facts @param {Context} [context] */
  function append(type, whom, event_type, facts, { actor = null, correlation = randomUUID(), causation, personal = [], secret = [] } = {}) {
    const position = entries.length + 1;
    const sequence = entries.filter((one) => one.aggregate_type === type && one.aggregate_id === whom).length + 1;
    const at = `${new Date().toISOString().slice(0, -1)}${String(position % 1000).padStart(3, '0')}Z`;
    const open = { type: event_type, ...facts };
    const sealed = Object.fromEntries(Object.entries(open).map(([name, value]) => [name, personal.includes(name) || secret.includes(name) ? { $sealed: randomBytes(24).toString('base64url') } : value]));
    const metadata = { actor_id: actor, request_id: correlation, correlation_id: correlation, causation_id: causation ?? null };
    const kept = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
    const event_id = randomUUID();
    const bytes = canonical({ aggregate_id: whom, aggregate_type: type, event_id, event_type, event_version: '1', log: 0, metadata: kept, payload: sealed, position, recorded_at: at, sequence });
    const entry = { position, event_id, at, aggregate_type: type, aggregate_id: whom, sequence, event_type, open, personal, secret, metadata, canonical: bytes, leaf: leaf(bytes) };
    entries.push(entry);
    return entry;
  }

  /** @param {Entry} entry @param {Json} values @param {boolean} [reveal] */
  const covered = (entry, values, reveal = false) => Object.fromEntries(Object.entries(values).map(([name, value]) => {
    if (entry.secret.includes(name)) return [name, MARKS.secret];
    if (!entry.personal.includes(name)) return [name, value];
    return [name, erased.has(entry.aggregate_id) ? MARKS.erased : reveal ? value : MARKS.sealed];
  }));

  /** @param {Entry} entry @param {boolean} [reveal] */
  const shown = (entry, reveal) => ({
    position: entry.position, event_id: entry.event_id, recorded_at: `${entry.at.slice(0, 23)}Z`, aggregate_type: entry.aggregate_type, aggregate_id: entry.aggregate_id,
    sequence: entry.sequence, event_type: entry.event_type, event_version: '1', payload: covered(entry, entry.open, reveal), metadata: entry.metadata, leaf_hash: entry.leaf.toString('hex'),
  });

  /** @param {number} size */
  const leaves = (size) => entries.slice(0, size).map((entry) => entry.leaf);

  /** @param {number} size */
  function checkpoint(size) {
    if (!notes.has(size)) {
      const text = `${origin}\n${size}\n${root(leaves(size)).toString('base64')}\n`;
      notes.set(size, `${text}\n— ${origin} ${Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64')}\n`);
    }
    return notes.get(size) ?? '';
  }

  return {
    entries, append, shown, covered, checkpoint,
    /** @param {string} whom */
    erase: (whom) => erased.add(whom),
    /** The sizes that were signed, the newest last. */
    signed: () => [...notes.keys()].sort((a, b) => a - b),
    /** @param {number} position @param {number} size */
    inclusion: (position, size) => inclusion(position - 1, leaves(size)).map((hash) => hash.toString('hex')),
    /** @param {number} from @param {number} to */
    consistency: (from, to) => consistency(from, leaves(to)).map((hash) => hash.toString('hex')),
    /** @param {number} size */
    root: (size) => root(leaves(size)).toString('hex'),
    keys: () => ({ origin, keys: [{ verifier_key: `${origin}+${id.toString('hex')}+${typed.toString('base64')}`, key_id: id.toString('hex'), public_key: raw.toString('hex'), first_size: 0, last_size: null, created_at: born }] }),
  };
}
