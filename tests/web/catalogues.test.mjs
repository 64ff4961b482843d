// The words: every key in both languages with the same placeholders, none missing, none left over, and one for
// every error code of the HTTP contract that this page can meet. Also the two house rules of the page's source
// that the type check cannot see.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const root = new URL('../../static/', import.meta.url);
/** @param {string} path */
const read = (path) => readFile(new URL(path, root), 'utf8');
// The page's own catalogue, and those of the screens that bring one.
const parts = ['', ...(await readdir(new URL('i18n/', root), { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => `${name}/`)];
/** @param {string} language @returns {Promise<Record<string, string>[]>} */
const catalogues = (language) => Promise.all(parts.map(async (part) => JSON.parse(await read(`i18n/${part}${language}.json`))));
const [ens, zhs] = [await catalogues('en'), await catalogues('zh-CN')];
/** @type {Record<string, string>} */
const en = Object.assign({}, ...ens);
/** @type {Record<string, string>} */
const zh = Object.assign({}, ...zhs);
const sources = (await readdir(root, { recursive: true }))
  .filter((path) => path.endsWith('.js') && !path.startsWith('vendor/')).sort();
const texts = await Promise.all(sources.map(read));

// Looked up by a code of the server, so no source names them.
const families = /^(problem|field|role|audit\.(step|part|outcome|hash|op|shown|filter))\./;
const codes = [
  'malformed_request', 'invalid_query', 'captcha_failed', 'login_required', 'session_superseded', 'session_expired',
  'invalid_credentials', 'forbidden', 'captcha_required', 'cross_site_request', 'not_found', 'already_taken', 'conflict',
  'too_large', 'unsupported_media_type', 'validation_failed', 'too_many_requests', 'too_many_attempts', 'overloaded', 'unavailable',
  'method_not_allowed', 'internal_error', 'wrong_code', 'code_expired', 'resend_too_soon',
  'no_store', 'store_exists', 'product_not_found', 'not_product_owner', 'already_listed', 'category_in_use', 'cursor_expired', 'version_mismatch',
];
const fieldCodes = ['required', 'invalid_format', 'too_short', 'too_long', 'out_of_range', 'unknown', 'unknown_host'];
const codesOfOneField = [
  'field.password_confirmation.mismatch', 'field.password.common_password', 'field.avatar.invalid_format', 'field.avatar.out_of_range',
  'field.code.invalid_format', 'field.code.wrong_code', 'field.code.code_expired', 'field.code.used_up',
];

test('both catalogues have the same keys in the same order', () => {
  for (const at of parts.keys()) assert.deepEqual(Object.keys(zhs[at]), Object.keys(ens[at]), parts[at]);
});

test('no key stands in two catalogues', () => {
  assert.equal(Object.keys(en).length, ens.reduce((sum, one) => sum + Object.keys(one).length, 0));
});

test('a text has the same placeholders in both languages', () => {
  /** @param {string} text */
  const placeholders = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const key of Object.keys(en)) assert.deepEqual(placeholders(zh[key]), placeholders(en[key]), key);
});

test('no text is empty, and Chinese has no half-width punctuation after a character', () => {
  for (const [key, text] of [...Object.entries(en), ...Object.entries(zh)]) assert.notEqual(text.trim(), '', key);
  for (const [key, text] of Object.entries(zh)) assert.doesNotMatch(text, /\p{Script=Han}[,:;?!()]/u, key);
});

test('no key is unused', () => {
  const used = new Set(texts.flatMap((text) => [...text.matchAll(/'([\w-]+\.[\w.]+)'/g)].map((found) => found[1])));
  assert.deepEqual(Object.keys(en).filter((key) => !used.has(key) && !families.test(key)), []);
});

test('no key is missing', () => {
  const asked = texts.flatMap((text) => [...text.matchAll(/\bt\('([^']+)'/g)].map((found) => found[1]));
  assert.ok(asked.length > 50);
  assert.deepEqual(asked.filter((key) => !(key in en)), []);
});

test('every error code of the contract has words', () => {
  const wanted = [...codes.map((code) => `problem.${code}`), ...fieldCodes.map((code) => `field.${code}`), ...codesOfOneField];
  assert.deepEqual(wanted.filter((key) => !(key in en)), []);
});

test('components are made by h(), whose props are type-checked, never inside a template', () => {
  for (const [at, text] of texts.entries()) assert.doesNotMatch(text, /<\$\{/, sources[at]);
});

test('no source needs what the content security policy forbids', () => {
  for (const [at, text] of texts.entries()) assert.doesNotMatch(text, /innerHTML|dangerouslySet|\beval\(|new Function| style=/, sources[at]);
});

test('every module opens with what it is for and stays small', () => {
  for (const [at, text] of texts.entries()) {
    assert.match(text, /^\/\/ \w.{40,}/u, sources[at]);
    assert.ok(text.split('\n').length < 250, sources[at]);
  }
});
