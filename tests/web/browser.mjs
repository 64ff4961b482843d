// What the browser tests share: one Chromium per file, contexts that notice every console error, refused
// resource and request to another host, people with names nobody else has, and axe.
//
// The server under test is named by ZHANGGUI_URL. It must disclose captcha answers and have its limits per
// address lifted, as the development profile does with ZHANGGUI_RATE_LIMITS=off. Its first administrators are made at
// its command line: ZHANGGUI_CLI is the beginning of `… grant NAME admin`, words apart by spaces.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import { promisify } from 'node:util';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {{ username: string, email: string, phone: string, password: string }} Person */

if (!process.env.ZHANGGUI_URL) {
  console.error('ZHANGGUI_URL is not set: name the server under test, for example ZHANGGUI_URL=http://127.0.0.1:8080 (or: npm run test:mock)');
  process.exit(1);
}
export const base = new URL(process.env.ZHANGGUI_URL).origin;

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
/** @type {import('playwright-core').Browser} */
let browser;

/** Call once in a test file. */
export function useBrowser() {
  before(async () => {
    if (!executablePath) throw new Error('no Chromium found; name it with CHROMIUM=/path/to/chromium');
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
  });
  after(() => browser?.close());
}

const pictures = /^https:\/\/[\w.-]+\.(alicdn\.com|taobaocdn\.com|tbcdn\.cn)\//;
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAqElEQVR42gXBoQoEIRAAUD/9woUNBoOIQRiDYcKGFTYcVqsYBsYwwWAw+BX3nuruQ+473CVOT2eWs9v544Lq8CW4BmgBM8Eu8BvCgag6XoR6oBG0E/3CsDEeTKpnTdmMbCX7mcPKced0MqpeDBU7ipcSZomrpF3wlFv1aqn6UYPUOGtaFXe9T31Ub55aGC1KS7Phavduz2mv6hyI4+AkjJPvxc/m9/DvD7tEi2GGHmv9AAAAAElFTkSuQmCC', 'base64');

/**
 * Runs a story in a context of its own and fails it for anything a careful reader of the console would see.
 * @param {import('playwright-core').BrowserContextOptions & { tolerated?: RegExp }} options `tolerated`: the console lines that are the story
 * @param {(page: Page, context: BrowserContext) => Promise<void>} story
 */
