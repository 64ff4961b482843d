// A store is opened, links are pasted, and their info arrives by itself: over the stream, or without it; with the reason and
// the next step where it could not be had.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureCodes } from '../../static/merchant/failures.js';
import { focused, logIn, registered, tabTo, useBrowser, visit } from './browser.mjs';
import { coupon, does, isSame, itemUrl, lists, mark, merchant, PATIENCE, press, row, settled } from './merchant.mjs';

useBrowser();

for (const [locale, words] of Object.entries({
  'zh-CN': { title: '开设您的店铺', name: '请填写名称', foreign: '链接不属于淘宝或天猫', none: '此行没有链接', listed: '已添加的商品：3', gone: '淘宝上没有此商品', hint: '仅供参考', live: '实时更新' },
  'en': { title: 'Open your store', name: 'Please give a name', foreign: 'neither Taobao', none: 'No link in this line', listed: 'Products added: 3', gone: 'no such item on Taobao', hint: 'Unconfirmed', live: 'Live updates' },
})) {
  test(`a store is opened, links are pasted and their info arrives without reloading, in ${locale}`, () => visit({ locale }, async (page) => {
    await logIn(page, await registered());
    await page.click('.top-links a[href="/store"]');
    await page.locator('h1', { hasText: words.title }).waitFor();
    await page.click('#open-store');
    await page.locator('#store-name-wrong', { hasText: words.name }).waitFor();
    await page.fill('#store-name', '小梅的茶铺');
    await page.click('#open-store');
    await page.locator('h1', { hasText: '小梅的茶铺' }).waitFor();
    await page.locator('.reach', { hasText: words.live }).waitFor();
    await mark(page);

    await page.click('#add-first');
    await page.fill('#add-links', [
      `${itemUrl('520813250866')}&spm=a.b  https://s.click.taobao.com/xyz`,
      '【淘宝】https://detail.tmall.com/item.htm?id=tmall_2022 「连帽卫衣」点击链接直接打开',
      'https://item.taobao.com.evil.example/item.htm?id=7',
      '这一行什么也没有',
      itemUrl('not_there'),
    ].join('\n'));
    await page.fill('#add-coupon_url', coupon);
    await page.click('#add-go');
    await page.locator('#adding', { hasText: words.listed }).waitFor();
    const results = page.locator('#add-results li');
    assert.deepEqual(await results.evaluateAll((all) => all.map((one) => one.dataset.kind)), ['good', 'good', 'bad', 'plain', 'good']);
    assert.match(await results.nth(2).textContent() ?? '', new RegExp(words.foreign));
    assert.match(await results.nth(3).textContent() ?? '', new RegExp(words.none));
    assert.equal(await page.inputValue('#add-links'), 'https://item.taobao.com.evil.example/item.htm?id=7', 'what was not listed stays, to be corrected');

    await page.locator('.product[data-info=fetched]').nth(1).waitFor(PATIENCE);
    await page.locator('.failed', { hasText: words.gone }).waitFor(PATIENCE);
    assert.equal(await page.locator('.product').count(), 3);
    assert.equal(await page.locator('.price-hint', { hasText: words.hint }).count(), 2);
    const pictures = page.locator('.product[data-info=fetched] img.thumb');
    assert.equal(await pictures.count(), 2);
    assert.ok(await pictures.first().evaluate((img) => /** @type {HTMLImageElement} */ (img).naturalWidth > 0), 'the policy lets the picture in');
    assert.ok(await isSame(page));

    const { products } = await does(page, 'GET', '/products');
    assert.deepEqual(products.map((/** @type {any} */ one) => one.taobao_item_id), ['not_there', 'tmall_2022', '520813250866'], 'in the order they were pasted in, the newest first');
    assert.equal(products[2].coupon_url, 'https://s.click.taobao.com/xyz', 'a line has its own coupon');
    assert.equal(products[1].coupon_url, coupon);
  }));
}

test('what is listed twice, without a coupon or without a link is told where it stands', () => visit({}, async (page) => {
  await merchant(page);
  const product = await lists(page, 'hidden_price');
  await page.click('#open-add');
  await page.click('#add-go');
  await page.locator('#add-links-wrong', { hasText: 'at least one' }).waitFor();
  await page.fill('#add-links', 'hello');
  await page.click('#add-go');
  await page.locator('#add-links-wrong', { hasText: 'no link' }).waitFor();
  await page.fill('#add-links', itemUrl('hidden_price'));
  await page.click('#add-go');
  await page.locator('#add-coupon_url-wrong', { hasText: 'Please give a coupon link' }).waitFor();
  await page.fill('#add-coupon_url', coupon);
  await page.click('#add-go');
  await page.locator('#add-results li', { hasText: 'has this item already' }).waitFor();
  await row(page, product).waitFor();
  assert.equal(await page.locator('.product').count(), 1);
}));

