// What somebody with an account can do, in memory, for the mock server: codes, a new password, a picture, the export,
// leaving, and the roles that an administrator gives and takes.
import { randomInt, randomUUID } from 'node:crypto';
import { cleared, Refusal, wrongPasswords } from './mock-accounts.mjs';

/** @typedef {import('./mock-accounts.mjs').Account} Account */
/** @typedef {{ code: string, account: Account | undefined, purpose: string, channel: string, expires: number, misses: number }} Code */
/**
 * @typedef {object} House
 * @property {Account[]} accounts
 * @property {ReturnType<typeof import('./mock-ledger.mjs').createLedger>} ledger
 * @property {(name: string) => Account | undefined} named
 * @property {(account: Account) => string[]} admit
 * @property {(request: import('node:http').IncomingMessage) => { account: Account, login_time: number }} whose
 * @property {(account: Account) => void} expel
 * @property {(id: unknown, answer: unknown) => void} checkCaptcha
 */

const RESEND_MS = 60_000;
const LIFE_MS = 600_000;
const kinds = ['image/png', 'image/jpeg', 'image/webp'];

/** @param {House} house @returns {import('./mock-accounts.mjs').Routes} */
export function personRoutes(house) {
  const { accounts, ledger, named, admit, whose, expel, checkCaptcha } = house;
  /** @type {Map<string, Code>} */
  const codes = new Map();
  /** @type {Map<string, number[]>} */
  const sendings = new Map();
  /** @type {Map<string, { kind: string, bytes: Buffer }>} */
  const pictures = new Map();

  /** @param {string} whom @param {Omit<Code, 'code' | 'expires' | 'misses'>} about */
  function send(whom, about) {
    const lately = (sendings.get(whom) ?? []).filter((moment) => moment > Date.now() - 86_400_000);
    const wait = (lately.at(-1) ?? 0) + RESEND_MS - Date.now();
    if (wait > 0) throw new Refusal(429, 'resend_too_soon', { retryAfter: Math.ceil(wait / 1000) });
    if (lately.length >= 10) throw new Refusal(429, 'too_many_attempts', { retryAfter: 3600 });
    sendings.set(whom, [...lately, Date.now()]);
    const [id, code] = [randomUUID(), String(randomInt(1e6)).padStart(6, '0')];
    codes.set(id, { ...about, code, expires: Date.now() + LIFE_MS, misses: 0 });
    return { id, told: { channel: about.channel, expires_at: new Date(Date.now() + LIFE_MS).toISOString(), resend_after: new Date(Date.now() + RESEND_MS).toISOString(), code } };
  }

  /** @param {string} id @param {string} purpose @param {string} [typed] @returns {Code} used up, when it is the right one */
  function take(id, purpose, typed = '') {
    if (!/^\d{6}$/.test(typed)) throw new Refusal(422, 'validation_failed', { errors: [{ field: 'code', code: 'invalid_format', message: 'six digits' }] });
    const kept = codes.get(id);
    if (!kept || kept.purpose !== purpose || kept.expires < Date.now()) throw new Refusal(410, 'code_expired');
    if (kept.misses >= 5) throw new Refusal(429, 'too_many_attempts', { retryAfter: 60 });
    if (kept.code !== typed || !kept.account) {
      kept.misses += 1;
      throw new Refusal(400, 'wrong_code', { remaining_attempts: 5 - kept.misses });
    }
    codes.delete(id);
    return kept;
  }

  /** @param {Record<string, string>} body */
  function checkPasswords(body) {
    const errors = wrongPasswords(body);
    if (errors.length > 0) throw new Refusal(422, 'validation_failed', { errors });
  }

  /** @param {import('node:http').IncomingMessage} request */
  function administrator(request) {
    if (!whose(request).account.roles.includes('admin')) throw new Refusal(403, 'forbidden');
  }

  /** @param {Account} account */
  const shown = ({ user_id, username, roles, created_at }) => ({ user_id, username, roles, created_at });

  /** @param {boolean} give @returns {import('./mock-accounts.mjs').Routes[string]} */
  const changeRole = (give) => ({ request, ids: [user, role] }) => {
    administrator(request);
    const account = accounts.find(({ user_id }) => user_id === user);
    if (!account) throw new Refusal(404, 'not_found');
    account.roles = [...account.roles.filter((held) => held !== role), ...(give ? [role] : [])].sort();
    ledger.append('account', user, give ? 'account.role_granted' : 'account.role_revoked', { role }, { actor: whose(request).account.user_id });
    return { status: 200, json: shown(account) };
  };

  return {
    'POST /api/v1/me/verifications': ({ body, request }) => {
      const { account } = whose(request);
      const { channel, purpose } = body;
      const { id, told } = send(`${account.user_id} ${channel}`, { account, channel, purpose });
      const asked = ledger.append('account', account.user_id, 'account.verification_requested', { verification_id: id, channel, purpose }, { actor: account.user_id });
      const { correlation_id } = asked.metadata;
      ledger.append('account', account.user_id, 'account.verification_sent', { verification_id: id }, { correlation: correlation_id ?? undefined, causation: asked.event_id });
      const destination = channel === 'sms' ? `${account.phone.slice(0, 6)}****${account.phone.slice(-4)}` : account.email.replace(/^(.).*@/, '$1***@');
      return { status: 202, json: { verification_id: id, destination, ...told } };
    },
    'POST /api/v1/me/verifications/*/confirm': ({ body, request, ids: [id] }) => {
      const { account } = whose(request);
      const { channel } = take(id, 'verify_contact', body.code);
      account[channel === 'sms' ? 'phone_verified' : 'email_verified'] = true;
      return { status: 200, json: { channel, verified: true } };
    },
    'PUT /api/v1/me/password': ({ body, request }) => {
      const { account } = whose(request);
      checkPasswords(body);
      take(body.verification_id, 'change_password', body.code);
      account.password = body.password;
      return { status: 204, cookies: admit(account) };
    },
    'POST /api/v1/password-resets': ({ body }) => {
      checkCaptcha(body.captcha_id, body.captcha_answer);
      const account = named(body.identifier);
      const { id, told } = send(`${account?.user_id ?? body.identifier} ${body.channel}`, { account, channel: body.channel, purpose: 'reset' });
      return { status: 202, json: { reset_id: id, ...told } };
    },
    'POST /api/v1/password-resets/*/confirm': ({ body, ids: [id] }) => {
      checkPasswords(body);
      const { account } = take(id, 'reset', body.code);
      if (account) {
        account.password = body.password;
        expel(account);
      }
      return { status: 204 };
    },
    'PUT /api/v1/me/avatar': ({ bytes, request }) => {
      const { account } = whose(request);
      const kind = request.headers['content-type'] ?? '';
      if (!kinds.includes(kind)) throw new Refusal(415, 'unsupported_media_type');
      if (bytes.length > 5 * 1024 * 1024) throw new Refusal(413, 'too_large');
      const picture = randomUUID();
      pictures.set(picture, { kind, bytes });
      account.avatar_url = `/media/avatars/${picture}`;
      return { status: 200, json: { avatar_url: account.avatar_url } };
    },
    'DELETE /api/v1/me/avatar': ({ request }) => {
      whose(request).account.avatar_url = null;
      return { status: 204 };
    },
    'GET /media/avatars/*': ({ ids: [id] }) => {
      const picture = pictures.get(id);
      if (!picture) throw new Refusal(404, 'not_found');
      return { status: 200, bytes: picture.bytes, headers: { 'Content-Type': picture.kind } };
    },
    'GET /api/v1/me/export': ({ request }) => {
      const { password: _secret, ...account } = whose(request).account;
      return { status: 200, json: { account, events: [] }, headers: { 'Content-Disposition': 'attachment; filename="zhanggui-export.json"' } };
    },
    'DELETE /api/v1/me': ({ body, request }) => {
      const { account } = whose(request);
      if (body.password !== account.password) throw new Refusal(401, 'invalid_credentials');
      accounts.splice(accounts.indexOf(account), 1);
      ledger.append('account', account.user_id, 'account.erased', {}, { actor: account.user_id });
      ledger.erase(account.user_id);
      expel(account);
      return { status: 204, cookies: cleared };
    },
    'GET /api/v1/admin/people': ({ request, url }) => {
      administrator(request);
      const identifier = url.searchParams.get('identifier');
      const one = identifier && named(identifier);
      const people = identifier ? (one ? [one] : []) : accounts.filter(({ roles }) => roles.length > 0);
      return { status: 200, json: { people: people.map(shown) } };
    },
    'PUT /api/v1/admin/people/*/roles/*': changeRole(true),
    'DELETE /api/v1/admin/people/*/roles/*': changeRole(false),
    'POST /mock/grant': ({ body }) => {
      const account = named(body.username);
      if (!account) throw new Refusal(404, 'not_found');
      account.roles = [...new Set([...account.roles, body.role])].sort();
      ledger.append('account', account.user_id, 'account.role_granted', { role: body.role });
      return { status: 204 };
    },
  };
}
