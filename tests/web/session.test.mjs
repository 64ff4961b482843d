// Logging in and out, being asked to log in, and what the first of two clients is told when the second logs in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base, call, logIn, logInElsewhere, registered, useBrowser, visit, watchCaptcha } from './browser.mjs';

useBrowser();

test('logging in with the username, the email or the phone', async () => {
  const person = await registered();
  for (const name of [person.username, person.email, person.phone]) {
    await visit({}, (page) => logIn(page, { ...person, username: name }));
  }
});

test('a wrong password says so, keeps the name and asks for the password again', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await page.goto('/login');
    await page.fill('#username', person.username);
    await page.fill('#password', 'not the password');
    await page.click('button[type=submit]');
    await page.getByRole('alert').getByText('username or the password is wrong').waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'password');
    assert.equal(await page.inputValue('#username'), person.username);
    assert.equal(await page.inputValue('#password'), '');
  });
});

test('after three wrong passwords a captcha is asked for, and with it the right password works', async () => {
  const person = await registered();
  for (let misses = 0; misses < 3; misses += 1) await call('/api/v1/login', { username: person.username, password: 'wrong' });
  await visit({}, async (page) => {
    const captcha = watchCaptcha(page);
    await page.goto('/login');
    await page.fill('#username', person.username);
    await page.fill('#password', person.password);
    await page.click('button[type=submit]');
    await page.waitForFunction(() => document.activeElement?.id === 'captcha_answer');
    await page.getByRole('alert').getByText('several wrong passwords').waitFor();
    await page.fill('#captcha_answer', await captcha());
    await page.click('button[type=submit]');
    await page.locator('#logout').waitFor();
  });
});

test('a paused account says how long', () => visit({}, async (page) => {
  // The answer is ours: to wait for the real one would spoil the account's limit for the other stories.
  await page.route('**/api/v1/login', (route) => route.fulfill({
    status: 429, headers: { 'Retry-After': '2', 'Content-Type': 'application/problem+json' },
    body: JSON.stringify({ type: '/problems/too_many_attempts', title: 't', status: 429, detail: 'd', code: 'too_many_attempts' }),
  }));
  await page.goto('/login');
  await page.fill('#username', 'mei');
  await page.fill('#password', 'whatever it is');
  await page.click('button[type=submit]');
  await page.getByRole('alert').getByText('Too many wrong passwords').waitFor();
  await page.getByRole('alert').getByText('You can try again now').waitFor();
}));

test('a refusal newer than the page is told in the words of the server', () => visit({}, async (page) => {
  await page.route('**/api/v1/login', (route) => route.fulfill({
    status: 403, contentType: 'application/problem+json',
    body: JSON.stringify({ type: '/problems/full_moon', title: 'Full moon', status: 403, detail: 'Not while the moon is full.', code: 'full_moon' }),
  }));
  await page.goto('/login');
  await page.fill('#username', 'mei');
  await page.fill('#password', 'whatever it is');
  await page.click('button[type=submit]');
  await page.getByRole('alert').getByText('Not while the moon is full.').waitFor();
}));

test('the account page asks a stranger to log in and then shows itself', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await page.goto('/account');
    await page.waitForURL(/\/login\?next=/);
    assert.equal(new URL(page.url()).searchParams.get('next'), '/account');
    await page.fill('#username', person.username);
    await page.fill('#password', person.password);
    await page.click('button[type=submit]');
    await page.waitForURL('**/account');
    assert.equal(await page.locator('#who').textContent(), person.username);
  });
});

test('logging in never leads to another site', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person, `/login?next=${encodeURIComponent('//example.com/')}`);
    assert.equal(page.url(), `${base}/account`);
  });
});

test('logging out ends the session: the cookie is cleared, and useless to whoever kept it', async () => {
  const person = await registered();
  await visit({}, async (page, context) => {
    await logIn(page, person);
    const kept = await context.cookies();
    const session = kept.find(({ name }) => /^(__Host-)?session$/.test(name));
    assert.ok(session?.httpOnly, 'the session cookie is HttpOnly');
    await page.click('#logout');
    await page.getByText('You are logged out.').waitFor();
    assert.deepEqual((await context.cookies()).map(({ name }) => name), []);
    const answer = await call('/api/v1/me', undefined, { Cookie: kept.map(({ name, value }) => `${name}=${value}`).join('; ') });
    assert.equal(answer.status, 401);
    await page.goto('/account');
    await page.waitForURL(/\/login\?next=/);
  });
});

