// The calls of the auditors' page: events, streams, states, differences, proofs, keys. Typed as in api.js. Whatever
// shows personal data says so with `reveal`, because asking for it is recorded.
import { call } from './api.js';
import { language } from './i18n.js';
import { Problem, problemOf } from './problem.js';

/** @typedef {import('./api.js').Paths} Paths */
/**
 * @template {keyof Paths} P
 * @template {keyof Paths[P]} M
 * @typedef {import('./api.js').Answer<P, M>} Answer
 */
/** @typedef {Omit<import('../tests/web/openapi').components['schemas']['ShownEvent'], 'payload'> & { payload: Record<string, unknown> }} ShownEvent */
/** @typedef {{ events: ShownEvent[], next_after: number | null, next_before: number | null, head: number }} Page */
/** @typedef {{ event: ShownEvent, cause: ShownEvent | null, effects: ShownEvent[], effects_next_after: number | null, related: ShownEvent[], related_next_after: number | null }} Linked */
/** @typedef {{ sequence: number, position: number, recorded_at: string }} Point */
/** @typedef {{ aggregate_type: string, aggregate_id: string, point: Point | null, newest: Point, state: Record<string, unknown> | null }} State */
/** @typedef {{ path: string, op: 'add' | 'remove' | 'replace', before: unknown, after: unknown }} Change */
/** @typedef {{ aggregate_type: string, aggregate_id: string, from: Point | null, to: Point | null, changes: Change[] }} Difference */
/** @typedef {Answer<'/api/v1/audit/types', 'get'>} Types */
/** @typedef {Required<Answer<'/api/v1/audit/proofs/inclusion', 'get'>>} Inclusion */
/** @typedef {Required<Answer<'/api/v1/audit/proofs/consistency', 'get'>>} Consistency */
/** @typedef {Required<Answer<'/.well-known/zhanggui-log-keys', 'get'>['keys'][number]>} LogKey */
/** @typedef {{ origin: string, keys: LogKey[] }} LogKeys */
/** @typedef {Record<string, string | number | undefined>} Query what is undefined or empty is not asked */

/** @param {string} path @param {Query} query */
export function pathOf(path, query) {
  const said = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]));
  return said.length > 0 ? `${path}?${new URLSearchParams(said)}` : path;
}

/** @param {string} type @param {string} id */
const streamPath = (type, id) => `/api/v1/audit/streams/${encodeURIComponent(type)}/${encodeURIComponent(id)}`;

/** @param {Query} query @param {AbortSignal} [signal] @returns {Promise<Page>} */
export const getEvents = (query, signal) => call('GET', pathOf('/api/v1/audit/events', query), { signal });

/** One event with its personal data open, and no other event, so that nobody is looked at besides. @param {number} position @returns {Promise<Page>} */
export const revealEvent = (position) => getEvents({ after: position - 1, before: position + 1, limit: 1, reveal: 'true' });

/** @param {number} position @param {AbortSignal} [signal] @returns {Promise<Linked>} */
export const getEvent = (position, signal) => call('GET', `/api/v1/audit/events/${position}`, { signal });

/** @param {AbortSignal} [signal] @returns {Promise<Types>} */
export const getTypes = (signal) => call('GET', '/api/v1/audit/types', { signal });

/** @param {string} type @param {string} id @param {Query} query @param {AbortSignal} [signal] @returns {Promise<Page>} */
export const getStream = (type, id, query, signal) => call('GET', pathOf(streamPath(type, id), query), { signal });

/** @param {string} type @param {string} id @param {Query} query @param {AbortSignal} [signal] @returns {Promise<State>} */
export const getState = (type, id, query, signal) => call('GET', pathOf(`${streamPath(type, id)}/state`, query), { signal });

/** @param {string} type @param {string} id @param {Query} query @param {AbortSignal} [signal] @returns {Promise<Difference>} */
export const getDifference = (type, id, query, signal) => call('GET', pathOf(`${streamPath(type, id)}/diff`, query), { signal });

/** @param {number} position @param {AbortSignal} [signal] @returns {Promise<Inclusion>} */
export const getInclusion = (position, signal) => call('GET', pathOf('/api/v1/audit/proofs/inclusion', { position }), { signal });

/** @param {number} from @param {number} to @returns {Promise<Consistency>} */
export const getConsistency = (from, to) => call('GET', pathOf('/api/v1/audit/proofs/consistency', { from, to }));

/** @param {AbortSignal} [signal] @returns {Promise<LogKeys>} */
export const getLogKeys = (signal) => call('GET', '/.well-known/zhanggui-log-keys', { signal });

/** A checkpoint as it is signed: text. @param {Query} query @param {AbortSignal} [signal] @returns {Promise<string>} */
export const getCheckpoint = async (query, signal) => (await plain(pathOf('/api/v1/audit/checkpoint', query), 'text/plain', signal)).text();

/** The events of a search as lines, for as long as they come. @param {Query} query @param {AbortSignal} signal */
export const getLines = (query, signal) => plain(pathOf('/api/v1/audit/events', query), 'application/x-ndjson', signal);

/** @param {string} path @param {string} kind @param {AbortSignal} [signal] @returns {Promise<Response>} one that is no refusal */
async function plain(path, kind, signal) {
  let answer;
  try {
    answer = await fetch(path, { headers: { Accept: kind, 'Accept-Language': language.value }, credentials: 'same-origin', cache: 'no-store', signal });
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    throw new Problem({ status: 0, code: 'unreachable' });
  }
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}
