// The analysts' page: who may see it, that it shows what the server answers, that it can be walked by keyboard, kept
// as an address and saved as a file, and what it says when there is nothing, or no answer.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { grant, logIn, logInElsewhere, refuse, registered, tabTo, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */
/** @typedef {import('../../static/api-analytics.js').Daily} Daily */

async function analyst() {
  const person = await registered();
  await grant(person, 'analyst');
  return person;
}

/** Waits until the figures asked for are shown. @param {Page} page */
const shown = (page) => page.locator('#figures[aria-busy=false]').waitFor();

/** @param {Page} page @param {string} [query] */
async function open(page, query = '') {
  await logIn(page, await analyst());
  await page.goto(`/analytics${query}`);
  await shown(page);
}

/** What the server answers this page. @param {Page} page @param {string} path @returns {Promise<any>} */
const ask = async (page, path) => (await page.request.get(`/api/v1/analytics/${path}`, { headers: { Accept: 'application/json' } })).json();

/** The days of a chart's table, newest first. @param {Page} page @param {string} id @returns {Promise<string[][]>} */
async function rowsOf(page, id) {
  const table = page.locator(`#${id}-numbers`);
  if (await table.getAttribute('open') === null) await table.locator('summary').click();
  await table.locator('tbody tr').first().waitFor();
  return table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
}

/** A number as the page writes it. @param {number} value @param {string} [language] */
const written = (value, language = 'en') => new Intl.NumberFormat(language).format(value);

/** Makes the server's answer other than it is. @param {Page} page @param {(daily: Daily) => void} change */
const changed = (page, change) => page.route('**/api/v1/analytics/daily**', async (route) => {
  const answer = await route.fetch();
  const json = await answer.json();
  change(json);
  await route.fulfill({ response: answer, json });
});

test('an analyst and an administrator get there by the top bar, and others are told why they do not', async () => {
  const [person, one, admin] = [await registered(), await analyst(), await registered()];
  await grant(admin, 'admin');
  for (const who of [one, admin]) {
    await visit({}, async (page) => {
      await logIn(page, who);
      await page.click('.top-links a[href="/analytics"]');
      await page.locator('h1', { hasText: 'Figures' }).waitFor();
      await shown(page);
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
      assert.equal(await page.getAttribute('.top-links a[href="/analytics"]', 'aria-current'), 'page');
    });
  }
  await visit({}, async (page) => {
    await logIn(page, person);
    assert.equal(await page.locator('.top-links a[href="/analytics"]').count(), 0);
    await page.goto('/analytics');
    await page.getByRole('alert').getByText('Only analysts and administrators').waitFor();
    assert.equal(await page.locator('.figure, .range, .tiles').count(), 0);
  });
});

test('somebody not logged in is asked to, and then gets to the range they asked for', async () => {
  const person = await analyst();
  await visit({}, async (page) => {
    await page.goto('/analytics?days=7&compare=no');
    await page.waitForURL(/\/login\?next=/);
    await page.fill('#username', person.username);
    await page.fill('#password', person.password);
    await page.click('button[type=submit]');
    await shown(page);
    assert.equal(new URL(page.url()).search, '?days=7&compare=no');
    assert.equal((await rowsOf(page, 'registrations')).length, 7);
  });
});

for (const locale of ['zh-CN', 'en']) {
  test(`the numbers are the server's, in tiles, tables and as the cursor says them, in ${locale}`, () => visit({ locale }, async (page) => {
    // Days that are closed for good, so that nobody else's test moves them.
    const today = new Date((await analystToday(page)).today);
    const [from, to] = [-31, -2].map((days) => new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10));
    await page.goto(`/analytics?from=${from}&to=${to}`);
    await shown(page);
    /** @type {Daily} */
    const daily = await ask(page, `daily?from=${from}&to=${to}`);
    const total = daily.days.reduce((sum, day) => sum + day.registrations, 0);
    assert.equal(await page.locator('#tile-registrations .tile-number').textContent(), written(total, locale));
    assert.match(await page.locator('#shown-range').textContent() ?? '', new RegExp(`30.*${daily.timezone}`));
    assert.match(await page.locator('.tiles .as-of').textContent() ?? '', /\d.*Asia\/Shanghai/);
    assert.ok(total > 0, 'nobody registered in a month: is this the year of a shop?');
    const rows = await rowsOf(page, 'registrations');
    assert.deepEqual(rows.map((row) => row[1]), daily.days.map((day) => written(day.registrations, locale)).reverse());
    const cursor = page.locator('#registrations-cursor');
    await cursor.focus();
    await page.keyboard.press('Home');
    const said = await cursor.getAttribute('aria-valuetext') ?? '';
    const title = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(from));
    assert.ok(said.startsWith(title), `${said} does not begin with ${title}`);
    assert.match(said, new RegExp(`[:：] ?${written(daily.days[0].registrations, locale)}[,，]`));
  }));
}

