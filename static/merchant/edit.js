// One product, edited where it stands. Only what was changed is sent, for the version that was seen. When somebody else
// (or the crawler) changed it meanwhile: what does not touch is taken over, what does is laid side by side.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { getProduct, patchProduct } from '../api-merchant.js';
import { focusSoon, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { ChoiceField } from './controls.js';
import { compare } from './merge.js';
import { fieldsOf, labels, shownValue } from './product-fields.js';

/** @typedef {import('../api-merchant.js').Product} Product */
/** @typedef {import('../api-merchant.js').Category} Category */
/** @typedef {import('../api-merchant.js').Changes} Changes */

/** @param {{ product: Product, categories: Category[], onSaved: (product: Product) => void, onGone: () => void, onClose: () => void, focus: string, key?: string }} props */
export function EditProduct({ product, categories, onSaved, onGone, onClose, focus }) {
  const base = useSignal(product);
  const form = useForm(fieldsOf(product), `edit-${product.product_id}-`);
  const conflict = useSignal(/** @type {{ theirs: Product, fields: string[] } | null} */ (null));
  const merged = useSignal(/** @type {string[]} */ ([]));
  useEffect(() => focusSoon(form.id(focus)), []);
  useEffect(() => { if (!form.busy.peek()) meet(product); }, [product, form.busy.value]);

  /** Another version is known. @param {Product} theirs */
  function meet(theirs) {
    if (theirs.version <= base.peek().version) return;
    const { untouched, touched } = compare(fieldsOf(base.peek()), fieldsOf(theirs), form.all());
    if (touched.length > 0) conflict.value = { theirs, fields: touched };
    else rebase(theirs, untouched);
  }

  /** Goes on from this version. @param {Product} theirs @param {string[]} taken fields that become theirs */
  function rebase(theirs, taken) {
    const values = fieldsOf(theirs);
    for (const name of taken) form.set(name, values[name]);
    base.value = theirs;
    conflict.value = null;
    merged.value = taken;
  }

  /** @param {boolean} mine whose values stay */
  function settle(mine) {
    const found = conflict.peek();
    if (!found) return;
    const { untouched } = compare(fieldsOf(base.peek()), fieldsOf(found.theirs), form.all());
    rebase(found.theirs, mine ? untouched : [...untouched, ...found.fields]);
    if (mine) void save();
    else focusSoon(form.id(found.fields[0]));
  }

  async function save() {
    if (form.busy.peek() || conflict.peek()) return;
    const changes = changesOf(fieldsOf(base.peek()), form.all());
    if (Object.keys(changes).length === 0) return void onClose();
    form.tell(null);
    form.point([]);
    form.busy.value = true;
    try {
      onSaved(await patchProduct(product.product_id, changes, base.peek().version));
    } catch (thrown) {
      await refused(asProblem(thrown));
    } finally {
      form.busy.value = false;
    }
  }

  /** @param {import('../problem.js').Problem} said */
  async function refused(said) {
    if (endedBy(said)) return;
    if (said.code === 'product_not_found') return void onGone();
    if (said.code !== 'version_mismatch') {
      if (!form.point(said.errors)) form.tell(said);
      return;
    }
    try {
      meet(await getProduct(product.product_id));
      form.tell(conflict.peek() ? null : said);
    } catch (thrown) {
      const then = asProblem(thrown);
      if (then.code === 'product_not_found') onGone();
      else if (!endedBy(then)) form.tell(then);
    }
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    onClose();
  }

  const busy = form.busy.value;
  return html`<form class="editing" method="post" noValidate aria-label=${t('merchant.edit.of', { name: product.title ?? product.taobao_url })} aria-busy=${busy ? 'true' : undefined}
    onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void save(); }} onKeyDown=${pressed}>
    <div class="edit-fields">
      ${h(Field, { name: 'title', label: t('merchant.title'), form, autocomplete: 'off', optional: true, hint: product.title ? undefined : t('merchant.edit.by_hand') })}
      ${h(Field, { name: 'price', label: t('merchant.price_yuan'), form, autocomplete: 'off', inputmode: 'text', spellless: true, optional: true, hint: product.price !== null && product.price_is_hint ? t('merchant.edit.hint_price') : undefined })}
      ${h(ChoiceField, { name: 'category_id', label: t('merchant.category'), form, options: [{ value: '', words: t('merchant.no_category') }, ...categories.map(({ category_id, name }) => ({ value: category_id, words: name }))] })}
      ${h(ChoiceField, { name: 'status', label: t('merchant.status'), form, options: [{ value: 'listed', words: t('merchant.listed') }, { value: 'delisted', words: t('merchant.delisted') }] })}
      ${h(Field, { name: 'coupon_url', label: t('merchant.coupon'), form, autocomplete: 'off', spellless: true })}
      ${h(Field, { name: 'taobao_url', label: t('merchant.link'), form, autocomplete: 'off', spellless: true })}
    </div>
    ${conflict.value && h(Conflict, { ...conflict.value, form, categories, onMine: () => settle(true), onTheirs: () => settle(false) })}
    ${merged.value.length > 0 && !conflict.value && h(Notice, { kind: 'plain' }, html`<p class="merged">${t('merchant.edit.merged', { fields: merged.value.map((name) => t(labels[name])).join(t('account.and')) })}</p>`)}
    ${h(ProblemNotice, { problem: form.problem.value, about: 'editing' })}
    <div class="actions">
      <button class="button" type="submit" data-deed="save" aria-disabled=${busy || conflict.value ? 'true' : undefined}>${t(busy ? 'merchant.edit.busy' : 'merchant.edit.save')}</button>
      <button class="button second" type="button" data-deed="cancel" onClick=${onClose}>${t('shell.cancel')}</button>
    </div>
  </form>`;
}

/** @param {{ theirs: Product, fields: string[], form: import('../forms.js').Form, categories: Category[], onMine: () => void, onTheirs: () => void }} props */
function Conflict({ theirs, fields, form, categories, onMine, onTheirs }) {
  const values = fieldsOf(theirs);
  return html`<div class="conflict" role="alert">
    <p class="conflict-title">${t('merchant.conflict.title')}</p>
    <table><thead><tr><td></td><th scope="col">${t('merchant.conflict.yours')}</th><th scope="col">${t('merchant.conflict.theirs')}</th></tr></thead>
      <tbody>${fields.map((name) => html`<tr key=${name}><th scope="row">${t(labels[name])}</th>
        <td>${shownValue(name, form.values[name].value, categories)}</td><td>${shownValue(name, values[name], categories)}</td></tr>`)}</tbody></table>
    <p class="conflict-ways"><button type="button" class="button" data-deed="mine" onClick=${onMine}>${t('merchant.conflict.keep')}</button>
      <button type="button" class="button second" data-deed="theirs" onClick=${onTheirs}>${t('merchant.conflict.take')}</button></p>
  </div>`;
}

/** @param {Record<string, string>} before @param {Record<string, string>} after @returns {Changes} */
function changesOf(before, after) {
  const changed = Object.keys(after).filter((name) => after[name].trim() !== before[name]);
  return Object.fromEntries(changed.map((name) => [name, name === 'category_id' ? after[name] || null : after[name].trim()]));
}
