// Who is logged in here, and what the reader is told when that ends without their doing. A newer login
// elsewhere ends this session on the server at once; watch() is how this page comes to say so by itself.
import { signal } from './vendor/preact.js';
import { getMe, postLogin, postLogout } from './api.js';
import { asProblem, Problem } from './problem.js';
import { recallInTab, rememberInTab } from './storage.js';

/** @typedef {import('./api.js').Me} Me */
/** @typedef {'session_superseded' | 'session_expired'} Ending */

/** undefined: not asked yet; null: nobody. */
export const me = signal(/** @type {Me | null | undefined} */ (undefined));
/** Set when the session ended by itself, until the reader acts on it; kept over a reload of the tab. */
export const ended = signal(/** @type {Ending | null} */ (null));
/** The server could not be asked lately, so what is shown may be out of date. */
export const outOfReach = signal(false);
/** Who just erased their account here, until they go anywhere. */
export const departed = signal('');
/** Offered on the log-in form after registering and after a session ended. */
export const lastUsername = signal('');

const POLL_MS = 30_000;
const ATTENDED_MS = 10 * 60_000;
/** Other tabs share the cookie: what one learns (the server tells only the first), all must say. */
const tabs = new BroadcastChannel('zhanggui.session');

/** @param {string | null} code @returns {code is Ending} */
const isEnding = (code) => code === 'session_superseded' || code === 'session_expired';

/** @param {Ending | null} ending */
function nobody(ending) {
  if (me.value) lastUsername.value = me.value.username;
  if (ending) {
    ended.value = ending;
    rememberInTab('ended', ending);
  }
  me.value = null;
}

/** @param {Problem} problem @returns {boolean} whether it said that the session is over */
export function endedBy(problem) {
  // Wrong credentials are a 401 too, and say nothing about the session.
  if (problem.status !== 401 || problem.code === 'invalid_credentials') return false;
  const ending = isEnding(problem.code) ? problem.code : null;
  if (ending) tabs.postMessage({ ended: ending });
  nobody(ending);
  return true;
}

/** The question under way. */
let asking = Promise.resolve();
/** Set while the session changes hands: a question with the old cookies would be told that it is superseded. */
let exchanging = false;

/** Asks the server who is logged in. */
export function refresh() {
  if (!exchanging) asking = ask();
  return asking;
}

async function ask() {
  try {
    me.value = await getMe();
    outOfReach.value = false;
    dismissEnding();
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (endedBy(problem)) outOfReach.value = false;
    else {
      outOfReach.value = true;
      if (me.value === undefined) me.value = null;
    }
  }
}

/** Call once, before the first render. */
export async function start() {
  // A server that redirects a page request to the log-in page passes on why, if it can.
  const reason = recallInTab('ended') ?? new URLSearchParams(location.search).get('reason');
  // login_time is the cookie the page may read; without it there is no session, and nothing to ask.
  if (/(?:^|;\s*)login_time=\d/.test(document.cookie)) await refresh();
  else nobody(isEnding(reason) ? reason : null);
  watch();
}

/** @param {Parameters<typeof postLogin>[0]} credentials */
export async function logIn(credentials) {
  await postLogin(credentials);
  dismissEnding();
  // Not refresh(): should this fail, the form must say so.
  me.value = await getMe();
  tabs.postMessage({ changed: true });
}

/**
 * A call after which the session is another, or none: made while nobody asks who is logged in.
 * @param {() => Promise<void>} work
 */
export async function alone(work) {
  await asking;
  exchanging = true;
  try {
    await work();
  } finally {
    exchanging = false;
  }
}

/** The server gave this page another session, which its other tabs share. */
export async function renewed() {
  await refresh();
  tabs.postMessage({ changed: true });
}

/** The account is erased. @param {string} username */
export function depart(username) {
  nobody(null);
  lastUsername.value = '';
  departed.value = username;
  tabs.postMessage({ changed: true });
}

export async function logOut() {
  await postLogout();
  nobody(null);
  lastUsername.value = '';
  tabs.postMessage({ changed: true });
}

export function dismissEnding() {
  ended.value = null;
  rememberInTab('ended', null);
}

let attended = Date.now();

/** Whether somebody was at this page lately and can see it. */
export const isAttended = () => document.visibilityState === 'visible' && Date.now() - attended < ATTENDED_MS;

function watch() {
  const askAgain = () => { if (me.value && document.visibilityState === 'visible') void refresh(); };
  for (const sign of ['pointerdown', 'keydown', 'focus']) {
    addEventListener(sign, () => {
      const away = Date.now() - attended > ATTENDED_MS;
      attended = Date.now();
      if (away) askAgain();
    }, { passive: true });
  }
  addEventListener('focus', askAgain);
  document.addEventListener('visibilitychange', askAgain);
  // Only while somebody is there: a poll counts as use, and an unattended page must be allowed to expire.
  setInterval(() => { if (Date.now() - attended < ATTENDED_MS) askAgain(); }, POLL_MS);
  tabs.addEventListener('message', ({ data }) => {
    if (isEnding(data.ended) && me.value) nobody(data.ended);
    else if (data.changed) void refresh();
  });
}