test('with the keyboard alone: the panel is opened, a link pasted, and the product found in the table', () => visit({}, async (page) => {
  await merchant(page);
  await tabTo(page, 'open-add');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'add-links');
  await page.keyboard.insertText(`${itemUrl('open_graph')} ${coupon}`);
  await tabTo(page, 'add-go');
  await page.keyboard.press('Enter');
  await page.locator('#add-results li[data-kind=good]').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'add-done');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(page), 'add-go');
  await page.locator('.product').waitFor();
  await tabTo(page, 'pick-all');
  await page.keyboard.press('Space');
  await page.locator('#bulk-count', { hasText: '1' }).waitFor();
}));

test('after Enter in the field of the coupon the focus is at what came of it', () => visit({}, async (page) => {
  await merchant(page);
  await page.click('#open-add');
  await page.fill('#add-links', itemUrl('open_graph'));
  await page.fill('#add-coupon_url', coupon);
  await page.keyboard.press('Enter');
  await page.locator('#add-results li[data-kind=good]').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'add-done');
}));

test('without the stream the page asks again, says so, and catches up', () => visit({ tolerated: /503/ }, async (page) => {
  await merchant(page, async () => {
    await page.route('**/store/events*', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '5' }, contentType: 'application/problem+json', body: '{"code":"overloaded"}' }));
  });
  await page.locator('.reach[data-reach=asking]', { hasText: 'every few seconds' }).waitFor();
  const product = await lists(page, 'price_range');
  await row(page, product).waitFor(PATIENCE);
  await settled(page, product);
  assert.equal(await row(page, product).getAttribute('data-info'), 'fetched');
}));

test('a failed fetch is put right: the link is corrected, and the info fetched again', () => visit({}, async (page) => {
  await merchant(page);
  const product = await lists(page, 'not_there');
  await settled(page, product);
  await page.locator('.failed [data-step=relink]').click();
  const field = `edit-${product.product_id}-taobao_url`;
  await page.waitForFunction((id) => document.activeElement?.id === id, field);
  await page.fill(`#${field}`, itemUrl('520813250867'));
  await page.keyboard.press('Enter');
  await page.locator(`[data-product="${product.product_id}"][data-info=fetched]`).waitFor(PATIENCE);
  assert.equal(await page.locator('.failed').count(), 0);
  await press(page, product, 'again');
  await page.locator('.pending').waitFor();
  // Also while it is waited for, in case whoever looks has given up.
  await page.locator(`[data-product="${product.product_id}"][data-info=pending] [data-deed=again]:not([aria-disabled])`).waitFor();
  await page.locator(`[data-product="${product.product_id}"][data-info=fetched]`).waitFor(PATIENCE);
}));

for (const [locale, steps] of Object.entries({ 'zh-CN': /自己填写|更正链接|重新获取|删除/, 'en': /Type it in|Correct the link|Fetch again|Delete/ })) {
  test(`every reason for a failure has words and a next step, in ${locale}`, () => visit({ locale }, async (page) => {
    const codes = [...failureCodes, 'something_new'];
    await merchant(page, async () => {
      // The server says one reason a product; which ones Taobao will give is not for a test to wait for.
      const one = await lists(page, 'not_there');
      const [shown] = (await does(page, 'GET', '/products')).products;
      await page.route('**/store/products?*', async (route) => {
        const answer = await (await route.fetch()).json();
        const products = codes.map((info_error, at) => ({ ...shown, version: 99, product_id: `${one.product_id.slice(0, -2)}${10 + at}`, info_status: 'failed', info_error }));
        await route.fulfill({ json: { ...answer, products, total: codes.length } });
      });
      await page.route('**/store/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'retry: 60000\nevent: ready\nid: 1\ndata: {}\n\n' }));
    });
    await page.locator('.failed').nth(codes.length - 1).waitFor();
    const told = await page.locator('.failed').evaluateAll((all) => all.map((one) => ({ why: one.querySelector('b')?.textContent ?? '', steps: [...one.querySelectorAll('[data-step]')].map((step) => step.textContent ?? '') })));
    assert.equal(new Set(told.map(({ why }) => why)).size, codes.length, 'each has its own words');
    for (const { why, steps: named } of told) {
      assert.ok(why.length > 5);
      assert.ok(named.length >= 2 && named.every((step) => steps.test(step)), named.join());
    }
  }));
}
