// Where the auditor is, as the address says it: a search, one event, a stream at a step, or one of the rooms. Every
// address can be kept and sent: it is the saved search.

/** @typedef {'search' | 'event' | 'stream' | 'reveals' | 'checkpoint' | 'export'} View */

/** What events are searched by, in the order of the form; the names are the server's. */
export const filterNames = /** @type {const} */ (['from', 'to', 'actor_id', 'aggregate_type', 'aggregate_id', 'event_type', 'correlation_id', 'causation_id', 'request_id']);
/** @typedef {typeof filterNames[number]} FilterName */
/** @typedef {Partial<Record<FilterName, string>>} Filters times as RFC 3339 in UTC */
/** @typedef {{ before?: number, after?: number }} Cursor older or newer than that position; neither: the newest */

/** @param {URLSearchParams} query @returns {View} */
export function viewOf(query) {
  if (query.has('event')) return 'event';
  if (query.has('stream')) return 'stream';
  const view = query.get('view');
  return view === 'reveals' || view === 'checkpoint' || view === 'export' ? view : 'search';
}

/** @param {URLSearchParams} query @returns {Filters} */
export const filtersOf = (query) => Object.fromEntries(filterNames.flatMap((name) => {
  const value = query.get(name)?.trim();
  return value ? [[name, value]] : [];
}));

/** @param {URLSearchParams} query @returns {Cursor} */
export function cursorOf(query) {
  const [before, after] = [wholeOf(query.get('before')), wholeOf(query.get('after'))];
  return before !== null ? { before } : after !== null ? { after } : {};
}

/** @param {string | null} text @returns {number | null} */
export const wholeOf = (text) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null);

/** @param {Record<string, string | number | undefined>} parts */
function addressOf(parts) {
  const said = Object.entries(parts).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]));
  return said.length > 0 ? `/audit?${new URLSearchParams(said)}` : '/audit';
}

/** @param {Filters} filters @param {Cursor} [cursor] */
export const searchAddress = (filters, cursor = {}) => addressOf({ ...filters, ...cursor });

/** @param {Filters} filters */
export const exportAddress = (filters) => addressOf({ view: 'export', ...filters });

/** @param {{ who?: string, whose?: string }} people @param {Cursor} [cursor] */
export const revealsAddress = ({ who, whose }, cursor = {}) => addressOf({ view: 'reveals', who, whose, ...cursor });

export const checkpointAddress = () => addressOf({ view: 'checkpoint' });

/** @param {number} position */
export const eventAddress = (position) => addressOf({ event: position });

/** @param {string} type @param {string} id @param {number} [step] the newest without @param {number} [since] what to compare with; the step before without */
export const streamAddress = (type, id, step, since) => addressOf({ stream: type, id, step, since });

/** @param {URLSearchParams} query */
export const streamOf = (query) => ({ type: query.get('stream') ?? '', id: query.get('id') ?? '', step: wholeOf(query.get('step')), since: wholeOf(query.get('since')) });

/** A moment as the field for it has it: here, to the second. @param {string | undefined} moment RFC 3339 */
export function toField(moment) {
  const time = moment ? new Date(moment) : null;
  if (!time || Number.isNaN(time.getTime())) return '';
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** What a field for a moment says, as the address has it; null when it is no moment. @param {string} typed */
export function fromField(typed) {
  const time = new Date(typed);
  const year = time.getFullYear();
  return Number.isNaN(year) || year < 1970 || year > 9999 ? null : time.toISOString();
}
