// The calls of the merchant's console: the store, its products one by one and in bulk, its categories, its files.
// Typed as in api.js.
import { call } from './api.js';
import { language } from './i18n.js';
import { Problem, problemOf } from './problem.js';

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
/** @typedef {Answer<'/api/v1/store', 'get'>} Store */
/** @typedef {Answer<'/api/v1/store/products', 'get'>} List */
/** @typedef {List['products'][number]} Product */
/** @typedef {List['categories'][number]} Category */
/** @typedef {Body<'/api/v1/store/products/{id}', 'patch'>} Changes */
/** @typedef {Body<'/api/v1/store/products/bulk', 'post'>} Bulk */
/** @typedef {Answer<'/api/v1/store/products/bulk', 'post'>} BulkResult */
/** @typedef {Answer<'/api/v1/store/products/import', 'post'>} Imported */

/** @param {string} id */
const at = (id) => `/api/v1/store/products/${encodeURIComponent(id)}`;

/** @returns {Promise<Store>} */
export const getStore = () => call('GET', '/api/v1/store');

/** @param {string} name @returns {Promise<Answer<'/api/v1/store', 'post'>>} */
export const postStore = (name) => call('POST', '/api/v1/store', { body: { name } });

/** @param {string} name @returns {Promise<Store>} */
export const renameStore = (name) => call('PATCH', '/api/v1/store', { body: { name } });

/** @param {URLSearchParams} query @param {AbortSignal} signal @returns {Promise<List>} */
export const getProducts = (query, signal) => call('GET', `/api/v1/store/products?${query}`, { signal });

/** @param {string} id @returns {Promise<Product>} */
export const getProduct = (id) => call('GET', at(id));

/** @param {Body<'/api/v1/store/products', 'post'>} body @returns {Promise<Product>} */
export const postProduct = (body) => call('POST', '/api/v1/store/products', { body });

/** @param {string} id @param {Changes} body @param {number} [version] that was seen, where it matters @returns {Promise<Product>} */
export const patchProduct = (id, body, version) => call('PATCH', at(id), { body, version });

/** @param {string} id @returns {Promise<Answer<'/api/v1/store/products/{id}', 'delete'>>} */
export const deleteProduct = (id) => call('DELETE', at(id));

/** @param {string} id @returns {Promise<Product>} */
export const refreshProduct = (id) => call('POST', `${at(id)}/refresh`);

/** @param {Bulk} body @returns {Promise<BulkResult>} */
export const postBulk = (body) => call('POST', '/api/v1/store/products/bulk', { body });

/** @param {string} name @returns {Promise<Answer<'/api/v1/store/categories', 'post'>>} */
export const postCategory = (name) => call('POST', '/api/v1/store/categories', { body: { name } });

/** @param {string} id @param {string} name @returns {Promise<void>} */
export const renameCategory = (id, name) => call('PATCH', `/api/v1/store/categories/${encodeURIComponent(id)}`, { body: { name } });

/** @param {string} id @returns {Promise<void>} */
export const deleteCategory = (id) => call('DELETE', `/api/v1/store/categories/${encodeURIComponent(id)}`);

/**
 * The list as a file, read piece by piece so that its growth can be told.
 * @param {URLSearchParams} query @param {(lines: number) => void} progress @param {AbortSignal} signal
 * @returns {Promise<{ file: Blob, name: string }>}
 */
export async function getCsv(query, progress, signal) {
  const headers = { Accept: 'text/csv', 'Accept-Language': language.value };
  const answer = await fetch(`/api/v1/store/products.csv?${query}`, { headers, signal, credentials: 'same-origin', cache: 'no-store' })
    .catch((thrown) => { throw signal.aborted ? thrown : new Problem({ status: 0, code: 'unreachable' }); });
  if (!answer.ok || !answer.body) throw await problemOf(answer);
  const name = /filename="([^"/\\]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1];
  const pieces = [];
  const reader = answer.body.getReader();
  for (let lines = 0; ;) {
    // A file that breaks off must not pass for a whole one.
    const { done, value } = await reader.read().catch((thrown) => { throw signal.aborted ? thrown : new Problem({ status: 0, code: 'unreachable' }); });
    if (done) break;
    pieces.push(value);
    for (const byte of value) lines += byte === 10 ? 1 : 0;
    progress(Math.max(0, lines - 1));
  }
  return { file: new Blob(pieces, { type: 'text/csv' }), name: name ?? 'products.csv' };
}

/**
 * fetch() cannot tell how far an upload is, so this is an XMLHttpRequest.
 * @param {Blob} file @param {string} key by which the server knows the same file sent again @param {(share: number) => void} progress 0 to 1
 * @param {AbortSignal} signal @returns {Promise<Imported>}
 */
export const postCsv = (file, key, progress, signal) => new Promise((resolve, reject) => {
  const sending = new XMLHttpRequest();
  sending.open('POST', '/api/v1/store/products/import');
  sending.setRequestHeader('Accept', 'application/json');
  sending.setRequestHeader('Accept-Language', language.value);
  // Browsers name it by the computer's settings: Excel's type on many.
  sending.setRequestHeader('Content-Type', 'text/csv');
  sending.setRequestHeader('Idempotency-Key', key);
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
  sending.send(file);
});
