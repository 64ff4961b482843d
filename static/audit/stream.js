// A stream as a timeline: a slider through its events, the state as it was beside it, and what changed on the way, either
// at that step or since any other.
import { h, html, useEffect, useRef, useSignal } from '../vendor/preact.js';
import { getState } from '../api-audit.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Notice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { place } from '../router.js';
import { eventAddress, searchAddress, streamAddress, streamOf } from './address.js';
import { useAnswer } from './asking.js';
import { Changes } from './changes.js';
import { Compare } from './compare.js';
import { CopyButton } from './copy.js';
import { exact, number, short } from './formats.js';
import { lastSearch } from './last-search.js';
import { momentOf } from './moment.js';
import { Reveal } from './reveal.js';
import { Rows } from './rows.js';
import { Slider } from './slider.js';
import { Trouble } from './trouble.js';
import { hasSealed, Tree } from './values.js';

/** @typedef {import('./moment.js').Moment} Moment */

/** @param {{ type: string, id: string, key?: string }} props */
export function Stream({ type, id }) {
  const asked = streamOf(place.value.query);
  const step = useSignal(asked.step);
  const since = useSignal(asked.since);
  // A link or the way back leads to another step; the slider moves within the same place.
  useEffect(() => {
    step.value = asked.step;
    since.value = asked.since;
  }, [place.value]);
  const known = useRef(/** @type {import('../api-audit.js').ShownEvent[]} */ ([]));
  const { answer, problem, busy, again } = useAnswer(async (signal) => {
    const moment = await momentOf({ type, id }, step.peek(), since.peek(), known.current, signal);
    known.current = moment.window;
    return moment;
  }, `${step.value} ${since.value}`);

  /** @param {number} to */
  function move(to) {
    step.value = to;
    history.replaceState(null, '', streamAddress(type, id, to, since.peek() ?? undefined));
  }

  const found = answer.value;
  const last = found?.state.newest.sequence ?? 0;
  const at = Math.min(step.value ?? last, last);
  const event = found?.window.find(({ sequence }) => sequence === at);
  const words = at === 0 ? t('audit.before_first') : event ? `${event.event_type}, ${exact(event.recorded_at)}` : t('audit.loading');
  return html`
    <p class="back"><a href=${lastSearch()}>${h(Icon, { name: 'left' })}${t('audit.back')}</a></p>
    ${h(Heading, { text: t('audit.stream_title', { type, id: short(id) }) })}
    <p class="stream-id"><code id="stream-id">${id}</code>${h(CopyButton, { text: () => id, id: 'copy-id', label: t('audit.copy_what', { what: t('audit.aggregate_id') }), short: true })}
      <a href=${searchAddress({ aggregate_type: type, aggregate_id: id })}>${t('audit.stream_events')}</a></p>
    ${h(Trouble, { problem: problem.value, again })}
    ${found && html`
      <section class="card time" aria-labelledby="step-words">
        ${h(Slider, { step: at, last, since: since.value, words, onStep: move })}
        <p class="step-words" id="step-words" role="status">${busy.value ? '' : words}${event && html` <a href=${eventAddress(event.position)} id="to-event">${t('audit.to_event', { position: number(event.position) })}</a>`}</p>
        ${h(Compare, { type, id, at, last, since: since.value })}
      </section>
      <div class="stream-grid" aria-busy=${busy.value ? 'true' : 'false'} id="moment">
        <section class="card" aria-labelledby="events-title"><h2 id="events-title">${t('audit.steps')}</h2>
          ${h(Rows, { events: found.window, label: t('audit.steps'), steps: true, address: ({ sequence }) => streamAddress(type, id, sequence, since.value ?? undefined), current: event?.position, onPick: ({ sequence }) => move(sequence) })}
        </section>
        <div class="event-column">
          ${h(Then, { type, id, moment: found })}
          <section class="card" aria-labelledby="changes-title"><h2 id="changes-title">${changesWords(found, since.value)}</h2>
            ${h(Changes, { changes: found.changes, label: changesWords(found, since.value) })}</section>
        </div>
      </div>`}`;
}

/** @param {Moment} moment @param {number | null} since */
function changesWords({ state, since: from }, since) {
  const at = state.point?.sequence ?? 0;
  return since === null ? t('audit.changed_at', { step: number(at) }) : t('audit.changed_between', { from: number(from), to: number(at) });
}

/** @param {{ type: string, id: string, moment: Moment }} props */
function Then({ type, id, moment: { state, changes } }) {
  const open = useSignal(/** @type {{ at: number, state: Record<string, unknown> } | null} */ (null));
  const sequence = state.point?.sequence ?? 0;
  // By the step and not by the answer: what is compared may be asked anew meanwhile, and the same step stays open.
  const isOpen = open.value?.at === sequence;
  const shown = isOpen && open.value ? open.value.state : state.state;
  useEffect(() => { if (open.peek()?.at !== sequence) open.value = null; }, [sequence]);
  async function reveal() {
    const answer = await getState(type, id, { sequence, reveal: 'true' });
    open.value = { at: sequence, state: answer.state ?? {} };
  }
  return html`<section class="card" aria-labelledby="state-title"><h2 id="state-title">${t('audit.state_at', { step: number(sequence) })}</h2>
    ${state.state?.erased === true && h(Notice, { kind: 'plain' }, html`<p id="erased">${t('audit.person_erased')}</p>`)}
    ${shown === null ? html`<p class="nothing" id="no-state">${t('audit.no_state')}</p>` : h(Tree, { of: shown, changed: new Set(changes.map(({ path }) => path)) })}
    ${h(Reveal, { sealed: hasSealed(state.state), open: isOpen, onReveal: reveal, onHide: () => { open.value = null; } })}
  </section>`;
}
