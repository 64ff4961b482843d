// What can be done with all that is selected, how far it is, and which products refused, each with the reason.
import { h, html, useSignal } from '../vendor/preact.js';
import { lookUp, t } from '../i18n.js';
import { Confirm } from '../parts/confirm.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { Choice } from './controls.js';
import { number } from './words.js';

/** @typedef {import('./shop.js').Shop} Shop */
/** @typedef {import('./bulk.js').Action} Action */

/** @param {{ shop: Shop }} props */
export function Selection({ shop }) {
  const asked = useSignal(false);
  const chosen = shop.selected.value;
  const run = shop.bulk.run.value;
  const categories = shop.list.shown.value?.categories ?? [];
  const count = number(chosen.size);
  const busy = run?.running ?? false;
  /** @param {Action} action @param {string | null} [category] */
  const start = (action, category) => { if (!busy) void shop.bulk.start(action, shop.selected.peek(), category); };

  /** @param {string} value */
  function move(value) {
    if (value !== '') start('move', value === 'none' ? null : value);
  }

  /** @param {Action} action @param {import('../i18n.js').Key} words @param {Parameters<typeof Icon>[0]['name']} icon @param {() => void} [onClick] */
  const deed = (action, words, icon, onClick = () => start(action)) => html`<button type="button" class="quiet" id=${`bulk-${action}`} aria-disabled=${busy ? 'true' : undefined} onClick=${() => { if (!busy) onClick(); }}>${h(Icon, { name: icon })}${t(words)}</button>`;
  return html`
    ${chosen.size > 0 && html`<div class="bulk" role="group" aria-label=${t('merchant.bulk.group')}>
      <p class="bulk-count" id="bulk-count" role="status">${t('merchant.bulk.count', { count })}</p>
      ${deed('list', 'merchant.bulk.list', 'eye')}
      ${deed('delist', 'merchant.bulk.delist', 'eyeOff')}
      ${deed('refresh', 'merchant.bulk.refresh', 'refresh')}
      ${h(Choice, { id: 'bulk-move', label: t('merchant.bulk.move'), hidden: true, value: '', onChoose: move, options: [
        { value: '', words: t('merchant.bulk.move') }, ...categories.map(({ category_id, name }) => ({ value: category_id, words: name })), { value: 'none', words: t('merchant.no_category') }] })}
      ${deed('delete', 'merchant.bulk.delete', 'trash', () => { asked.value = true; })}
      <button type="button" class="link-button" id="bulk-clear" onClick=${() => { shop.selected.value = new Map(); }}>${t('merchant.bulk.clear')}</button>
    </div>`}
    ${asked.value && h(Confirm, { title: t('merchant.bulk.delete_title', { count }), text: t('merchant.bulk.delete_text'), yes: t('merchant.bulk.delete'), grave: true,
      onYes: () => { asked.value = false; start('delete'); }, onNo: () => { asked.value = false; } })}
    ${run && h(Progress, { shop, run })}
    ${h(ProblemNotice, { problem: shop.bulk.problem.value })}
    ${shop.done.value && h(DoneNotice, { shop, done: shop.done.value })}`;
}

/** @param {{ shop: Shop, run: import('./bulk.js').Run }} props */
function Progress({ shop, run }) {
  const { done, misses, total, running } = run;
  if (running) return total > 1 ? html`<div class="progress bulk-progress"><label for="bulk-progress">${t('merchant.bulk.running', { done: number(done + misses.length), total: number(total) })}</label>
    <progress id="bulk-progress" max=${total} value=${done + misses.length}></progress>
    <button type="button" class="link-button" id="bulk-stop" onClick=${() => shop.bulk.stop()}>${t('merchant.stop')}</button></div>` : null;
  if (total === 1 && misses.length === 0) return null;
  // Where all went well, a deletion has its own notice, which can undo it.
  if (misses.length === 0 && shop.done.value) return null;
  return h(Notice, { kind: misses.length === 0 ? 'good' : 'bad' }, html`<div id="bulk-result">
    <p>${t('merchant.bulk.done', { done: number(done), total: number(total) })}
      ${' '}<button type="button" class="link-button" id="bulk-dismiss" onClick=${() => shop.bulk.dismiss()}>${t('merchant.dismiss')}</button></p>
    ${misses.length > 0 && html`<ul class="misses">${misses.map(({ id, name, code, message }) => html`<li key=${id}><b>${name}</b> ${lookUp(`problem.${code}`) ?? message}</li>`)}</ul>`}
  </div>`);
}

/** @param {{ shop: Shop, done: import('./shop.js').Done }} props */
function DoneNotice({ shop, done }) {
  const [count, first] = [done.names.size, done.names.values().next().value ?? ''];
  const isDeleted = done.kind === 'deleted';
  const words = count === 1 ? t(isDeleted ? 'merchant.deleted_one' : 'merchant.restored_one', { name: first }) : t(isDeleted ? 'merchant.deleted_many' : 'merchant.restored_many', { count: number(count) });
  return h(Notice, { kind: 'good' }, html`<p id="done">${words}
    ${isDeleted && html`${' '}<button type="button" class="link-button" id="undo" onClick=${() => shop.undo()}>${t('merchant.undo')}</button>`}
    ${' '}<button type="button" class="link-button" id="dismiss" onClick=${() => { shop.done.value = null; }}>${t('merchant.dismiss')}</button></p>`);
}
