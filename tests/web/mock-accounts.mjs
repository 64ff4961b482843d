// The account routes of the HTTP contract in memory, for the mock server: captcha, availability, register, log in
// (with supersession, captcha after three wrong passwords, pause after ten), log out and me. What an account can do
// besides stands in mock-person.mjs, what a merchant can do in mock-store.mjs.
import { randomBytes, randomUUID } from 'node:crypto';
import { analyticsRoutes } from './mock-analytics.mjs';
import { auditRoutes } from './mock-audit.mjs';
import { createLedger } from './mock-ledger.mjs';
import { personRoutes } from './mock-person.mjs';
import { storeRoutes } from './mock-store.mjs';

/**
 * @typedef {{ user_id: string, username: string, email: string, phone: string, password: string, created_at: string,
 *   email_verified: boolean, phone_verified: boolean, avatar_url: string | null, roles: string[] }} Account
 */
/** @typedef {{ body: Record<string, string>, bytes: Buffer, url: URL, request: Request, ids: string[] }} Asked */
/** @typedef {{ status: number, json?: unknown, bytes?: Buffer, cookies?: string[], headers?: Record<string, string> }} Answer */
/** @typedef {Record<string, (asked: Asked) => Answer>} Routes a segment `*` of a path is any, and comes in `ids` */
/** @typedef {{ field: string, code: string, message: string }} FieldError */
/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

const characters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
export const cleared = ['session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax', 'login_time=; Path=/; Max-Age=0; SameSite=Lax'];

