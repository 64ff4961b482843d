// Registering as a person does it, in both languages and by keyboard alone, and everything the form says when
// something is wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillRegistration, focused, registered, somebody, useBrowser, visit, watchCaptcha } from './browser.mjs';

useBrowser();

for (const [locale, words] of Object.entries({
  'zh-CN': { lang: 'zh-CN', title: '注册账户', free: '可以使用', account: '我的账户' },
  'en-GB': { lang: 'en', title: 'Create an account', free: 'Available', account: 'My account' },
})) {
  test(`a stranger registers in ${locale} and is logged in at once`, () => visit({ locale }, async (page) => {
    const captcha = watchCaptcha(page);
    const person = somebody(locale === 'zh-CN' ? '小梅' : 'mei');
    await page.goto('/');
    await page.locator('.hero a[href="/register"]').click();
    assert.equal(await page.locator('h1').textContent(), words.title);
    assert.equal(await page.getAttribute('html', 'lang'), words.lang);
    await fillRegistration(page, person, await captcha());
    for (const field of ['username', 'email', 'phone']) await page.locator(`#${field}-status`, { hasText: words.free }).waitFor();
    await page.click('button[type=submit]');
    await page.waitForURL('**/account');
    assert.equal(await page.locator('h1').textContent(), words.account);
    assert.equal(await page.locator('#who').textContent(), person.username);
    assert.ok((await page.locator('.facts').first().textContent())?.includes(person.email));
    assert.match(await page.title(), new RegExp(words.account));
  }));
}

test('registering needs no mouse', () => visit({}, async (page) => {
  const captcha = watchCaptcha(page);
  const person = somebody();
  /** @param {string} id */
  const tabTo = async (id) => {
    for (let presses = 0; presses < 15; presses += 1) {
      if (await focused(page) === id) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab does not reach #${id}`);
  };
  await page.goto('/register');
  await page.locator('h1').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('href')), '#main', 'the skip link comes first');
  await page.keyboard.press('Enter');
  for (const [id, value] of Object.entries({ username: person.username, email: person.email, phone: person.phone, password: person.password, password_confirmation: person.password })) {
    await tabTo(id);
    await page.keyboard.type(value);
  }
  // The button inside the password field is on the way, and works with the space bar.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  assert.equal(await page.getAttribute('#password_confirmation', 'type'), 'text');
  await tabTo('captcha_answer');
  await page.keyboard.type(await captcha());
  await page.keyboard.press('Enter');
  await page.locator('#who', { hasText: person.username }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
}));

test('a taken username, email or phone is shown while typing', async () => {
  const taken = await registered();
  await visit({}, async (page) => {
    await page.goto('/register');
    for (const field of /** @type {const} */ (['username', 'email', 'phone'])) {
      await page.locator(`#${field}`).pressSequentially(taken[field], { delay: 4 });
      await page.locator(`#${field}-status`, { hasText: /taken|belongs/ }).waitFor();
    }
    await page.fill('#username', `${taken.username}x`);
    await page.locator('#username-status', { hasText: 'Available' }).waitFor();
  });
});

test('typing asks the server once the typing pauses, not at every key', () => visit({}, async (page) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => { if (request.url().includes('/availability')) asked.push(request.url()); });
  await page.goto('/register');
  const { username } = somebody();
  await page.locator('#username').pressSequentially(username, { delay: 15 });
  await page.locator('#username-status', { hasText: 'Available' }).waitFor();
  // One, were it not for a busy machine that can look like a pause.
  assert.ok(asked.length <= 3, asked.join());
  assert.ok(asked.at(-1)?.endsWith(`?username=${username}`));
}));

test('what somebody took meanwhile is marked at its field, with a new picture', async () => {
  const taken = await registered();
  await visit({}, async (page) => {
    const captcha = watchCaptcha(page);
    await page.goto('/register');
    await fillRegistration(page, { ...somebody(), email: taken.email }, await captcha());
    await page.click('button[type=submit]');
    await page.locator('#email-wrong', { hasText: 'belongs to an account' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'email');
    await page.locator('#captcha_answer-status', { hasText: 'new picture' }).waitFor();
    assert.equal(await page.inputValue('#captcha_answer'), '');
  });
});

test('a wrong captcha answer brings a new picture and a second try succeeds', () => visit({}, async (page) => {
  const captcha = watchCaptcha(page);
  const person = somebody();
  await page.goto('/register');
  await fillRegistration(page, person, '----');
  await captcha();
  const first = await page.getAttribute('.picture img', 'src');
  await page.click('button[type=submit]');
  await page.locator('#captcha_answer-wrong', { hasText: 'did not match' }).waitFor();
  await page.waitForFunction((old) => document.querySelector('.picture img')?.getAttribute('src') !== old, first);
  assert.equal(await focused(page), 'captcha_answer');
  await page.fill('#captcha_answer', await captcha());
  await page.click('button[type=submit]');
  await page.locator('#who', { hasText: person.username }).waitFor();
}));

test('the picture can be renewed by hand', () => visit({}, async (page) => {
  await page.goto('/register');
  const first = await page.getAttribute('.picture img', 'src');
  await page.getByRole('button', { name: 'New picture' }).click();
  await page.waitForFunction((old) => document.querySelector('.picture img')?.getAttribute('src') !== old, first);
}));

test('a picture that ran out is replaced without being asked', () => visit({}, async (page) => {
  await page.clock.install();
  await page.goto('/register');
  const first = await page.getAttribute('.picture img', 'src');
  await page.fill('#captcha_answer', 'abcd');
  await page.clock.fastForward('01:00:00');
  await page.waitForFunction((old) => document.querySelector('.picture img')?.getAttribute('src') !== old, first);
  await page.locator('#captcha_answer-status', { hasText: 'new picture' }).waitFor();
  assert.equal(await page.inputValue('#captcha_answer'), '');
}));

test('an empty form marks every field and puts the focus on the first', () => visit({}, async (page) => {
  await page.goto('/register');
  await page.locator('.picture img').waitFor();
  await page.click('button[type=submit]');
  await page.waitForFunction(() => document.activeElement?.id === 'username');
  assert.equal(await page.locator('[aria-invalid=true]').count(), 6);
  for (const input of await page.locator('[aria-invalid=true]').all()) {
    const described = (await input.getAttribute('aria-describedby')) ?? '';
    assert.ok(described.includes(`${await input.getAttribute('id')}-wrong`), described);
  }
}));

test('a slip is told on leaving the field, and taken back while it is corrected', () => visit({}, async (page) => {
  await page.goto('/register');
  await page.fill('#email', 'mei@');
  await page.locator('#email').blur();
  await page.locator('#email-wrong').waitFor();
  await page.fill('#email', 'mei@e');
  await page.locator('#email-wrong').waitFor({ state: 'detached' });
}));

test('what only the server knows is shown at the field too: a password everybody uses', () => visit({}, async (page) => {
  const captcha = watchCaptcha(page);
  await page.goto('/register');
  await fillRegistration(page, { ...somebody(), password: '12345678' }, await captcha());
  await page.click('button[type=submit]');
  await page.locator('#password-wrong', { hasText: 'most used' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'password');
}));

test('the strength hint follows the password', () => visit({}, async (page) => {
  await page.goto('/register');
  for (const [password, words] of Object.entries({ abc: 'Too short', abcdefgh: 'Weak', 'correct horse battery staple': 'Strong' })) {
    await page.fill('#password', password);
    await page.locator('#password-strength', { hasText: words }).waitFor();
  }
}));
