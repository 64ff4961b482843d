// The table: search, filters, order and pages, all of it in the address; what is selected, and what is done with it; and the
// categories beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuse, tooWide, useBrowser, visit } from './browser.mjs';
import { changes, coupon, does, itemUrl, lists, merchant, press, row, shows } from './merchant.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */
/** @typedef {import('./merchant.mjs').Product} Product */

/** Three products with titles and prices, in two categories. @param {Page} page */
async function withThree(page) {
  await merchant(page);
  const { category_id: tea } = await does(page, 'POST', '/categories', { name: '茶' });
  const { category_id: outside } = await does(page, 'POST', '/categories', { name: '户外' });
  const red = await changes(page, await lists(page), { title: '红茶 Tea', price: '30', category_id: tea });
  const green = await changes(page, await lists(page), { title: '绿茶', price: '9.5', category_id: tea, status: 'delisted' });
  const bed = await changes(page, await lists(page), { title: '行军床', price: '120', category_id: outside });
  await shows(page, ['行军床', '绿茶', '红茶 Tea']);
  return { red, green, bed, tea, outside };
}

/** @param {Page} page */
const query = (page) => Object.fromEntries(new URL(page.url()).searchParams);

test('search, filters and order are in the address, so that reload and back lead to the same', () => visit({}, async (page) => {
  const { tea } = await withThree(page);
  await page.fill('#store-search', '茶');
  await shows(page, ['绿茶', '红茶 Tea']);
  assert.deepEqual(query(page), { q: '茶' });
  await page.selectOption('#filter-sort', 'price');
  await shows(page, ['绿茶', '红茶 Tea']);
  await page.selectOption('#filter-sort', '-price');
  await shows(page, ['红茶 Tea', '绿茶']);
  await page.selectOption('#filter-status', 'delisted');
  await shows(page, ['绿茶']);
  assert.deepEqual(query(page), { q: '茶', status: 'delisted', sort: '-price' });
  await page.reload();
  await shows(page, ['绿茶']);
  assert.equal(await page.inputValue('#store-search'), '茶');
  await page.goBack();
  await shows(page, ['红茶 Tea', '绿茶']);
  assert.equal(await page.inputValue('#filter-status'), '');
  await page.goForward();
  await shows(page, ['绿茶']);
  await page.click('.tools-clear');
  await shows(page, ['行军床', '红茶 Tea', '绿茶']);
  assert.deepEqual(query(page), { sort: '-price' });
  await page.click(`[data-category="${tea}"]`);
  await shows(page, ['红茶 Tea', '绿茶']);
  assert.equal(await page.getAttribute(`[data-category="${tea}"]`, 'aria-current'), 'true');
  await page.fill('#store-search', '没有这样的');
  await page.locator('#nothing', { hasText: 'Nothing matches' }).waitFor();
  await page.click('#clear-filters');
  await shows(page, ['行军床', '绿茶', '红茶 Tea']);
  assert.equal(await page.inputValue('#store-search'), '');
}));

test('the head of the table sorts, and says how', () => visit({}, async (page) => {
  await withThree(page);
  const price = page.locator('th.cell-price');
  await price.locator('button').click();
  await shows(page, ['绿茶', '红茶 Tea', '行军床']);
  assert.equal(await price.getAttribute('aria-sort'), 'ascending');
  await price.locator('button').click();
  await shows(page, ['行军床', '红茶 Tea', '绿茶']);
  assert.equal(await price.getAttribute('aria-sort'), 'descending');
  await page.locator('[data-sort=when]').click();
  await shows(page, ['行军床', '绿茶', '红茶 Tea']);
  await page.locator('[data-sort=when]').click();
  await shows(page, ['红茶 Tea', '绿茶', '行军床']);
}));