export class Refusal extends Error {
  /** @param {number} status @param {string} code @param {{ errors?: FieldError[], retryAfter?: number, cookies?: string[], remaining_attempts?: number }} [more] */
  constructor(status, code, more = {}) {
    super(code);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

export function accountRoutes() {
  /** @type {Map<string, { value: string, expires: number }>} */
  const captchas = new Map();
  /** @type {Account[]} */
  const accounts = [];
  /** @type {Map<string, { account: Account, login_time: number }>} */
  const sessions = new Map();
  /** @type {Map<string, { session: string, login_time: number }>} */
  const newest = new Map();
  /** @type {Map<string, number>} */
  const misses = new Map();
  const ledger = createLedger();

  /** @param {unknown} id @param {unknown} answer */
  function checkCaptcha(id, answer) {
    const kept = captchas.get(String(id));
    captchas.delete(String(id));
    if (!kept || kept.expires < Date.now() || kept.value.toLowerCase() !== String(answer ?? '').toLowerCase()) throw new Refusal(400, 'captcha_failed');
  }

  /** @param {'username' | 'email' | 'phone'} field @param {string} value */
  const taken = (field, value) => accounts.some((account) => normal(field, account[field]) === normal(field, value));

  /** @param {string} name */
  const named = (name) => accounts.find((one) => /** @type {const} */ (['username', 'email', 'phone']).some((field) => normal(field, one[field]) === normal(field, name)));

  /** @param {Account} account @returns {string[]} the cookies of a new session, which ends any older one */
  function admit(account) {
    const session = randomBytes(32).toString('base64url');
    const login_time = Math.max(Date.now(), (newest.get(account.user_id)?.login_time ?? 0) + 1);
    sessions.set(session, { account, login_time });
    newest.set(account.user_id, { session, login_time });
    ledger.append('account', account.user_id, 'account.logged_in', { login_time, session_digest: randomBytes(16).toString('hex') }, { actor: account.user_id });
    return [`session=${session}; Path=/; HttpOnly; SameSite=Lax`, `login_time=${login_time}; Path=/; SameSite=Lax`];
  }

  /** @param {Request} request */
  function whose(request) {
    const session = cookie(request, 'session');
    const held = sessions.get(session);
    if (!held) throw new Refusal(401, 'login_required', { cookies: cleared });
    if (newest.get(held.account.user_id)?.session !== session) throw new Refusal(401, 'session_superseded', { cookies: cleared });
    return held;
  }

  /** @param {Account} account */
  const expel = (account) => newest.delete(account.user_id);

  const merchants = storeRoutes(whose);
  /** @type {Routes} */
  const routes = {
    ...merchants.routes,
    ...analyticsRoutes({ accounts, whose }),
    ...auditRoutes({ ledger, whose }),
    ...personRoutes({ accounts, ledger, named, admit, whose, expel, checkCaptcha }),
    'GET /api/v1/captcha': () => {
      const id = randomUUID();
      const value = Array.from(randomBytes(4), (byte) => characters[byte % characters.length]).join('');
      const expires = Date.now() + 300_000;
      captchas.set(id, { value, expires });
      return { status: 200, json: { captcha_id: id, image_url: `/media/captcha/${id}.svg`, expires_at: new Date(expires).toISOString(), value } };
    },
    'GET /api/v1/availability': ({ url }) => {
      const [[field, value]] = [...url.searchParams];
      if (field !== 'username' && field !== 'email' && field !== 'phone') throw new Refusal(400, 'invalid_query');
      return { status: 200, json: { field, value, available: !taken(field, value) } };
    },
    'POST /api/v1/register': ({ body }) => {
      const errors = wrongWith(body);
      if (errors.length > 0) throw new Refusal(422, 'validation_failed', { errors });
      checkCaptcha(body.captcha_id, body.captcha_answer);
      const fields = /** @type {const} */ (['username', 'email', 'phone']).filter((field) => taken(field, body[field]));
      if (fields.length > 0) throw new Refusal(409, 'already_taken', { errors: fields.map((field) => ({ field, code: 'already_taken', message: 'taken' })) });
      const { username, email, password } = body;
      const account = {
        user_id: randomUUID(), username, email: email.toLowerCase(), phone: normal('phone', body.phone), password, created_at: new Date().toISOString(),
        email_verified: false, phone_verified: false, avatar_url: null, roles: [],
      };
      accounts.push(account);
      ledger.append('account', account.user_id, 'account.registered', { username, username_key: username.toLowerCase(), email: account.email, phone: account.phone, password_hash: 'argon2id' },
        { personal: ['username', 'username_key', 'email', 'phone'], secret: ['password_hash'] });
      return { status: 201, json: { user_id: account.user_id, username } };
    },
    'POST /api/v1/login': ({ body }) => {
      const name = String(body.username).trim();
      const missed = misses.get(name) ?? 0;
      if (missed >= 10) throw new Refusal(429, 'too_many_attempts', { retryAfter: 900 });
      if (missed >= 3) {
        if (!body.captcha_id) throw new Refusal(403, 'captcha_required');
        checkCaptcha(body.captcha_id, body.captcha_answer);
      }
      const account = named(name);
      if (account?.password !== body.password || !account) {
        misses.set(name, missed + 1);
        throw new Refusal(401, 'invalid_credentials');
      }
      misses.delete(name);
      const cookies = admit(account);
      return { status: 200, json: { user_id: account.user_id, username: account.username, login_time: newest.get(account.user_id)?.login_time }, cookies };
    },
    'POST /api/v1/logout': ({ request }) => {
      sessions.delete(cookie(request, 'session'));
      return { status: 204, cookies: cleared };
    },
    'GET /api/v1/me': ({ request }) => {
      const { account: { password: _secret, ...account }, login_time } = whose(request);
      return { status: 200, json: { ...account, login_time } };
    },
  };

  /** @param {Request} request @param {Response} response @param {URL} url */
  return async (request, response, url) => {
    const picture = url.pathname.match(/^\/media\/captcha\/(.+)\.svg$/);
    if (picture) {
      response.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'no-store' }).end(draw(captchas.get(picture[1])?.value ?? ''));
      return;
    }
    try {
      if (url.pathname === '/api/v1/store/events') return void merchants.watch(request, response);
      const { route, ids } = find(routes, `${request.method} ${url.pathname}`);
      const { status, json, bytes, cookies = [], headers = {} } = route({ ...await read(request), url, request, ids });
      response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Set-Cookie': cookies, ...headers });
      response.end(bytes ?? (json === undefined ? undefined : JSON.stringify(json)));
    } catch (thrown) {
      const { status, code, more } = thrown instanceof Refusal ? thrown : new Refusal(500, 'internal_error');
      /** @type {Record<string, string | string[]>} */
      const headers = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', 'Set-Cookie': more.cookies ?? [] };
      if (more.retryAfter) headers['Retry-After'] = String(more.retryAfter);
      response.writeHead(status, headers);
      response.end(JSON.stringify({ type: `/problems/${code}`, title: code, status, detail: code, code, ...(more.errors && { errors: more.errors }), ...('remaining_attempts' in more && { remaining_attempts: more.remaining_attempts }) }));
    }
  };
}

