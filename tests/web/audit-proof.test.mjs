// The proof in the browser: a true one is told as proved with its steps, one wrong byte anywhere is told as wrong and
// where, a browser without Ed25519 says so, and what the reader held before catches a ledger that was rewritten.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { call, grant, logIn, registered, tabTo, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */

async function auditor() {
  const person = await registered();
  await grant(person, 'auditor');
  return person;
}

/** Opens how the reader registered. @param {Page} page @returns {Promise<number>} */
async function openEvent(page) {
  // The reader's own: others may have been written without a request.
  const { user_id } = await page.evaluate(() => fetch('/api/v1/me', { headers: { Accept: 'application/json' } }).then((answer) => answer.json()));
  await page.goto(`/audit?event_type=account.registered&aggregate_id=${user_id}`);
  await page.locator('.rows a').first().waitFor();
  const line = page.locator('.rows a').last();
  const position = Number(await line.getAttribute('data-position'));
  await line.click();
  await page.locator('#check-proof').waitFor();
  return position;
}

/** @param {Page} page */
async function check(page) {
  await page.locator('#check-proof:not([aria-disabled])').click();
  await page.locator('#verdict').waitFor();
  return page.getAttribute('#verdict', 'data-verdict');
}

/** @param {Page} page @returns {Promise<Record<string, string | null>>} */
const found = (page) => page.locator('#steps > li').evaluateAll((steps) => Object.fromEntries(steps.map((step) => [step.getAttribute('data-part'), step.getAttribute('data-found')])));

/** Changes the proof on its way. @param {Page} page @param {(proof: any) => void} change */
async function tamper(page, change) {
  await page.unroute('**/proofs/inclusion?**');
  await page.route('**/proofs/inclusion?**', async (route) => {
    const answer = await route.fetch();
    const proof = await answer.json();
    change(proof);
    await route.fulfill({ response: answer, json: proof });
  });
}

/** One hexadecimal digit changed. @param {string} hash */
const other = (hash) => hash.slice(0, 10) + (parseInt(hash[10], 16) ^ 1).toString(16) + hash.slice(11);
/** One character of base64 changed. @param {string} text @param {number} at */
const flipped = (text, at) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

for (const [locale, words] of Object.entries({
  'zh-CN': { good: '证明成立', says: /第 [\d,]+ 号事件原样存在于/, bad: '证明不成立：有地方不对', altered: '事件被改动过' },
  'en': { good: 'Proved', says: /stands unaltered in the ledger/, bad: 'Not proved: something is wrong', altered: 'the event was altered' },
})) {
  test(`an event is proved in the browser, and a wrong byte is told, in ${locale}`, async () => {
    const me = await auditor();
    await visit({ locale }, async (page) => {
      await logIn(page, me);
      await openEvent(page);
      assert.equal(await check(page), 'good');
      assert.equal(await page.locator('.verdict-word').textContent(), words.good);
      assert.match(await page.locator('#verdict').textContent() ?? '', words.says);
      assert.deepEqual(await found(page), { event: 'good', leaf: 'good', path: 'good', checkpoint: 'good', signature: 'good' });
      const hashes = await page.locator('[data-part=leaf] .hashes code').allTextContents();
      assert.match(hashes[0], /^[0-9a-f]{64}$/);
      assert.equal(hashes[0], hashes[1]);
      await tamper(page, (proof) => { proof.event = proof.event.replace('"log":0', '"log":1'); });
      assert.equal(await check(page), 'bad');
      assert.equal(await page.locator('.verdict-word').textContent(), words.bad);
      assert.match(await page.locator('[data-part=leaf]').textContent() ?? '', new RegExp(words.altered));
    });
  });
}

