// The audit's own rules, without a browser: addresses that keep a question, pages by position, times and sizes, words
// for everything that a check can find, and that a check of nonsense finds fault and throws nothing.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createLedger } from './mock-ledger.mjs';

/** The modules know a page: its language, its storage. */
Object.assign(globalThis, {
  document: { documentElement: { lang: 'en', dataset: {} } },
  localStorage: { getItem: () => null, setItem: () => {} },
  location: new URL('http://shop.test/audit'),
  addEventListener: () => {},
});
const { cursorOf, eventAddress, filterNames, filtersOf, fromField, searchAddress, streamAddress, streamOf, toField, viewOf } = await import('../../static/audit/address.js');
const { checkEvent, growth, signature, verdictOf } = await import('../../static/audit/check.js');
const { exact, short } = await import('../../static/audit/formats.js');
const { readCheckpoint, readKey } = await import('../../static/audit/note.js');

/** @param {string} address */
const queryOf = (address) => new URL(address, 'http://shop.test').searchParams;

test('an address keeps the whole question and nothing else', () => {
  const filters = Object.fromEntries(filterNames.map((name) => [name, `the ${name} & more`]));
  assert.deepEqual(filtersOf(queryOf(searchAddress(filters))), filters);
  assert.deepEqual(filtersOf(queryOf(searchAddress({ actor_id: '' }))), {});
  assert.equal(searchAddress({}), '/audit');
  assert.deepEqual(cursorOf(queryOf(searchAddress({}, { before: 7 }))), { before: 7 });
  assert.deepEqual(cursorOf(queryOf(searchAddress({}, { after: 0 }))), { after: 0 });
  assert.deepEqual(cursorOf(queryOf('/audit?before=-1')), {});
  assert.deepEqual(streamOf(queryOf(streamAddress('account', 'a/b c', 3, 0))), { type: 'account', id: 'a/b c', step: 3, since: 0 });
  assert.equal(viewOf(queryOf(eventAddress(9))), 'event');
  for (const [address, view] of [['/audit?view=export&from=x', 'export'], ['/audit?view=reveals', 'reveals'], ['/audit?stream=account', 'stream'], ['/audit?view=nonsense', 'search'], ['/audit', 'search']])
    assert.equal(viewOf(queryOf(address)), view, address);
});

test('a moment goes into its field and comes back the same, in whatever zone', () => {
  for (const moment of ['2026-11-26T03:04:05.000Z', '2026-06-30T23:59:59.000Z', '1999-12-31T00:00:00.000Z']) assert.equal(fromField(toField(moment)), moment);
  for (const bad of ['', 'x', '2026-13-01T00:00', '99999-01-01T00:00']) assert.equal(fromField(bad), null, bad);
  assert.equal(toField('x'), '');
  assert.match(exact('2026-11-26T03:04:05.678Z'), /^2026-11-2[567] \d\d:\d\d:05\.678$/);
  assert.equal(short('0199aa10-7c1d-7b52-8a0e-5f1f6a2b9c33'), '…6a2b9c33');
});

/** A ledger of some events, and the proof of one of them. @param {number} [position] */
async function proved(position = 3) {
  const ledger = createLedger();
  for (let count = 0; count < 7; count += 1) ledger.append('account', `who ${count % 3}`, 'account.registered', { username: '掌柜', n: count }, { personal: ['username'], actor: 'me' });
  const entry = ledger.entries[position - 1];
  const proof = {
    position, index: position - 1, size: 7, event: entry.canonical, leaf_hash: entry.leaf.toString('hex'),
    hashes: ledger.inclusion(position, 7), root_hash: ledger.root(7), checkpoint: /** @type {string | null} */ (ledger.checkpoint(7)),
  };
  const key = await readKey(ledger.keys().keys[0].verifier_key);
  assert.ok(key);
  /** @param {number} from @param {number} to */
  const ask = async (from, to) => ({ from, to, from_root_hash: '', to_root_hash: '', hashes: ledger.consistency(from, to), from_checkpoint: null, to_checkpoint: null });
  return { ledger, shown: ledger.shown(entry), proof, trusted: { key, held: true }, ask };
}

/** @param {import('../../static/audit/check.js').Step[]} steps */
const told = (steps) => Object.fromEntries(steps.map(({ part, found, why }) => [part, `${found} ${why}`]));

test('a true proof is right in every step, sealed or opened', async () => {
  const { ledger, shown, proof, trusted, ask } = await proved();
  const held = readCheckpoint(ledger.checkpoint(4));
  for (const event of [shown, ledger.shown(ledger.entries[2], true)]) {
    const steps = await checkEvent(event, proof, trusted, held, ask);
    assert.deepEqual(told(steps), { event: 'good same', leaf: 'good same', path: 'good computed', checkpoint: 'good same', signature: 'good by_held', growth: 'good grew' });
    assert.equal(verdictOf(steps), 'good');
  }
});

test('any one bit of a proof changed makes it wrong', async () => {
  const { shown, proof, trusted, ask } = await proved(5);
  /** @param {Partial<typeof proof>} change */
  const verdict = async (change) => verdictOf(await checkEvent(shown, { ...proof, ...change }, trusted, null, ask));
  for (let at = 0; at < proof.event.length; at += 1) {
    const changed = proof.event.slice(0, at) + String.fromCharCode(proof.event.charCodeAt(at) ^ 1) + proof.event.slice(at + 1);
    assert.equal(await verdict({ event: changed }), 'bad', `byte ${at} of the event`);
  }
  const note = proof.checkpoint ?? '';
  // But for the last newline, which nothing is read from and a pasted checkpoint often lacks.
  for (let at = 0; at < note.length - 1; at += 1) {
    const other = note[at] === '\n' ? ' ' : String.fromCharCode(note.charCodeAt(at) ^ 1);
    assert.equal(await verdict({ checkpoint: note.slice(0, at) + other + note.slice(at + 1) }), 'bad', `byte ${at} of the checkpoint`);
  }
});

