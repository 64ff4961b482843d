// Two points of a stream against each other: the slider is one, the number typed here the other. The address keeps both.
import { h, html, useEffect } from '../vendor/preact.js';
import { useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { go } from '../router.js';
import { streamAddress, wholeOf } from './address.js';

/** @param {{ type: string, id: string, at: number, last: number, since: number | null }} props */
export function Compare({ type, id, at, last, since }) {
  const form = useForm({ since: since === null ? '' : String(since) }, 'compare-');
  useEffect(() => form.set('since', since === null ? '' : String(since)), [since]);

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const other = wholeOf(form.values.since.peek().trim());
    if (other === null || other > last) form.point([{ field: 'since', code: 'no_step' }]);
    else go(streamAddress(type, id, at, other), { replace: true });
  }

  return html`<form class="compare" method="get" noValidate onSubmit=${submit}>
    ${h(Field, { name: 'since', label: t('audit.compare_with'), form, autocomplete: 'off', inputmode: 'numeric', maxlength: 12 })}
    <button type="submit" class="button second" id="compare">${t('audit.compare')}</button>
    ${since !== null && html`<a class="quiet-link" id="compare-stop" href=${streamAddress(type, id, at)}>${t('audit.compare_stop')}</a>`}
  </form>`;
}
