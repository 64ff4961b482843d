// The store's name at the top of its console, renamed where it stands, and whether what is shown is current.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { renameStore } from '../api-merchant.js';
import { focusSoon, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { IconButton } from './controls.js';

/** @typedef {import('./shop.js').Shop} Shop */

/** @type {Record<import('./live.js').Reach, import('../i18n.js').Key>} */
const reaches = { starting: 'merchant.live.starting', live: 'merchant.live.live', asking: 'merchant.live.asking', offline: 'merchant.live.offline' };

/** @param {{ shop: Shop, name: string }} props */
export function StoreName({ shop, name }) {
  const open = useSignal(false);
  const reach = shop.live.reach.value;

  function close() {
    open.value = false;
    focusSoon('rename-store');
  }

  return html`<div class="store-name">
    <div class=${open.value ? 'for-ears' : 'store-title'}>${h(Heading, { text: name })}
      ${!open.value && h(IconButton, { icon: 'pencil', id: 'rename-store', label: t('merchant.rename'), onClick: () => { open.value = true; } })}</div>
    ${open.value && h(Rename, { shop, name, onClose: close })}
    <p class="reach" data-reach=${reach} role="status"><i aria-hidden="true"></i>${t(reaches[reach])}</p>
  </div>`;
}

/** @param {{ shop: Shop, name: string, onClose: () => void }} props */
function Rename({ shop, name, onClose }) {
  const form = useForm({ name }, 'rename-');
  useEffect(() => focusSoon(form.id('name')), []);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const wanted = form.values.name.peek().trim();
    if (form.busy.peek()) return;
    if (wanted === name) return void onClose();
    form.tell(null);
    form.busy.value = true;
    try {
      shop.store.value = await renameStore(wanted);
      onClose();
    } catch (thrown) {
      const said = asProblem(thrown);
      if (!endedBy(said) && !form.point(said.errors)) form.tell(said);
    } finally {
      form.busy.value = false;
    }
  }

  return html`<form class="rename" method="post" noValidate onSubmit=${submit} onKeyDown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') onClose(); }}>
    ${h(Field, { name: 'name', label: t('merchant.name'), form, autocomplete: 'organization', maxlength: 80 })}
    ${h(ProblemNotice, { problem: form.problem.value })}
    <div class="actions"><button class="button" type="submit" aria-disabled=${form.busy.value ? 'true' : undefined}>${t('merchant.edit.save')}</button>
      <button class="button second" type="button" onClick=${onClose}>${t('shell.cancel')}</button></div>
  </form>`;
}
