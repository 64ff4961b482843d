// Where the reader is, and how to go elsewhere without loading the page again: the History API, nothing more.
// Links stay plain <a href>, so opening in a new tab, copying and middle clicks work as everywhere.
import { signal } from './vendor/preact.js';

/** The paths app.js has a screen for; any other path is the server's and is loaded from it. */
const screens = ['/', '/login', '/register', '/forgot', '/account', '/store', '/admin', '/analytics', '/audit'];

const here = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });
export const place = signal(here());

/**
 * @param {string} to
 * @param {{ replace?: boolean, still?: boolean, state?: unknown }} [how] `still`: another view of the same screen, which does
 * not begin at its top; `state`: what history keeps beside the address
 */
export function go(to, { replace = false, still = false, state = null } = {}) {
  const url = new URL(to, location.origin);
  if (!screens.includes(url.pathname)) return void location.assign(url);
  history[replace ? 'replaceState' : 'pushState'](state, '', url);
  place.value = here();
  if (!still) scrollTo(0, 0);
}

/**
 * Where to go after logging in. Only a path of this site: "//elsewhere" and "/\elsewhere" are other hosts to a
 * browser, and sending somebody there just after they typed a password is a classic trap.
 * @param {string | null} next
 */
export function safeNext(next) {
  if (!next || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next)) return '/account';
  const url = new URL(next, location.origin);
  if (url.origin !== location.origin || ['/login', '/register', '/forgot'].includes(url.pathname)) return '/account';
  return url.pathname + url.search + url.hash;
}

/** Call once. */
export function followLinks() {
  addEventListener('popstate', () => { place.value = here(); });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target || link.origin !== location.origin || !screens.includes(link.pathname)) return;
    // A fragment of the same page (the skip link) is the browser's to follow.
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
