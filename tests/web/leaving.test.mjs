// Taking one's data along, and leaving for good: what it takes, what is said, and that the name is free again.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { call, focused, logIn, refuse, registered, useBrowser, visit } from './browser.mjs';

useBrowser();

test('the export is a JSON file that holds the username', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')]);
    assert.match(download.suggestedFilename(), /\.json$/);
    const text = await readFile(await download.path(), 'utf8');
    JSON.parse(text);
    assert.ok(text.includes(person.username) && text.includes(person.email));
    await page.getByText(`Saved as ${download.suggestedFilename()}.`).waitFor();
  });
});

test('an export that is refused is told and not saved', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await refuse(page, '**/api/v1/me/export', 429, 'too_many_requests', { 'Retry-After': '30' });
    await page.click('#export');
    await page.locator('#data').getByRole('alert').getByText('a lot in a short time').waitFor();
  });
});

for (const [locale, words] of Object.entries({
  'zh-CN': { title: '账户已注销', mismatch: '与您的用户名不符。', wrong: '密码不正确。' },
  'en': { title: 'Your account is erased', mismatch: 'This is not your username.', wrong: 'The password is wrong.' },
})) {
  test(`leaving in ${locale}: the name, the password, farewell; and the name is free`, async () => {
    const person = await registered();
    await visit({ locale }, async (page, context) => {
      await logIn(page, person);
      await page.locator('#leave-open').focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement?.id === 'leave-confirmed_username');
      assert.equal(await page.locator('.consequences li').count(), 5);
      await page.keyboard.type('somebody-else');
      await page.fill('#leave-password', 'not the password');
      await page.keyboard.press('Enter');
      await page.locator('#leave-confirmed_username-wrong', { hasText: words.mismatch }).waitFor();
      await page.fill('#leave-confirmed_username', person.username);
      await page.click('#leave-now');
      await page.locator('#leave-password-wrong', { hasText: words.wrong }).waitFor();
      await page.waitForFunction(() => document.activeElement?.id === 'leave-password');
      assert.equal(await page.locator('#logout').count(), 1, 'a wrong password ends no session');
      await page.keyboard.type(person.password);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: words.title }).waitFor();
      await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
      assert.deepEqual((await context.cookies()).map(({ name }) => name), []);
      assert.equal((await call('/api/v1/login', { username: person.username, password: person.password })).status, 401);
      assert.equal((await (await call(`/api/v1/availability?username=${person.username}`)).json()).available, true);
      await page.click('.actions a');
      await page.locator('.hero').waitFor();
      await page.goto('/account');
      await page.waitForURL(/\/login\?next=/);
      assert.equal(await page.inputValue('#username'), '', 'the name is not offered again');
    });
  });
}

test('nothing is erased by opening the form and going back', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await page.click('#leave-open');
    await page.click('#leave-now');
    await page.locator('#leave-password-wrong').waitFor();
    await page.locator('#leave .button.second').click();
    await page.waitForFunction(() => document.activeElement?.id === 'leave-open');
    assert.equal(await focused(page), 'leave-open');
    assert.equal((await call('/api/v1/login', { username: person.username, password: person.password })).status, 200);
  });
});
