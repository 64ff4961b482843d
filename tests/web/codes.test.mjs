// Codes by email and SMS: showing that an address is one's own, changing the password, and having forgotten it.
// Everything that can be wrong with a code is told where it is typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, disclosedCode, focused, logIn, logInElsewhere, otherCode, refuse, registered, somebody, tabTo, useBrowser, visit, watchCaptcha } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */

const fresh = 'velvet-Harbour 42 quince';

/** @param {Page} page @param {'email' | 'sms'} channel */
async function verify(page, channel) {
  await page.click(`#verify-${channel}`);
  await page.waitForFunction((id) => document.activeElement?.id === id, `${channel}-code`);
  return disclosedCode(page, `${channel}-code`);
}

/** @param {Page} page */
const confirm = (page) => page.locator('.contact button[type=submit]').click();

for (const [locale, words] of Object.entries({
  'zh-CN': { email: '邮箱已验证。', sms: '手机号已验证。', sent: '验证码已发送至' },
  'en': { email: 'Your email is verified.', sms: 'Your phone is verified.', sent: 'A code is on its way to' },
})) {
  test(`the email and the phone are verified in ${locale}`, async () => {
    const person = await registered();
    await visit({ locale }, async (page) => {
      await logIn(page, person);
      for (const channel of /** @type {const} */ (['email', 'sms'])) {
        const code = await verify(page, channel);
        const told = await page.locator('.contact .sent').textContent();
        assert.ok(told?.includes(words.sent) && !told.includes(channel === 'email' ? person.email : person.phone), `masked: ${told}`);
        await page.fill(`#${channel}-code`, code);
        await confirm(page);
        await page.getByText(words[channel]).waitFor();
        assert.equal(await page.locator(`#verify-${channel}`).count(), 0);
      }
      await page.reload();
      await page.locator('#logout').waitFor();
      assert.equal(await page.locator('.badge[data-good]').count(), 2, 'the server says so too');
    });
  });
}

test('a code is typed and confirmed without a mouse, with the spaces it was pasted with', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await tabTo(page, 'verify-email');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'email-code');
    const code = await disclosedCode(page, 'email-code');
    assert.equal(await page.getAttribute('#email-code', 'inputmode'), 'numeric');
    assert.equal(await page.getAttribute('#email-code', 'autocomplete'), 'one-time-code');
    await page.keyboard.insertText(` ${code.slice(0, 3)} ${code.slice(3)} `);
    await page.keyboard.press('Enter');
    await page.getByText('Your email is verified.').waitFor();
  });
});

test('a wrong code tells how many tries are left, and five use the code up', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    const code = await verify(page, 'sms');
    await page.fill('#sms-code', '12x');
    await confirm(page);
    await page.locator('#sms-code-wrong', { hasText: 'six digits' }).waitFor();
    for (let left = 4; left >= 0; left -= 1) {
      await page.fill('#sms-code', otherCode(code));
      await confirm(page);
      await page.locator('#sms-code-wrong', { hasText: left > 0 ? `Tries left: ${left}` : 'used up' }).waitFor();
      assert.equal(await focused(page), 'sms-code');
    }
    await page.fill('#sms-code', code);
    await confirm(page);
    await page.locator('#sms-code-wrong', { hasText: /used up|run out/ }).waitFor();
  });
});

test('asking again too soon is told with the seconds, also after a reload', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await verify(page, 'email');
    await page.reload();
    await page.click('#verify-email');
    await page.getByRole('alert').getByText('A code was sent a moment ago.').waitFor();
    assert.match(await page.getByRole('alert').textContent() ?? '', /Try again in \d+ second/);
  });
});

test('the seconds until another code run on while typing and over a change of language, and end', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await page.clock.install();
    await logIn(page, person);
    await verify(page, 'email');
    const again = page.locator('.resend .link-button');
    const left = async () => Number((await page.locator('.resend-wait').textContent())?.match(/\d+/)?.[0]);
    const before = await left();
    await page.clock.runFor(5000);
    await page.fill('#email-code', '123');
    await page.click('#language');
    await page.locator('h1', { hasText: '我的账户' }).waitFor();
    const later = await left();
    assert.ok(later <= before - 5 && later >= before - 8, `${before} then ${later}`);
    assert.equal(await page.inputValue('#email-code'), '123');
    assert.equal(await again.getAttribute('aria-disabled'), 'true');
    // The ear hears how long it takes once, and not every second.
    assert.equal((await page.locator('.resend [role=status]').textContent())?.includes(String(later)), false);
    await page.clock.runFor(before * 1000);
    assert.equal(await again.getAttribute('aria-disabled'), null);
    assert.equal(await page.locator('.resend [role=status]').textContent(), '现在可以重新发送验证码。');
  });
});