export async function visit({ tolerated, ...options }, story) {
  const context = await browser.newContext({ baseURL: base, locale: 'en', viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(8000);
  /** @type {string[]} */
  const complaints = [];
  // Pictures of products are Taobao's. Nothing is fetched from there: a picture of ours is given for each.
  await context.route(pictures, (route) => route.fulfill({ contentType: 'image/png', body: picture }));
  context.on('request', (request) => {
    if (pictures.test(request.url()) && request.resourceType() === 'image' && request.headers().referer === undefined) return;
    if (!request.url().startsWith(`${base}/`) && !request.url().startsWith('data:')) complaints.push(`request to another host: ${request.url()}`);
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
  context.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    // Chromium logs every 4xx answer of a fetch by itself; a refusal by the interface is part of the stories.
    const refused = /^Failed to load resource: .* 4\d\d/.test(message.text()) && message.location().url.startsWith(`${base}/api/`);
    if (!refused && !tolerated?.test(message.text())) complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  try {
    const page = await context.newPage();
    await story(page, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** @param {string} [prefix] @returns {Person} nobody was ever called so before */
export function somebody(prefix = 'mei') {
  const username = `${prefix}-${randomBytes(6).toString('hex')}`;
  return {
    username,
    email: `${randomBytes(8).toString('hex')}@example.com`,
    phone: `138${String(randomInt(1e8)).padStart(8, '0')}`,
    password: `${randomBytes(4).toString('hex')} lantern-Teapot 7`,
  };
}

/** A call by another program than the page. @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
export function call(path, body, headers = {}) {
  return fetch(base + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Accept: 'application/json', ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

/** Somebody who has an account already, made without the page. */
export async function registered() {
  const person = somebody();
  const captcha = await (await call('/api/v1/captcha')).json();
  assert.ok(captcha.value, 'the server under test does not disclose captcha answers');
  const answer = await call('/api/v1/register', {
    ...person, password_confirmation: person.password, captcha_id: captcha.captcha_id, captcha_answer: captcha.value,
  });
  assert.equal(answer.status, 201, await answer.text());
  return person;
}

/** Gives somebody a role at the server's command line, as its operator does. @param {Person} person @param {string} role */
export async function grant({ username }, role) {
  const [program, ...words] = (process.env.ZHANGGUI_CLI ?? '').split(' ').filter(Boolean);
  assert.ok(program, 'ZHANGGUI_CLI is not set: name the command line of the server under test, for example '
    + 'ZHANGGUI_CLI="target/debug/zhanggui --data-dir DIR user" (or: npm run test:mock)');
  // The program refuses a ZHANGGUI_ variable that it does not know, and these two are ours.
  const { ZHANGGUI_URL: _url, ZHANGGUI_CLI: _cli, ...env } = process.env;
  await promisify(execFile)(program, [...words, 'grant', username, role], { env });
}

/** Reads the six digits that the development profile shows below the field. @param {Page} page @param {string} [id] of the field */
export async function disclosedCode(page, id = 'code') {
  const words = await page.locator(`#${id}-hint`).textContent();
  const code = words?.match(/\d{6}/)?.[0];
  assert.ok(code, 'the server under test does not disclose codes');
  return code;
}

/** Six digits that are not these. @param {string} code */
export const otherCode = (code) => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

/** Presses Tab until the element has the focus. @param {Page} page @param {string} id */
export async function tabTo(page, id) {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await focused(page) === id) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach #${id}`);
}

/** Answers a call as the server would in a state that a test cannot bring about. @param {Page} page @param {string} url @param {number} status @param {string} code @param {Record<string, string>} [headers] */
export const refuse = (page, url, status, code, headers = {}) => page.route(url, (route) => route.fulfill({
  status, headers, contentType: 'application/problem+json', body: JSON.stringify({ type: `/problems/${code}`, title: code, status, detail: code, code }),
}));

/** Logs in from elsewhere, without the page. @param {Person} person */
export async function logInElsewhere(person) {
  const answer = await call('/api/v1/login', { username: person.username, password: person.password });
  assert.equal(answer.status, 200, await answer.text());
}

/** Keeps the answer of the newest captcha picture the page shows. @param {Page} page */
export function watchCaptcha(page) {
  /** @type {Promise<{ value: string }> | null} */
  let newest = null;
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/api/v1/captcha') newest = response.json();
  });
  return async () => {
    await page.locator('.picture img').waitFor();
    return (await newest)?.value ?? '';
  };
}

/** @param {Page} page @param {Person} person @param {string} captcha */
export async function fillRegistration(page, person, captcha) {
  await page.fill('#username', person.username);
  await page.fill('#email', person.email);
  await page.fill('#phone', person.phone);
  await page.fill('#password', person.password);
  await page.fill('#password_confirmation', person.password);
  await page.fill('#captcha_answer', captcha);
}

/** @param {Page} page @param {Person} person @param {string} [path] */
export async function logIn(page, person, path = '/login') {
  await page.goto(path);
  await page.fill('#username', person.username);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  await page.locator('#logout').waitFor();
}

/** @param {Page} page @returns {Promise<string | undefined>} the id of the element that has the focus */
export const focused = (page) => page.evaluate(() => document.activeElement?.id);

/** Each language once and each theme once: what is sound in both does not become unsound by being put together otherwise. */
export const looks = /** @type {const} */ ([{ locale: 'zh-CN', colorScheme: 'light' }, { locale: 'en', colorScheme: 'dark' }]);

/** What axe finds, in one line each. Through CDP, since the page's own policy rightly forbids eval. @param {Page} page */
export async function axeFindings(page) {
  const client = await page.context().newCDPSession(page);
  await client.send('Runtime.evaluate', { expression: `${axe.source};0` });
  const { result, exceptionDetails } = await client.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(
      ({ id, impact, nodes }) => impact + ' ' + id + ': ' + nodes.map(({ html, any }) => html.slice(0, 120) + ' ' + (any[0]?.message ?? '')).join(' | ')))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await client.detach();
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return /** @type {string[]} */ (result.value);
}

/** @param {Page} page @returns {Promise<string[]>} what is wider than the window */
export const tooWide = (page) => page.evaluate(() => (
  document.documentElement.scrollWidth <= window.innerWidth ? []
    : [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > window.innerWidth)
      .map((element) => `${element.tagName}.${element.getAttribute('class')}`)));