/** Logs an analyst in, and asks for the open day. @param {Page} page */
async function analystToday(page) {
  await logIn(page, await analyst());
  return ask(page, 'active');
}

test('who registers counts in the open day, which is marked as not final', () => visit({}, async (page) => {
  await open(page, '?days=7');
  const before = Number((await rowsOf(page, 'registrations'))[0][1].replaceAll(',', ''));
  assert.ok(before >= 1, 'the analyst registered today');
  assert.match((await rowsOf(page, 'registrations'))[0].at(-1) ?? '', /Not final/);
  await Promise.all([registered(), registered()]);
  // The figures follow the ledger; each answer says how far they have come.
  let now = before;
  for (let tries = 0; tries < 200 && now < before + 2; tries += 1) {
    const answered = page.waitForResponse(/analytics\/daily/);
    await page.click('#refresh');
    await answered;
    await shown(page);
    now = Number((await rowsOf(page, 'registrations'))[0][1].replaceAll(',', ''));
  }
  assert.ok(now >= before + 2, `${now} after ${before}`);
  await page.locator('#registrations-cursor').focus();
  await page.keyboard.press('End');
  assert.match(await page.getAttribute('#registrations-cursor', 'aria-valuetext') ?? '', /not final$/);
  assert.ok(await page.locator('#registrations .bar.open').count() > 0);
}));

test('a chart is walked by keyboard alone, day by day and week by week', () => visit({}, async (page) => {
  await open(page, '?days=30');
  const cursor = page.locator('#registrations-cursor');
  const at = async () => Number(await cursor.getAttribute('aria-valuenow'));
  await page.locator('#registrations-csv').focus();
  await tabTo(page, 'registrations-cursor');
  await page.locator('#registrations .tip').waitFor();
  assert.deepEqual([await at(), await cursor.getAttribute('aria-valuemax')], [30, '30']);
  for (const [key, to] of /** @type {[string, number][]} */ ([['ArrowLeft', 29], ['PageDown', 22], ['ArrowRight', 23], ['Home', 1], ['ArrowLeft', 1], ['End', 30], ['ArrowRight', 30]])) {
    await page.keyboard.press(key);
    await page.waitForFunction((wanted) => document.querySelector('#registrations-cursor')?.getAttribute('aria-valuenow') === wanted, String(to));
    assert.equal(await at(), to, key);
  }
  const said = await cursor.getAttribute('aria-valuetext') ?? '';
  assert.ok(said.startsWith(await page.locator('#registrations .tip-title').textContent() ?? '?'), said);
  await page.keyboard.press('Escape');
  await page.locator('#registrations .tip').waitFor({ state: 'detached' });
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement?.id), 'registrations-cursor', 'Tab leads on');
}));

test('the heat map is walked in both directions, and says how many of how many came back', () => visit({}, async (page) => {
  await open(page);
  const cursor = page.locator('#retention-cursor');
  await cursor.focus();
  await page.keyboard.press('End');
  const last = await cursor.getAttribute('aria-valuetext') ?? '';
  // The last row is this week's, in which this test's analyst registered.
  assert.match(last, /^Registered .*: \d[\d,]* of \d[\d,]*, Share: \d+.*%, Week not over/);
  const { cohorts } = await ask(page, 'retention');
  const week = cohorts.at(-1);
  assert.ok(week.registrations >= 1 && week.weeks.at(-1).complete === false);
  await page.keyboard.press('PageUp');
  if (cohorts.length > 1 && cohorts[0].registrations > 0) assert.match(await cursor.getAttribute('aria-valuetext') ?? '', /^Mean of the weeks that are over/);
  const rows = await rowsOf(page, 'retention');
  assert.equal(rows.at(-1)?.[1], written(week.registrations));
}));