test('what is shown in another version than was proved is never said to be the same', async () => {
  const { shown, proof, trusted, ask } = await proved();
  const forged = { username: 'somebody else', n: 999 };
  /** @param {any} event */
  const event = async (event) => told(await checkEvent(event, proof, trusted, null, ask)).event;
  assert.equal(await event({ ...shown, payload: forged }), 'bad differs');
  const newer = { ...shown, event_version: String(Number(shown.event_version) + 1), payload: forged };
  assert.equal(await event(newer), 'unchecked older');
  assert.equal(verdictOf(await checkEvent(newer, proof, trusted, null, ask)), 'unchecked');
  assert.equal(await event({ ...newer, sequence: 99 }), 'bad differs');
  for (const event_version of ['0', '', '01', 'x', '2.5', '-1', null, 2, undefined, '1e9'])
    assert.equal(await event({ ...shown, event_version, payload: forged }), 'bad differs', String(event_version));
});

test('metadata that is not shown at all is compared as well', async () => {
  const { shown, proof, trusted, ask } = await proved();
  for (const name of ['actor_id', 'request_id', 'correlation_id', 'causation_id']) {
    const { [name]: was, ...others } = /** @type {Record<string, string | null>} */ (shown.metadata);
    for (const metadata of [{ ...shown.metadata, [name]: 'forged' }, others]) {
      const steps = await checkEvent(/** @type {any} */ ({ ...shown, metadata }), proof, trusted, null, ask);
      assert.equal(told(steps).event, (was ?? null) === (/** @type {any} */ (metadata)[name] ?? null) ? 'good same' : 'bad differs', name);
    }
  }
  assert.equal(told(await checkEvent(/** @type {any} */ ({ ...shown, metadata: {} }), proof, trusted, null, ask)).event, 'bad differs');
  assert.equal(told(await checkEvent(/** @type {any} */ ({ ...shown, metadata: undefined }), proof, trusted, null, ask)).event, 'bad differs');
});

test('nonsense is told as wrong and throws nothing', async () => {
  const { shown, proof, trusted, ask } = await proved();
  for (const [name, nonsense] of /** @type {[string, any][]} */ ([['event', 7], ['event', null], ['event', '[]'], ['event', '"x"'], ['hashes', null], ['hashes', ['x']], ['size', '7'], ['size', -1], ['size', 3.5], ['checkpoint', 9], ['checkpoint', ''], ['leaf_hash', null]]))
    assert.equal(verdictOf(await checkEvent(shown, { ...proof, [name]: nonsense }, trusted, null, ask)), 'bad', `${name}: ${nonsense}`);
  assert.equal(told(await checkEvent(shown, proof, null, null, ask)).signature, 'unchecked no_key');
});

test('a ledger that is another, shorter or rewritten is told apart from what is held', async () => {
  const [one, two] = [await proved(), await proved()];
  const now = readCheckpoint(one.ledger.checkpoint(7)) ?? assert.fail();
  const old = readCheckpoint(one.ledger.checkpoint(5)) ?? assert.fail();
  const foreign = readCheckpoint(two.ledger.checkpoint(5)) ?? assert.fail();
  assert.equal((await growth(old, now, one.ask)).why, 'grew');
  assert.equal((await growth(now, now, one.ask)).why, 'equal');
  assert.equal((await growth(foreign, now, one.ask)).why, 'other_log');
  assert.equal((await growth({ ...foreign, origin: now.origin }, now, one.ask)).why, 'rewritten');
  assert.equal((await growth({ ...now, root: foreign.root }, now, one.ask)).why, 'forked');
  assert.equal((await growth(now, old, one.ask)).why, 'shrunk');
  assert.equal((await signature(now, { key: two.trusted.key, held: true })).why, 'other_log');
  assert.equal((await signature(now, { key: { ...two.trusted.key, name: now.origin }, held: true })).why, 'absent');
  assert.equal((await signature(now, { key: { ...two.trusted.key, name: now.origin }, held: true, successor: true })).why, 'by_successor');
});

test('there are words for everything that a check can find', async () => {
  const source = await readFile(new URL('../../static/audit/check.js', import.meta.url), 'utf8');
  const words = JSON.parse(await readFile(new URL('../../static/i18n/audit/en.json', import.meta.url), 'utf8'));
  const whys = new Set([...source.matchAll(/'([a-z_0-9]+)'/g)].map(([, why]) => why));
  const steps = Object.keys(words).filter((key) => key.startsWith('audit.step.'));
  assert.deepEqual(steps.filter((key) => !whys.has(key.split('.')[3])), [], 'nothing is told that is never found');
  const told = new Set(steps.map((key) => key.split('.')[3]));
  const others = ['event', 'leaf', 'path', 'checkpoint', 'signature', 'growth', 'found', 'good', 'bad', 'unchecked', 'signed', 'unable', 'computed', 'told', 'root', 'held', 'object', 'position', 'event_id', 'aggregate_type', 'aggregate_id', 'sequence', 'event_type', 'event_version', 'recorded_at', 'payload', 'actor_id', 'request_id', 'correlation_id', 'causation_id', 'string'];
  assert.deepEqual([...whys].filter((why) => !told.has(why) && !others.includes(why)), []);
});