test('another code takes the place of the first', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await page.clock.install();
    await logIn(page, person);
    await verify(page, 'email');
    await page.fill('#email-code', '123');
    await page.clock.runFor('02:00');
    const soon = new Date(Date.now() + 200_000).toISOString();
    await page.route('**/api/v1/me/verifications', (route) => route.fulfill({ status: 202, json: {
      verification_id: '019ab000-0000-7000-8000-000000000000', channel: 'email', destination: 'm***@example.com', expires_at: soon, resend_after: soon, code: '654321',
    } }));
    await page.locator('.resend .link-button').click();
    await page.locator('#email-code-hint', { hasText: '654321' }).waitFor();
    assert.equal(await page.inputValue('#email-code'), '');
    assert.match(await page.locator('.resend-wait').textContent() ?? '', /in \d/);
  });
});

test('a code that ran out says so by itself, and when the server says it', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await page.clock.install();
    await logIn(page, person);
    const code = await verify(page, 'email');
    await page.clock.fastForward('01:00:00');
    await page.locator('#email-code-wrong', { hasText: 'run out' }).waitFor();
    await page.fill('#email-code', code);
    assert.equal(await page.locator('#email-code-wrong').count(), 0);
    await refuse(page, '**/verifications/*/confirm', 410, 'code_expired');
    await confirm(page);
    await page.locator('#email-code-wrong', { hasText: 'run out' }).waitFor();
  });
});

test('a day has only so many codes, and says when there are more', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await refuse(page, '**/api/v1/me/verifications', 429, 'too_many_attempts', { 'Retry-After': '7200' });
    await page.click('#verify-sms');
    await page.getByRole('alert').getByText('as many codes as a day allows').waitFor();
    await page.getByRole('alert').getByText('Try again in 120 minutes.').first().waitFor();
  });
});

test('whoever was superseded meanwhile is told so by whatever is asked next', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await logInElsewhere(person);
    await page.click('#verify-email');
    await page.getByRole('heading', { name: 'Logged in somewhere else' }).waitFor();
  });
});

for (const channel of /** @type {const} */ (['email', 'sms'])) {
  test(`a new password after a code by ${channel}: still logged in here, and the old one is no good`, async () => {
    const person = await registered();
    await visit({}, async (page, context) => {
      await logIn(page, person);
      const before = (await context.cookies()).find(({ name }) => name.endsWith('session'))?.value;
      await page.click('#change-password-open');
      await page.locator(`#change-channel-${channel}`).check();
      await page.locator('#security button[type=submit]').click();
      await page.waitForFunction(() => document.activeElement?.id === 'change-code');
      const code = await disclosedCode(page, 'change-code');
      await page.fill('#change-code', otherCode(code));
      await page.fill('#change-password', '12345678');
      await page.fill('#change-password_confirmation', '1234567x');
      await page.locator('#security button[type=submit]').click();
      await page.locator('#change-password_confirmation-wrong', { hasText: 'differ' }).waitFor();
      await page.fill('#change-password', person.username);
      await page.locator('#change-password-strength', { hasText: 'holds your name' }).waitFor();
      await page.fill('#change-password', fresh);
      await page.fill('#change-password_confirmation', fresh);
      await page.locator('#security button[type=submit]').click();
      await page.locator('#change-code-wrong', { hasText: 'Tries left: 4' }).waitFor();
      assert.equal(await page.inputValue('#change-password'), fresh, 'what was typed stays');
      await page.fill('#change-code', code);
      await page.locator('#security button[type=submit]').click();
      await page.getByText('still logged in here').waitFor();
      const after = (await context.cookies()).find(({ name }) => name.endsWith('session'))?.value;
      assert.ok(after && after !== before, 'the session is a new one');
      await page.reload();
      await page.locator('#logout').waitFor();
      assert.equal((await call('/api/v1/login', { username: person.username, password: person.password })).status, 401);
      await logInElsewhere({ ...person, password: fresh });
    });
  });
}

