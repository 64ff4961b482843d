// A stand-in for the server while working on the page: serves static/ and answers the account routes of the
// HTTP contract from memory. It is not the measure of anything; the browser tests run against the real server.
//
//   node mock-server.mjs [port]        port 8099 by default
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { accountRoutes } from './mock-accounts.mjs';

const root = new URL('../../static/', import.meta.url);
const pages = ['/', '/login', '/register', '/forgot', '/account', '/store', '/admin', '/analytics', '/audit'];
const kinds = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', json: 'application/json', svg: 'image/svg+xml', txt: 'text/plain; charset=utf-8' };
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; "
  + "img-src 'self' data: https://*.alicdn.com https://*.taobaocdn.com https://*.tbcdn.cn; font-src 'self'; "
  + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
  + "require-trusted-types-for 'script'; trusted-types 'none'";

/** @param {string} path */
function fileFor(path) {
  if (pages.includes(path)) return new URL('index.html', root);
  if (path === '/docs') return new URL('docs.html', root);
  if (path === '/openapi.json') return new URL('mock-openapi.json', import.meta.url);
  if (path.startsWith('/static/') && !path.includes('..')) return new URL(path.slice('/static/'.length), root);
  return null;
}

/** @param {number} port 0 for any free one */
export async function startMock(port = 0) {
  const answerAccount = accountRoutes();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (url.pathname.startsWith('/api/') || url.pathname.startsWith('/media/') || url.pathname.startsWith('/mock/') || url.pathname.startsWith('/.well-known/')) {
      await answerAccount(request, response, url);
      return;
    }
    const file = fileFor(url.pathname);
    const bytes = file && await readFile(file).catch(() => null);
    if (!file || !bytes) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found');
      return;
    }
    const kind = /** @type {keyof typeof kinds} */ (file.pathname.split('.').at(-1));
    response.writeHead(200, { 'Content-Type': kinds[kind] ?? 'application/octet-stream', 'Content-Security-Policy': csp, 'Cache-Control': 'no-cache' });
    response.end(bytes);
  });
  await new Promise((ready) => { server.listen(port, '127.0.0.1', () => ready(undefined)); });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the mock server has no port');
  return { url: `http://127.0.0.1:${address.port}`, stop: () => { server.close(); server.closeAllConnections(); } };
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').at(-1) ?? '?')) {
  console.log((await startMock(Number(process.argv[2] ?? 8099))).url);
}
