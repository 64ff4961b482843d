// The audit routes of the HTTP contract, for the mock server, over mock-ledger.mjs: searching, streams, states and
// differences, revealing, checkpoints and proofs. For auditors and admins only.
import { Refusal } from './mock-accounts.mjs';

/** @typedef {import('./mock-accounts.mjs').Asked} Asked */
/** @typedef {import('./mock-accounts.mjs').Answer} Answer */
/** @typedef {import('./mock-ledger.mjs').Entry} Entry */
/** @typedef {ReturnType<typeof import('./mock-ledger.mjs').createLedger>} Ledger */
/** @typedef {Record<string, unknown>} Json */

/** As the real server, which looks at so many events at most to answer one question. */
const STRETCH = 400;
const filters = ['aggregate_type', 'aggregate_id', 'event_type', 'actor_id', 'correlation_id', 'causation_id', 'request_id', 'from', 'to'];
const pageNames = ['after', 'before', 'limit', 'order', 'reveal'];

/** @param {{ ledger: Ledger, whose: (request: import('./mock-accounts.mjs').Request) => { account: import('./mock-accounts.mjs').Account } }} state @returns {import('./mock-accounts.mjs').Routes} */
export function auditRoutes({ ledger, whose }) {
  const { entries } = ledger;

  /** @param {Asked} asked @param {string[]} allowed @returns {{ me: string, query: Record<string, string> }} */
  function admitted({ request, url }, allowed) {
    const { account } = whose(request);
    if (!account.roles.some((role) => role === 'auditor' || role === 'admin')) throw new Refusal(403, 'forbidden');
    const query = Object.fromEntries(url.searchParams);
    if (Object.keys(query).some((name) => !allowed.includes(name))) throw new Refusal(400, 'invalid_query');
    return { me: account.user_id, query };
  }

  /** @param {string | undefined} text @param {number} otherwise @param {number} least @param {number} most */
  function whole(text, otherwise, least = 0, most = Number.MAX_SAFE_INTEGER) {
    if (text === undefined) return otherwise;
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) throw new Refusal(400, 'invalid_query');
    return number;
  }

  /** @param {Entry[]} concerned @param {string} how @param {number[]} positions @param {string} me */
  function record(concerned, how, positions, me) {
    for (const whom of new Set(concerned.filter(({ personal }) => personal.length > 0).map(({ aggregate_id }) => aggregate_id)))
      ledger.append('account', whom, 'account.revealed', { shown: how, positions }, { actor: me });
  }

  /** @param {Record<string, string>} query @param {Entry} entry */
  const matches = (query, entry) => filters.every((name) => {
    const wanted = query[name];
    if (wanted === undefined) return true;
    if (name === 'from') return Date.parse(entry.at) >= Date.parse(wanted);
    if (name === 'to') return Date.parse(entry.at) < Date.parse(wanted);
    return (name in entry.metadata ? entry.metadata[name] : /** @type {Json} */ (/** @type {unknown} */ (entry))[name]) === wanted;
  });

  /** @param {Record<string, string>} query @param {string} me */
  function page(query, me) {
    const [after, before] = [whole(query.after, 0), whole(query.before, Infinity)];
    const limit = whole(query.limit, 50, 1, query.reveal === 'true' ? 100 : 200);
    const falling = query.order === 'desc';
    const there = entries.filter(({ position }) => position > after && position < before);
    const stretch = (falling ? there.toReversed() : there).slice(0, STRETCH);
    const all = stretch.filter((entry) => matches(query, entry));
    const found = all.slice(0, limit);
    const last = found.length < all.length ? found.at(-1) : stretch.length < there.length ? stretch.at(-1) : undefined;
    const next = last?.position ?? null;
    if (query.reveal === 'true') record(found, 'events', found.map(({ position }) => position), me);
    return { events: found.map((entry) => ledger.shown(entry, query.reveal === 'true')), next_after: falling ? null : next, next_before: falling ? next : null, head: entries.length };
  }

  /** @param {string} type @param {string} id */
  function stream(type, id) {
    const events = entries.filter((entry) => entry.aggregate_type === type && entry.aggregate_id === id);
    if (events.length === 0) throw new Refusal(404, 'not_found');
    return events;
  }
  /** @param {Entry | undefined} entry */
  const point = (entry) => (entry ? { sequence: entry.sequence, position: entry.position, recorded_at: `${entry.at.slice(0, 23)}Z` } : null);

  /** @param {Asked} asked */
  function lines(asked) {
    const { query } = admitted(asked, [...filters, ...pageNames]);
    const found = entries.filter((entry) => entry.position > whole(query.after, 0) && matches(query, entry));
    const body = found.map((entry) => `${JSON.stringify(ledger.shown(entry))}\n`).join('');
    return { status: 200, bytes: Buffer.from(body), headers: { 'Content-Type': 'application/x-ndjson', 'X-Audit-Until': String(entries.length) } };
  }

  return {
    'GET /api/v1/audit/events': (asked) => {
      if (String(asked.request.headers.accept).includes('x-ndjson')) return lines(asked);
      const { me, query } = admitted(asked, [...filters, ...pageNames]);
      return { status: 200, json: page(query, me) };
    },
    'GET /api/v1/audit/types': (asked) => {
      admitted(asked, []);
      const types = [...new Set(entries.map(({ event_type }) => event_type))].sort();
      return { status: 200, json: { aggregates: ['account', 'product', 'store'].map((aggregate_type) => ({ aggregate_type, event_types: types.filter((type) => type.startsWith(`${aggregate_type}.`)) })) } };
    },
    'GET /api/v1/audit/events/*': (asked) => {
      admitted(asked, ['reveal']);
      const event = entries[whole(asked.ids[0], 0, 1) - 1];
      if (!event) throw new Refusal(404, 'not_found');
      const { correlation_id, causation_id } = event.metadata;
      const cause = entries.find(({ event_id }) => event_id === causation_id);
      return { status: 200, json: {
        event: ledger.shown(event), cause: cause ? ledger.shown(cause) : null, effects_next_after: null, related_next_after: null,
        effects: entries.filter(({ metadata }) => metadata.causation_id === event.event_id).map((one) => ledger.shown(one)),
        related: entries.filter(({ metadata }) => correlation_id && metadata.correlation_id === correlation_id).map((one) => ledger.shown(one)),
      } };
    },
    'GET /api/v1/audit/streams/*/*': (asked) => {
      const { me, query } = admitted(asked, [...pageNames, 'event_type']);
      const [aggregate_type, aggregate_id] = asked.ids;
      stream(aggregate_type, aggregate_id);
      return { status: 200, json: page({ ...query, aggregate_type, aggregate_id }, me) };
    },
    'GET /api/v1/audit/streams/*/*/state': (asked) => {
      const { me, query } = admitted(asked, ['sequence', 'reveal']);
      const [type, id] = asked.ids;
      const events = stream(type, id);
      const upTo = events.slice(0, whole(query.sequence, events.length));
      const reveal = query.reveal === 'true';
      if (reveal) record(upTo, 'state', upTo.slice(-1).map(({ position }) => position), me);
      return { status: 200, json: { aggregate_type: type, aggregate_id: id, point: point(upTo.at(-1)), newest: point(events.at(-1)), state: stateOf(ledger, upTo, reveal) } };
    },
    'GET /api/v1/audit/streams/*/*/diff': (asked) => {
      const { query } = admitted(asked, ['from_sequence', 'to_sequence', 'reveal']);
      const [type, id] = asked.ids;
      const events = stream(type, id);
      const [from, to] = [events.slice(0, whole(query.from_sequence, 0)), events.slice(0, whole(query.to_sequence, events.length))];
      return { status: 200, json: { aggregate_type: type, aggregate_id: id, from: point(from.at(-1)), to: point(to.at(-1)), changes: changesOf(stateOf(ledger, from) ?? {}, stateOf(ledger, to) ?? {}) } };
    },
    'GET /api/v1/audit/checkpoint': (asked) => {
      const { query } = admitted(asked, ['size', 'at_least']);
      const size = query.size === undefined ? null : whole(query.size, 0);
      const least = whole(query.at_least, 0);
      if (entries.length === 0 || least > entries.length || (size !== null && !ledger.signed().includes(size))) throw new Refusal(404, 'not_found');
      return { status: 200, bytes: Buffer.from(ledger.checkpoint(size ?? newest(least))), headers: { 'Content-Type': 'text/plain; charset=utf-8' } };
    },
    'GET /api/v1/audit/proofs/inclusion': (asked) => {
      const { query } = admitted(asked, ['position', 'size']);
      const position = whole(query.position, 0, 1);
      const entry = entries[position - 1];
      if (!entry) throw new Refusal(404, 'not_found');
      const size = newest(position);
      return { status: 200, json: {
        position, index: position - 1, size, event: entry.canonical, leaf_hash: entry.leaf.toString('hex'), hashes: ledger.inclusion(position, size), root_hash: ledger.root(size), checkpoint: ledger.checkpoint(size),
      } };
    },
    'GET /api/v1/audit/proofs/consistency': (asked) => {
      const { query } = admitted(asked, ['from', 'to']);
      const [from, to] = [whole(query.from, 0), whole(query.to, 0)];
      if (from > to) throw new Refusal(400, 'invalid_query');
      if (to > entries.length) throw new Refusal(404, 'not_found');
      return { status: 200, json: { from, to, from_root_hash: ledger.root(from), to_root_hash: ledger.root(to), hashes: ledger.consistency(from, to), from_checkpoint: null, to_checkpoint: null } };
    },
    'GET /.well-known/zhanggui-log-keys': () => ({ status: 200, json: ledger.keys() }),
  };

  /** The newest checkpoint's size; a new one where it covers less than asked. @param {number} least */
  function newest(least) {
    const signed = ledger.signed().at(-1) ?? 0;
    return signed >= Math.max(1, least) ? signed : entries.length;
  }
}

/** @param {Ledger} ledger @param {Entry[]} events @param {boolean} [reveal] @returns {Json | null} */
function stateOf(ledger, events, reveal) {
  if (events.length === 0) return null;
  /** @type {Json} */
  let state = { registered: true, username: null, email: null, phone: null, password_hash: null, login_time: 0, verified: [], avatar: null, roles: [], erased: false };
  for (const entry of events) {
    const { type: _type, role, shown: _shown, positions: _positions, ...facts } = /** @type {Json} */ (ledger.covered(entry, entry.open, reveal));
    const roles = /** @type {string[]} */ (state.roles);
    state = { ...state, ...facts };
    if (entry.event_type === 'account.role_granted') state.roles = [...new Set([...roles, String(role)])].sort();
    if (entry.event_type === 'account.role_revoked') state.roles = roles.filter((held) => held !== role);
    if (entry.event_type === 'account.erased') state.erased = true;
  }
  return state;
}

/** @param {Json} before @param {Json} after */
function changesOf(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [{ path: `/${name}`, op: !(name in before) ? 'add' : !(name in after) ? 'remove' : 'replace', before: was ?? null, after: is ?? null }];
  });
}
