// The categories beside the table: each with its count leads to its products; they are added, renamed and removed here.
import { h, html, useSignal } from '../vendor/preact.js';
import { deleteCategory, postCategory, renameCategory } from '../api-merchant.js';
import { focusBack, focusSoon, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { ProblemNotice } from '../parts/notice.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { IconButton } from './controls.js';
import { placeOf } from './filters.js';
import { number } from './words.js';

/** @typedef {import('./shop.js').Shop} Shop */
/** @typedef {import('./filters.js').Filters} Filters */
/** @typedef {import('../api-merchant.js').Category} Category */

/** @param {{ shop: Shop, filters: Filters }} props */
export function Categories({ shop, filters }) {
  const editing = useSignal(false);
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));
  const categories = shop.list.shown.value?.categories ?? [];

  /** @param {() => Promise<void>} work @returns {Promise<boolean>} whether it was done */
  async function doing(work) {
    problem.value = null;
    try {
      await work();
      await shop.list.reload();
      return true;
    } catch (thrown) {
      const said = asProblem(thrown);
      if (!endedBy(said)) problem.value = said;
      return false;
    }
  }

  /** @param {string} id @param {string} words @param {number} [count] */
  const link = (id, words, count) => html`<li key=${id}><a href=${placeOf({ ...filters, category: id, after: '' })} aria-current=${filters.category === id ? 'true' : undefined} data-category=${id}>
    <span class="category-name">${words}</span>${count !== undefined && html`<span class="category-count">${number(count)}</span>`}</a></li>`;
  return html`<nav class="side categories" aria-labelledby="categories-title">
    <div class="categories-head"><h2 id="categories-title">${t('merchant.categories')}</h2>
      <button type="button" class="link-button" id="edit-categories" aria-expanded=${editing.value ? 'true' : 'false'} onClick=${() => { editing.value = !editing.value; problem.value = null; if (editing.value) focusSoon('category-new-name'); }}>${t(editing.value ? 'merchant.categories_done' : 'merchant.categories_edit')}</button></div>
    ${editing.value ? html`
      <ul class="category-list">${categories.map((category) => h(EditCategory, { key: category.category_id, category, doing, onRemoved: () => focusBack('category-new-name') }))}</ul>
      ${h(AddCategory, { doing })}
      ${h(ProblemNotice, { problem: problem.value, about: 'category' })}`
    : html`<ul>${link('', t('merchant.all_products'), shop.store.value?.product_count)}${categories.map(({ category_id, name, product_count }) => link(category_id, name, product_count))}</ul>`}
  </nav>`;
}

/** @typedef {(work: () => Promise<void>) => Promise<boolean>} Doing */

/** @param {import('../forms.js').Form} form @param {(name: string) => Promise<unknown>} send a refusal that belongs to the field is told there */
async function sendName(form, send) {
  const name = form.values.name.peek().trim();
  if (form.busy.peek()) return;
  form.point(name === '' ? [{ field: 'name', code: 'required' }] : []);
  if (name === '') return;
  form.busy.value = true;
  try {
    await send(name);
  } catch (thrown) {
    const said = asProblem(thrown);
    if (!form.point(said.errors.map((wrong) => ({ ...wrong, code: wrong.code === 'already_taken' ? 'category_taken' : wrong.code })))) throw thrown;
  } finally {
    form.busy.value = false;
  }
}

/** @param {{ doing: Doing }} props */
function AddCategory({ doing }) {
  const form = useForm({ name: '' }, 'category-new-');
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    await doing(() => sendName(form, async (name) => {
      await postCategory(name);
      form.clear();
    }));
    focusBack(form.id('name'));
  }
  return html`<form class="category-form" method="post" noValidate onSubmit=${submit}>
    ${h(Field, { name: 'name', label: t('merchant.category_new'), form, autocomplete: 'off', beside: html`<button type="submit" class="inset" id="category-add" aria-label=${t('merchant.category_add')} title=${t('merchant.category_add')}>${h(Icon, { name: 'plus' })}</button>` })}
  </form>`;
}

/** @param {{ category: Category, doing: Doing, onRemoved: () => void, key?: string }} props */
function EditCategory({ category, doing, onRemoved }) {
  const id = category.category_id;
  const form = useForm({ name: category.name }, `category-${id}-`);
  const save = () => doing(() => sendName(form, async (name) => { if (name !== category.name) await renameCategory(id, name); }));
  const remove = async () => { if (await doing(() => deleteCategory(id))) onRemoved(); };
  return html`<li><form class="category-form" method="post" noValidate onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void save(); }}>
    ${h(Field, { name: 'name', label: t('merchant.category_rename', { name: category.name }), form, autocomplete: 'off',
      beside: html`${form.values.name.value.trim() !== category.name && html`<button type="submit" class="inset" data-deed="rename" aria-label=${t('merchant.category_save', { name: category.name })} title=${t('merchant.category_save', { name: category.name })}>${h(Icon, { name: 'check' })}</button>`}
        ${h(IconButton, { icon: 'trash', deed: 'remove', label: t('merchant.category_remove', { name: category.name }), onClick: remove })}` })}
  </form></li>`;
}
