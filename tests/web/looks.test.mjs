// Every screen, in both languages and both themes, wide and narrow: axe finds nothing, nothing is cut off. And
// what the first page costs, what it may load, and that the choices of language and theme are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { axeFindings, base, call, logIn, logInElsewhere, registered, tooWide, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */
/** How to come to each screen. @type {Record<string, (page: Page) => Promise<unknown>>} */
const screens = {
  home: async (page) => { await page.goto('/'); await page.locator('.hero').waitFor(); },
  register: async (page) => { await page.goto('/register'); await page.locator('.picture img').waitFor(); },
  'register with problems': async (page) => {
    await page.fill('#password', 'abcdefgh');
    await page.click('button[type=submit]');
    await page.locator('#username-wrong').waitFor();
  },
  login: async (page) => { await page.goto('/login?next=/account'); await page.locator('.notice').waitFor(); },
  'login refused': async (page) => {
    await page.fill('#username', 'nobody-of-this-name');
    await page.fill('#password', 'not the password');
    await page.click('button[type=submit]');
    await page.locator('[role=alert]').waitFor();
  },
};

for (const locale of ['zh-CN', 'en']) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    test(`every screen is sound in ${locale}, ${colorScheme}`, async () => {
      const person = await registered();
      await visit({ locale, colorScheme }, async (page) => {
        /** @type {Record<string, (page: Page) => Promise<unknown>>} */
        const all = {
          ...screens,
          account: () => logIn(page, person),
          superseded: async () => {
            await logInElsewhere(person);
            await page.evaluate(() => window.dispatchEvent(new Event('focus')));
            await page.locator('.ended').waitFor();
          },
          docs: async () => { await page.goto('/docs'); await page.locator('.operation').first().waitFor(); },
        };
        const findings = [];
        for (const [name, come] of Object.entries(all)) {
          await page.setViewportSize({ width: 1440, height: 900 });
          await come(page);
          findings.push(...(await tooWide(page)).map((what) => `${name} at 1440: ${what}`));
          await page.setViewportSize({ width: 360, height: 740 });
          findings.push(...(await tooWide(page)).map((what) => `${name} at 360: ${what}`));
          findings.push(...(await axeFindings(page)).map((what) => `${name}: ${what}`));
          assert.equal(await page.getAttribute('html', 'lang'), locale, name);
        }
        assert.deepEqual(findings, []);
      });
    });
  }
}

test('the first page costs at most 60 KB compressed', () => visit({}, async (page) => {
  /** @type {Promise<[string, number]>[]} */
  const loaded = [];
  page.on('response', (response) => {
    loaded.push(response.body().then((body) => [new URL(response.url()).pathname, gzipSync(body).length]));
  });
  await page.goto('/register', { waitUntil: 'networkidle' });
  await page.locator('.picture img').waitFor();
  const sizes = await Promise.all(loaded);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  assert.ok(total <= 60_000, `${total} bytes: ${sizes.map(([path, size]) => `${path} ${size}`).join(', ')}`);
  console.log(`first page: ${sizes.length} answers, ${total} bytes compressed`);
}));

test('pages come with a policy that allows no inline script, no eval and no other host', async () => {
  for (const path of ['/', '/login', '/register', '/account', '/docs']) {
    const answer = await call(path, undefined, { Accept: 'text/html' });
    const policy = answer.headers.get('Content-Security-Policy') ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"])
      assert.ok(policy.includes(part), `${path}: ${part} is not in "${policy}"`);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/, path);
  }
});

test('the language follows the browser, can be switched, and is remembered', () => visit({ locale: 'fr-FR' }, async (page) => {
  await page.goto('/login');
  assert.equal(await page.locator('h1').textContent(), 'Log in');
  await page.getByRole('button', { name: '中文' }).click();
  await page.locator('h1', { hasText: '登录' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  await page.reload();
  assert.equal(await page.locator('h1').textContent(), '登录');
  // The title is set after the screen is drawn.
  await page.waitForFunction(() => document.title.includes('登录'));
}));

test('what is already typed survives a change of language', () => visit({}, async (page) => {
  await page.goto('/login');
  await page.fill('#username', 'mei');
  await page.click('#language');
  await page.locator('h1', { hasText: '登录' }).waitFor();
  assert.equal(await page.inputValue('#username'), 'mei');
}));

test('the theme follows the system, can be switched, and is remembered', () => visit({ colorScheme: 'dark' }, async (page) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.goto('/');
  const dark = await paper();
  await page.getByRole('button', { name: 'Theme: automatic' }).click();
  const light = await paper();
  assert.notEqual(light, dark);
  await page.reload();
  assert.equal(await paper(), light);
  await page.getByRole('button', { name: 'Theme: light' }).click();
  assert.equal(await paper(), dark);
}));

test('links, back and forward move between screens without loading the page again', () => visit({}, async (page) => {
  await page.goto('/');
  await page.evaluate(() => { document.body.dataset.same = 'yes'; });
  await page.locator('.top-links a[href="/login"]').click();
  await page.waitForURL('**/login');
  await page.locator('.aside a').click();
  await page.waitForURL('**/register');
  await page.goBack();
  await page.locator('h1', { hasText: 'Log in' }).waitFor();
  assert.equal(await page.evaluate(() => document.body.dataset.same), 'yes');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
}));

test('the API reference lists the operations, filters them and links to them', () => visit({}, async (page) => {
  await page.goto('/docs#get-api-v1-me');
  await page.locator('#get-api-v1-me:target').waitFor();
  assert.ok(await page.locator('#get-api-v1-me').evaluate((element) => Math.abs(element.getBoundingClientRect().top) < window.innerHeight));
  const all = await page.locator('.operation').count();
  const document = await (await call('/openapi.json')).json();
  const described = Object.values(document.paths).flatMap((item) => Object.keys(item).filter((key) => ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'].includes(key)));
  assert.equal(all, described.length);
  await page.fill('#filter', 'post regist');
  await page.locator('.index .hint', { hasText: ': 1' }).waitFor();
  await page.locator('.operation', { hasText: '/api/v1/register' }).waitFor();
  assert.equal(await page.locator('.operation').count(), 1);
  assert.equal(page.url(), `${base}/docs#get-api-v1-me`);
}));
