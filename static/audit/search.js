// Finding events: the question as a form and as an address, the answer as a page of the ledger, newest first. Pages go
// by position, so that they stay the same pages while the ledger grows.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { getTypes } from '../api-audit.js';
import { useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { Heading } from '../parts/shell.js';
import { go, place } from '../router.js';
import { cursorOf, exportAddress, filterNames, filtersOf, fromField, searchAddress, toField } from './address.js';
import { useAnswer } from './asking.js';
import { Choice } from './choice.js';
import { zone } from './formats.js';
import { keepSearch } from './last-search.js';
import { Results } from './results.js';

/** @typedef {import('./address.js').Filters} Filters */

const rare = /** @type {const} */ (['correlation_id', 'causation_id', 'request_id']);

export function Search() {
  const filters = filtersOf(place.value.query);
  const cursor = cursorOf(place.value.query);
  const address = searchAddress(filters, cursor);
  useEffect(() => keepSearch(address), [address]);
  return html`
    ${h(Heading, { text: t('audit.search_title'), lead: t('audit.search_lead') })}
    ${h(Question, { filters })}
    ${h(Results, { filters, cursor, address })}`;
}

/** @param {Filters} filters as the fields have it */
const fieldsOf = (filters) => Object.fromEntries(filterNames.map((name) => [name, name === 'from' || name === 'to' ? toField(filters[name]) : filters[name] ?? '']));

/** @param {{ filters: Filters }} props */
function Question({ filters }) {
  const form = useForm(fieldsOf(filters), 'audit-');
  const more = useSignal(rare.some((name) => filters[name]));
  const { answer: types } = useAnswer(getTypes, 'types');
  useEffect(() => {
    for (const [name, value] of Object.entries(fieldsOf(filters))) form.set(name, value);
    if (rare.some((name) => filters[name])) more.value = true;
  }, [searchAddress(filters)]);

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const asked = askedBy(form.all());
    form.point(asked.wrong);
    if (asked.wrong.length === 0) go(searchAddress(asked.filters));
  }

  const chosen = form.values.aggregate_type.value;
  const aggregates = types.value?.aggregates ?? [];
  const events = aggregates.filter(({ aggregate_type, event_types }) => event_types.length > 0 && (chosen === '' || chosen === aggregate_type))
    .map(({ aggregate_type, event_types }) => ({ label: aggregate_type, values: event_types }));
  /** @param {'actor_id' | 'aggregate_id' | typeof rare[number]} name @param {string} label @param {string} [hint] */
  const text = (name, label, hint) => h(Field, { name, label, hint, form, autocomplete: 'off', spellless: true });
  return html`<form class="question" method="get" action="/audit" role="search" noValidate onSubmit=${submit}>
    ${h(Field, { name: 'from', type: 'datetime-local', label: t('audit.from'), form, autocomplete: 'off' })}
    ${h(Field, { name: 'to', type: 'datetime-local', label: t('audit.to'), form, autocomplete: 'off' })}
    ${h(Choice, { name: 'event_type', label: t('audit.event_type'), any: t('audit.any'), groups: events, form })}
    ${h(Choice, { name: 'aggregate_type', label: t('audit.aggregate_type'), any: t('audit.any'), groups: [{ values: aggregates.map(({ aggregate_type }) => aggregate_type) }], form })}
    ${text('aggregate_id', t('audit.aggregate_id'))}
    ${text('actor_id', t('audit.actor'))}
    <details class="rare" open=${more.value} onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ event) => { more.value = event.currentTarget.open; }}>
      <summary>${t('audit.more_filters')}</summary>
      <div class="rare-fields">
        ${text('correlation_id', t('audit.correlation'), t('audit.correlation_hint'))}
        ${text('causation_id', t('audit.causation'), t('audit.causation_hint'))}
        ${text('request_id', t('audit.request'), t('audit.request_hint'))}
      </div>
    </details>
    <div class="question-actions">
      <button class="button" type="submit" id="audit-search">${h(Icon, { name: 'search' })}${t('audit.search_go')}</button>
      ${Object.keys(filters).length > 0 && html`<a class="quiet-link" id="audit-clear" href="/audit">${t('audit.search_clear')}</a>`}
      <a class="quiet-link" id="audit-export" href=${exportAddress(filters)}>${t('audit.export_these')}</a>
      <span class="fine zone">${t('audit.zone', { zone: zone() })}</span>
    </div>
  </form>`;
}

/** @param {Record<string, string>} typed */
function askedBy(typed) {
  /** @type {Filters} */
  const filters = {};
  /** @type {import('../problem.js').FieldProblem[]} */
  const wrong = [];
  for (const name of filterNames) {
    const value = typed[name].trim();
    if (value === '') continue;
    const said = name === 'from' || name === 'to' ? fromField(value) : value;
    if (said === null) wrong.push({ field: name, code: 'no_moment' });
    else if (said.length > 200) wrong.push({ field: name, code: 'too_long' });
    else filters[name] = said;
  }
  if (filters.from && filters.to && filters.from >= filters.to) wrong.push({ field: 'to', code: 'not_after_from' });
  return { filters, wrong };
}