test('a password that everybody uses is refused at its field', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await page.click('#change-password-open');
    await page.locator('#security button[type=submit]').click();
    await page.fill('#change-code', await disclosedCode(page, 'change-code'));
    await page.fill('#change-password', '12345678');
    await page.fill('#change-password_confirmation', '12345678');
    await page.locator('#security button[type=submit]').click();
    await page.locator('#change-password-wrong', { hasText: 'most used' }).waitFor();
    await page.locator('#security .button.second').click();
    await page.waitForFunction(() => document.activeElement?.id === 'change-password-open');
  });
});

/** From the log-in form to the field for the code. @param {Page} page @param {string} identifier @param {'email' | 'sms'} channel */
async function forget(page, identifier, channel) {
  const captcha = watchCaptcha(page);
  await page.goto('/login');
  await page.click('a[href="/forgot"]');
  await page.fill('#identifier', identifier);
  await page.locator(`#channel-${channel}`).check();
  await page.fill('#captcha_answer', await captcha());
  await page.click('button[type=submit]');
  await page.waitForFunction(() => document.activeElement?.id === 'code');
}

for (const [locale, words] of Object.entries({ 'zh-CN': '密码已更改，请用新密码登录。', 'en': 'Your password is changed. Log in with the new one.' })) {
  test(`a forgotten password in ${locale}: a code, a new password, logged in`, async () => {
    const person = await registered();
    await visit({ locale }, async (page) => {
      await forget(page, person.email, locale === 'en' ? 'email' : 'sms');
      const code = await disclosedCode(page);
      await page.fill('#code', otherCode(code));
      await page.fill('#password', fresh);
      await page.fill('#password_confirmation', fresh);
      await page.click('button[type=submit]');
      await page.locator('#code-wrong', { hasText: '4' }).waitFor();
      await page.fill('#code', code);
      await page.click('button[type=submit]');
      await page.getByText(words).waitFor();
      assert.equal(await page.inputValue('#username'), person.email);
      await page.fill('#password', fresh);
      await page.click('button[type=submit]');
      await page.locator('#who', { hasText: person.username }).waitFor();
    });
  });
}

test('somebody unknown is told the same as somebody known', async () => {
  /** @type {(string | null)[]} */
  const told = [];
  for (const person of [await registered(), somebody()]) {
    await visit({}, async (page) => {
      await forget(page, person.email, 'email');
      const words = await page.locator('.sent').textContent();
      told.push(words?.replace(person.email, 'X') ?? null);
      await page.fill('#code', otherCode(await disclosedCode(page)));
      await page.fill('#password', fresh);
      await page.fill('#password_confirmation', fresh);
      await page.click('button[type=submit]');
      told.push(await page.locator('#code-wrong').textContent());
    });
  }
  assert.match(told[0] ?? '', /^If there is an account for X, a code is on its way/);
  assert.deepEqual(told.slice(2), told.slice(0, 2));
});

test('a wrong captcha answer brings a new picture, and another code needs a new one too', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await page.clock.install();
    const captcha = watchCaptcha(page);
    await page.goto('/forgot');
    await page.fill('#identifier', person.username);
    await captcha();
    await page.fill('#captcha_answer', '----');
    await page.click('button[type=submit]');
    await page.locator('#captcha_answer-wrong', { hasText: 'did not match' }).waitFor();
    await page.locator('#captcha_answer-status', { hasText: 'new picture' }).waitFor();
    await page.fill('#captcha_answer', await captcha());
    await page.click('button[type=submit]');
    await page.locator('#code').waitFor();
    await page.clock.runFor('02:00');
    await page.locator('.resend .link-button').click();
    await page.locator('#captcha_answer').waitFor();
    assert.equal(await page.inputValue('#identifier'), person.username);
    await page.fill('#captcha_answer', await captcha());
    await page.click('button[type=submit]');
    // For the server, not two minutes have passed.
    await page.getByRole('alert').getByText('A code was sent a moment ago.').waitFor();
  });
});