/** The ways a superseded client comes to know. @type {Record<string, (page: import('./browser.mjs').Page) => Promise<unknown>>} */
const noticings = {
  'when its window is looked at again': (page) => page.evaluate(() => window.dispatchEvent(new Event('focus'))),
  'when it clicks': (page) => page.click('.top-links a[href="/account"]'),
  'when it reloads': (page) => page.reload(),
  'by itself within half a minute': (page) => page.clock.runFor(31_000),
};
for (const [how, notice] of Object.entries(noticings)) {
  test(`the older of two clients is told ${how}`, async () => {
    const person = await registered();
    await visit({}, async (page) => {
      if (how.startsWith('by itself')) await page.clock.install();
      await logIn(page, person);
      await logInElsewhere(person);
      await notice(page);
      await page.getByRole('heading', { name: 'Logged in somewhere else' }).waitFor();
      await page.getByText('That was not you').waitFor();
      assert.equal(await page.locator('#logout').count(), 0, 'nothing of the account is left to see');
    });
  });
}

test('a page that nobody attends stops asking, so that its session can run out', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    let asked = 0;
    page.on('request', (request) => { asked += Number(request.url().endsWith('/api/v1/me')); });
    await page.clock.install();
    await logIn(page, person);
    await page.clock.runFor('02:00');
    assert.ok(asked >= 3, 'while it is attended, it asks');
    await page.clock.fastForward('15:00');
    asked = 0;
    await page.clock.runFor('05:00');
    assert.equal(asked, 0);
    await page.keyboard.press('Shift');
    await page.waitForResponse('**/api/v1/me');
  });
});

test('two browsers: the second ends the first, which logs in again and ends the second', async () => {
  const person = await registered();
  await visit({ locale: 'zh-CN' }, (first) => visit({}, async (second) => {
    await logIn(first, person);
    await logIn(second, person);
    await first.click('.top-links a[href="/account"]');
    await first.getByRole('heading', { name: '账户已在别处登录' }).waitFor();
    // It is still said after a reload, though the cookies are gone.
    await first.reload();
    await first.getByRole('heading', { name: '账户已在别处登录' }).waitFor();
    await first.click('#log-in-again');
    await first.fill('#username', person.username);
    await first.fill('#password', person.password);
    await first.click('button[type=submit]');
    await first.locator('#logout').waitFor();
    await second.evaluate(() => window.dispatchEvent(new Event('focus')));
    await second.getByRole('heading', { name: 'Logged in somewhere else' }).waitFor();
  }));
});

test('two tabs of one browser: what one learns, the other says', async () => {
  const person = await registered();
  await visit({}, async (page, context) => {
    await logIn(page, person);
    const other = await context.newPage();
    await other.goto('/account');
    await other.locator('#logout').waitFor();
    await logInElsewhere(person);
    await other.click('.top-links a[href="/account"]');
    await other.locator('.ended').waitFor();
    await page.locator('.ended').waitFor();
  });
});

test('an expired session has words of its own', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await page.route('**/api/v1/me', (route) => route.fulfill({
      status: 401, contentType: 'application/problem+json',
      body: JSON.stringify({ type: '/problems/session_expired', title: 't', status: 401, detail: 'd', code: 'session_expired' }),
    }));
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    // The message is no trap: the links of the page still lead where they say.
    await page.click('.top-links a[href="/login"]');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    assert.equal(await page.inputValue('#username'), person.username);
  });
});

test('while the server is out of reach the page says that it may be out of date', async () => {
  const person = await registered();
  await visit({ tolerated: /status of 503/ }, async (page) => {
    await logIn(page, person);
    await page.route('**/api/v1/me', (route) => route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, body: '' }));
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.getByText('may be out of date').waitFor();
    await page.unroute('**/api/v1/me');
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.getByText('may be out of date').waitFor({ state: 'detached' });
    assert.equal(await page.locator('#who').textContent(), person.username);
  });
});
