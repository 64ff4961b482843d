// The first visit: what a store is for here, and its name. It takes no more to open one.
import { h, html } from '../vendor/preact.js';
import { postStore } from '../api-merchant.js';
import { useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';

const points = /** @type {const} */ ([
  ['link', 'merchant.open.paste', 'merchant.open.paste_text'],
  ['clock', 'merchant.open.fetch', 'merchant.open.fetch_text'],
  ['list', 'merchant.open.manage', 'merchant.open.manage_text'],
]);

/** @param {{ onOpened: () => void }} props */
export function OpenStore({ onOpened }) {
  const form = useForm({ name: '' }, 'store-');

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (form.busy.peek()) return;
    const name = form.values.name.peek().trim();
    form.tell(null);
    form.point(name === '' ? [{ field: 'name', code: 'required' }] : []);
    if (name === '') return;
    form.busy.value = true;
    try {
      await postStore(name);
      onOpened();
    } catch (thrown) {
      const said = asProblem(thrown);
      if (endedBy(said)) return;
      // Opened in another window meanwhile.
      if (said.code === 'store_exists') onOpened();
      else if (!form.point(said.errors)) form.tell(said);
    } finally {
      form.busy.value = false;
    }
  }

  return html`<div class="opening wide">
    <div class="opening-words">
      ${h(Heading, { text: t('merchant.open.title'), lead: t('merchant.open.lead') })}
      <ol class="opening-points">${points.map(([icon, title, text]) => html`<li key=${title}>
        <span class="emblem">${h(Icon, { name: icon })}</span><div><h2>${t(title)}</h2><p>${t(text)}</p></div></li>`)}</ol>
    </div>
    <section class="card" aria-labelledby="opening-title">
      <h2 id="opening-title">${t('merchant.open.name_it')}</h2>
      <form method="post" noValidate onSubmit=${submit} aria-busy=${form.busy.value ? 'true' : undefined}>
        ${h(Field, { name: 'name', label: t('merchant.name'), form, autocomplete: 'organization', hint: t('merchant.name_hint'), maxlength: 80 })}
        ${h(ProblemNotice, { problem: form.problem.value })}
        <button class="button" type="submit" id="open-store" aria-disabled=${form.busy.value ? 'true' : undefined}>${t(form.busy.value ? 'merchant.open.busy' : 'merchant.open.go')}</button>
      </form>
    </section>
  </div>`;
}
