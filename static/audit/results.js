// What a search found: a page of the ledger, the ways to the pages beside it, and the address to keep.
import { h, html, useSignal } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { searchAddress } from './address.js';
import { useAnswer } from './asking.js';
import { collect } from './collect.js';
import { CopyButton } from './copy.js';
import { number } from './formats.js';
import { Trouble } from './trouble.js';
import { Rows } from './rows.js';

/** @param {{ filters: import('./address.js').Filters, cursor: import('./address.js').Cursor, address: string }} props */
export function Results({ filters, cursor, address }) {
  const seeking = useSignal(0);
  const { answer, problem, busy, again } = useAnswer(async (signal) => {
    seeking.value = 0;
    return { ...await collect(filters, cursor, signal, (position) => { seeking.value = position; }), of: address };
  }, address);
  const found = answer.value;
  const stale = busy.value || found?.of !== address;
  return html`<section class="card results" aria-labelledby="results-title">
    <div class="results-head">
      <h2 id="results-title">${t('audit.events')}</h2>
      ${h(CopyButton, { text: () => location.origin + address, id: 'copy-link', label: t('audit.copy_link') })}
      <button type="button" class="quiet with-icon" id="refresh" aria-disabled=${busy.value ? 'true' : undefined} onClick=${again}>${h(Icon, { name: 'refresh' })}${t('audit.refresh')}</button>
    </div>
    <p class="fine found" id="found" role="status">${stale
      ? seeking.value > 0 ? t('audit.seeking', { position: number(seeking.value) }) : problem.value ? '' : t('audit.searching')
      : found && foundWords(found)}</p>
    ${h(Trouble, { problem: problem.value, again })}
    ${found && !problem.value && html`<div class="page" aria-busy=${stale ? 'true' : 'false'}>
      ${found.events.length > 0
        ? h(Rows, { events: found.events, label: t('audit.events') })
        : html`<p class="nothing" id="nothing">${t(found.head === 0 ? 'audit.empty_ledger' : found.newer || cursor.after !== undefined ? 'audit.no_more' : 'audit.no_match')}</p>`}
      ${h(Pager, { newer: found.newer && searchAddress(filters, found.newer), older: found.older && searchAddress(filters, found.older), newest: searchAddress(filters), atNewest: cursor.before === undefined && cursor.after === undefined })}
    </div>`}
  </section>`;
}

/** @param {import('./collect.js').Collected} found */
export function foundWords({ events, head }) {
  if (events.length === 0) return t('audit.found_none', { head: number(head) });
  return t('audit.found', { count: number(events.length), from: number(events.at(-1)?.position ?? 0), to: number(events[0].position), head: number(head) });
}

/** @param {{ newer: string | null, older: string | null, newest: string, atNewest: boolean }} props */
export function Pager({ newer, older, newest, atNewest }) {
  if (atNewest && !newer && !older) return null;
  /** @param {string | null} to @param {string} id @param {import('../vendor/preact.js').ComponentChildren} words */
  const way = (to, id, words) => (to ? html`<a class="pager-link" href=${to} id=${id}>${words}</a>` : html`<span class="pager-link" aria-disabled="true" id=${id}>${words}</span>`);
  return html`<nav class="pager" aria-label=${t('audit.pages')}>
    ${way(atNewest ? null : newest, 'newest', t('audit.newest'))}
    ${way(newer, 'newer', html`${h(Icon, { name: 'left' })}${t('audit.newer')}`)}
    ${way(older, 'older', html`${t('audit.older')}${h(Icon, { name: 'right' })}`)}
  </nav>`;
}
