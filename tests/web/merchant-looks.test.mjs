// The console in every state, in each language and each theme, wide and narrow: axe finds nothing, nothing is cut off, and
// what went wrong is said in words. Nothing of it is loaded before it is needed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeFindings, logIn, looks, refuse, registered, tooWide, useBrowser, visit } from './browser.mjs';
import { changes, coupon, does, itemUrl, lists, merchant, press, row, settled, shows } from './merchant.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */

/** @returns {Record<string, (page: Page) => Promise<unknown>>} one state after another */
function states() {
  /** @type {import('./merchant.mjs').Product} */
  let bed;
  return {
    'the first visit': async (page) => {
      await logIn(page, await registered());
      await page.goto('/store');
      await page.click('#open-store');
      await page.locator('#store-name-wrong').waitFor();
    },
    'no products': async (page) => {
      await page.fill('#store-name', '掌柜的店');
      await page.click('#open-store');
      await page.locator('#add-first').waitFor();
    },
    'links, and what became of them': async (page) => {
      await page.click('#open-add');
      await page.fill('#add-links', `${itemUrl('not_there')}\nhttps://evil.example/x\n没有链接`);
      await page.fill('#add-coupon_url', coupon);
      await page.click('#add-go');
      await page.locator('#add-results li').nth(2).waitFor();
    },
    'a table': async (page) => {
      await page.click('#add-close');
      const { category_id } = await does(page, 'POST', '/categories', { name: '一个名字相当长的商品分类户外用品与家居' });
      bed = await changes(page, await lists(page), { title: '景德镇手工青花陶瓷茶杯家用主人杯单个送礼盒装 Extraordinarily-long-unbroken-word'.repeat(1), price: '9999999.99', category_id, status: 'delisted' });
      await row(page, bed).waitFor();
      await page.locator('.failed').waitFor({ timeout: 90_000 });
    },
    'a selection': async (page) => {
      await row(page, bed).locator('input[type=checkbox]').check();
      await page.locator('.bulk').waitFor();
    },
    'a question': async (page) => {
      await page.click('#bulk-delete');
      await page.locator('dialog[open]').waitFor();
    },
    'a conflict': async (page) => {
      await page.click('#confirm-no');
      await page.click('#bulk-clear');
      await settled(page, bed);
      await press(page, bed, 'edit');
      await page.fill(`#edit-${bed.product_id}-title`, '我的标题');
      await changes(page, bed, { title: '别人的标题' });
      await page.locator('.conflict').waitFor();
    },
    'categories, edited': async (page) => {
      await page.locator('.editing [data-deed=cancel]').click();
      await page.click('#edit-categories');
      await page.locator('#category-add').click();
      await page.locator('#category-new-name-wrong').waitFor();
    },
    'a file, and its lines': async (page) => {
      await page.click('#edit-categories');
      await page.click('#open-import');
      await page.setInputFiles('#import-file', { name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('taobao_url,coupon_url\nx,y\nhttps://evil.example/,https://evil.example/\n') });
      await page.locator('.lines').waitFor();
    },
    'a deletion': async (page) => {
      await page.click('#import-close');
      await press(page, bed, 'delete');
      await page.locator('#undo').waitFor();
    },
    'nothing found': async (page) => {
      await page.fill('#store-search', '没有');
      await page.locator('#nothing').waitFor();
    },
    'the store, renamed': async (page) => {
      await page.click('#rename-store');
      await page.locator('#rename-name').waitFor();
    },
  };
}

for (const { locale, colorScheme } of looks) {
  test(`the console is sound in every state in ${locale}, ${colorScheme}`, () => visit({ locale, colorScheme }, async (page) => {
    const findings = [];
    for (const [name, come] of Object.entries(states())) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await come(page);
      findings.push(...(await tooWide(page)).map((what) => `${name} at 1440: ${what}`));
      findings.push(...(await axeFindings(page)).map((what) => `${name}: ${what}`));
      await page.setViewportSize({ width: 360, height: 740 });
      findings.push(...(await tooWide(page)).map((what) => `${name} at 360: ${what}`));
      findings.push(...(await axeFindings(page)).map((what) => `${name} at 360: ${what}`));
      assert.equal(await page.getAttribute('html', 'lang'), locale, name);
    }
    assert.deepEqual(findings, []);
  }));
}

