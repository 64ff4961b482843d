// The auditors' page: who sees it, searching with saved links and pages, one event with its causes, what is sealed and
// opened and recorded, a stream through time, and the export.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { call, focused, grant, logIn, refuse, registered, tabTo, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */
/** @typedef {import('./browser.mjs').Person} Person */

/** Somebody with the role, and how another program is them. The page's log-in ends the session of the cookie. */
async function auditor() {
  const person = await registered();
  await grant(person, 'auditor');
  return person;
}

/** @param {Person} person @returns {Promise<{ id: string, headers: Record<string, string> }>} */
async function loggedIn({ username, password }) {
  const login = await call('/api/v1/login', { username, password });
  const headers = { Cookie: login.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ') };
  return { id: (await login.json()).user_id, headers };
}

/** Somebody with a short history: registered, logged in, asked for a code. @returns {Promise<{ person: Person, id: string }>} */
async function somebodyWithHistory() {
  const person = await registered();
  const { id, headers } = await loggedIn(person);
  const asked = await call('/api/v1/me/verifications', { channel: 'email', purpose: 'verify_contact' }, headers);
  assert.equal(asked.status, 202);
  return { person, id };
}

/**
 * Waits until the code that somebody asked for is on its way: what follows is then the last that happened.
 * @param {Person} me an auditor @param {string} id
 */
async function settled(me, id) {
  const { headers } = await loggedIn(me);
  for (;;) {
    const stream = await (await call(`/api/v1/audit/streams/account/${id}`, undefined, headers)).json();
    if (stream.events.some((/** @type {{ event_type: string }} */ event) => event.event_type === 'account.verification_sent')) return;
  }
}

/** @param {Page} page */
const types = (page) => page.locator('.rows .row-type').allTextContents();

/** @param {Page} page @param {string} id */
async function searchFor(page, id) {
  await page.goto(`/audit?aggregate_id=${id}`);
  await page.locator(`.rows a`).first().waitFor();
}

for (const [locale, words] of Object.entries({
  'zh-CN': { title: '查账', sealed: '已封存', event: /^第 [\d,]+ 号事件$/ },
  'en': { title: 'Audit the ledger', sealed: 'sealed', event: /^Event [\d,]+$/ },
})) {
  test(`an auditor finds somebody's events and reads one, sealed, in ${locale}`, async () => {
    const [me, { id, person }] = [await auditor(), await somebodyWithHistory()];
    await visit({ locale }, async (page) => {
      await logIn(page, me);
      await page.click('.top-links a[href="/audit"]');
      await page.locator('.rows a').first().waitFor();
      assert.equal(await page.locator('h1').textContent(), words.title);
      await page.fill('#audit-aggregate_id', id);
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/audit\\?aggregate_id=${id}$`));
      await page.waitForFunction((whose) => [...document.querySelectorAll('.row-stream')].every((stream) => stream.getAttribute('title')?.endsWith(whose)), id);
      assert.ok((await types(page)).includes('account.logged_in'));
      assert.equal((await types(page)).at(-1), 'account.registered', 'the newest first');
      await page.click('.rows a:has-text("account.registered")');
      await page.locator('#payload-title').waitFor();
      assert.match(await page.locator('h1').textContent() ?? '', words.event);
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', 'a new screen is announced');
      await page.locator('.tree [data-cover=sealed]', { hasText: words.sealed }).first().waitFor();
      assert.equal(await page.locator('.tree [data-cover=secret]').count(), 1);
      const text = await page.locator('main').textContent() ?? '';
      for (const secret of [person.username, person.email, person.phone]) assert.ok(!text.includes(secret), secret);
      await page.goBack();
      await page.locator('.rows a:has-text("account.registered")').waitFor();
      assert.equal(await page.inputValue('#audit-aggregate_id'), id, 'the question is still there');
    });
  });
}

test('every filter finds what it says, alone and together, and the address is the saved search', async () => {
  const [me, { id }] = [await auditor(), await somebodyWithHistory()];
  await visit({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await logIn(page, me);
    await searchFor(page, id);
    const all = await page.locator('.rows a').count();
    await page.selectOption('#audit-event_type', 'account.verification_requested');
    await page.selectOption('#audit-aggregate_type', 'account');
    await page.fill('#audit-actor_id', id);
    await page.click('#audit-search');
    await page.waitForURL(/actor_id=.*aggregate_type=account.*event_type=account\.verification_requested/);
    await page.waitForFunction(() => document.querySelectorAll('.rows a').length === 1 && !document.querySelector('.page[aria-busy=true]'));
    assert.deepEqual(await types(page), ['account.verification_requested']);
    await page.click('#copy-link');
    await page.locator('#copy-link', { hasText: 'Copied' }).waitFor();
    const saved = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(saved, page.url());
    await page.goto('/audit');
    await page.locator('.rows a').first().waitFor();
    await page.goto(saved);
    await page.locator('.rows a:has-text("verification_requested")').waitFor();
    assert.deepEqual(await types(page), ['account.verification_requested']);
    assert.equal(await page.inputValue('#audit-event_type'), 'account.verification_requested');
    await page.click('.rows a');
    // Its correlation leads to what it led to.
    await page.locator('#copy-correlation').waitFor();
    await page.click('.event-facts a[href*="correlation_id"]');
    await page.waitForURL(/\/audit\?correlation_id=/);
    await page.locator('.rows a:has-text("verification_requested")').waitFor();
    assert.equal(await page.locator('.rare').getAttribute('open'), '', 'a filter that is set is seen');
    await page.click('#audit-clear');
    await page.waitForURL(/\/audit$/);
    await page.locator('.rows a').nth(all).waitFor();
  });
});

test('a span of time finds what was recorded in it, and a senseless one is told at its field', async () => {
  const [me, { id }] = [await auditor(), await somebodyWithHistory()];
  await visit({ timezoneId: 'Asia/Shanghai' }, async (page) => {
    await logIn(page, me);
    await searchFor(page, id);
    const day = 86_400_000;
    const there = (/** @type {number} */ days) => new Date(Date.now() + 8 * 3_600_000 + days * day).toISOString().slice(0, 16);
    await page.fill('#audit-from', there(-1));
    await page.fill('#audit-to', there(1));
    await page.click('#audit-search');
    await page.waitForURL(/from=.*Z.*to=.*Z/);
    await page.locator('.rows a:has-text("account.registered")').waitFor();
    assert.equal((await page.inputValue('#audit-from')).slice(0, 16), there(-1).slice(0, 16), 'the time of the place');
    await page.fill('#audit-from', there(1));
    await page.fill('#audit-to', there(2));
    await page.click('#audit-search');
    await page.locator('#nothing', { hasText: 'No event is as asked' }).waitFor();
    await page.fill('#audit-to', there(-2));
    await page.click('#audit-search');
    await page.locator('#audit-to-wrong', { hasText: 'later than the beginning' }).waitFor();
    assert.equal(await focused(page), 'audit-to');
  });
});

test('pages go back and forth by position, and stay what they were while the ledger grows', async () => {
  const [me, { person, id }] = [await auditor(), await somebodyWithHistory()];
  for (let logins = 0; logins < 70; logins += 1) await loggedIn(person);
  await visit({}, async (page) => {
    await logIn(page, me);
    await searchFor(page, id);
    const positions = async () => (await page.locator('.rows a').evaluateAll((lines) => lines.map((line) => Number(line.getAttribute('data-position')))));
    const turned = () => page.waitForFunction((address) => location.href !== address && !document.querySelector('.page[aria-busy=true]'), page.url());
    const first = await positions();
    assert.equal(first.length, 50);
    await Promise.all([turned(), page.click('#older')]);
    const second = await positions();
    assert.ok(second.length >= 22 && second[0] < (first.at(-1) ?? 0), 'the next page is behind the first');
    assert.equal(await page.locator('#older').getAttribute('aria-disabled'), 'true');
    await loggedIn(person);
    await Promise.all([turned(), page.click('#newer')]);
    assert.deepEqual(await positions(), first, 'the same page, whatever happened since');
    await Promise.all([turned(), page.click('#newer')]);
    assert.equal((await positions()).length, 1);
    await Promise.all([turned(), page.click('#newest')]);
    assert.equal((await positions()).length, 50);
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('.rows a').length === 1);
  });
});

test('an answer that is not full but not the end is gone on with, and says where it is', async () => {
  const me = await auditor();
  await visit({}, async (page) => {
    await logIn(page, me);
    await page.goto('/audit');
    await page.locator('.rows a').first().waitFor();
    const { events: [event], head } = await page.evaluate(() => fetch('/api/v1/audit/events?order=desc&limit=1', { headers: { Accept: 'application/json' } }).then((answer) => answer.json()));
    let go = () => {};
    const gate = new Promise((open) => { go = () => open(undefined); });
    await page.route('**/api/v1/audit/events?**', async (route) => {
      const before = Number(new URL(route.request().url()).searchParams.get('before') ?? 0);
      if (before === 400) await gate;
      const json = before === 0 ? { events: [event], next_after: null, next_before: 900, head } : before === 900 ? { events: [], next_after: null, next_before: 400, head } : { events: [{ ...event, position: 7 }], next_after: null, next_before: null, head };
      await route.fulfill({ json });
    });
    await page.goto('/audit?actor_id=somebody');
    await page.locator('#found', { hasText: 'at event 400' }).waitFor();
    go();
    await page.locator('.rows a[data-position="7"]').waitFor();
    assert.equal(await page.locator('.rows a').count(), 2);
    assert.equal(await page.locator('#older').count(), 0);
  });
});

test('what caused an event and what it caused are links to follow', async () => {
  const [me, { id }] = [await auditor(), await somebodyWithHistory()];
  await visit({}, async (page) => {
    await logIn(page, me);
    // The reactor sends after it was asked.
    const sent = page.locator('.rows a:has-text("verification_sent")');
    await searchFor(page, id);
    for (let tries = 0; tries < 40 && await sent.count() === 0; tries += 1) {
      await page.click('#refresh');
      await page.waitForFunction(() => document.querySelector('.page[aria-busy=false]'));
    }
    await sent.click();
    await page.locator('#cause-title + .rows a:has-text("verification_requested")').click();
    await page.locator('.event-type', { hasText: 'verification_requested' }).waitFor();
    await page.locator('#effects-title + .rows a:has-text("verification_sent")').waitFor();
    assert.match(await page.locator('#cause-title + .nothing').textContent() ?? '', /came from outside/);
  });
});

test('personal data is opened only after a question, for one event, and that is on the ledger', async () => {
  const [me, { id, person }] = [await auditor(), await somebodyWithHistory()];
  await visit({}, async (page) => {
    await logIn(page, me);
    /** @type {string[]} */
    const reveals = [];
    page.on('request', (request) => { if (request.url().includes('reveal=true')) reveals.push(request.url()); });
    await searchFor(page, id);
    await page.click('.rows a:has-text("account.registered")');
    const position = await page.waitForURL(/event=\d+/).then(() => new URL(page.url()).searchParams.get('event'));
    await page.click('#reveal');
    await page.locator('#confirm-text', { hasText: 'goes on the ledger first' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(page), 'reveal');
    assert.deepEqual(reveals, [], 'nothing was asked for');
    await page.keyboard.press('Enter');
    await page.click('#confirm-yes');
    await page.locator('#revealed').waitFor();
    const open = await page.locator('.tree').first().textContent() ?? '';
    for (const value of [person.username, person.email]) assert.ok(open.includes(value), value);
    assert.equal(await page.locator('.tree [data-cover=secret]').count(), 1, 'a secret is never opened');
    await page.click('#hide');
    assert.ok(!(await page.locator('.tree').first().textContent() ?? '').includes(person.email));
    assert.equal(reveals.length, 1);
    await page.goto('/audit?view=reveals');
    await page.fill('#reveals-whose', id);
    await page.click('#reveals-search');
    await page.waitForURL(/whose=/);
    await page.waitForFunction(() => document.querySelectorAll('.looks li').length === 1);
    assert.match(await page.locator('.look-what').textContent() ?? '', new RegExp(`in the event.* ${Number(position).toLocaleString('en')}$`));
    await page.click('.look-who a >> nth=0');
    await page.waitForURL(/who=/);
    await page.locator('.looks li').first().waitFor();
    await page.click('.look-when a >> nth=0');
    await page.locator('.event-type', { hasText: 'account.revealed' }).waitFor();
  });
});

test('a slider goes through a stream by keyboard and tells the state and what changed', async () => {
  const [me, { id, person }] = [await auditor(), await somebodyWithHistory()];
  await settled(me, id);
  await grant(person, 'analyst');
  await visit({}, async (page) => {
    await logIn(page, me);
    await searchFor(page, id);
    await page.click('.rows a:has-text("account.registered")');
    await page.click('#to-stream');
    await page.locator('#step-words', { hasText: 'account.registered' }).waitFor();
    assert.match(page.url(), /step=1$/);
    await tabTo(page, 'step');
    const valueText = () => page.getAttribute('#step', 'aria-valuetext');
    await page.keyboard.press('End');
    await page.locator('#step-words', { hasText: 'account.role_granted' }).waitFor();
    assert.match(await valueText() ?? '', /^Step \d+ of \d+: account\.role_granted, \d{4}-/);
    await page.locator('.changes [data-path="/roles"] .change-after', { hasText: 'analyst' }).waitFor();
    assert.match(await page.locator('.changes [data-path="/roles"] .change-before').textContent() ?? '', /\[\]/);
    await page.locator('.tree [data-changed]', { hasText: 'roles' }).waitFor();
    const last = Number(new URL(page.url()).searchParams.get('step'));
    await page.keyboard.press('ArrowLeft');
    await page.locator('#changes-title', { hasText: `step ${last - 1} changed` }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('step'), String(last - 1), 'the address goes along');
    await page.keyboard.press('Home');
    await page.locator('#no-state').waitFor();
    assert.match(await valueText() ?? '', /Step 0 of \d+: Before the first event/);
    await page.click('#step-on');
    await page.locator('.changes [data-path="/email"] [data-cover=sealed]').first().waitFor();
    await page.click('.rows a:has-text("account.role_granted")');
    await page.locator('#changes-title', { hasText: `step ${last} changed` }).waitFor();
    // Two points: all that came since the first step, and nothing that was there before.
    await page.fill('#compare-since', '1');
    await page.keyboard.press('Enter');
    await page.locator('#changes-title', { hasText: `from step 1 to step ${last}` }).waitFor();
    await page.locator('.changes [data-path="/roles"]').waitFor();
    assert.equal(await page.locator('.changes [data-path="/email"]').count(), 0);
    await page.reload();
    await page.locator('#changes-title', { hasText: `from step 1 to step ${last}` }).waitFor();
    await page.fill('#compare-since', '9999');
    await page.keyboard.press('Enter');
    await page.locator('#compare-since-wrong').waitFor();
    await page.click('#compare-stop');
    await page.locator('#changes-title', { hasText: `step ${last} changed` }).waitFor();
    await page.click('#reveal');
    await page.click('#confirm-yes');
    await page.locator('.tree', { hasText: person.email }).waitFor();
    await page.locator('#step-back').click();
    await page.locator('#changes-title', { hasText: `step ${last - 1} changed` }).waitFor();
    assert.ok(!(await page.locator('main').textContent() ?? '').includes(person.email), 'another step is sealed again');
  });
});

test('somebody who left is shown as erased, and cannot be opened any more', async () => {
  const [me, person] = [await auditor(), await registered()];
  const { id, headers } = await loggedIn(person);
  const left = await fetch(`${process.env.ZHANGGUI_URL}/api/v1/me`, { method: 'DELETE', headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/json' }, body: JSON.stringify({ password: person.password }) });
  assert.equal(left.status, 204);
  await visit({}, async (page) => {
    await logIn(page, me);
    await page.goto(`/audit?stream=account&id=${id}`);
    await page.locator('#erased', { hasText: 'forgotten' }).waitFor();
    await page.goto(`/audit?stream=account&id=${id}&step=1`);
    await page.locator('.tree [data-cover=erased]').first().waitFor();
    assert.equal(await page.locator('#reveal').count(), 0);
    assert.equal(await page.locator('[data-cover=sealed]').count(), 0);
  });
});

test('an export tells how far it is, is stopped, breaks, goes on behind the last whole line, and is a file', async () => {
  const [me, { id }] = [await auditor(), await somebodyWithHistory()];
  await visit({ tolerated: /ERR_|Failed to load resource/ }, async (page) => {
    await logIn(page, me);
    await searchFor(page, id);
    const shown = await page.locator('.rows a').count();
    await page.click('#audit-export');
    await page.locator('h1', { hasText: 'Export events' }).waitFor();
    // The first answer is the beginning of the real one, cut in the middle of its second line.
    let asked = 0;
    /** @type {string[]} */
    const after = [];
    await page.route('**/api/v1/audit/events?**', async (route) => {
      const request = route.request();
      if (request.headers().accept !== 'application/x-ndjson') return route.continue();
      after.push(new URL(request.url()).searchParams.get('after') ?? '');
      if ((asked += 1) > 1) return route.continue();
      const answer = await route.fetch();
      const lines = (await answer.text()).split('\n');
      return route.fulfill({ status: 200, headers: answer.headers(), body: `${lines[0]}\n${lines[1].slice(0, 20)}` });
    });
    await page.click('#export-start');
    await page.locator('#export-broken', { hasText: 'The connection broke after event' }).waitFor();
    const words = await page.locator('#export-words').textContent() ?? '';
    assert.match(words, /^1 events, .*kB, \d+ %$/);
    const [saving] = await Promise.all([page.waitForEvent('download'), page.click('#export-start')]);
    await page.locator('#export-done', { hasText: `Saved: ${shown} events` }).waitFor();
    const file = (await readFile(await saving.path(), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.equal(file.length, shown);
    assert.ok(file.every((event) => event.aggregate_id === id));
    assert.equal(after[0], '');
    assert.equal(after[1], String(file[0].position), 'it went on behind the last whole line');
    assert.equal(new Set(file.map(({ position }) => position)).size, shown);
    assert.match(saving.suggestedFilename(), /^zhanggui-events-\d+\.ndjson$/);
    assert.ok(JSON.stringify(file).includes('‹sealed›'));
  });
});

test('an export that runs can be stopped', async () => {
  const me = await auditor();
  await visit({}, async (page) => {
    await logIn(page, me);
    let open = () => {};
    const gate = new Promise((go) => { open = () => go(undefined); });
    await page.route('**/api/v1/audit/events', async (route) => { await gate; await route.continue().catch(() => {}); });
    await page.goto('/audit?view=export');
    await page.locator('#export-all').waitFor();
    await page.click('#export-start');
    await page.click('#export-stop');
    await page.locator('#export-stopped').waitFor();
    open();
    await page.unroute('**/api/v1/audit/events');
    await Promise.all([page.waitForEvent('download'), page.click('#export-start')]);
    await page.locator('#export-done').waitFor();
  });
});

test('the page shows nothing to who is no auditor, and asks for nothing', async () => {
  const person = await registered();
  await grant(person, 'analyst');
  await visit({}, async (page) => {
    await logIn(page, person);
    assert.equal(await page.locator('.top-links a[href="/audit"]').count(), 0);
    /** @type {string[]} */
    const asked = [];
    page.on('request', (request) => { if (request.url().includes('/api/v1/audit/')) asked.push(request.url()); });
    await page.goto('/audit');
    await page.getByRole('alert').getByText('Only auditors').waitFor();
    assert.equal(await page.locator('form').count(), 0);
    assert.deepEqual(asked, []);
  });
});

test('what is refused, missing or out of reach is told in words, with a way on', async () => {
  const me = await auditor();
  await visit({ tolerated: /503|ERR_/ }, async (page) => {
    await logIn(page, me);
    await refuse(page, '**/api/v1/audit/events?**', 403, 'forbidden');
    await page.goto('/audit');
    await page.getByRole('alert').getByText('Only auditors').waitFor();
    await page.unroute('**/api/v1/audit/events?**');
    await page.goto('/audit?event=999999999');
    await page.getByRole('alert').getByText('no such event').waitFor();
    await page.goto('/audit?stream=account&id=nobody');
    await page.getByRole('alert').getByText('no such event').waitFor();
    await refuse(page, '**/api/v1/audit/events?**', 503, 'unavailable');
    await page.goto('/audit');
    await page.getByRole('alert').getByText('briefly unavailable').waitFor();
    await page.unroute('**/api/v1/audit/events?**');
    await page.route('**/api/v1/audit/events?**', (route) => route.abort());
    await page.click('.retry');
    await page.getByRole('alert').getByText('cannot be reached').waitFor();
    await page.unroute('**/api/v1/audit/events?**');
    await page.click('.retry');
    await page.locator('.rows a').first().waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
  });
});

test('somebody not logged in is asked to, and then gets to the saved search', async () => {
  const [me, { id }] = [await auditor(), await somebodyWithHistory()];
  await visit({}, async (page) => {
    await page.goto(`/audit?aggregate_id=${id}`);
    await page.waitForURL(/\/login\?next=/);
    await page.fill('#username', me.username);
    await page.fill('#password', me.password);
    await page.click('button[type=submit]');
    await page.locator('.rows a:has-text("account.registered")').waitFor();
    assert.equal(await page.inputValue('#audit-aggregate_id'), id);
  });
});
