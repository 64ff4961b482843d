// Search, filters and order. Each change is an address of its own; while somebody types it is one and the same.
import { h, html, useEffect, useRef, useSignal } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { go } from '../router.js';
import { Choice } from './controls.js';
import { infos, isNarrowed, placeOf, sorts, statuses } from './filters.js';

/** @typedef {import('./filters.js').Filters} Filters */
/** @typedef {import('../i18n.js').Key} Key */

/** @type {Record<string, Key>} */
const words = {
  '': 'merchant.any', listed: 'merchant.listed', delisted: 'merchant.delisted', pending: 'merchant.info_pending', fetched: 'merchant.info_fetched', failed: 'merchant.info_failed',
  '-listed_at': 'merchant.sort.newest', listed_at: 'merchant.sort.oldest', title: 'merchant.sort.title', price: 'merchant.sort.cheapest', '-price': 'merchant.sort.dearest',
};
const TYPED_MS = 300;

/** @param {{ filters: Filters }} props */
export function Toolbar({ filters }) {
  const typed = useSignal(filters.q);
  // A pause in the typing may end after another filter was chosen.
  const latest = useRef(filters);
  latest.current = filters;
  // Back and forward bring other words; what is being typed is ahead of the address.
  useEffect(() => { if (document.activeElement?.id !== 'store-search') typed.value = filters.q; }, [filters.q]);
  useEffect(() => {
    if (typed.value.trim() === filters.q) return undefined;
    const pause = setTimeout(() => search(true), TYPED_MS);
    return () => clearTimeout(pause);
  }, [typed.value, filters.q]);

  /** @param {boolean} replace */
  function search(replace) {
    const q = typed.peek().trim();
    if (q !== latest.current.q) go(placeOf({ ...latest.current, q, after: '' }), { still: true, replace });
  }

  /** @param {Partial<Filters>} change */
  const choose = (change) => go(placeOf({ ...filters, ...change, after: '' }), { still: true });
  /** @param {readonly string[]} values */
  const options = (values) => values.map((value) => ({ value, words: t(words[value]) }));
  return html`<form class="tools" role="search" method="get" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); search(false); }}>
    <div class="choice find"><label for="store-search">${t('merchant.search')}</label>
      <div class="frame">${h(Icon, { name: 'search' })}<input id="store-search" type="search" value=${typed.value} maxlength="120" autocomplete="off" spellcheck="false" placeholder=${t('merchant.search_example')}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => { typed.value = event.currentTarget.value; }} /></div></div>
    ${h(Choice, { id: 'filter-status', label: t('merchant.status'), value: filters.status, options: options(['', ...statuses]), onChoose: (status) => choose({ status }) })}
    ${h(Choice, { id: 'filter-info', label: t('merchant.info'), value: filters.info, options: options(['', ...infos]), onChoose: (info) => choose({ info }) })}
    ${h(Choice, { id: 'filter-sort', label: t('merchant.sort'), value: filters.sort, options: options(sorts), onChoose: (sort) => choose({ sort }) })}
    ${isNarrowed(filters) && html`<a class="tools-clear" href=${placeOf({ ...filters, q: '', category: '', status: '', info: '', after: '' })} onClick=${() => { typed.value = ''; }}>${t('merchant.clear_filters')}</a>`}
  </form>`;
}
