// A full page of what was searched for. An answer may hold fewer events than asked for and still not be the end,
// because the server looks at a bounded stretch of the ledger each time; so this asks on, and tells how far it is.
import { getEvents, getStream } from '../api-audit.js';

/** @typedef {import('../api-audit.js').ShownEvent} ShownEvent */
/** @typedef {import('./address.js').Cursor} Cursor */
/**
 * @typedef {object} Collected
 * @property {ShownEvent[]} events newest first
 * @property {Cursor | null} newer where the page of newer events is; null when there is none yet
 * @property {Cursor | null} older
 * @property {number} head
 */

export const PAGE = 50;

/**
 * @param {Record<string, string | undefined>} filters @param {Cursor} cursor
 * @param {AbortSignal} signal @param {(position: number) => void} [seeking] told where the search is when it takes long
 * @param {{ type: string, id: string }} [stream] of one stream only
 * @returns {Promise<Collected>}
 */
export async function collect(filters, cursor, signal, seeking, stream) {
  const rising = cursor.after !== undefined;
  /** @type {ShownEvent[]} */
  const events = [];
  /** @type {number | null | undefined} */
  let next = rising ? cursor.after : cursor.before;
  let head = 0;
  do {
    /** @type {import('../api-audit.js').Query} */
    const query = { ...filters, order: rising ? 'asc' : 'desc', limit: PAGE - events.length, [rising ? 'after' : 'before']: next ?? undefined };
    /** @type {import('../api-audit.js').Page} */
    const page = await (stream ? getStream(stream.type, stream.id, query, signal) : getEvents(query, signal));
    events.push(...page.events);
    head = page.head;
    next = rising ? page.next_after : page.next_before;
    if (next !== null && events.length < PAGE) seeking?.(next);
  } while (next !== null && events.length < PAGE && !signal.aborted);
  if (rising) events.reverse();
  const [newest, oldest] = [events[0]?.position, events.at(-1)?.position];
  const more = next !== null;
  if (rising) return { events, head, newer: more && newest !== undefined ? { after: newest } : null, older: { before: oldest ?? (cursor.after ?? 0) + 1 } };
  return { events, head, newer: cursor.before === undefined ? null : { after: newest ?? cursor.before - 1 }, older: more && oldest !== undefined ? { before: oldest } : null };
}