test('while the list loads there is a sign of it; where it cannot be had, a way to try again', () => visit({ tolerated: /500/ }, async (page) => {
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((resolve) => { go = () => resolve(undefined); });
  await merchant(page, async () => {
    await lists(page, 'title_only');
    // No news, which would have it tried again by itself.
    await page.route('**/store/events*', () => {});
    await page.route('**/store/products?*', async (route) => {
      await held;
      await route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/internal_error', title: 'x', status: 500, detail: 'x', code: 'internal_error' }) });
    });
  });
  await page.locator('.skeleton').waitFor();
  go();
  await page.getByRole('alert').getByText('Something went wrong on the server').waitFor();
  await page.unroute('**/store/products?*');
  await page.click('#try-again');
  await page.locator('.product').waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
}));

test('offline is told, what is there stays, and it catches up', () => visit({ tolerated: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK/ }, async (page, context) => {
  await merchant(page);
  const product = await changes(page, await lists(page), { title: '茶' });
  await shows(page, ['茶']);
  await context.setOffline(true);
  await page.locator('#away', { hasText: 'cannot be reached' }).waitFor();
  assert.equal(await row(page, product).count(), 1);
  await context.setOffline(false);
  await page.locator('#away').waitFor({ state: 'detached' });
  await changes(page, product, { title: '绿茶' });
  await shows(page, ['绿茶']);
}));

test('somebody not logged in is asked to, and comes back to the same view', () => visit({}, async (page) => {
  const person = await merchant(page);
  await page.context().clearCookies();
  await page.goto('/store?status=delisted&sort=price');
  await page.waitForURL(/\/login\?next=/);
  await page.fill('#username', person.username);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  await page.locator('#filter-status').waitFor();
  assert.equal(await page.inputValue('#filter-status'), 'delisted');
  assert.equal(await page.inputValue('#filter-sort'), 'price');
}));

test('a session that ended is told when something is done', () => visit({}, async (page) => {
  await merchant(page);
  const product = await lists(page);
  await row(page, product).waitFor();
  await refuse(page, '**/api/v1/store/products/*', 401, 'session_expired');
  await press(page, product, 'toggle');
  await page.locator('.ended[data-why=session_expired]').waitFor();
}));

test('nothing of the console is loaded before it is needed, and its looks only once', () => visit({}, async (page) => {
  /** @type {string[]} */
  const loaded = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto('/login', { waitUntil: 'networkidle' });
  assert.deepEqual(loaded.filter((path) => /merchant|store/.test(path)), []);
  await merchant(page);
  await page.click('.top-links a[href="/account"]');
  await page.locator('#logout').waitFor();
  await page.click('.top-links a[href="/store"]');
  await page.locator('#open-add').waitFor();
  assert.equal(await page.locator('link[href="/static/merchant/style.css"]').count(), 1);
}));

test('the language is switched where one is, and what is typed stays', () => visit({}, async (page) => {
  await merchant(page);
  await page.click('#open-add');
  await page.fill('#add-links', 'https://item.taobao.com/');
  await page.click('#language');
  await page.locator('#open-add', { hasText: '添加商品' }).waitFor();
  assert.equal(await page.locator('.categories h2').textContent(), '分类');
  assert.equal(await page.inputValue('#add-links'), 'https://item.taobao.com/');
  await page.reload();
  await page.locator('#open-add', { hasText: '添加商品' }).waitFor();
}));

test('a picture that cannot be had, or from a host that is not Taobao\'s, is a placeholder', () => visit({ tolerated: /ERR_FAILED/ }, async (page) => {
  await merchant(page, async () => {
    await lists(page, 'desktop_2022');
    await page.route(/alicdn\.com/, (route) => route.abort());
    await page.route('**/store/products?*', async (route) => {
      const answer = await (await route.fetch()).json();
      const [one] = answer.products;
      const pictures = ['https://img.alicdn.com/gone.jpg', 'https://tracker.example/x.png', 'http://img.alicdn.com/x.png', null];
      await route.fulfill({ json: { ...answer, products: pictures.map((image_url, at) => ({ ...one, image_url, version: 90, product_id: `${one.product_id.slice(0, -1)}${at}` })) } });
    });
    await page.route('**/store/events*', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'retry: 60000\nevent: ready\nid: 1\ndata: {}\n\n' }));
  });
  await page.waitForFunction(() => document.querySelectorAll('span.thumb').length === 4);
  assert.equal(await page.locator('img.thumb').count(), 0);
}));
