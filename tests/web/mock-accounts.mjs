// The account routes of the HTTP contract in memory, for the mock server: captcha, availability, register, log in
// (with supersession, captcha after three wrong passwords, pause after ten), log out and me.
import { randomBytes, randomUUID } from 'node:crypto';

/** @typedef {{ user_id: string, username: string, email: string, phone: string, password: string, created_at: string }} Account */
/** @typedef {{ field: string, code: string, message: string }} FieldError */
/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */

const characters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const cleared = ['session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax', 'login_time=; Path=/; Max-Age=0; SameSite=Lax'];

class Refusal extends Error {
  /** @param {number} status @param {string} code @param {{ errors?: FieldError[], retryAfter?: number, cookies?: string[] }} [more] */
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

  /** @param {unknown} id @param {unknown} answer */
  function checkCaptcha(id, answer) {
    const kept = captchas.get(String(id));
    captchas.delete(String(id));
    if (!kept || kept.expires < Date.now() || kept.value.toLowerCase() !== String(answer ?? '').toLowerCase()) throw new Refusal(400, 'captcha_failed');
  }

  /** @param {'username' | 'email' | 'phone'} field @param {string} value */
  const taken = (field, value) => accounts.some((account) => normal(field, account[field]) === normal(field, value));

  /** @type {Record<string, (asked: { body: Record<string, string>, url: URL, request: Request }) => { status: number, json?: unknown, cookies?: string[] }>} */
  const routes = {
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
      const account = { user_id: randomUUID(), username, email: email.toLowerCase(), phone: normal('phone', body.phone), password, created_at: new Date().toISOString() };
      accounts.push(account);
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
      const account = accounts.find((one) => /** @type {const} */ (['username', 'email', 'phone']).some((field) => normal(field, one[field]) === normal(field, name)));
      if (account?.password !== body.password || !account) {
        misses.set(name, missed + 1);
        throw new Refusal(401, 'invalid_credentials');
      }
      misses.delete(name);
      const session = randomBytes(32).toString('base64url');
      const login_time = Math.max(Date.now(), (newest.get(account.user_id)?.login_time ?? 0) + 1);
      sessions.set(session, { account, login_time });
      newest.set(account.user_id, { session, login_time });
      return {
        status: 200,
        json: { user_id: account.user_id, username: account.username, login_time: new Date(login_time).toISOString() },
        cookies: [`session=${session}; Path=/; HttpOnly; SameSite=Lax`, `login_time=${login_time}; Path=/; SameSite=Lax`],
      };
    },
    'POST /api/v1/logout': ({ request }) => {
      sessions.delete(cookie(request, 'session'));
      return { status: 204, cookies: cleared };
    },
    'GET /api/v1/me': ({ request }) => {
      const session = cookie(request, 'session');
      const held = sessions.get(session);
      if (!held) throw new Refusal(401, 'login_required', { cookies: cleared });
      if (newest.get(held.account.user_id)?.session !== session) throw new Refusal(401, 'session_superseded', { cookies: cleared });
      const { password: _secret, ...account } = held.account;
      return { status: 200, json: { ...account, email_verified: false, phone_verified: false, avatar_url: null, roles: [], login_time: new Date(held.login_time).toISOString() } };
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
      const route = routes[`${request.method} ${url.pathname}`];
      if (!route) throw new Refusal(404, 'not_found');
      const { status, json, cookies = [] } = route({ body: await read(request), url, request });
      response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'Set-Cookie': cookies });
      response.end(json === undefined ? undefined : JSON.stringify(json));
    } catch (thrown) {
      const { status, code, more } = thrown instanceof Refusal ? thrown : new Refusal(500, 'internal_error');
      /** @type {Record<string, string | string[]>} */
      const headers = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', 'Set-Cookie': more.cookies ?? [] };
      if (more.retryAfter) headers['Retry-After'] = String(more.retryAfter);
      response.writeHead(status, headers);
      response.end(JSON.stringify({ type: `/problems/${code}`, title: code, status, detail: code, code, ...(more.errors && { errors: more.errors }) }));
    }
  };
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
  say('password', 'too_short', (body.password ?? '').length < 8);
  say('password', 'common_password', ['password', 'password1', '12345678', 'qwertyuiop'].includes(body.password));
  say('password_confirmation', 'mismatch', body.password !== body.password_confirmation);
  return errors;
}

/** @param {string} field @param {string} value */
function normal(field, value) {
  if (field !== 'phone') return value.normalize('NFKC').toLowerCase();
  const digits = value.replace(/[\s()-]/g, '');
  return digits.startsWith('+') ? digits : `+86${digits}`;
}

/** @param {Request} request @param {string} name */
const cookie = (request, name) => request.headers.cookie?.match(new RegExp(`(?:^|; )${name}=([^;]*)`))?.[1] ?? '';

/** @param {Request} request @returns {Promise<Record<string, string>>} */
async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

/** @param {string} value */
const draw = (value) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 60"><rect width="160" height="60" fill="#fff"/>${
  [...value].map((character, at) => `<text x="${22 + at * 32}" y="${40 + (at % 2) * 6}" font-family="serif" font-size="34" fill="#555" transform="rotate(${(at * 53) % 40 - 20} ${30 + at * 32} 34)">${character}</text>`).join('')
}<path d="M6 40C40 10 90 60 154 20" fill="none" stroke="#888" stroke-width="2"/></svg>`;
