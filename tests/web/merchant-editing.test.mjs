// A product is edited where it stands: by the keyboard alone, with what is wrong told at its field, and with what somebody
// else changed meanwhile laid beside it. What is deleted can be brought back, and other windows see all of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { focused, logInElsewhere, refuse, tabTo, useBrowser, visit } from './browser.mjs';
import { changes, coupon, does, isSame, lists, mark, merchant, press, row, settled, shows } from './merchant.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */
/** @typedef {import('./merchant.mjs').Product} Product */

/** A merchant whose one product has arrived and whose title is set. @param {Page} page @param {(page: Page) => Promise<void>} [before] */
async function withOne(page, before) {
  await merchant(page, before);
  const product = await lists(page, 'desktop_2022');
  await settled(page, product);
  const named = await changes(page, product, { title: '行军床' });
  await shows(page, ['行军床']);
  return named;
}

/** @param {Product} product @param {string} field */
const id = (product, field) => `edit-${product.product_id}-${field}`;
/** @param {Page} page @param {Product} product */
const shown = (page, product) => does(page, 'GET', `/products/${product.product_id}`);

test('with the keyboard alone: title, price, category and status are changed, and the focus comes back', () => visit({}, async (page) => {
  const product = await withOne(page);
  const { category_id } = await does(page, 'POST', '/categories', { name: '户外' });
  await page.locator(`[data-category="${category_id}"]`).waitFor();
  assert.equal(await row(page, product).locator('.price-hint').count(), 1, 'a price from a page is a hint');
  await tabTo(page, `edit-${product.product_id}`);
  await page.keyboard.press('Enter');
  await page.waitForFunction((wanted) => document.activeElement?.id === wanted, id(product, 'title'));
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('折叠行军床');
  await tabTo(page, id(product, 'price'));
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('¥1,299');
  await tabTo(page, id(product, 'category_id'));
  await page.keyboard.press('ArrowDown');
  await tabTo(page, id(product, 'status'));
  await page.keyboard.press('ArrowDown');
  await tabTo(page, id(product, 'coupon_url'));
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('https://s.click.taobao.com/abc');
  await page.keyboard.press('Enter');
  await page.locator('.editing').waitFor({ state: 'detached' });
  await page.waitForFunction((wanted) => document.activeElement?.id === wanted, `edit-${product.product_id}`);
  await shows(page, ['折叠行军床']);
  assert.match(await row(page, product).textContent() ?? '', /1,299\.00.*户外.*Delisted/);
  assert.equal(await row(page, product).locator('.price-hint').count(), 0, 'what the merchant says is no hint');
  const now = await shown(page, product);
  assert.deepEqual([now.title, now.price, now.category_id, now.status, now.coupon_url], ['折叠行军床', '1299.00', category_id, 'delisted', 'https://s.click.taobao.com/abc']);
}));

test('Escape leaves everything as it was; nothing changed sends nothing', () => visit({}, async (page) => {
  const product = await withOne(page);
  await press(page, product, 'edit');
  await page.fill(`#${id(product, 'title')}`, '别的');
  await page.keyboard.press('Escape');
  await page.locator('.editing').waitFor({ state: 'detached' });
  await page.waitForFunction((wanted) => document.activeElement?.id === wanted, `edit-${product.product_id}`);
  await page.keyboard.press('Enter');
  await page.locator('.editing [data-deed=save]').click();
  await page.locator('.editing').waitFor({ state: 'detached' });
  assert.deepEqual([(await shown(page, product)).title, (await shown(page, product)).version], ['行军床', product.version]);
}));

test('what is wrong is told at its field, in words', () => visit({}, async (page) => {
  const product = await withOne(page);
  await press(page, product, 'edit');
  await page.fill(`#${id(product, 'price')}`, 'cheap');
  await page.keyboard.press('Enter');
  await page.locator(`#${id(product, 'price')}-wrong`, { hasText: 'such as 19.90' }).waitFor();
  await page.waitForFunction((wanted) => document.activeElement?.id === wanted, id(product, 'price'));
  await page.fill(`#${id(product, 'price')}`, '20');
  await page.fill(`#${id(product, 'coupon_url')}`, 'ftp://x');
  await page.keyboard.press('Enter');
  await page.locator(`#${id(product, 'coupon_url')}-wrong`, { hasText: 'https://' }).waitFor();
}));

for (const [locale, words] of Object.entries({ 'zh-CN': { meanwhile: '有人改动了同样的内容', merged: '优惠券链接' }, 'en': { meanwhile: 'changed the same thing', merged: 'Coupon link' } })) {
  test(`what somebody else changed meanwhile is laid beside one's own, in ${locale}`, () => visit({ locale }, async (page) => {
    const product = await withOne(page);
    await press(page, product, 'edit');
    await page.fill(`#${id(product, 'title')}`, '我的标题');
    await changes(page, product, { coupon_url: 'https://s.click.taobao.com/new' });
    await page.locator('.merged', { hasText: words.merged }).waitFor();
    assert.equal(await page.inputValue(`#${id(product, 'coupon_url')}`), 'https://s.click.taobao.com/new', 'what was not touched here is taken over');
    assert.equal(await page.inputValue(`#${id(product, 'title')}`), '我的标题');

    await changes(page, product, { title: '别人的标题' });
    await page.locator('.conflict', { hasText: words.meanwhile }).waitFor();
    assert.deepEqual(await page.locator('.conflict tbody td').allTextContents(), ['我的标题', '别人的标题']);
    await page.click('[data-deed=theirs]');
    assert.equal(await page.inputValue(`#${id(product, 'title')}`), '别人的标题');

    await page.fill(`#${id(product, 'title')}`, '还是我的');
    await changes(page, product, { title: '又是别人的' });
    await page.locator('.conflict').waitFor();
    await page.click('[data-deed=mine]');
    await page.locator('.editing').waitFor({ state: 'detached' });
    await shows(page, ['还是我的']);
    const now = await shown(page, product);
    assert.deepEqual([now.title, now.coupon_url], ['还是我的', 'https://s.click.taobao.com/new']);
  }));
}

