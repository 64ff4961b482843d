// One event: what it says and about what, who caused it, what it led to, and the proof that it stands in the ledger.
import { h, html, useSignal } from '../vendor/preact.js';
import { getEvent, revealEvent } from '../api-audit.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Heading } from '../parts/shell.js';
import { place } from '../router.js';
import { searchAddress, streamAddress, wholeOf } from './address.js';
import { useAnswer } from './asking.js';
import { CopyButton } from './copy.js';
import { number, time } from './formats.js';
import { lastSearch } from './last-search.js';
import { Links } from './links.js';
import { Proof } from './proof.js';
import { Reveal } from './reveal.js';
import { Trouble } from './trouble.js';
import { hasSealed, Tree } from './values.js';

/** @typedef {import('../api-audit.js').ShownEvent} ShownEvent */
/** @typedef {import('../vendor/preact.js').ComponentChildren} ComponentChildren */

/** @param {{ position: number, key?: string }} props */
export function Event({ position }) {
  const { answer, problem, busy, again } = useAnswer((signal) => getEvent(position, signal), String(position));
  const found = answer.value;
  return html`
    <p class="back"><a href=${lastSearch()}>${h(Icon, { name: 'left' })}${t('audit.back')}</a></p>
    ${h(Heading, { text: t('audit.event_title', { position: number(position) }), lead: found ? undefined : busy.value ? t('audit.loading') : undefined })}
    ${h(Trouble, { problem: problem.value, again })}
    ${found && html`<p class="event-head"><code class="event-type">${found.event.event_type}</code> <span class="lead">${time(found.event.recorded_at)}</span></p>
      <div class="event-grid">
        <div class="event-column">${h(Payload, { event: found.event })}${h(Links, { linked: found })}</div>
        <div class="event-column">${h(Facts, { event: found.event })}</div>
        <div class="whole">${h(Proof, { event: found.event })}</div>
      </div>`}`;
}

/** The position that the address names, or 0. */
export const positionOf = () => wholeOf(place.value.query.get('event')) ?? 0;

/** @param {{ event: ShownEvent }} props */
function Payload({ event }) {
  const open = useSignal(/** @type {Record<string, unknown> | null} */ (null));
  const { type: _type, ...payload } = open.value ?? event.payload;
  async function reveal() {
    const { events } = await revealEvent(event.position);
    open.value = events[0]?.payload ?? null;
  }
  return html`<section class="card" aria-labelledby="payload-title">
    <h2 id="payload-title">${t('audit.payload')}</h2>
    ${h(Tree, { of: payload })}
    ${h(Reveal, { sealed: hasSealed(event.payload), open: open.value !== null, onReveal: reveal, onHide: () => { open.value = null; } })}
  </section>`;
}

/** @param {{ event: ShownEvent }} props */
function Facts({ event }) {
  const { metadata: { actor_id, correlation_id, causation_id, request_id } } = event;
  /** @param {string} id @param {string} label @param {string | null | undefined} value @param {string} [to] */
  const fact = (id, label, value, to) => html`<div><dt>${label}</dt><dd>${value
    ? html`${to ? html`<a href=${to}><code>${value}</code></a>` : html`<code>${value}</code>`}${h(CopyButton, { text: () => value, id: `copy-${id}`, label: t('audit.copy_what', { what: label }), short: true })}`
    : html`<span class="nobody-acted">${t(id === 'actor' ? 'audit.nobody' : 'audit.unknown')}</span>`}</dd></div>`;
  return html`<section class="card" aria-labelledby="facts-title">
    <h2 id="facts-title">${t('audit.facts')}</h2>
    <dl class="event-facts">
      <div><dt>${t('audit.stream')}</dt><dd><a id="to-stream" href=${streamAddress(event.aggregate_type, event.aggregate_id, event.sequence)}>${t('audit.stream_step', { type: event.aggregate_type, step: number(event.sequence) })}</a></dd></div>
      ${fact('aggregate', t('audit.aggregate_id'), event.aggregate_id, searchAddress({ aggregate_type: event.aggregate_type, aggregate_id: event.aggregate_id }))}
      ${fact('actor', t('audit.actor'), actor_id, actor_id ? searchAddress({ actor_id }) : undefined)}
      <div><dt>${t('audit.recorded_at')}</dt><dd>${time(event.recorded_at)}</dd></div>
      ${fact('event', t('audit.event_id'), event.event_id)}
      <div><dt>${t('audit.version')}</dt><dd><code>${event.event_version}</code></dd></div>
      ${fact('correlation', t('audit.correlation'), correlation_id, correlation_id ? searchAddress({ correlation_id }) : undefined)}
      ${fact('causation', t('audit.causation'), causation_id)}
      ${fact('request', t('audit.request'), request_id, request_id ? searchAddress({ request_id }) : undefined)}
      ${fact('leaf', t('audit.leaf'), event.leaf_hash)}
    </dl>
  </section>`;
}
