// The table of products with its head that sorts and selects, its pages, and what stands in its place while it loads, where
// there is nothing, and where it could not be had.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { ProblemNotice } from '../parts/notice.js';
import { go } from '../router.js';
import { isNarrowed, placeOf, sorts } from './filters.js';
import { Row } from './row.js';
import { nameOf, number } from './words.js';

/** @typedef {import('./shop.js').Shop} Shop */
/** @typedef {import('./filters.js').Filters} Filters */

/** @param {{ shop: Shop, filters: Filters, onAdd: () => void }} props */
export function Table({ shop, filters, onAdd }) {
  const { shown, loading, problem } = shop.list;
  const list = shown.value;
  if (!list) {
    if (!problem.value) return h(Loading, null);
    return html`<div class="in-place">${h(ProblemNotice, { problem: problem.value })}
      <button type="button" class="button second" id="try-again" onClick=${() => void shop.list.retry()}>${t('merchant.try_again')}</button></div>`;
  }
  return html`
    ${problem.value && html`<div class="in-place">${h(ProblemNotice, { problem: problem.value })}
      <button type="button" class="link-button" id="try-again" onClick=${() => void shop.list.retry()}>${t('merchant.try_again')}</button></div>`}
    ${list.products.length === 0 ? h(Nothing, { filters, onAdd }) : html`
      <table role="table" class="products" aria-labelledby="products-title" aria-busy=${loading.value ? 'true' : undefined} data-loading=${loading.value ? '' : undefined}>
        ${h(Head, { shop, filters, products: list.products })}
        <tbody role="rowgroup">${list.products.map((product) => h(Row, { key: product.product_id, shop, product, categories: list.categories }))}</tbody>
      </table>`}
    ${h(Pages, { filters, next: list.next_cursor, total: list.total, count: list.products.length })}`;
}

/** @param {{ shop: Shop, filters: Filters, products: import('../api-merchant.js').Product[] }} props */
function Head({ shop, filters, products }) {
  const chosen = shop.selected.value;
  const all = products.every(({ product_id }) => chosen.has(product_id));
  const some = products.some(({ product_id }) => chosen.has(product_id));

  function toggleAll() {
    const after = new Map(chosen);
    for (const product of products) {
      if (all) after.delete(product.product_id);
      else after.set(product.product_id, nameOf(product));
    }
    shop.selected.value = after;
  }

  /** @param {import('../i18n.js').Key} words @param {string} column @param {string} rising @param {string} [falling] */
  const sortable = (words, column, rising, falling) => {
    const order = filters.sort === rising ? 'ascending' : filters.sort === falling ? 'descending' : undefined;
    const next = falling && filters.sort === rising ? falling : rising;
    const start = column === 'when' && filters.sort !== falling ? (falling ?? rising) : next;
    return html`<th role="columnheader" scope="col" class=${`cell-${column}`} aria-sort=${order ?? 'none'}>
      <button type="button" data-sort=${column} onClick=${() => go(placeOf({ ...filters, sort: start, after: '' }), { still: true })}>${t(words)}${order && h(Icon, { name: order === 'ascending' ? 'up' : 'down' })}</button></th>`;
  };
  return html`<thead role="rowgroup"><tr role="row">
    <th role="columnheader" scope="col" class="cell-pick"><input type="checkbox" id="pick-all" aria-label=${t('merchant.select_page')} checked=${all} ref=${(/** @type {HTMLInputElement | null} */ box) => { if (box) box.indeterminate = some && !all; }} onChange=${toggleAll} /></th>
    ${sortable('merchant.product', 'what', 'title')}
    ${sortable('merchant.price', 'price', 'price', '-price')}
    <th role="columnheader" scope="col" class="cell-category">${t('merchant.category')}</th>
    <th role="columnheader" scope="col" class="cell-status">${t('merchant.status')}</th>
    ${sortable('merchant.listed_at', 'when', 'listed_at', sorts[0])}
    <th role="columnheader" scope="col" class="cell-deeds"><span class="for-ears">${t('merchant.deeds')}</span></th>
  </tr></thead>`;
}

function Loading() {
  return html`<div class="skeleton" role="status"><span class="for-ears">${t('merchant.loading')}</span>${[1, 2, 3, 4, 5].map((one) => html`<i key=${one} aria-hidden="true"></i>`)}</div>`;
}

/** @param {{ filters: Filters, onAdd: () => void }} props */
function Nothing({ filters, onAdd }) {
  if (filters.after) return html`<div class="nothing" id="nothing"><p class="nothing-title">${t('merchant.none_here')}</p>
    <p><a class="button second" href=${placeOf({ ...filters, after: '' })}>${t('merchant.first_page')}</a></p></div>`;
  if (isNarrowed(filters)) return html`<div class="nothing" id="nothing"><span class="emblem">${h(Icon, { name: 'search' })}</span><p class="nothing-title">${t('merchant.none_found')}</p><p>${t('merchant.none_found_then')}</p>
    <p><a class="button second" id="clear-filters" href="/store">${t('merchant.clear_filters')}</a></p></div>`;
  return html`<div class="nothing" id="nothing"><span class="emblem">${h(Icon, { name: 'link' })}</span><p class="nothing-title">${t('merchant.none_yet')}</p><p>${t('merchant.none_yet_then')}</p>
    <p><button type="button" class="button" id="add-first" onClick=${onAdd}>${h(Icon, { name: 'plus' })}${t('merchant.add.open')}</button></p></div>`;
}

/** @param {{ filters: Filters, next: string | null, total: number, count: number }} props */
function Pages({ filters, next, total, count }) {
  // The cursors of the pages before this one; an address that was opened on its own knows none.
  const kept = /** @type {{ before?: string[] } | null} */ (history.state);
  const before = filters.after ? kept?.before ?? null : [];
  /** @param {string} after @param {string[]} cursors */
  const turn = (after, cursors) => {
    go(placeOf({ ...filters, after }), { still: true, state: { before: cursors } });
    document.getElementById('products-title')?.scrollIntoView();
  };
  if (!filters.after && !next) return total > 0 && count > 0 ? html`<p class="pages-count fine" id="total">${t('merchant.total', { count: number(total) })}</p>` : null;
  return html`<nav class="pages" aria-label=${t('merchant.pages')}>
    <button type="button" class="button second" id="page-back" aria-disabled=${filters.after ? undefined : 'true'} onClick=${() => { if (filters.after) turn(before?.at(-1) ?? '', before?.slice(0, -1) ?? []); }}>
      ${h(Icon, { name: 'left' })}${t(before ? 'merchant.page_back' : 'merchant.first_page')}</button>
    <p class="fine" id="total" aria-live="polite">${before ? t('merchant.page_of', { page: number(before.length + 1), count: number(total) }) : t('merchant.total', { count: number(total) })}</p>
    <button type="button" class="button second" id="page-next" aria-disabled=${next ? undefined : 'true'} onClick=${() => { if (next) turn(next, before ? [...before, filters.after] : []); }}>${t('merchant.page_next')}${h(Icon, { name: 'right' })}</button>
  </nav>`;
}