/** @param {Routes} routes @param {string} wanted a method and a path */
function find(routes, wanted) {
  for (const [pattern, route] of Object.entries(routes)) {
    const found = wanted.match(new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}$`));
    if (found) return { route, ids: found.slice(1) };
  }
  throw new Refusal(404, 'not_found');
}

/** @param {Record<string, string>} body @returns {FieldError[]} */
function wrongWith(body) {
  /** @type {FieldError[]} */
  const errors = [];
  /** @param {string} field @param {string} code @param {boolean} wrong */
  const say = (field, code, wrong) => { if (wrong) errors.push({ field, code, message: code }); };
  say('username', 'invalid_format', !/^[\p{L}\p{M}\p{N}_-]{3,32}$/u.test(body.username ?? ''));
  // Stands for the look-alike check: Latin and Cyrillic in one name.
  say('username', 'invalid_format', /[a-z]/i.test(body.username ?? '') && /\p{Script=Cyrillic}/u.test(body.username ?? ''));
  say('email', 'invalid_format', !/^[^\s@]+@[^\s@]+$/.test(body.email ?? ''));
  say('phone', 'invalid_format', !/^\+\d{7,15}$/.test(normal('phone', body.phone ?? '')));
  errors.push(...wrongPasswords(body));
  return errors;
}

/** @param {Record<string, string>} body @returns {FieldError[]} */
export function wrongPasswords({ password = '', password_confirmation }) {
  const common = ['password', 'password1', '12345678', 'qwertyuiop'].includes(password);
  const code = password.length < 8 ? 'too_short' : password.length > 128 ? 'too_long' : common ? 'common_password' : null;
  return [
    ...(code ? [{ field: 'password', code, message: code }] : []),
    ...(password !== password_confirmation ? [{ field: 'password_confirmation', code: 'mismatch', message: 'mismatch' }] : []),
  ];
}

/** @param {string} field @param {string} value */
function normal(field, value) {
  if (field !== 'phone') return value.normalize('NFKC').toLowerCase();
  const digits = value.replace(/[\s()-]/g, '');
  return digits.startsWith('+') ? digits : `+86${digits}`;
}

/** @param {Request} request @param {string} name */
const cookie = (request, name) => request.headers.cookie?.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1] ?? '';

/** @param {Request} request @returns {Promise<{ body: Record<string, string>, bytes: Buffer }>} */
async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const json = request.headers['content-type']?.startsWith('application/json') && bytes.length > 0;
  return { body: json ? JSON.parse(bytes.toString()) : {}, bytes };
}

/** @param {string} value */
const draw = (value) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 60"><rect width="160" height="60" fill="#fff"/>${
  [...value].map((character, at) => `<text x="${22 + at * 32}" y="${40 + (at % 2) * 6}" font-family="serif" font-size="34" fill="#555" transform="rotate(${(at * 53) % 40 - 20} ${30 + at * 32} 34)">${character}</text>`).join('')
}<path d="M6 40C40 10 90 60 154 20" fill="none" stroke="#888" stroke-width="2"/></svg>`;
