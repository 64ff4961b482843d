// The auditors' page: finding events, one event and its proof, a stream through time, who looked at whose data, the
// checkpoints, and the export. Each is an address below /audit.
import { h, html } from '../vendor/preact.js';
import { checkpointAddress, exportAddress, revealsAddress, streamOf, viewOf } from '../audit/address.js';
import { CheckpointRoom } from '../audit/checkpoint.js';
import { Event, positionOf } from '../audit/event.js';
import { Export } from '../audit/export.js';
import { lastSearch } from '../audit/last-search.js';
import { Reveals } from '../audit/reveals.js';
import { Search } from '../audit/search.js';
import { Stream } from '../audit/stream.js';
import { t } from '../i18n.js';
import { Notice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { place } from '../router.js';

/** @param {{ me: import('../session.js').Me }} props */
export function Audit({ me }) {
  const { query } = place.value;
  const view = viewOf(query);
  // The server refuses by itself; asking it a dozen times to be told so would be noise.
  if (!me.roles.some((role) => role === 'auditor' || role === 'admin')) {
    return html`<div class="audit wide">${h(Heading, { text: t('audit.title') })}${h(Notice, { kind: 'bad' }, html`<p>${t('problem.audit.forbidden')}</p>`)}</div>`;
  }
  /** @param {import('../audit/address.js').View[]} views @param {string} to @param {string} words */
  const room = (views, to, words) => html`<a href=${to} aria-current=${views.includes(view) ? 'page' : undefined}>${words}</a>`;
  return html`<div class="audit wide">
    <nav class="rooms-bar" aria-label=${t('audit.rooms')}>
      ${room(['search', 'event', 'stream'], view === 'search' ? '/audit' : lastSearch(), t('audit.search'))}
      ${room(['checkpoint'], checkpointAddress(), t('audit.checkpoint'))}
      ${room(['reveals'], revealsAddress({}), t('audit.reveals'))}
      ${room(['export'], exportAddress({}), t('audit.export'))}
    </nav>
    ${roomOf(view, query)}
  </div>`;
}

/** @param {import('../audit/address.js').View} view @param {URLSearchParams} query */
function roomOf(view, query) {
  if (view === 'event') return h(Event, { key: `event ${positionOf()}`, position: positionOf() });
  if (view === 'reveals') return h(Reveals, { key: view });
  if (view === 'checkpoint') return h(CheckpointRoom, { key: view });
  if (view === 'export') return h(Export, { key: view });
  const { type, id } = streamOf(query);
  return view === 'stream' ? h(Stream, { key: `${type} ${id}`, type, id }) : h(Search, { key: view });
}
