// The merchant's console: a store with its products in a table, kept current as things happen; or, on the first visit, the
// way to open one.
import { h, html, useEffect, useMemo, useSignal } from '../vendor/preact.js';
import { focusSoon } from '../forms.js';
import { t } from '../i18n.js';
import { AddProducts } from '../merchant/add.js';
import { Categories } from '../merchant/categories.js';
import { ExportFile, ImportFile } from '../merchant/files.js';
import { filtersOf, placeOf } from '../merchant/filters.js';
import { StoreName } from '../merchant/name.js';
import { OpenStore } from '../merchant/open-store.js';
import { Selection } from '../merchant/selection.js';
import { createShop } from '../merchant/shop.js';
import { Table } from '../merchant/table.js';
import { Toolbar } from '../merchant/toolbar.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { go, place } from '../router.js';

export function Store() {
  const shop = useMemo(createShop, []);
  useEffect(() => void shop.load(), []);
  const store = shop.store.value;
  if (store) return h(Console, { shop, store });
  if (store === null) return h(OpenStore, { onOpened: () => void shop.load() });
  return html`<div class="store wide" aria-busy=${shop.problem.value ? undefined : 'true'}>
    ${h(Heading, { text: t('merchant.go') })}
    ${shop.problem.value && html`${h(ProblemNotice, { problem: shop.problem.value })}
      <p class="actions"><button type="button" class="button second" id="try-again" onClick=${() => void shop.load()}>${t('merchant.try_again')}</button></p>`}
  </div>`;
}

/** @param {{ shop: import('../merchant/shop.js').Shop, store: import('../api-merchant.js').Store }} props */
function Console({ shop, store }) {
  const panel = useSignal(/** @type {'add' | 'import' | null} */ (null));
  const query = place.value.query.toString();
  const filters = filtersOf(new URLSearchParams(query));
  useEffect(() => shop.begin(), []);
  useEffect(() => {
    shop.problem.value = null;
    void shop.list.load(filters);
  }, [query]);
  const lapsed = shop.list.lapsed.value;
  // A page that is no more: the first one is, and why is told.
  useEffect(() => { if (lapsed && filters.after) go(placeOf({ ...filters, after: '' }), { replace: true, still: true }); }, [lapsed]);

  /** @param {'add' | 'import'} which */
  function open(which) {
    panel.value = panel.peek() === which ? null : which;
    if (panel.peek()) focusSoon(which === 'add' ? 'add-links' : 'import-file');
  }

  function close() {
    const which = panel.peek();
    panel.value = null;
    focusSoon(which === 'import' ? 'open-import' : 'open-add');
  }

  return html`<div class="store wide">
    <header class="store-head">
      ${h(StoreName, { shop, name: store.name })}
      <div class="store-actions">
        <button type="button" class="button" id="open-add" aria-expanded=${panel.value === 'add' ? 'true' : 'false'} onClick=${() => open('add')}>${h(Icon, { name: 'plus' })}${t('merchant.add.open')}</button>
        <button type="button" class="button second" id="open-import" aria-expanded=${panel.value === 'import' ? 'true' : 'false'} onClick=${() => open('import')}>${h(Icon, { name: 'upload' })}${t('merchant.import.open')}</button>
        ${h(ExportFile, { shop, filters })}
      </div>
    </header>
    ${shop.live.isAway() && h(Notice, { kind: 'plain' }, html`<p id="away">${t('merchant.away')}</p>`)}
    ${panel.value === 'add' && h(AddProducts, { shop, onClose: close })}
    ${panel.value === 'import' && h(ImportFile, { shop, onClose: close })}
    <div class="store-body">
      ${h(Categories, { shop, filters })}
      <section class="card store-list" aria-labelledby="products-title">
        <h2 id="products-title" class="for-ears">${t('merchant.products')}</h2>
        ${h(Toolbar, { filters })}
        ${lapsed && !filters.after && h(Notice, { kind: 'plain' }, html`<p id="lapsed">${t('merchant.lapsed')} <button type="button" class="link-button" onClick=${() => { shop.list.lapsed.value = false; }}>${t('merchant.dismiss')}</button></p>`)}
        ${h(ProblemNotice, { problem: shop.problem.value, about: 'product' })}
        ${h(Selection, { shop })}
        ${h(Table, { shop, filters, onAdd: () => open('add') })}
      </section>
    </div>
  </div>`;
}
