// The checkpoints: the newest one and how far it reaches, what the reader holds from before and whether the ledger only
// grew since, and the keys that signed over time.
import { h, html } from '../vendor/preact.js';
import { getCheckpoint, getEvents, getLogKeys } from '../api-audit.js';
import { save } from '../files.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Heading } from '../parts/shell.js';
import { asProblem } from '../problem.js';
import { useAnswer, useDoing } from './asking.js';
import { eventAddress } from './address.js';
import { number, time } from './formats.js';
import { hold, recallHeld } from './held.js';
import { HeldCheckpoint, HeldKey } from './holding.js';
import { Keys } from './keys.js';
import { readCheckpoint, witnessedAt } from './note.js';
import { Trouble } from './trouble.js';

/** @typedef {import('./note.js').Checkpoint} Checkpoint */
/** @typedef {{ note: string, checkpoint: Checkpoint | null, keys: import('../api-audit.js').LogKey[], head: number, reaches: string | null }} Status `reaches`: when the newest event that it covers was recorded */

/** @param {AbortSignal} signal @param {import('../api-audit.js').Query} [which] @returns {Promise<Status>} */
async function statusOf(signal, which = {}) {
  const [note, { head }] = await Promise.all([getCheckpoint(which, signal), getEvents({ order: 'desc', limit: 1 }, signal), recallHeld()]);
  // After it, since the first checkpoint makes the first key.
  const { keys } = await getLogKeys(signal);
  const checkpoint = readCheckpoint(note);
  const covered = checkpoint && checkpoint.size > 0 ? await getEvents({ after: checkpoint.size - 1, limit: 1 }, signal) : null;
  return { note, checkpoint, keys, head, reaches: covered?.events[0]?.recorded_at ?? null };
}

export function CheckpointRoom() {
  const { answer, problem, busy, again } = useAnswer((signal) => statusOf(signal).catch((thrown) => {
    // A ledger without an event has no checkpoint.
    if (asProblem(thrown).code === 'not_found') return null;
    throw thrown;
  }), 'checkpoint');
  const signing = useDoing();
  const status = answer.value;
  const sign = () => signing.doing(async () => {
    const { head } = await getEvents({ order: 'desc', limit: 1 });
    answer.value = await statusOf(new AbortController().signal, { at_least: head });
  });
  return html`
    ${h(Heading, { text: t('audit.checkpoint_title'), lead: t('audit.checkpoint_lead') })}
    <p class="fine found" role="status">${busy.value ? t('audit.loading') : !status && !problem.value ? t('audit.no_checkpoint') : ''}</p>
    ${h(Trouble, { problem: problem.value ?? signing.problem.value, again })}
    ${status && html`<div class="checkpoint-grid">
      ${h(Newest, { status, busy: signing.busy.value, onSign: sign, onRefresh: again })}
      ${status.checkpoint && h(HeldCheckpoint, { newest: status.checkpoint, keys: status.keys })}
      ${h(HeldKey, { keys: status.keys })}
      ${h(Keys, { keys: status.keys, checkpoint: status.checkpoint })}
    </div>`}`;
}

/** @param {{ status: Status, busy: boolean, onSign: () => void, onRefresh: () => void }} props */
function Newest({ status: { note, checkpoint, head, reaches }, busy, onSign, onRefresh }) {
  const title = html`<h2 id="newest-title">${t('audit.checkpoint_newest')}</h2>`;
  if (!checkpoint) return html`<section class="card whole" aria-labelledby="newest-title">${title}<p class="nothing">${t('audit.checkpoint_unreadable')}</p><pre class="note">${note}</pre></section>`;
  const { size, origin, root, signatures } = checkpoint;
  const behind = head - size;
  const witnesses = signatures.flatMap((line) => {
    const at = witnessedAt(line, origin);
    return at === null ? [] : [{ name: line.name, at }];
  });
  return html`<section class="card whole" aria-labelledby="newest-title">
    ${title}
    <p class="checkpoint-size" id="checkpoint-size"><b>${number(size)}</b> <span>${t('audit.checkpoint_of', { head: number(head) })}</span></p>
    <p class="section-lead" id="checkpoint-behind">${behind > 0 ? t('audit.checkpoint_behind', { count: number(behind) }) : t('audit.checkpoint_current')}</p>
    <dl class="event-facts">
      <div><dt>${t('audit.checkpoint_reaches')}</dt><dd>${reaches ? html`<a href=${eventAddress(size)}>${t('audit.to_event', { position: number(size) })}</a> ${time(reaches)}` : '—'}</dd></div>
      <div><dt>${t('audit.checkpoint_by')}</dt><dd>${signatures.filter(({ name }) => name === origin).map(({ id }) => html`<code key=${id}>${id}</code> `)}</dd></div>
      <div><dt>${t('audit.checkpoint_root')}</dt><dd><code>${root}</code></dd></div>
      <div><dt>${t('audit.checkpoint_origin')}</dt><dd><code>${origin}</code></dd></div>
      <div><dt>${t('audit.witnesses')}</dt><dd>${witnesses.length > 0
        ? html`<ul>${witnesses.map(({ name, at }) => html`<li key=${name}><code>${name}</code> ${time(new Date(at).toISOString())}</li>`)}</ul>`
        : html`<span class="nobody-acted">${t('audit.witnesses_none')}</span>`}</dd></div>
    </dl>
    <div class="actions">
      <button type="button" class="button" id="hold-newest" onClick=${() => hold({ checkpoint })}>${h(Icon, { name: 'lock' })}${t('audit.hold_newest')}</button>
      <button type="button" class="button second" id="download-checkpoint" onClick=${() => save(new Blob([note], { type: 'text/plain' }), `zhanggui-checkpoint-${size}.txt`)}>${h(Icon, { name: 'file' })}${t('audit.download')}</button>
      ${behind > 0 && html`<button type="button" class="button second" id="sign-now" aria-disabled=${busy ? 'true' : undefined} onClick=${onSign}>${t('audit.sign_now')}</button>`}
      <button type="button" class="quiet with-icon" id="refresh" onClick=${onRefresh}>${h(Icon, { name: 'refresh' })}${t('audit.refresh')}</button>
    </div>
  </section>`;
}

