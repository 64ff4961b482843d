// Roles: who sees the page, finding somebody, giving and taking with a question before and an undo after, and that
// giving up one's own administration takes two questions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, grant, logIn, refuse, registered, somebody, tabTo, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */
/** @typedef {import('./browser.mjs').Person} Person */

async function administrator() {
  const person = await registered();
  await grant(person, 'admin');
  return person;
}

/** @param {Page} page @param {Person} admin */
async function open(page, admin) {
  await logIn(page, admin);
  await page.click('.top-links a[href="/admin"]');
  await page.locator(`[data-person="${admin.username}"]`).waitFor();
}

/** @param {Page} page @param {string} identifier */
async function find(page, identifier) {
  await page.fill('#identifier', identifier);
  await page.keyboard.press('Enter');
  await page.locator('#everybody').waitFor();
}

/** @param {Person} person @param {string} role */
const pill = (person, role) => `[data-person="${person.username}"] [data-role="${role}"]`;

/** @param {Page} page @param {Person} person @param {string} role */
const holds = async (page, person, role) => await page.getAttribute(pill(person, role), 'aria-pressed') === 'true';

/** The roles as the person sees them. @param {Person} person @returns {Promise<string[]>} */
async function rolesOf(person) {
  const login = await call('/api/v1/login', { username: person.username, password: person.password });
  const Cookie = login.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
  return (await (await call('/api/v1/me', undefined, { Cookie })).json()).roles;
}

for (const [locale, words] of Object.entries({
  'zh-CN': { title: '角色管理', granted: '已将“审计员”授予', revoked: '的“审计员”' },
  'en': { title: 'Roles', granted: 'now has the role “Auditor”', revoked: 'no longer has the role “Auditor”' },
})) {
  test(`an administrator finds somebody and gives and takes a role, in ${locale}`, async () => {
    const [admin, person] = [await administrator(), await registered()];
    await visit({ locale }, async (page) => {
      await open(page, admin);
      assert.equal(await page.locator('h1').textContent(), words.title);
      assert.ok(await holds(page, admin, 'admin'));
      assert.equal(await page.locator(pill(person, 'admin')).count(), 0, 'who holds no role is not listed');
      await find(page, person.email);
      await page.click(pill(person, 'auditor'));
      await page.click('#confirm-yes');
      await page.locator('#role-done', { hasText: words.granted }).waitFor();
      assert.ok(await holds(page, person, 'auditor'));
      assert.deepEqual(await rolesOf(person), ['auditor']);
      await page.click('#everybody');
      await page.locator(pill(admin, 'admin')).waitFor();
      await page.click(pill(person, 'auditor'));
      await page.click('#confirm-yes');
      await page.locator('#role-done', { hasText: words.revoked }).waitFor();
      assert.deepEqual(await rolesOf(person), []);
      await page.click('#undo');
      await page.locator('#role-done', { hasText: words.granted }).waitFor();
      assert.deepEqual(await rolesOf(person), ['auditor']);
    });
  });
}

test('somebody is found by username, email and phone, and nobody by half a name', async () => {
  const [admin, person] = [await administrator(), await registered()];
  await visit({}, async (page) => {
    await open(page, admin);
    for (const identifier of [person.username, person.email, person.phone]) {
      await find(page, identifier);
      await page.locator(pill(person, 'analyst')).waitFor();
      assert.equal(await page.locator('[data-person]').count(), 1);
      await page.click('#everybody');
      await page.locator(pill(admin, 'admin')).waitFor();
    }
    await find(page, somebody().username);
    await page.locator('#nobody', { hasText: 'Nobody has exactly' }).waitFor();
  });
});

test('a question that is answered with no, or left with Escape, changes nothing', async () => {
  const [admin, person] = [await administrator(), await registered()];
  await visit({}, async (page) => {
    await open(page, admin);
    await find(page, person.username);
    await tabTo(page, 'everybody');
    await page.locator(pill(person, 'admin')).focus();
    await page.keyboard.press('Space');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.getAttribute('data-role') === 'admin');
    await page.click(pill(person, 'admin'));
    await page.click('#confirm-no');
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.deepEqual(await rolesOf(person), []);
  });
});

test('giving up one\'s own administration takes two questions, and ends at one\'s account', async () => {
  const admin = await administrator();
  await visit({}, async (page) => {
    await open(page, admin);
    await page.click(pill(admin, 'admin'));
    await page.locator('#confirm-text', { hasText: 'your own role' }).waitFor();
    await page.click('#confirm-yes');
    await page.locator('#confirm-title', { hasText: 'Really give up' }).waitFor();
    await page.click('#confirm-no');
    assert.ok(await holds(page, admin, 'admin'));
    await page.click(pill(admin, 'admin'));
    await page.click('#confirm-yes');
    await page.locator('#confirm-title', { hasText: 'Really give up' }).waitFor();
    await page.click('#confirm-yes');
    await page.locator('#who').waitFor();
    assert.equal(await page.locator('.top-links a[href="/admin"]').count(), 0);
    assert.deepEqual(await rolesOf(admin), []);
  });
});

test('the page is no secret, but shows nothing to who is no administrator', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    assert.equal(await page.locator('.top-links a[href="/admin"]').count(), 0);
    await page.goto('/admin');
    await page.getByRole('alert').getByText('Only administrators').waitFor();
    assert.equal(await page.locator('[data-person]').count(), 0);
  });
});

test('somebody not logged in is asked to, and then gets there', async () => {
  const admin = await administrator();
  await visit({}, async (page) => {
    await page.goto('/admin');
    await page.waitForURL(/\/login\?next=/);
    await page.fill('#username', admin.username);
    await page.fill('#password', admin.password);
    await page.click('button[type=submit]');
    await page.locator(pill(admin, 'admin')).waitFor();
  });
});

test('what is refused is told, and the page shows what is', async () => {
  const [admin, person] = [await administrator(), await registered()];
  await visit({}, async (page) => {
    await open(page, admin);
    await find(page, person.username);
    await refuse(page, '**/roles/analyst', 409, 'conflict');
    await page.click(pill(person, 'analyst'));
    await page.click('#confirm-yes');
    await page.getByRole('alert').getByText('at the same moment').waitFor();
    assert.equal(await holds(page, person, 'analyst'), false);
  });
});
