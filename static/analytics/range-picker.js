// Which days to show: links for the usual ranges, two dates for any other, and whether to compare. Every choice is an
// address, so it can be kept, sent and gone back from.
import { h, html, useEffect } from '../vendor/preact.js';
import { number } from '../charts/formats.js';
import { useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { go } from '../router.js';
import { addressOf, presets, wrongWith } from './range.js';

/**
 * @param {object} props
 * @param {import('./range.js').Choice} props.choice
 * @param {import('./range.js').Span | null} props.span what is shown now
 * @param {string} [props.today]
 * @param {boolean} props.busy
 * @param {() => void} props.onRefresh
 */
export function RangePicker({ choice, span, today, busy, onRefresh }) {
  const { days, compare } = choice;
  const form = useForm({ from: '', to: '' }, 'range-');
  const from = days === null ? choice.from : span?.from ?? '';
  const to = days === null ? choice.to : span?.to ?? '';
  useEffect(() => {
    form.set('from', from);
    form.set('to', to);
    if (days === null) form.point(wrongWith(from, to));
  }, [from, to, days]);

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const { from, to } = form.all();
    const wrong = wrongWith(from, to, today);
    form.point(wrong);
    if (wrong.length === 0) go(addressOf({ days: null, from, to, compare }));
  }

  return html`<div class="range">
    <nav class="presets" aria-label=${t('analytics.range')}>${presets.map((one) => html`<a key=${one} href=${addressOf({ days: one, from: '', to: '', compare })} id=${`days-${one}`}
      aria-current=${days === one ? 'true' : undefined}>${t('analytics.days', { days: number(one) })}</a>`)}</nav>
    <form class="dates" noValidate onSubmit=${submit}>
      ${h(Field, { name: 'from', type: 'date', label: t('analytics.from'), form, autocomplete: 'off' })}
      ${h(Field, { name: 'to', type: 'date', label: t('analytics.to'), form, autocomplete: 'off' })}
      <button type="submit" class="button second" id="range-show">${t('analytics.show')}</button>
    </form>
    <div class="range-rest">
      <label class="check"><input type="checkbox" id="compare" checked=${compare} onChange=${() => go(addressOf({ ...choice, compare: !compare }))} />${t('analytics.compare')}</label>
      <button type="button" class="quiet" id="refresh" aria-disabled=${busy ? 'true' : undefined} onClick=${onRefresh}>${h(Icon, { name: 'refresh' })}${t('analytics.refresh')}</button>
    </div>
  </div>`;
}
