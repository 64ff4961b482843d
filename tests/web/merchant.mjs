// What the tests of the merchant's console share: somebody with a store and its page open, what another program of theirs
// does meanwhile (with the page's own session, since there is only one), and rows to look at.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { logIn, registered } from './browser.mjs';

/** @typedef {import('./browser.mjs').Page} Page */
/** @typedef {{ product_id: string, version: number, title: string | null }} Product */

export const coupon = 'https://uland.taobao.com/coupon/edetail?e=abc';
/** The crawler is polite: a second for each product, for all stores of the server. */
export const PATIENCE = { timeout: 90_000 };

/** @param {string} [id] of the item; any number is an item of its own */
export const itemUrl = (id = String(randomInt(1e9, 1e12))) => `https://item.taobao.com/item.htm?id=${id}`;

/**
 * A call with the session of the page, that the page knows nothing of.
 * @param {Page} page @param {string} method @param {string} path @param {unknown} [data] @returns {Promise<any>}
 */
export async function does(page, method, path, data) {
  const answer = await page.request.fetch(`/api/v1/store${path}`, { method, ...(data === undefined ? {} : { data }) });
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.status() === 204 ? undefined : answer.json();
}

/** @param {Page} page @param {string} [id] @param {Record<string, unknown>} [more] @returns {Promise<Product>} */
export const lists = (page, id, more = {}) => does(page, 'POST', '/products', { taobao_url: itemUrl(id), coupon_url: coupon, ...more });

/** @param {Page} page @param {Product} product @param {Record<string, unknown>} change @returns {Promise<Product>} */
export const changes = (page, { product_id }, change) => does(page, 'PATCH', `/products/${product_id}`, change);

/** Somebody new, with a store, at its page. @param {Page} page @param {(page: Page) => Promise<void>} [before] the page is opened */
export async function merchant(page, before = async () => {}) {
  const person = await registered();
  await logIn(page, person);
  await does(page, 'POST', '', { name: '掌柜的店' });
  await before(page);
  await page.goto('/store');
  await page.locator('#open-add').waitFor();
  return person;
}

/** The row of a product. @param {Page} page @param {Product} product */
export const row = (page, { product_id }) => page.locator(`[data-product="${product_id}"]`);

/** Waits until the crawler has said something about it. @param {Page} page @param {Product} product */
export const settled = (page, { product_id }) => page.locator(`[data-product="${product_id}"]:not([data-info=pending])`).waitFor(PATIENCE);

/** @param {Page} page @param {Product} product @param {string} deed */
export const press = (page, product, deed) => row(page, product).locator(`[data-deed=${deed}]`).click();

/** The titles as they are shown, from top to bottom. @param {Page} page @returns {Promise<string[]>} */
export const titles = (page) => page.locator('.what-title').allTextContents();

/** Waits until the titles are these. @param {Page} page @param {string[]} expected */
export async function shows(page, expected) {
  await page.waitForFunction((wanted) => {
    const found = [...document.querySelectorAll('.what-title')].map((one) => one.textContent);
    return found.join('\n') === wanted.join('\n');
  }, expected).catch(async () => assert.deepEqual(await titles(page), expected));
}

/** Marks the document, to find out whether it was loaded anew. @param {Page} page */
export const mark = (page) => page.evaluate(() => { document.body.dataset.same = 'yes'; });
/** @param {Page} page */
export const isSame = (page) => page.evaluate(() => document.body.dataset.same === 'yes');
