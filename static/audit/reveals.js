// Who looked at whose personal data, and when: the ledger's own record of it, the newest first.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { useForm } from '../forms.js';
import { lookUp, t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { Heading } from '../parts/shell.js';
import { go, place } from '../router.js';
import { cursorOf, eventAddress, revealsAddress, streamAddress } from './address.js';
import { useAnswer } from './asking.js';
import { collect } from './collect.js';
import { number, short, time } from './formats.js';
import { foundWords, Pager } from './results.js';
import { Trouble } from './trouble.js';

/** @typedef {import('../api-audit.js').ShownEvent} ShownEvent */

export function Reveals() {
  const query = place.value.query;
  const people = { who: query.get('who')?.trim() || undefined, whose: query.get('whose')?.trim() || undefined };
  const cursor = cursorOf(query);
  const address = revealsAddress(people, cursor);
  const seeking = useSignal(0);
  const { answer, problem, busy, again } = useAnswer((signal) => {
    seeking.value = 0;
    const filters = { event_type: 'account.revealed', actor_id: people.who, ...(people.whose && { aggregate_type: 'account', aggregate_id: people.whose }) };
    return collect(filters, cursor, signal, (position) => { seeking.value = position; });
  }, address);
  const found = answer.value;
  return html`
    ${h(Heading, { text: t('audit.reveals_title'), lead: t('audit.reveals_lead') })}
    ${h(People, people)}
    <section class="card results" aria-labelledby="results-title">
      <h2 id="results-title">${t('audit.reveals_list')}</h2>
      <p class="fine found" id="found" role="status">${busy.value ? seeking.value > 0 ? t('audit.seeking', { position: number(seeking.value) }) : t('audit.searching') : found && foundWords(found)}</p>
      ${h(Trouble, { problem: problem.value, again })}
      ${found && !problem.value && html`<div class="page" aria-busy=${busy.value ? 'true' : 'false'}>
        ${found.events.length > 0 ? h(Looks, { events: found.events }) : html`<p class="nothing" id="nothing">${t('audit.reveals_none')}</p>`}
        ${h(Pager, { newer: found.newer && revealsAddress(people, found.newer), older: found.older && revealsAddress(people, found.older), newest: revealsAddress(people), atNewest: cursor.before === undefined && cursor.after === undefined })}
      </div>`}
    </section>`;
}

/** @param {{ who?: string, whose?: string }} props */
function People({ who, whose }) {
  const form = useForm({ who: who ?? '', whose: whose ?? '' }, 'reveals-');
  useEffect(() => {
    form.set('who', who ?? '');
    form.set('whose', whose ?? '');
  }, [who, whose]);
  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const asked = form.all();
    go(revealsAddress({ who: asked.who.trim(), whose: asked.whose.trim() }));
  }
  return html`<form class="question pair" method="get" role="search" noValidate onSubmit=${submit}>
    ${h(Field, { name: 'who', label: t('audit.who_id'), form, autocomplete: 'off', spellless: true })}
    ${h(Field, { name: 'whose', label: t('audit.whose_id'), form, autocomplete: 'off', spellless: true })}
    <div class="question-actions"><button type="submit" class="button" id="reveals-search">${t('audit.search_go')}</button>
      ${(who || whose) && html`<a class="quiet-link" href=${revealsAddress({})}>${t('audit.search_clear')}</a>`}</div>
  </form>`;
}

/** @param {{ events: ShownEvent[] }} props */
function Looks({ events }) {
  return html`<ol class="looks" aria-label=${t('audit.reveals_list')}>${events.map((event) => html`<li key=${event.position} data-reveal=${event.position}>
    <p class="look-when"><a href=${eventAddress(event.position)}>${time(event.recorded_at)}</a></p>
    <p class="look-who"><span>${t('audit.who')}</span> ${event.metadata.actor_id
      ? html`<a href=${revealsAddress({ who: event.metadata.actor_id })} title=${event.metadata.actor_id}><code>${short(event.metadata.actor_id)}</code></a>`
      : html`<span class="nobody-acted">${t('audit.nobody')}</span>`}</p>
    <p class="look-who"><span>${t('audit.whose')}</span> <a href=${streamAddress('account', event.aggregate_id)} title=${event.aggregate_id}><code>${short(event.aggregate_id)}</code></a></p>
    <p class="look-what">${lookUp(`audit.shown.${String(event.payload.shown)}`) ?? String(event.payload.shown)}${positions(event).map((position) => html` <a key=${position} href=${eventAddress(position)}>${number(position)}</a>`)}</p>
  </li>`)}</ol>`;
}

/** @param {ShownEvent} event @returns {number[]} */
const positions = ({ payload }) => (Array.isArray(payload.positions) ? payload.positions.filter((one) => Number.isSafeInteger(one)) : []);
