// The page's start: loads the words, asks who is logged in, and shows the screen for the path. Which screen
// needs somebody logged in is decided here and nowhere else (and, for the data itself, by the server).
import { effect, h, html, render, useEffect } from './vendor/preact.js';
import { loadWords, t } from './i18n.js';
import { Avatar } from './parts/avatar.js';
import { Shell } from './parts/shell.js';
import { Lazily, stylesheet } from './parts/lazily.js';
import { followLinks, go, place } from './router.js';
import { Home } from './screens/home.js';
import { Login } from './screens/login.js';
import { Lost } from './screens/lost.js';
import { Register } from './screens/register.js';
import { SessionEnded } from './screens/session-ended.js';
import { departed, dismissEnding, ended, me, refresh, start } from './session.js';

/** The screens that most visitors never see are loaded when they are asked for. */
const later = {
  '/account': () => import('./screens/account.js').then((module) => module.Account),
  '/store': () => Promise.all([import('./screens/store.js'), loadWords('merchant/'), stylesheet('/static/merchant/style.css')]).then(([module]) => module.Store),
  '/admin': () => import('./screens/admin.js').then((module) => module.Admin),
  '/analytics': () => Promise.all([
    import('./screens/analytics.js'), loadWords('analytics/'), stylesheet('/static/charts/charts.css'), stylesheet('/static/analytics/analytics.css'),
  ]).then(([module]) => module.Analytics),
  '/audit': () => Promise.all([import('./screens/audit.js'), loadWords('audit/'), stylesheet('/static/audit/audit.css')]).then(([module]) => module.Audit),
  '/forgot': () => import('./screens/forgot.js').then((module) => module.Forgot),
  farewell: () => import('./screens/farewell.js').then((module) => module.Farewell),
};

function App() {
  const { path } = place.value;
  return h(Shell, { links: links(path) }, screen(path));
}

/** @param {string} path */
function screen(path) {
  if (ended.value) return h(SessionEnded, { key: 'ended', why: ended.value });
  if (departed.value) return h(Lazily, { key: 'farewell', load: later.farewell });
  if (path === '/') return h(Home, { key: path });
  if (path === '/login') return h(Login, { key: path });
  if (path === '/register') return h(Register, { key: path });
  if (path === '/forgot') return h(Lazily, { key: path, load: later[path] });
  if (path === '/account' || path === '/store' || path === '/admin' || path === '/analytics' || path === '/audit')
    return me.value ? h(Lazily, { key: path, load: later[path], me: me.value }) : h(ToLogin, { key: `to ${path}`, next: path + location.search });
  return h(Lost, { key: path });
}

/** @param {{ next: string, key?: string }} props */
function ToLogin({ next }) {
  useEffect(() => go(`/login?${new URLSearchParams({ next })}`, { replace: true }), []);
  return null;
}

/** @param {string} path */
function links(path) {
  /** @param {string} to @param {import('./vendor/preact.js').ComponentChildren} words */
  const link = (to, words) => html`<a href=${to} aria-current=${to === path && !ended.value ? 'page' : undefined}>${words}</a>`;
  return me.value
    ? [
      me.value.roles.some((role) => role === 'analyst' || role === 'admin') && link('/analytics', t('analytics.go')),
      me.value.roles.some((role) => role === 'auditor' || role === 'admin') && link('/audit', t('audit.go')),
      me.value.roles.includes('admin') && link('/admin', t('admin.go')),
      link('/store', t('merchant.go')),
      link('/account', html`${h(Avatar, { me: me.value, size: 26 })}${t('account.title')}`),
    ]
    : [link('/login', t('login.go')), link('/register', t('register.go'))];
}

// Beside the words and not after them. What goes wrong is told by the screen that asks again.
if (location.pathname in later) later[/** @type {keyof typeof later} */ (location.pathname)]().catch(() => {});

const root = document.getElementById('app');
try {
  await Promise.all([loadWords(), start()]);
} catch (thrown) {
  // Without its catalogue the page has no words; these two sentences are all it can say.
  root?.append('页面未能加载，请刷新重试。 The page could not be loaded. Please reload it.');
  throw thrown;
}
followLinks();
// Going anywhere leaves the message about an ended session behind, and asks again who is logged in: a click
// must not show what the session may no longer see.
let first = true;
effect(() => {
  place.value;
  if (!first && ended.peek()) dismissEnding();
  if (!first) departed.value = '';
  if (!first && me.peek()) void refresh();
  first = false;
});
if (root) render(h(App, null), root);
