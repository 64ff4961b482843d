// The server's JSON interface as typed functions. Types come from the OpenAPI document (tests/web/openapi.d.ts)
// by path and method, so a field the server renames fails the type check here and not in somebody's browser.
import { language } from './i18n.js';
import { Problem, problemOf } from './problem.js';

/** @typedef {import('../tests/web/openapi').paths} Paths */
/** @typedef {200 | 201 | 202 | 204} Done */
/** @typedef {'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} Method */
/**
 * What a call answers when it succeeds.
 * @template {keyof Paths} P
 * @template {keyof Paths[P]} M
 * @typedef {Paths[P][M] extends { responses: infer R }
 *   ? { [S in keyof R & Done]: R[S] extends { content: { 'application/json': infer T } } ? T : undefined }[keyof R & Done]
 *   : never} Answer
 */
/**
 * What a call takes as its body.
 * @template {keyof Paths} P
 * @template {keyof Paths[P]} M
 * @typedef {Paths[P][M] extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined} Body
 */
/** @typedef {Answer<'/api/v1/me', 'get'>} Me */
/** @typedef {Answer<'/api/v1/captcha', 'get'>} Captcha */
/** @typedef {'username' | 'email' | 'phone'} UniqueField */

let ahead = 0;

/**
 * A moment the server named, on this machine's clock, which may be wrong by minutes: a countdown must not be.
 * @param {string} moment RFC 3339 @returns {number} milliseconds
 */
export const onThisClock = (moment) => Date.parse(moment) - ahead;

/** Learns from an answer by how much the server's clock is ahead of this machine's. @param {Headers} headers */
function compareClocks(headers) {
  const difference = Date.parse(headers.get('Date') ?? '') - Date.now();
  // The header counts whole seconds, so a small difference says nothing.
  if (Number.isFinite(difference)) ahead = Math.abs(difference) > 2500 ? difference : 0;
}

/**
 * @param {Method} method
 * @param {string} path
 * @param {{ body?: unknown, signal?: AbortSignal, version?: number }} [options] `version`: done only if it still is the one seen
 * @returns {Promise<any>} typed by the functions below, in api-account.js and in api-merchant.js
 */
export async function call(method, path, { body, signal, version } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json', 'Accept-Language': language.value };
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, {
      method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin', cache: 'no-store',
    });
  } catch (thrown) {
    // An aborted request is our own doing and not something to tell anybody.
    if (signal?.aborted) throw thrown;
    throw new Problem({ status: 0, code: 'unreachable' });
  }
  compareClocks(answer.headers);
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? undefined : answer.json();
}

/** @returns {Promise<Me>} */
export const getMe = () => call('GET', '/api/v1/me');

/** @returns {Promise<Captcha>} */
export const getCaptcha = () => call('GET', '/api/v1/captcha');

/**
 * @param {UniqueField} field @param {string} value @param {AbortSignal} signal
 * @returns {Promise<Answer<'/api/v1/availability', 'get'>>}
 */
export const getAvailability = (field, value, signal) =>
  call('GET', `/api/v1/availability?${new URLSearchParams({ [field]: value })}`, { signal });

/** @param {Body<'/api/v1/register', 'post'>} body @returns {Promise<Answer<'/api/v1/register', 'post'>>} */
export const postRegister = (body) => call('POST', '/api/v1/register', { body });

/** @param {Body<'/api/v1/login', 'post'>} body @returns {Promise<Answer<'/api/v1/login', 'post'>>} */
export const postLogin = (body) => call('POST', '/api/v1/login', { body });

/** @returns {Promise<void>} */
export const postLogout = () => call('POST', '/api/v1/logout');
