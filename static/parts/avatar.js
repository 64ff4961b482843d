// A person's picture, or the first letter of the name where there is none. Decoration: the name stands beside it.
import { html } from '../vendor/preact.js';

/** @param {{ me: import('../session.js').Me, size: 26 | 72 }} props in CSS pixels */
export function Avatar({ me, size }) {
  const kind = size === 26 ? 'avatar small' : 'avatar';
  return me.avatar_url
    ? html`<img class=${kind} src=${me.avatar_url} width=${size} height=${size} alt="" />`
    : html`<span class=${kind} aria-hidden="true">${[...me.username][0].toUpperCase()}</span>`;
}
