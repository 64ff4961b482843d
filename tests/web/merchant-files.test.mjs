// Products in and out as CSV: each line with its own result, the refused ones as a file, what is too much told before it is
// sent, and the list as it is filtered.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { useBrowser, visit } from './browser.mjs';
import { changes, coupon, does, itemUrl, lists, merchant, row, shows } from './merchant.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */

/** @param {string} text */
const csv = (text) => ({ name: 'products.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

/** @param {Page} page @param {() => Promise<unknown>} press @returns {Promise<{ name: string, text: string }>} */
async function downloads(page, press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

for (const [locale, words] of Object.entries({ 'zh-CN': '已添加的商品：2。未能添加的行：2', 'en': 'Products added: 2. Lines that were not: 2' })) {
  test(`a file is imported line by line, and the refused lines are kept as a file, in ${locale}`, () => visit({ locale }, async (page) => {
    await merchant(page);
    await does(page, 'POST', '/categories', { name: '茶具' });
    await page.click('#open-import');
    await page.waitForFunction(() => document.activeElement?.id === 'import-file');
    const [first, second] = [itemUrl(), itemUrl()];
    await page.setInputFiles('#import-file', csv(`taobao_url,coupon_url,category\r\n${first},${coupon},茶具\r\nhttps://evil.example/,${coupon},\r\n${second},${coupon},\r\n${itemUrl()},${coupon},没有这个\r\n`));
    await page.locator('#import-result', { hasText: words }).waitFor();
    assert.deepEqual(await page.locator('.lines tbody td:first-child').allTextContents(), ['3', '5']);
    await page.locator('.product').nth(1).waitFor();
    assert.equal(await page.locator('.product').count(), 2);
    await page.locator('.category-count', { hasText: '1' }).waitFor();
    const { name, text } = await downloads(page, () => page.click('#import-keep'));
    assert.equal(name, 'import-errors.csv');
    assert.match(text, /^\uFEFFline,code,message\r\n3,"unknown_host",".*"\r\n5,".*",".*"\r\n$/);
  }));
}

test('the template names the columns', () => visit({}, async (page) => {
  await merchant(page);
  await page.click('#open-import');
  const { name, text } = await downloads(page, () => page.click('#import-template'));
  assert.deepEqual([name, text], ['products.csv', '\uFEFFtaobao_url,coupon_url,category\r\n']);
}));

test('what is no such file, or too large a one, is told', () => visit({}, async (page) => {
  await merchant(page);
  await page.click('#open-import');
  await page.setInputFiles('#import-file', csv('name,price\r\nx,1\r\n'));
  await page.getByRole('alert').getByText('must name the columns').waitFor();
  let sent = 0;
  page.on('request', (request) => { sent += request.url().endsWith('/import') ? 1 : 0; });
  const folder = await mkdtemp(join(tmpdir(), 'zhanggui-'));
  await writeFile(join(folder, 'big.csv'), Buffer.alloc(5 * 1024 * 1024 + 1, 'x'));
  await page.setInputFiles('#import-file', join(folder, 'big.csv'));
  await page.getByRole('alert').getByText('too large').waitFor();
  assert.equal(sent, 0, 'nothing is sent that would be refused');
  await rm(folder, { recursive: true });
}));

test('an upload shows how far it is, and can be stopped', () => visit({ tolerated: /ERR_|Failed to load/ }, async (page) => {
  await merchant(page);
  await page.click('#open-import');
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => { go = () => resolve(undefined); });
  await page.route('**/products/import', async (route) => {
    await held;
    await route.abort();
  });
  await page.setInputFiles('#import-file', csv(`taobao_url,coupon_url\r\n${itemUrl()},${coupon}\r\n`));
  await page.locator('#import-progress').waitFor();
  await page.click('#import-stop');
  await page.locator('#import-file').waitFor({ state: 'attached' });
  assert.equal(await page.getByRole('alert').count(), 0, 'one\'s own doing is no problem');
  go();
}));

test('once all of a file is sent, it is listed to its end and there is nothing to stop', () => visit({}, async (page) => {
  await page.addInitScript(() => {
    // All of it is on its way, and no answer comes.
    XMLHttpRequest.prototype.send = function () {
      this.upload.dispatchEvent(new ProgressEvent('progress', { lengthComputable: true, loaded: 7, total: 7 }));
    };
  });
  await merchant(page);
  await page.click('#open-import');
  await page.setInputFiles('#import-file', csv('taobao_url,coupon_url\n'));
  await page.locator('.progress', { hasText: 'Each line is being listed' }).waitFor();
  assert.equal(await page.locator('#import-stop').count(), 0);
}));

test('a file whose answer was lost is sent again under the same key, and anew once it was answered', () => visit({ tolerated: /ERR_|Failed to load/ }, async (page) => {
  await merchant(page);
  await page.click('#open-import');
  /** @type {(string | undefined)[]} */
  const keys = [];
  await page.route('**/products/import', (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    return keys.length === 1 ? route.abort() : route.continue();
  });
  const folder = await mkdtemp(join(tmpdir(), 'zhanggui-'));
  const file = join(folder, 'a.csv');
  await writeFile(file, `taobao_url,coupon_url\n${itemUrl()},${coupon}\n`);
  await page.setInputFiles('#import-file', file);
  await page.getByRole('alert').getByText('cannot be reached').waitFor();
  await page.setInputFiles('#import-file', file);
  await page.locator('#import-result', { hasText: 'Products added: 1' }).waitFor();
  await page.setInputFiles('#import-file', file);
  await page.locator('#import-result', { hasText: 'Lines that were not: 1' }).waitFor();
  assert.ok(keys[0] && keys[0] === keys[1] && keys[2] && keys[2] !== keys[1], keys.join());
  await rm(folder, { recursive: true });
}));

test('a file is dropped onto the page', () => visit({}, async (page) => {
  await merchant(page);
  await page.click('#open-import');
  const text = `taobao_url,coupon_url\n${itemUrl()},${coupon}\n`;
  await page.locator('.drop').evaluate((element, content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], 'a.csv', { type: 'text/csv' }));
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, text);
  await page.locator('#import-result', { hasText: 'Products added: 1' }).waitFor();
}));

test('the list is exported as it is filtered', () => visit({}, async (page) => {
  await merchant(page);
  const [cup, bed] = [await lists(page), await lists(page)];
  await changes(page, cup, { title: '茶杯, 大号' });
  await changes(page, bed, { title: '行军床' });
  await row(page, bed).waitFor();
  const all = await downloads(page, () => page.click('#export-products'));
  assert.equal(all.name, 'products.csv');
  assert.ok(all.text.startsWith('\uFEFF') && all.text.includes('"茶杯, 大号"') && all.text.includes('行军床'));
  await page.locator('.export-told', { hasText: 'products.csv' }).waitFor();
  await page.fill('#store-search', '茶');
  await shows(page, ['茶杯, 大号']);
  const found = await downloads(page, () => page.click('#export-products'));
  assert.ok(found.text.includes('茶杯') && !found.text.includes('行军床'));
}));
