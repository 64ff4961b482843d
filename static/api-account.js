// The calls of the screens that are loaded later: codes, passwords, pictures, leaving, roles. Typed as in api.js.
import { call } from './api.js';
import { getFile } from './files.js';
import { Problem, problemOf } from './problem.js';
import { language } from './i18n.js';

/** @typedef {import('./api.js').Paths} Paths */
/**
 * @template {keyof Paths} P
 * @template {keyof Paths[P]} M
 * @typedef {import('./api.js').Answer<P, M>} Answer
 */
/**
 * @template {keyof Paths} P
 * @template {keyof Paths[P]} M
 * @typedef {import('./api.js').Body<P, M>} Body
 */
/** @typedef {'email' | 'sms'} Channel */
/** @typedef {Answer<'/api/v1/admin/people', 'get'>['people'][number]} Person */
/** @typedef {Person['roles'][number]} Role */

/** @param {Body<'/api/v1/me/verifications', 'post'>} body @returns {Promise<Answer<'/api/v1/me/verifications', 'post'>>} */
export const postVerification = (body) => call('POST', '/api/v1/me/verifications', { body });

/** @param {string} id @param {string} code @returns {Promise<void>} */
export const confirmVerification = (id, code) =>
  call('POST', `/api/v1/me/verifications/${encodeURIComponent(id)}/confirm`, { body: { code } });

/** @param {Body<'/api/v1/me/password', 'put'>} body @returns {Promise<void>} */
export const putPassword = (body) => call('PUT', '/api/v1/me/password', { body });

/** @param {Body<'/api/v1/password-resets', 'post'>} body @returns {Promise<Answer<'/api/v1/password-resets', 'post'>>} */
export const postReset = (body) => call('POST', '/api/v1/password-resets', { body });

/** @param {string} id @param {Body<'/api/v1/password-resets/{id}/confirm', 'post'>} body @returns {Promise<void>} */
export const confirmReset = (id, body) => call('POST', `/api/v1/password-resets/${encodeURIComponent(id)}/confirm`, { body });

/** @returns {Promise<void>} */
export const deleteAvatar = () => call('DELETE', '/api/v1/me/avatar');

/** @param {string} password @returns {Promise<void>} */
export const deleteMe = (password) => call('DELETE', '/api/v1/me', { body: { password } });

/** @param {string} identifier empty for everybody who holds a role @returns {Promise<Answer<'/api/v1/admin/people', 'get'>>} */
export const getPeople = (identifier) =>
  call('GET', `/api/v1/admin/people${identifier && `?${new URLSearchParams({ identifier })}`}`);

/** @param {'PUT' | 'DELETE'} method @param {string} userId @param {Role} role @returns {Promise<Person>} */
export const changeRole = (method, userId, role) =>
  call(method, `/api/v1/admin/people/${encodeURIComponent(userId)}/roles/${role}`);

/** All that is held about me, and the name of the file the server proposes. */
export const getExport = () => getFile('/api/v1/me/export', 'application/json', 'zhanggui-account.json');

/**
 * fetch() cannot tell how far an upload is, so this is an XMLHttpRequest.
 * @param {Blob} picture
 * @param {(share: number) => void} progress 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<Answer<'/api/v1/me/avatar', 'put'>>}
 */
export const putAvatar = (picture, progress, signal) => new Promise((resolve, reject) => {
  const sending = new XMLHttpRequest();
  sending.open('PUT', '/api/v1/me/avatar');
  sending.setRequestHeader('Accept', 'application/json');
  sending.setRequestHeader('Accept-Language', language.value);
  sending.setRequestHeader('Content-Type', picture.type);
  sending.upload.onprogress = ({ loaded, total, lengthComputable }) => lengthComputable && progress(loaded / total);
  sending.onerror = () => reject(new Problem({ status: 0, code: 'unreachable' }));
  sending.onabort = () => reject(signal.reason);
  sending.onload = async () => {
    const headers = { 'Retry-After': sending.getResponseHeader('Retry-After') ?? '' };
    const answer = new Response(sending.responseText, { status: sending.status, headers });
    if (answer.ok) resolve(await answer.json().catch(() => reject(new Problem({ status: 0, code: 'unreadable_answer' }))));
    else reject(await problemOf(answer));
  };
  signal.addEventListener('abort', () => sending.abort());
  sending.send(picture);
});
