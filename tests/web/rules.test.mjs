// The page's own rules, without a browser: what it says about a field before asking the server, how it rates a
// password, and where it agrees to go after logging in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestZoom, middleOf, moved, placeOf, sideOf, zoomed } from '../../static/account/crop.js';
import { check, checkAll, strength } from '../../static/checks.js';

/** @param {string} field @param {string} value @param {Record<string, string>} [rest] */
const code = (field, value, rest = {}) => check(field, { ...rest, [field]: value })?.code ?? null;

test('a username is 3 to 32 characters of any script, digits, _ and -', () => {
  for (const good of ['mei', '掌柜小梅', 'Ünal_42', 'a-b', '𠮷𠮷𠮷', 'x'.repeat(32)]) assert.equal(code('username', good), null, good);
  assert.equal(code('username', 'ab'), 'too_short');
  assert.equal(code('username', 'x'.repeat(33)), 'too_long');
  for (const bad of ['a b c', 'a@b.c', 'mei!', 'a/b']) assert.equal(code('username', bad), 'invalid_format', bad);
  assert.equal(code('username', '   '), 'required');
});

test('an email has one @ and a dot after it', () => {
  for (const good of ['a@b.cn', ' mei@example.com ', 'a+b@sub.example.com']) assert.equal(code('email', good), null, good);
  for (const bad of ['mei', 'mei@', '@b.cn', 'a@b', 'a b@c.cn', 'a@b@c.cn', 'a@b.']) assert.equal(code('email', bad), 'invalid_format', bad);
  assert.equal(code('email', `${'a'.repeat(250)}@b.cn`), 'too_long');
});

test('a phone is a Chinese mobile number, or one with its country', () => {
  for (const good of ['13800138000', '138 0013 8000', '+86 138-0013-8000', '+44 7700 900123']) assert.equal(code('phone', good), null, good);
  for (const bad of ['12800138000', '1380013800', '07700900123', '+1', 'phone']) assert.equal(code('phone', bad), 'invalid_format', bad);
});

test('a password is judged by its length and by not holding the name', () => {
  const person = { username: 'Laoban', email: 'xiaomei@example.com' };
  assert.equal(code('password', '1234567', person), 'too_short');
  assert.equal(code('password', 'x'.repeat(129), person), 'too_long');
  assert.equal(code('password', 'laoban-2026', person), 'holds_name');
  assert.equal(code('password', 'my XIAOMEI 88', person), 'holds_name');
  assert.equal(code('password', '        ', person), null);
  assert.equal(code('password_confirmation', 'b', { password: 'a' }), 'mismatch');
});

test('what is wrong is listed in the order of the form', () => {
  const all = { username: '', email: 'x', phone: '13800138000', password: 'abc', password_confirmation: '', captcha_answer: '' };
  assert.deepEqual(checkAll(all).map(({ field, code: found }) => `${field} ${found}`),
    ['username required', 'email invalid_format', 'password too_short', 'password_confirmation required', 'captcha_answer required']);
});

test('the strength hint rises with length and variety and is not fooled by repetition', () => {
  /** @param {string} password */
  const rate = (password) => strength(password, 'laoban', 'mei@example.com');
  assert.equal(rate('short'), 0);
  assert.equal(rate('laoban 12345 !'), 0);
  for (const weak of ['aaaaaaaaaaaaaaaa', '12345678', 'abcdefgh', 'aaaaBBBB1111']) assert.ok(rate(weak) <= 1, `${weak} ${rate(weak)}`);
  assert.ok(rate('dkwozmpq') < rate('dkwo-Zmpq7'));
  for (const strong of ['correct horse battery staple', '9f!Kz2#pWq7&']) assert.ok(rate(strong) >= 3, `${strong} ${rate(strong)}`);
});

test('a crop begins in the middle, as large as fits, and never leaves the picture', () => {
  const wide = { width: 800, height: 400 };
  const middle = middleOf(wide);
  assert.deepEqual(middle, { left: 200, top: 0, zoom: 1 });
  assert.deepEqual(moved(wide, middle, 9, 9), { left: 400, top: 0, zoom: 1 });
  assert.deepEqual(moved(wide, middle, -9, -9), { left: 0, top: 0, zoom: 1 });
  assert.deepEqual(placeOf(wide, middle), { across: 50, down: 50, zoom: 100 });
});

test('zooming keeps the point it is about where it is, within sensible bounds', () => {
  const tall = { width: 960, height: 2000 };
  const near = zoomed(tall, middleOf(tall), 2, 1, 0);
  assert.equal(sideOf(tall, near), 480);
  assert.deepEqual([near.left + 480, near.top], [960, 520], 'the upper right corner');
  assert.equal(zoomed(tall, near, 0.1).zoom, 1);
  assert.equal(zoomed(tall, near, 99).zoom, 8);
  assert.equal(largestZoom({ width: 40, height: 40 }), 1);
});

test('after logging in, the page goes to a path of this site and nowhere else', async () => {
  Object.assign(globalThis, { location: new URL('http://shop.test/login') });
  const { safeNext } = await import('../../static/router.js');
  for (const good of ['/account', '/account?tab=1#x', '/docs', '/']) assert.equal(safeNext(good), good);
  for (const bad of [null, '', 'account', '//evil.test', '/\\evil.test', 'https://evil.test/', 'javascript:alert(1)', '/\t/evil.test', '/a\\b', '/login', '/forgot', '/register?x', '\n//evil.test'])
    assert.equal(safeNext(bad), '/account', String(bad));
});
