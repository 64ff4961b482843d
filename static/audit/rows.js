// Events as lines of the ledger: position, time, what happened, to what, and who acted. Each line leads to its event.
import { html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { eventAddress } from './address.js';
import { number, short, time } from './formats.js';

/** @typedef {import('../api-audit.js').ShownEvent} ShownEvent */

/**
 * @param {object} props
 * @param {ShownEvent[]} props.events
 * @param {string} props.label
 * @param {(event: ShownEvent) => string} [props.address] where a line leads; to the event, unless given
 * @param {number} [props.current] the position of the line that the reader is at
 * @param {(event: ShownEvent) => void} [props.onPick] instead of following the link
 * @param {boolean} [props.steps] lines of one stream, told by their step
 */
export function Rows({ events, label, address = (event) => eventAddress(event.position), current, onPick, steps }) {
  /** @param {MouseEvent} click @param {ShownEvent} event */
  function pick(click, event) {
    if (!onPick || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
    click.preventDefault();
    onPick(event);
  }
  return html`<ol class="rows" aria-label=${label} data-steps=${steps ? '' : undefined}>${events.map((event) => html`<li key=${event.position}>
    <a href=${address(event)} data-position=${event.position} aria-current=${event.position === current ? 'true' : undefined}
      onClick=${(/** @type {MouseEvent} */ click) => pick(click, event)}>
      <span class="row-position">${steps ? number(event.sequence) : number(event.position)}</span>
      <code class="row-type">${event.event_type}</code>
      ${!steps && html`<span class="row-stream" title=${`${event.aggregate_type} ${event.aggregate_id}`}>${event.aggregate_type} <code>${short(event.aggregate_id)}</code></span>`}
      <span class="row-actor" title=${event.metadata.actor_id ?? undefined}>${actor(event)}</span>
      <span class="row-time">${time(event.recorded_at)}</span>
    </a>
  </li>`)}</ol>`;
}

/** @param {ShownEvent} event */
function actor({ metadata: { actor_id }, aggregate_id }) {
  if (!actor_id) return html`<span class="nobody-acted">${t('audit.nobody')}</span>`;
  if (actor_id === aggregate_id) return t('audit.by_itself');
  return html`${t('audit.by')} <code>${short(actor_id)}</code>`;
}
