// Products listed from what was pasted: one line after another, each with its own result. What was listed leaves the text;
// what was not stays in it, to be corrected.
import { h, html, useSignal } from '../vendor/preact.js';
import { postProduct } from '../api-merchant.js';
import { focusBack, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { asProblem, fieldWords, wordsOf } from '../problem.js';
import { endedBy } from '../session.js';
import { ChoiceField, TextArea } from './controls.js';
import { MOST, takeApart } from './pasted.js';
import { nameOf } from './words.js';

/** @typedef {import('./pasted.js').Pasted} Pasted */
/** @typedef {import('../problem.js').Problem} Problem */
/** @typedef {{ pasted: Pasted, problem: Problem | null, product: import('../api-merchant.js').Product | null }} Result neither: no link in it */

/** So many are done before anybody looks for a bar. */
const QUICK = 4;
/** @type {Record<string, import('../i18n.js').Key>} */
const arrival = { pending: 'merchant.add.waiting', failed: 'merchant.add.failed' };

/** @param {{ shop: import('./shop.js').Shop, onClose: () => void }} props */
export function AddProducts({ shop, onClose }) {
  const form = useForm({ links: '', coupon_url: '', category_id: '' }, 'add-');
  const results = useSignal(/** @type {Result[]} */ ([]));
  const total = useSignal(0);

  /** @param {Pasted} pasted @returns {Promise<Result>} */
  async function list(pasted) {
    if (pasted.item === '') return { pasted, problem: null, product: null };
    const category_id = form.values.category_id.peek() || null;
    const coupon_url = pasted.coupon || form.values.coupon_url.peek();
    try {
      return { pasted, problem: null, product: await postProduct({ taobao_url: pasted.item, coupon_url, category_id }) };
    } catch (thrown) {
      return { pasted, problem: asProblem(thrown), product: null };
    }
  }

  /** @param {Pasted[]} all @returns {Promise<Problem | null>} why it ended early */
  async function listAll(all) {
    // One after another: the newest comes first in the list, so their order is the one they were pasted in.
    for (const pasted of all) {
      const result = await list(pasted);
      const { problem } = result;
      if (problem && (problem.status === 401 || problem.status === 0 || problem.status === 429 || problem.status >= 500)) return problem;
      results.value = [...results.peek(), result];
    }
    return null;
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (form.busy.peek()) return;
    const all = takeApart(form.values.links.peek());
    const withLinks = all.filter(({ item }) => item !== '');
    form.tell(null);
    const wrong = withLinks.length === 0 ? [{ field: 'links', code: all.length === 0 ? 'required' : 'no_link' }]
      : withLinks.length > MOST ? [{ field: 'links', code: 'too_long' }]
        : withLinks.some(({ coupon }) => coupon === '') && form.values.coupon_url.peek().trim() === '' ? [{ field: 'coupon_url', code: 'required' }] : [];
    form.point(wrong);
    if (wrong.length > 0) return;
    form.busy.value = true;
    total.value = all.length;
    results.value = [];
    const end = await listAll(all);
    form.busy.value = false;
    const listed = new Set(results.peek().filter(({ product, problem }) => product || problem === null).map(({ pasted }) => pasted));
    form.values.links.value = [...new Set(all.filter((one) => !listed.has(one)).map(({ text }) => text))].join('\n');
    shop.settle();
    if (end && !endedBy(end)) form.tell(end);
    focusBack(form.values.links.peek() === '' ? 'add-done' : 'add-links', 'add-links');
  }

  const categories = shop.list.shown.value?.categories ?? [];
  const [told, count] = [results.value, results.value.filter(({ product }) => product).length];
  return html`<section class="card adding" id="adding" aria-labelledby="adding-title">
    <div class="card-head"><h2 id="adding-title">${t('merchant.add.title')}</h2>
      <button type="button" class="icon-button" id="add-close" aria-label=${t('merchant.close')} title=${t('merchant.close')} onClick=${onClose}>${h(Icon, { name: 'cross' })}</button></div>
    <form class="add-form" method="post" noValidate onSubmit=${submit} aria-busy=${form.busy.value ? 'true' : undefined}>
      ${h(TextArea, { name: 'links', label: t('merchant.add.links'), form, rows: 4, hint: t('merchant.add.links_hint', { most: MOST }), placeholder: t('merchant.add.links_example') })}
      <div class="add-both">
        ${h(Field, { name: 'coupon_url', label: t('merchant.add.coupon'), form, autocomplete: 'off', spellless: true, optional: true, hint: t('merchant.add.coupon_hint') })}
        ${h(ChoiceField, { name: 'category_id', label: t('merchant.category'), form, options: [{ value: '', words: t('merchant.no_category') }, ...categories.map(({ category_id, name }) => ({ value: category_id, words: name }))] })}
      </div>
      ${h(ProblemNotice, { problem: form.problem.value })}
      <div class="actions"><button class="button" type="submit" id="add-go" aria-disabled=${form.busy.value ? 'true' : undefined}>${form.busy.value ? t('merchant.add.busy') : t('merchant.add.go')}</button></div>
    </form>
    ${form.busy.value && total.value > QUICK && html`<div class="progress"><label for="add-progress">${t('merchant.add.progress', { done: told.length, total: total.value })}</label>
      <progress id="add-progress" max=${total.value} value=${told.length}></progress></div>`}
    <div id="add-done" tabindex="-1">
      ${!form.busy.value && told.length > 0 && h(Notice, { kind: count > 0 ? 'good' : 'plain' }, html`<p>${t('merchant.add.listed', { count })}</p>`)}
      ${told.length > 0 && html`<ol class="results" id="add-results">${told.map((result, at) => h(Line, { key: String(at), result, shop }))}</ol>`}
    </div>
  </section>`;
}

/** @param {{ result: Result, shop: import('./shop.js').Shop, key?: string }} props */
function Line({ result, shop }) {
  const { pasted, problem, product } = result;
  // As it is by now: its title may have arrived.
  const now = product && (shop.list.shown.value?.products.find(({ product_id }) => product_id === product.product_id) ?? product);
  const kind = product ? 'good' : problem ? 'bad' : 'plain';
  const words = now ? t(arrival[now.info_status] ?? 'merchant.add.done') : problem ? refusal(problem) : t('merchant.add.no_link');
  return html`<li data-kind=${kind}>
    ${h(Icon, { name: product ? 'check' : problem ? 'warning' : 'minus' })}
    <div><p class="result-what">${now ? nameOf(now) : pasted.text}</p><p class="result-words">${words}</p></div>
  </li>`;
}

/** @param {Problem} problem */
const refusal = (problem) => (problem.errors.length > 0 ? [...new Set(problem.errors.map(fieldWords))].join(t('merchant.and')) : wordsOf(problem));