test('every wrong byte of a proof is found, and named where it is', async () => {
  const me = await auditor();
  await visit({}, async (page) => {
    await logIn(page, me);
    await openEvent(page);
    /** What is changed, and the first step that is wrong. @type {[string, (proof: any) => void, string][]} */
    const attacks = [
      ['a byte of the payload', (proof) => { proof.event = proof.event.replace('account.registered', 'account.registereD'); }, 'event'],
      ['the time', (proof) => { proof.event = proof.event.replace(/"recorded_at":"2/, '"recorded_at":"3'); }, 'event'],
      ['the request', (proof) => { proof.event = proof.event.replace(/"request_id":"./, '"request_id":"z'); }, 'event'],
      ['a blank between', (proof) => { proof.event = proof.event.replace(',"log"', ', "log"'); }, 'leaf'],
      ['the leaf that is told', (proof) => { proof.leaf_hash = other(proof.leaf_hash); }, 'leaf'],
      ['a hash of the way', (proof) => { proof.hashes[0] = other(proof.hashes[0]); }, 'checkpoint'],
      ['the last hash of the way', (proof) => { proof.hashes[proof.hashes.length - 1] = other(proof.hashes.at(-1)); }, 'checkpoint'],
      ['a hash left out', (proof) => { proof.hashes.pop(); }, 'path'],
      ['a hash too many', (proof) => { proof.hashes.push(proof.leaf_hash); }, 'path'],
      ['nonsense for a hash', (proof) => { proof.hashes[0] = 'no hash'; }, 'path'],
      ['another size', (proof) => { proof.size += 1; }, 'checkpoint'],
      ['the root of the checkpoint', (proof) => { const at = proof.checkpoint.split('\n').slice(0, 2).join('\n').length + 5; proof.checkpoint = flipped(proof.checkpoint, at); }, 'checkpoint'],
      ['the name of the ledger', (proof) => { proof.checkpoint = proof.checkpoint.replace(/^[^\n]+/, 'another/ledger'); }, 'signature'],
      ['the signature', (proof) => { proof.checkpoint = flipped(proof.checkpoint, proof.checkpoint.lastIndexOf(' ') + 20); }, 'signature'],
      ['no checkpoint', (proof) => { proof.checkpoint = null; }, 'checkpoint'],
      ['an event that is none', (proof) => { proof.event = '}{'; }, 'event'],
    ];
    for (const [name, change, wrong] of attacks) {
      await tamper(page, change);
      assert.equal(await check(page), 'bad', name);
      assert.equal(Object.entries(await found(page)).find(([, outcome]) => outcome === 'bad')?.[0], wrong, name);
      await page.locator('#verdict[role=alert]').waitFor();
    }
    // The proof of another event, true in itself.
    await page.unroute('**/proofs/inclusion?**');
    await page.route('**/proofs/inclusion?**', async (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('position', String(Number(url.searchParams.get('position')) + 1));
      await route.fulfill({ response: await route.fetch({ url: url.href }) });
    });
    assert.equal(await check(page), 'bad', 'the proof of another event');
    assert.equal((await found(page)).event, 'bad');
    await page.unroute('**/proofs/inclusion?**');
    assert.equal(await check(page), 'good');
  });
});

test('an event that the page shows otherwise than it was written is told', async () => {
  const me = await auditor();
  await visit({}, async (page) => {
    await logIn(page, me);
    await page.route(/\/api\/v1\/audit\/events\/\d+$/, async (route) => {
      const answer = await route.fetch();
      const linked = await answer.json();
      linked.event.aggregate_id = 'somebody-else';
      await route.fulfill({ response: answer, json: linked });
    });
    await openEvent(page);
    assert.equal(await check(page), 'bad');
    assert.match(await page.locator('[data-part=event]').textContent() ?? '', /They differ in: aggregate_id/);
  });
});

test('a browser that does not know Ed25519 says that the signature is not checked', async () => {
  const me = await auditor();
  await visit({}, async (page) => {
    await page.addInitScript(() => {
      const { importKey } = SubtleCrypto.prototype;
      // @ts-expect-error one of the overloads
      SubtleCrypto.prototype.importKey = function (...all) {
        // @ts-expect-error as it was called
        return String(all[2]) === 'Ed25519' ? Promise.reject(new DOMException('', 'NotSupportedError')) : importKey.apply(this, all);
      };
    });
    await logIn(page, me);
    await openEvent(page);
    assert.equal(await check(page), 'unchecked');
    assert.equal(await page.locator('.verdict-word').textContent(), 'Only partly checked');
    assert.deepEqual(await found(page), { event: 'good', leaf: 'good', path: 'good', checkpoint: 'good', signature: 'unchecked' });
    assert.match(await page.locator('[data-part=signature]').textContent() ?? '', /does not know Ed25519/);
  });
});

/** @param {Page} page */
async function openCheckpoints(page) {
  await page.goto('/audit?view=checkpoint');
  await page.locator('#hold-newest').waitFor();
}

/** Brings a newer checkpoint, which the server may have signed by itself meanwhile. @param {Page} page */
async function newer(page) {
  const size = () => page.locator('#checkpoint-size b').textContent().then((text) => Number(text?.replaceAll(',', '')));
  const before = await size();
  const grown = (/** @type {number} */ than) => Number(document.querySelector('#checkpoint-size b')?.textContent?.replaceAll(',', '')) > than;
  await registered();
  await page.click('#refresh');
  await page.waitForFunction((than) => document.querySelector('#sign-now') || Number(document.querySelector('#checkpoint-size b')?.textContent?.replaceAll(',', '')) > than, before);
  if (await size() <= before) await page.click('#sign-now');
  await page.waitForFunction(grown, before);
}

test('the newest checkpoint is shown against the head, signed anew, downloaded and held', async () => {
  const me = await auditor();
  await visit({}, async (page) => {
    await logIn(page, me);
    await openCheckpoints(page);
    await newer(page);
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('#download-checkpoint')]);
    const note = await readFile(await file.path(), 'utf8');
    const size = note.split('\n')[1];
    assert.match(note, /^\S+\n\d+\n[A-Za-z0-9+/]{43}=\n\n— \S+ \S+\n/u);
    assert.equal(file.suggestedFilename(), `zhanggui-checkpoint-${size}.txt`);
    assert.equal(await page.locator('#checkpoint-size b').textContent(), Number(size).toLocaleString('en'));
    assert.ok(await page.locator('.keys li').count() > 0);
    await page.locator('#held-none').waitFor();
    await tabTo(page, 'hold-newest');
    await page.keyboard.press('Enter');
    await page.locator('#held-size', { hasText: Number(size).toLocaleString('en') }).waitFor();
    await page.click('#hold-key');
    await page.locator('#key-state', { hasText: 'signs with this key' }).waitFor();
    await page.reload();
    await page.locator('#held-size', { hasText: Number(size).toLocaleString('en') }).waitFor();
    await newer(page);
    await page.click('#check-growth');
    await page.locator('#growth[data-verdict=good]').waitFor();
    // A proof now stands on what is held.
    await openEvent(page);
    assert.equal(await check(page), 'good');
    assert.deepEqual(Object.keys(await found(page)), ['event', 'leaf', 'path', 'checkpoint', 'signature', 'growth']);
    assert.match(await page.locator('[data-part=signature]').textContent() ?? '', /that you hold/);
    assert.equal(await page.locator('#verdict a').count(), 0, 'nothing more is to be wished for');
    await openCheckpoints(page);
    await page.click('#drop-checkpoint');
    await page.click('#drop-key');
    await page.reload();
    await page.locator('#held-none').waitFor();
    await page.locator('#key-none').waitFor();
  });
});

test('a checkpoint and a key from elsewhere are pasted and kept, and nonsense is not', async () => {
  const me = await auditor();
  const { keys: [key] } = await (await call('/.well-known/zhanggui-log-keys')).json().then((document) => (document.keys.length > 0 ? document : { keys: [null] }));
  await visit({}, async (page) => {
    await logIn(page, me);
    await openCheckpoints(page);
    const note = await page.evaluate(() => fetch('/api/v1/audit/checkpoint', { headers: { Accept: 'text/plain' } }).then((answer) => answer.text()));
    const written = key?.verifier_key ?? await page.locator('.key-written code').first().textContent();
    await page.click('#held-checkpoint summary');
    await page.fill('#hold-checkpoint', 'not a checkpoint');
    await page.click('#hold-pasted');
    await page.locator('#hold-checkpoint-wrong').waitFor();
    await page.fill('#hold-checkpoint', note.replaceAll('\n', '\r\n').trim());
    await page.click('#hold-pasted');
    await page.locator('#held-size', { hasText: Number(note.split('\n')[1]).toLocaleString('en') }).waitFor();
    await page.click('#held-key summary');
    await page.fill('#hold-key-form, #held-key textarea', flipped(written, written.length - 8));
    await page.click('#hold-key-pasted');
    await page.locator('#held-key .wrong').waitFor();
    await page.fill('#held-key textarea', written);
    await page.click('#hold-key-pasted');
    await page.locator('#key-state').waitFor();
    await page.click('#check-growth');
    await page.locator('#growth[data-verdict=good]').waitFor();
  });
});

test('what is held catches a rewritten, a shortened and a foreign ledger, and a key that was replaced', async () => {
  const me = await auditor();
  await visit({}, async (page) => {
    await logIn(page, me);
    await openCheckpoints(page);
    const note = await page.evaluate(() => fetch('/api/v1/audit/checkpoint', { headers: { Accept: 'text/plain' } }).then((answer) => answer.text()));
    const [origin, size, root] = note.split('\n');
    /** @param {string} held */
    const holding = async (held) => {
      await page.evaluate((checkpoint) => localStorage.setItem('zhanggui.audit.held', JSON.stringify({ checkpoint, checkpointAt: '2026-11-01T00:00:00.000Z' })), held);
      await openCheckpoints(page);
      await page.locator('#held-size').waitFor();
      await page.click('#check-growth');
      await page.locator('#growth').waitFor();
      return page.locator('#growth [data-part=growth]').textContent();
    };
    const wrongRoot = flipped(root, 3);
    assert.match(await holding(note.replace(root, wrongRoot)) ?? '', /the past was rewritten/);
    assert.match(await holding(note.replace(`\n${size}\n`, `\n${Number(size) - 1}\n`)) ?? '', /does not begin with|says something else/);
    assert.match(await holding(note.replace(`\n${size}\n`, `\n${Number(size) + 1_000_000}\n`)) ?? '', /events were taken away, or an old backup/);
    assert.match(await holding(note.replaceAll(origin, 'another/ledger')) ?? '', /another ledger/);
    assert.equal(await page.getAttribute('#growth', 'data-verdict'), 'bad');
    // The proof of an event sees it too.
    await page.evaluate((checkpoint) => localStorage.setItem('zhanggui.audit.held', JSON.stringify({ checkpoint })), note.replace(root, wrongRoot));
    await openEvent(page);
    assert.equal(await check(page), 'bad');
    assert.equal((await found(page)).growth, 'bad');
    assert.equal((await found(page)).signature, 'good', 'the server can sign what it likes');
    // A true key, of another ledger or that the server does not know (any more).
    const foreign = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    await page.evaluate(([checkpoint, key]) => localStorage.setItem('zhanggui.audit.held', JSON.stringify({ checkpoint, key })), [note, foreign]);
    await openCheckpoints(page);
    await page.locator('#key-state', { hasText: 'no longer publishes this key' }).waitFor();
    await openEvent(page);
    assert.equal(await check(page), 'bad');
    assert.equal((await found(page)).signature, 'bad');
    // One that the server says was succeeded is neither right nor wrong.
    const keys = await page.evaluate(() => fetch('/.well-known/zhanggui-log-keys').then((answer) => answer.json()));
    const old = await page.evaluate(async (name) => {
      const bytes = new Uint8Array(33);
      bytes[0] = 1;
      bytes[5] = 7;
      const text = new TextEncoder().encode(`${name}\n`);
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.of(...text, ...bytes)));
      const id = [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return { written: `${name}+${id}+${btoa(String.fromCharCode(...bytes))}`, id };
    }, origin);
    await page.route('**/.well-known/zhanggui-log-keys', (route) => route.fulfill({ json: { ...keys, keys: [{ ...keys.keys[0], verifier_key: old.written, key_id: old.id, first_size: 0, last_size: 1 }, ...keys.keys] } }));
    await page.evaluate((key) => localStorage.setItem('zhanggui.audit.held', JSON.stringify({ key })), old.written);
    await openEvent(page);
    assert.equal(await check(page), 'unchecked');
    assert.match(await page.locator('#verdict').textContent() ?? '', /another key took over: ask the operator/);
  });
});

test('the proof of somebody who left still holds', async () => {
  const [me, person] = [await auditor(), await registered()];
  const login = await call('/api/v1/login', { username: person.username, password: person.password });
  const { user_id } = await login.json();
  const Cookie = login.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
  const left = await fetch(`${process.env.ZHANGGUI_URL}/api/v1/me`, { method: 'DELETE', headers: { Cookie, 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify({ password: person.password }) });
  assert.equal(left.status, 204);
  await visit({}, async (page) => {
    await logIn(page, me);
    await page.goto(`/audit?aggregate_id=${user_id}`);
    await page.click('.rows a:has-text("account.registered")');
    await page.locator('[data-cover=erased]').first().waitFor();
    assert.equal(await check(page), 'good');
  });
});
