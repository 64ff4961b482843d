// One product of the table: what it is, whether its info has arrived, and what can be done with it. On a narrow screen the
// same row is a card.
import { h, html, useSignal } from '../vendor/preact.js';
import { patchProduct } from '../api-merchant.js';
import { focusSoon } from '../forms.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { IconButton } from './controls.js';
import { EditProduct } from './edit.js';
import { failureOf } from './failures.js';
import { Picture } from './pictures.js';
import { money, nameOf, shortDate } from './words.js';

/** @typedef {import('../api-merchant.js').Product} Product */
/** @typedef {import('../api-merchant.js').Category} Category */
/** @typedef {import('./shop.js').Shop} Shop */

/** @param {{ shop: Shop, product: Product, categories: Category[], key?: string }} props */
export function Row({ shop, product, categories }) {
  const editing = useSignal('');
  const id = product.product_id;
  const name = nameOf(product);
  const busy = shop.busy.value.has(id);
  const isSelected = shop.selected.value.has(id);
  const edit = (/** @type {string} */ field) => { editing.value = field; };

  function close() {
    editing.value = '';
    focusSoon(`edit-${id}`);
  }

  /** @param {Product} after */
  function saved(after) {
    shop.list.put(after);
    close();
    shop.settle();
  }

  const toggleStatus = () => shop.at(id, async () => {
    shop.list.put(await patchProduct(id, { status: product.status === 'listed' ? 'delisted' : 'listed' }));
    shop.settle();
  });
  const isListed = product.status === 'listed';
  return html`
    <tr role="row" class="product" data-product=${id} data-info=${product.info_status} data-status=${product.status} data-selected=${isSelected ? '' : undefined} aria-busy=${busy ? 'true' : undefined}>
      <td role="cell" class="cell-pick"><input type="checkbox" id=${`pick-${id}`} checked=${isSelected} aria-label=${t('merchant.select', { name })} onChange=${() => shop.toggle(product)} /></td>
      <td role="cell" class="cell-what">
        <div>${h(Picture, { address: product.image_url })}<div class="what">
          <p class="what-title" data-known=${product.title ? '' : undefined}>${name}</p>
          <p class="what-links">
            <a href=${product.taobao_url} target="_blank" rel="noopener noreferrer">${t('merchant.page')}<span class="for-ears">${t('merchant.new_window')}</span></a>
            <a href=${product.coupon_url} target="_blank" rel="noopener noreferrer">${t('merchant.coupon_page')}<span class="for-ears">${t('merchant.new_window')}</span></a>
          </p>
        </div></div>
      </td>
      <td role="cell" class="cell-price">${h(Price, { product })}</td>
      <td role="cell" class="cell-category"><span class="cell-name">${t('merchant.category')}</span>${categories.find(({ category_id }) => category_id === product.category_id)?.name ?? html`<span class="none">–</span>`}</td>
      <td role="cell" class="cell-status"><span class="badge" data-good=${isListed ? '' : undefined}>${t(isListed ? 'merchant.listed' : 'merchant.delisted')}</span></td>
      <td role="cell" class="cell-when"><span class="cell-name">${t('merchant.listed_at')}</span><time datetime=${product.listed_at}>${shortDate(product.listed_at)}</time></td>
      <td role="cell" class="cell-deeds">
        ${h(IconButton, { icon: isListed ? 'eyeOff' : 'eye', deed: 'toggle', busy, label: t(isListed ? 'merchant.delist_it' : 'merchant.list_it', { name }), onClick: toggleStatus })}
        ${h(IconButton, { icon: 'refresh', deed: 'again', busy, label: t('merchant.fetch_again_it', { name }), onClick: () => shop.again(product) })}
        ${h(IconButton, { icon: 'pencil', deed: 'edit', id: `edit-${id}`, label: t('merchant.edit.of', { name }), onClick: () => edit('title') })}
        ${h(IconButton, { icon: 'trash', deed: 'delete', busy, label: t('merchant.delete_it', { name }), onClick: () => shop.remove(product) })}
      </td>
    </tr>
    ${product.info_status !== 'fetched' && !editing.value && html`<tr role="row" class="under" data-info=${product.info_status}><td role="cell" colspan="7">${product.info_status === 'pending' ? h(Pending, null) : h(Failed, { shop, product, busy, edit })}</td></tr>`}
    ${editing.value && html`<tr role="row" class="under" data-editing=""><td role="cell" colspan="7">${h(EditProduct, { product, categories, focus: editing.value, onSaved: saved, onGone: () => shop.vanished([id]), onClose: close })}</td></tr>`}`;
}

/** @param {{ product: Product }} props */
function Price({ product }) {
  if (product.price === null) return html`<span class="none">–</span>`;
  return html`<span class="price">${money(product.price)}</span>
    ${product.price_is_hint && html`<span class="price-hint" title=${t('merchant.price_hint_why')}>${t('merchant.price_hint')}<span class="for-ears">. ${t('merchant.price_hint_why')}</span></span>`}`;
}

function Pending() {
  return html`<p class="pending"><span class="spinner" aria-hidden="true"></span>${t('merchant.pending')}</p>`;
}

/** @param {{ shop: Shop, product: Product, busy: boolean, edit: (field: string) => void }} props */
function Failed({ shop, product, busy, edit }) {
  const { why, then, steps } = failureOf(product.info_error);
  /** @type {Record<import('./failures.js').Step, [import('../i18n.js').Key, () => void]>} */
  const ways = {
    edit: ['merchant.step.edit', () => edit('title')],
    relink: ['merchant.step.relink', () => edit('taobao_url')],
    delete: ['merchant.step.delete', () => shop.remove(product)],
    again: ['merchant.step.again', () => shop.again(product)],
  };
  return html`<div class="failed" data-reason=${product.info_error}>
    ${h(Icon, { name: 'warning' })}
    <div><p><b>${t(why)}</b> ${t(then)}</p>
      <p class="steps">${steps.map((step) => html`<button type="button" class="link-button" key=${step} data-step=${step} aria-disabled=${busy ? 'true' : undefined} onClick=${() => { if (!busy) ways[step][1](); }}>${t(ways[step][0])}</button>`)}</p></div>
  </div>`;
}