test('a change that was not heard of is found out when saving', () => visit({ tolerated: /ERR_|503/ }, async (page) => {
  const product = await withOne(page);
  await page.route('**/store/events*', (route) => route.abort());
  await page.route('**/store/products?*', (route) => route.abort());
  // Opened before the change, on a page that hears of nothing any more.
  await press(page, product, 'edit');
  await page.context().setOffline(true);
  await page.locator('.reach[data-reach=offline]').waitFor();
  await page.context().setOffline(false);
  await page.fill(`#${id(product, 'price')}`, '11');
  await does(page, 'PATCH', `/products/${product.product_id}`, { price: '22' });
  await page.keyboard.press('Enter');
  await page.locator('.conflict').waitFor();
  assert.match(await page.locator('.conflict tbody').textContent() ?? '', /11\.00.*22\.00/);
  assert.equal((await shown(page, product)).price, '22.00', 'nothing was overwritten');
  await page.click('[data-deed=mine]');
  await page.locator('.editing').waitFor({ state: 'detached' });
  assert.equal((await shown(page, product)).price, '11.00');
}));

test('a product that is deleted elsewhere leaves the page, also while it is edited', () => visit({}, async (page) => {
  const product = await withOne(page);
  await press(page, product, 'edit');
  await does(page, 'DELETE', `/products/${product.product_id}`);
  await page.locator('#nothing').waitFor();
  assert.equal(await page.locator('.editing').count(), 0);
}));

test('a deletion is undone where it is told, with the keyboard alone', () => visit({}, async (page) => {
  const product = await withOne(page);
  await tabTo(page, `edit-${product.product_id}`);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.deed), 'delete');
  await page.keyboard.press('Enter');
  await page.locator('#done', { hasText: 'Deleted “行军床”' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'undo');
  await page.locator('#nothing').waitFor();
  assert.equal(await page.locator('.product').count(), 0);
  await page.keyboard.press('Enter');
  await page.locator('#done', { hasText: 'is back' }).waitFor();
  await shows(page, ['行军床']);
}));

test('what cannot be brought back is told with the reason', () => visit({}, async (page) => {
  const product = await withOne(page);
  await press(page, product, 'delete');
  await page.locator('#undo').waitFor();
  // Listed anew meanwhile.
  await lists(page, 'desktop_2022');
  await page.click('#undo');
  await page.locator('#bulk-result', { hasText: 'has this item already' }).waitFor();
}));

test('a product is taken off and put back with one press', () => visit({}, async (page) => {
  const product = await withOne(page);
  await press(page, product, 'toggle');
  await page.locator(`[data-product="${product.product_id}"][data-status=delisted]`).waitFor();
  assert.equal((await shown(page, product)).status, 'delisted');
  await press(page, product, 'toggle');
  await page.locator(`[data-product="${product.product_id}"][data-status=listed]`).waitFor();
}));

test('the store is renamed, and another window shows it and every product without reloading', () => visit({}, async (page, context) => {
  await merchant(page);
  const other = await context.newPage();
  await other.goto('/store');
  await other.locator('.reach[data-reach=live]').waitFor();
  await mark(other);
  await page.click('#rename-store');
  await page.waitForFunction(() => document.activeElement?.id === 'rename-name');
  await page.fill('#rename-name', '长'.repeat(41));
  await page.keyboard.press('Enter');
  await page.locator('#rename-name-wrong', { hasText: 'too long' }).waitFor();
  await page.fill('#rename-name', '老掌柜');
  await page.keyboard.press('Enter');
  await page.locator('h1', { hasText: '老掌柜' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'rename-store');
  await other.locator('h1', { hasText: '老掌柜' }).waitFor();
  const product = await lists(page, 'tmall_2022', { coupon_url: coupon });
  await row(other, product).waitFor();
  await does(page, 'DELETE', `/products/${product.product_id}`);
  await row(other, product).waitFor({ state: 'detached' });
  assert.ok(await isSame(other));
}));

test('a session that ends elsewhere is told at once', () => visit({}, async (page) => {
  const person = await merchant(page);
  await page.locator('.reach[data-reach=live]').waitFor();
  await logInElsewhere(person);
  await page.locator('.ended[data-why=session_superseded]').waitFor({ timeout: 12_000 });
}));

test('what is refused is told, and the product stays', () => visit({}, async (page) => {
  const product = await withOne(page);
  await refuse(page, '**/products/*', 409, 'conflict');
  await press(page, product, 'delete');
  await page.getByRole('alert').getByText('at the same moment').waitFor();
  assert.equal(await row(page, product).count(), 1);
  assert.notEqual(await focused(page), 'undo');
}));
