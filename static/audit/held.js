// What the reader holds from before, in this browser: a checkpoint and the key that must have signed it. Only what is
// held can show that a server rewrote its past; what it publishes today it may have made up today.
import { signal } from '../vendor/preact.js';
import { recall, remember } from '../storage.js';
import { readCheckpoint, readKey } from './note.js';

/** @typedef {{ checkpoint: import('./note.js').Checkpoint | null, checkpointAt: string, key: import('./note.js').Key | null, keyAt: string }} Held `…At`: when it was put here */
/** @typedef {{ first_size: number, last_size: number | null, verifier_key: string }[]} Published */

const nothing = { checkpoint: null, checkpointAt: '', key: null, keyAt: '' };
export const held = signal(/** @type {Held} */ (nothing));

/** Reads what this browser kept; what cannot be read is as good as not kept. */
export async function recallHeld() {
  /** @type {Record<string, unknown>} */
  let kept = {};
  try {
    kept = JSON.parse(recall('audit.held') ?? '{}') ?? {};
  } catch { /* nothing is held */ }
  held.value = { checkpoint: readCheckpoint(kept.checkpoint), checkpointAt: String(kept.checkpointAt ?? ''), key: await readKey(kept.key), keyAt: String(kept.keyAt ?? '') };
}

/** @param {Partial<Pick<Held, 'checkpoint' | 'key'>>} more null lets it go */
export function hold(more) {
  const now = new Date().toISOString();
  held.value = { ...held.peek(), ...more, ...('checkpoint' in more && { checkpointAt: now }), ...('key' in more && { keyAt: now }) };
  const { checkpoint, checkpointAt, key, keyAt } = held.peek();
  remember('audit.held', JSON.stringify({ checkpoint: checkpoint?.note, checkpointAt, key: key?.written, keyAt }));
}

/**
 * The key to check with: the one held; without one, the newest that the server publishes.
 * @param {Published} published @returns {Promise<import('./check.js').Trusted | null>}
 */
export async function trustedKey(published) {
  const mine = held.peek().key;
  if (mine) {
    const line = published.find(({ verifier_key }) => verifier_key === mine.written);
    return { key: mine, held: true, successor: typeof line?.last_size === 'number' };
  }
  const key = await readKey(published.find(({ last_size }) => last_size === null)?.verifier_key ?? published.at(-1)?.verifier_key);
  return key && { key, held: false };
}