test('the pointer brings out the exact numbers of the day it is on', () => visit({}, async (page) => {
  await open(page, '?days=7');
  const box = await page.locator('#active-cursor').boundingBox();
  assert.ok(box);
  await page.locator('#active-cursor').hover({ position: { x: box.width - 30, y: 40 } });
  const { days } = await ask(page, 'daily');
  const tip = page.locator('#active .tip');
  await tip.waitFor();
  assert.match(await tip.textContent() ?? '', new RegExp(`Active people${written(days.at(-1).active_users)}`));
  await page.locator('h1').hover();
  await tip.waitFor({ state: 'detached' });
}));

test('the range is in the address: presets, dates and comparison, and back again', () => visit({}, async (page) => {
  await open(page);
  assert.equal(await page.getAttribute('#days-30', 'aria-current'), 'true');
  assert.ok(await page.locator('.delta').count() > 0 && await page.isChecked('#compare'));
  await page.click('#days-7');
  await page.waitForURL('**/analytics?days=7');
  await page.locator('#shown-range', { hasText: '7 days' }).waitFor();
  await page.click('#compare');
  await page.waitForURL('**/analytics?days=7&compare=no');
  await page.locator('.delta').first().waitFor({ state: 'detached' });
  await page.fill('#range-from', '2026-01-01');
  await page.fill('#range-to', '2026-01-31');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/analytics?from=2026-01-01&to=2026-01-31&compare=no');
  await page.locator('#shown-range', { hasText: 'January 1 – 31, 2026: 31 days' }).waitFor();
  assert.equal(await page.locator('.presets [aria-current]').count(), 0);
  await page.goBack();
  await page.locator('#shown-range', { hasText: '7 days' }).waitFor();
  assert.equal(await page.getAttribute('#days-7', 'aria-current'), 'true');
  await page.goBack();
  await page.locator('.delta').first().waitFor();
  assert.ok(await page.isChecked('#compare'));
}));

test('dates that cannot be shown are said to be so, and not asked for', () => visit({}, async (page) => {
  await open(page);
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => { if (request.url().includes('/analytics/')) asked.push(request.url()); });
  for (const [from, to, field, words] of [
    ['2026-02-10', '2026-02-09', 'to', 'before the first day'],
    ['2024-01-01', '2025-01-01', 'to', 'At most 366 days'],
    ['2026-01-01', '2999-01-01', 'to', 'not come yet'],
    ['', '2026-01-01', 'from', 'fill this in'],
  ]) {
    await page.fill('#range-from', from);
    await page.fill('#range-to', to);
    await page.click('#range-show');
    await page.locator(`#range-${field}-wrong`, { hasText: words }).waitFor();
    await page.waitForFunction((id) => document.activeElement?.id === id, `range-${field}`);
  }
  await page.goto('/analytics?from=2024-01-01&to=2026-01-01');
  await page.locator('#range-to-wrong', { hasText: 'At most 366 days' }).waitFor();
  assert.deepEqual(asked.filter((url) => url.includes('2024-01-01')), []);
}));

test('every chart saves its numbers as the server\'s CSV', () => visit({ tolerated: /503/ }, async (page) => {
  await open(page, '?days=7');
  for (const [id, column, rows] of /** @type {[string, string, number | null][]} */ ([
    ['registrations', 'date', 7], ['active', 'date', 7], ['reach', 'date', 7], ['loyalty', 'date', 7], ['retention', 'cohort_week', null], ['funnel', 'date', 7], ['products', 'date', 7],
  ])) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#${id}-csv`)]);
    assert.match(download.suggestedFilename(), /\.csv$/);
    const text = await readFile(await download.path(), 'utf8');
    assert.ok(text.startsWith(`\ufeff${column},`), `${id}: ${text.slice(0, 40)}`);
    if (rows) assert.equal(text.trimEnd().split('\r\n').length, rows + 1, id);
    await page.locator(`#${id} .csv [role=status]`, { hasText: download.suggestedFilename() }).waitFor();
  }
  await refuse(page, '**/api/v1/analytics/daily**', 503, 'unavailable');
  await page.click('#registrations-csv');
  await page.locator('#registrations').getByRole('alert').getByText('briefly unavailable').waitFor();
}));