test('products are filtered by what became of their info', () => visit({}, async (page) => {
  await merchant(page);
  const product = await lists(page, 'not_there');
  await page.selectOption('#filter-info', 'failed');
  await page.locator('.product, #nothing').first().waitFor();
  await page.locator(`[data-product="${product.product_id}"][data-info=failed]`).waitFor({ timeout: 90_000 });
  assert.deepEqual(query(page), { info: 'failed' });
  await page.selectOption('#filter-info', 'fetched');
  await page.locator('#nothing').waitFor();
}));

test('pages are turned forth and back, kept over a reload, and a selection goes with them', () => visit({}, async (page) => {
  await merchant(page);
  const lines = Array.from({ length: 23 }, () => `${itemUrl()},${coupon}`);
  const answer = await page.request.post('/api/v1/store/products/import', { headers: { 'Content-Type': 'text/csv' }, data: `taobao_url,coupon_url\n${lines.join('\n')}\n` });
  assert.equal((await answer.json()).listed, 23);
  await page.locator('#total', { hasText: 'Page 1, 23 in all' }).waitFor();
  assert.equal(await page.locator('.product').count(), 20);
  const first = await page.locator('.product').first().getAttribute('data-product');
  await page.locator('#pick-all').check();
  await page.click('#page-next');
  await page.locator('#total', { hasText: 'Page 2' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.product').length === 3);
  await page.locator('.product input[type=checkbox]').first().check();
  await page.locator('#bulk-count', { hasText: '21' }).waitFor();
  await page.reload();
  await page.locator('#total', { hasText: 'Page 2' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.product').length === 3);
  assert.equal(await page.getAttribute('#page-next', 'aria-disabled'), 'true');
  await page.click('#page-back');
  await page.waitForFunction(() => document.querySelectorAll('.product').length === 20);
  assert.equal(await page.locator('.product').first().getAttribute('data-product'), first);
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll('.product').length === 3);

  await refuse(page, '**/store/products?*cursor=*', 410, 'cursor_expired');
  await page.reload();
  await page.locator('#lapsed', { hasText: 'no longer there' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.product').length === 20);
  assert.deepEqual(query(page), {});

  // All at once, and back: the crawler need not fetch what nobody looks at.
  await page.locator('#pick-all').check();
  await page.click('#bulk-delete');
  await page.locator('#confirm-title', { hasText: '20' }).waitFor();
  await page.click('#confirm-yes');
  await page.locator('#done', { hasText: 'Products deleted: 20' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.product').length === 3);
}));

test('what is selected is moved, delisted and deleted at once; what refuses is named, and a deletion undone', () => visit({}, async (page) => {
  const { red, green, bed, outside } = await withThree(page);
  for (const product of [red, bed]) await row(page, product).locator('input[type=checkbox]').check();
  await page.selectOption('#bulk-move', outside);
  await page.locator('#bulk-result', { hasText: 'Done: 2 of 2' }).waitFor();
  await page.locator(`[data-category="${outside}"] .category-count`, { hasText: '2' }).waitFor();
  assert.equal(await page.locator('.bulk').count(), 0, 'done, so nothing is selected any more');
  await page.click('#bulk-dismiss');

  for (const product of [red, green, bed]) await row(page, product).locator('input[type=checkbox]').check();
  // Deleted by somebody whom this page has not heard yet: it is told as the one that was not done.
  await page.route('**/products/bulk', async (route) => {
    await does(page, 'DELETE', `/products/${green.product_id}`);
    await route.continue();
  }, { times: 1 });
  await page.click('#bulk-delist');
  await page.locator('#bulk-result', { hasText: 'Done: 2 of 3' }).waitFor();
  await page.locator('.misses li', { hasText: '绿茶' }).getByText('no longer there').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.product[data-status=delisted]').length === 2);
  await page.click('#bulk-dismiss');

  await page.locator('#pick-all').check();
  await page.click('#bulk-delete');
  await page.click('#confirm-no');
  assert.equal(await page.locator('.product').count(), 2);
  await page.click('#bulk-delete');
  await page.click('#confirm-yes');
  await page.locator('#done', { hasText: 'Products deleted: 2' }).waitFor();
  await page.locator('#nothing').waitFor();
  await page.click('#undo');
  await page.locator('#done', { hasText: 'Products restored: 2' }).waitFor();
  await shows(page, ['行军床', '红茶 Tea']);
}));

test('a long piece of work shows how far it is, and can be stopped', () => visit({}, async (page) => {
  const { red, bed } = await withThree(page);
  for (const product of [red, bed]) await row(page, product).locator('input[type=checkbox]').check();
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => { go = () => resolve(undefined); });
  await page.route('**/products/bulk', async (route) => {
    await held;
    await route.continue();
  });
  await page.click('#bulk-delist');
  await page.locator('#bulk-progress').waitFor();
  await page.locator('.bulk-progress', { hasText: '0 of 2' }).waitFor();
  await page.click('#bulk-stop');
  go();
  await page.locator('#bulk-result').waitFor();
}));

test('categories are added, renamed and removed beside the table, with their counts', () => visit({}, async (page) => {
  const { tea, red, green } = await withThree(page);
  assert.equal(await page.locator(`[data-category="${tea}"] .category-count`).textContent(), '2');
  await page.click('#edit-categories');
  await page.waitForFunction(() => document.activeElement?.id === 'category-new-name');
  await page.keyboard.insertText('茶');
  await page.keyboard.press('Enter');
  await page.locator('#category-new-name-wrong', { hasText: 'of that name already' }).waitFor();
  await page.fill('#category-new-name', '杯子');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.category-list li').length === 3);
  await page.fill(`#category-${tea}-name`, '茶叶');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove the category 茶叶' }).click();
  await page.getByRole('alert').getByText('Move them elsewhere').waitFor();
  await page.getByRole('button', { name: 'Remove the category 杯子' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.category-list li').length === 2);
  for (const product of [red, green]) await changes(page, product, { category_id: null });
  await page.getByRole('button', { name: 'Remove the category 茶叶' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.category-list li').length === 1);
  await page.click('#edit-categories');
  assert.deepEqual(await page.locator('.categories .category-name').allTextContents(), ['All products', '户外']);
}));

test('an answer that comes late takes nobody away from what they are writing by then', () => visit({}, async (page) => {
  const { tea } = await withThree(page);
  await page.click('#edit-categories');
  await page.fill('#category-new-name', '杯子');
  // The list that is asked for after the answer: with it the page is done with what was added.
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => { go = () => resolve(undefined); });
  const arrived = page.waitForResponse((response) => response.request().method() === 'GET' && response.url().includes('/store/products'));
  await page.route('**/store/products?*', async (route) => {
    await held;
    await route.continue();
  });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.category-list li').length === 3);
  await page.click(`#category-${tea}-name`);
  go();
  await arrived;
  await page.keyboard.press('End');
  // A letter at a time, as people write: the focus may go at any of them.
  for (const letter of 'leaves of tea') await page.keyboard.type(letter);
  assert.equal(await page.inputValue(`#category-${tea}-name`), '茶leaves of tea');
}));

test('at 360 pixels each product is a card with all that can be done, and nothing is cut off', () => visit({ viewport: { width: 360, height: 740 } }, async (page) => {
  const { red, bed } = await withThree(page);
  assert.deepEqual(await tooWide(page), []);
  const card = await row(page, bed).boundingBox();
  const next = await row(page, red).boundingBox();
  assert.ok(card && next && card.width <= 360 && next.y > card.y + card.height - 1, 'one below the other');
  await press(page, bed, 'edit');
  await page.fill(`#edit-${bed.product_id}-title`, '躺椅');
  assert.deepEqual(await tooWide(page), []);
  await page.locator('.editing [data-deed=save]').click();
  await shows(page, ['躺椅', '绿茶', '红茶 Tea']);
  await row(page, red).locator('input[type=checkbox]').check();
  await page.locator('#bulk-count', { hasText: '1' }).waitFor();
  assert.deepEqual(await tooWide(page), []);
  await press(page, bed, 'delete');
  await page.click('#undo');
  await shows(page, ['躺椅', '绿茶', '红茶 Tea']);
}));
