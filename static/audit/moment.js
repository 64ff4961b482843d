// What a stream was at one of its steps, and what came to be since another: asked for together, a moment after the
// slider rests, so that a hand that drags it does not ask a hundred times.
import { getDifference, getState, getStream } from '../api-audit.js';

/** @typedef {import('../api-audit.js').ShownEvent} ShownEvent */
/** @typedef {{ state: import('../api-audit.js').State, changes: import('../api-audit.js').Change[], since: number, window: ShownEvent[] }} Moment `since`: the step that the changes count from */

const WINDOW = 20;

/**
 * @param {{ type: string, id: string }} stream @param {number | null} step the newest without @param {number | null} since
 * @param {ShownEvent[]} known a stretch of the stream's events that is shown already
 * @param {AbortSignal} signal @returns {Promise<Moment>}
 */
export async function momentOf({ type, id }, step, since, known, signal) {
  if (known.length > 0) await resting(signal);
  const state = await getState(type, id, { sequence: step ?? undefined }, signal);
  const at = state.point?.sequence ?? 0;
  const from = Math.min(since ?? Math.max(0, at - 1), state.newest.sequence);
  const [difference, window] = await Promise.all([
    from === at ? null : getDifference(type, id, { from_sequence: from, to_sequence: at }, signal),
    windowAround({ type, id }, state, known, signal),
  ]);
  return { state, changes: difference?.changes ?? [], since: from, window };
}

/** @param {AbortSignal} signal */
const resting = (signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(() => resolve(undefined), 120);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    reject(signal.reason);
  });
});

/** Events of the stream with the one of the point among them, the oldest first. @param {{ type: string, id: string }} stream @param {import('../api-audit.js').State} state @param {ShownEvent[]} known @param {AbortSignal} signal */
async function windowAround({ type, id }, { point, newest }, known, signal) {
  const here = known.some(({ sequence }) => sequence === (point?.sequence ?? 1));
  // A full stretch stays as it is; one that ends early may have grown meanwhile.
  if (here && (known.length === WINDOW || known.at(-1)?.sequence === newest.sequence)) return known;
  if (point === null) return (await getStream(type, id, { limit: WINDOW }, signal)).events;
  const onwards = known.length > 0 && point.sequence > (known.at(-1)?.sequence ?? 0);
  if (onwards) return (await getStream(type, id, { after: point.position - 1, limit: WINDOW }, signal)).events;
  const { events } = await getStream(type, id, { before: point.position + 1, order: 'desc', limit: WINDOW }, signal);
  const last = events[0];
  if (!last || events.length === WINDOW || last.sequence === newest.sequence) return events.reverse();
  const beyond = await getStream(type, id, { after: last.position, limit: WINDOW - events.length }, signal);
  return [...events.reverse(), ...beyond.events];
}