test('days counted again after they were closed are listed with their cause', () => visit({}, async (page) => {
  await logIn(page, await analyst());
  await changed(page, ({ days }) => {
    days.forEach((day, at) => Object.assign(day, day.final && at !== 2 ? { revision: 1, cause: null } : {}));
    Object.assign(days[2], { final: true, revision: 2, cause: 'late_event', counted_to: 77_777, closed_at: '2026-01-02T16:00:30Z', registrations: 41 });
  });
  await page.goto('/analytics?days=7&compare=no');
  await shown(page);
  await page.locator('#recounted li', { hasText: 'revision 2: an event of that day was recorded after it was closed' }).waitFor();
  assert.equal(await page.locator('#recounted li').count(), 1);
  assert.equal(await page.locator('#registrations .plot .mark').count(), 1);
  const row = (await rowsOf(page, 'registrations')).at(-3) ?? [];
  // The zone of the answer, not of this computer: 16:00:30 UTC is past midnight in Shanghai.
  assert.match(row.join(' '), /41 Revision 2.*Jan 3, 2026, 12:00:30.* up to position 77,777/);
  await page.locator('#registrations-cursor').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.locator('#registrations .tip-note', { hasText: 'Revision 2' }).waitFor();
}));

test('days on which nothing happened are said to be such', () => visit({}, async (page) => {
  await open(page, '?from=2001-01-01&to=2001-01-31');
  for (const [id, words] of [['registrations', 'Nobody'], ['active', 'Nobody'], ['reach', 'Nobody'], ['loyalty', 'Nobody'], ['retention', 'Nobody registered'], ['funnel', 'No product'], ['products', 'No product']])
    await page.locator(`#${id} .nothing`, { hasText: words }).waitFor();
  assert.equal(await page.locator('#tile-registrations .tile-number').textContent(), '0');
  // Where a shop began later, these days were never closed.
  assert.match(await page.locator('#tile-registrations .delta').textContent() ?? '', /None in either period|No closed day to compare yet/);
}));

test('while the server counts, the page says so and keeps what it shows', () => visit({}, async (page) => {
  await open(page, '?days=7');
  let answer = () => {};
  const held = new Promise((resolve) => { answer = () => resolve(undefined); });
  await page.route('**/api/v1/analytics/active**', async (route) => { await held; await route.continue(); });
  await page.click('#days-30');
  await page.locator('#shown-range', { hasText: 'Counting' }).waitFor();
  await page.locator('#figures[aria-busy=true]').waitFor();
  assert.ok(await page.locator('.figure').count() === 7);
  answer();
  await page.locator('#shown-range', { hasText: '30 days' }).waitFor();
}));

test('what one question is refused leaves the others, and can be asked again', () => visit({ tolerated: /503|ERR_FAILED/ }, async (page) => {
  await logIn(page, await analyst());
  await refuse(page, '**/api/v1/analytics/products**', 503, 'unavailable');
  await page.goto('/analytics');
  await page.locator('#funnel').getByRole('alert').getByText('briefly unavailable').waitFor();
  await page.locator('#registrations-cursor').waitFor();
  await page.unroute('**/api/v1/analytics/products**');
  await page.locator('#funnel').getByRole('button', { name: 'Try again' }).click();
  await page.locator('#funnel').getByRole('alert').waitFor({ state: 'detached' });
  await page.route('**/api/v1/analytics/active**', (route) => route.abort());
  await page.click('#refresh');
  await page.getByRole('alert').getByText('cannot be reached').waitFor();
  await page.unroute('**/api/v1/analytics/active**');
  await page.click('#retry');
  await page.locator('#retry').waitFor({ state: 'detached' });
}));

test('a session that ended elsewhere is told here too', async () => {
  const person = await analyst();
  await visit({}, async (page) => {
    await logIn(page, person);
    await page.goto('/analytics');
    await shown(page);
    await logInElsewhere(person);
    await page.click('#refresh');
    await page.locator('.ended').waitFor();
  });
});

test('the language changes under the reader, words and numbers alike', () => visit({}, async (page) => {
  await open(page, '?days=7');
  await page.locator('#registrations h2', { hasText: 'Registrations' }).waitFor();
  await page.click('#language');
  await page.locator('#registrations h2', { hasText: '注册人数' }).waitFor();
  await page.locator('#shown-range', { hasText: '共 7 天' }).waitFor();
  assert.match(await page.getAttribute('#registrations-cursor', 'aria-valuetext') ?? '', /^\d+年\d+月\d+日星期.，注册人数：/);
}));
