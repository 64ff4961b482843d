// Every screen, in each language and each theme, wide and narrow: axe finds nothing, nothing is cut off. And
// what the first page costs, what it may load, and that the choices of language and theme are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { axeFindings, base, call, disclosedCode, grant, logIn, logInElsewhere, looks, otherCode, registered, tooWide, useBrowser, visit, watchCaptcha } from './browser.mjs';

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

/** @param {Page} page @param {string} locale @param {Record<string, (page: Page) => Promise<unknown>>} all */
async function look(page, locale, all) {
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
}

/**
 * What an account has, one state after another, to its end.
 * @param {import('./browser.mjs').Person} person
 * @param {string} forgetful the email of somebody else, since an address gets no second code so soon
 * @param {() => Promise<string>} captcha @returns {typeof screens}
 */
const accountScreens = (person, forgetful, captcha) => ({
  forgot: async (page) => { await page.goto('/forgot'); await captcha(); },
  'forgot, the code': async (page) => {
    await page.fill('#identifier', forgetful);
    await page.fill('#captcha_answer', await captcha());
    await page.click('button[type=submit]');
    await page.locator('#code').waitFor();
    await page.fill('#code', otherCode(await disclosedCode(page)));
    await page.fill('#password', 'velvet-Harbour 42');
    await page.fill('#password_confirmation', 'velvet-Harbour 42');
    await page.click('button[type=submit]');
    await page.locator('#code-wrong').waitFor();
  },
  'account, a code': async (page) => {
    await logIn(page, person);
    await page.click('#verify-sms');
    await page.locator('#sms-code').waitFor();
    await page.locator('.contact button[type=submit]').click();
    await page.locator('#sms-code-wrong').waitFor();
  },
  'account, the channel': async (page) => { await page.click('#change-password-open'); await page.locator('.ways').waitFor(); },
  'account, a new password': async (page) => {
    await page.locator('#security button[type=submit]').click();
    await page.locator('#change-code').waitFor();
    await page.fill('#change-password', 'abcdefgh');
  },
  'account, a picture': async (page) => {
    const picture = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      canvas.width = 300;
      return canvas.toDataURL('image/png').split(',')[1];
    });
    await page.setInputFiles('#avatar-file', { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(picture, 'base64') });
    await page.locator('#crop').waitFor();
  },
  'account, with a picture': async (page) => { await page.click('#avatar-send'); await page.locator('#avatar-remove').waitFor(); },
  'account, a file refused': async (page) => {
    await page.setInputFiles('#avatar-file', { name: 'me.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') });
    await page.locator('#picture [role=alert]').waitFor();
  },
  'account, exported': async (page) => { await page.click('#export'); await page.locator('#data .notice[data-kind=good]').waitFor(); },
  'account, leaving': async (page) => {
    await page.click('#leave-open');
    await page.click('#leave-now');
    await page.locator('#leave-password-wrong').waitFor();
  },
  roles: async (page) => { await page.click('.top-links a[href="/admin"]'); await page.locator('.people li').first().waitFor(); },
  'roles, a question': async (page) => {
    await page.click(`[data-person="${person.username}"] [data-role=analyst]`);
    await page.locator('dialog[open]').waitFor();
  },
  'roles, done': async (page) => { await page.click('#confirm-yes'); await page.locator('#role-done').waitFor(); },
  farewell: async (page) => {
    await page.click('.top-links a[href="/account"]');
    await page.click('#leave-open');
    await page.fill('#leave-confirmed_username', person.username);
    await page.fill('#leave-password', person.password);
    await page.click('#leave-now');
    await page.locator('.farewell').waitFor();
  },
});

for (const { locale, colorScheme } of looks) {
  test(`every screen of the account is sound in ${locale}, ${colorScheme}`, async () => {
    const [person, forgetful] = [await registered(), await registered()];
    await grant(person, 'admin');
    await visit({ locale, colorScheme }, (page) => look(page, locale, accountScreens(person, forgetful.email, watchCaptcha(page))));
  });

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
      await look(page, locale, all);
    });
  });
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

test('pages come with a policy that allows no inline script, no eval and no other host but for pictures of products', async () => {
  const pictures = "img-src 'self' data: https://*.alicdn.com https://*.taobaocdn.com https://*.tbcdn.cn";
  for (const path of ['/', '/login', '/register', '/forgot', '/account', '/store', '/admin', '/analytics', '/audit', '/docs']) {
    const answer = await call(path, undefined, { Accept: 'text/html' });
    const policy = answer.headers.get('Content-Security-Policy') ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"])
      assert.ok(policy.includes(part), `${path}: ${part} is not in "${policy}"`);
    assert.ok(policy.includes(`${pictures};`), path);
    assert.doesNotMatch(policy.replace(pictures, ''), /unsafe|https?:|\*/, path);
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
  await page.locator('.aside a[href="/register"]').click();
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

test('what only a person with an account needs is loaded when it is needed', () => visit({}, async (page) => {
  /** @type {string[]} */
  const loaded = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto('/login', { waitUntil: 'networkidle' });
  assert.deepEqual(loaded.filter((path) => /account|admin|analytics|audit|charts|forgot|crop|code/.test(path)), []);
  await page.click('a[href="/forgot"]');
  await page.locator('#identifier').waitFor();
  assert.ok(loaded.includes('/static/screens/forgot.js') && !loaded.includes('/static/screens/account.js'));
}));

test('a screen that cannot be loaded says so, and a reload brings it', () => visit({ tolerated: /Failed to (load resource|fetch dynamically)/ }, async (page) => {
  await page.goto('/login', { waitUntil: 'networkidle' });
  await page.route('**/static/screens/forgot.js', (route) => route.abort());
  await page.click('a[href="/forgot"]');
  await page.getByRole('alert').getByText('cannot be reached').waitFor();
  await page.unroute('**/static/screens/forgot.js');
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await page.locator('#identifier').waitFor();
}));
