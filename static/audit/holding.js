// What the reader holds: a checkpoint and a key, put here from a file, the clipboard or the page, and held against what
// the server says today.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { getConsistency } from '../api-audit.js';
import { useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Notice } from '../parts/notice.js';
import { useDoing } from './asking.js';
import { growth, signature, verdictOf } from './check.js';
import { number, time } from './formats.js';
import { held, hold, trustedKey } from './held.js';
import { canHash } from './merkle.js';
import { readCheckpoint, readKey } from './note.js';
import { PasteField } from './paste-field.js';
import { Steps } from './steps.js';
import { Trouble } from './trouble.js';

/** @typedef {import('./note.js').Checkpoint} Checkpoint */
/** @typedef {import('../api-audit.js').LogKey} LogKey */

/** @param {{ newest: Checkpoint, keys: LogKey[] }} props */
export function HeldCheckpoint({ newest, keys }) {
  const steps = useSignal(/** @type {import('./check.js').Step[] | null} */ (null));
  const { busy, problem, doing } = useDoing();
  const form = useForm({ checkpoint: '' }, 'hold-');
  const { checkpoint: mine, checkpointAt } = held.value;
  useEffect(() => { steps.value = null; }, [mine, newest, held.value.key]);

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const checkpoint = readCheckpoint(form.values.checkpoint.peek());
    if (!checkpoint) return void form.point([{ field: 'checkpoint', code: 'no_checkpoint' }]);
    hold({ checkpoint });
    form.clear();
    return undefined;
  }

  const check = () => doing(async () => {
    steps.value = null;
    if (!mine) return;
    if (!canHash()) steps.value = [{ part: 'leaf', found: 'unchecked', why: 'no_crypto' }];
    else steps.value = [await signature(newest, await trustedKey(keys)), await growth(mine, newest, getConsistency)];
  });

  return html`<section class="card" id="held-checkpoint" aria-labelledby="held-title">
    <h2 id="held-title">${t('audit.held')}</h2>
    <p class="section-lead">${t('audit.held_lead')}</p>
    ${mine ? html`<div class="held">
        <p id="held-size"><b>${t('audit.held_of', { size: number(mine.size) })}</b> <span class="fine">${t('audit.held_since')} ${time(checkpointAt)}</span></p>
        <p><code class="root">${mine.root}</code></p>
        <p class="held-actions"><button type="button" class="button" id="check-growth" aria-disabled=${busy.value ? 'true' : undefined} onClick=${check}>${h(Icon, { name: 'check' })}${t(busy.value ? 'audit.checking' : 'audit.check_growth')}</button>
          <button type="button" class="link-button" id="drop-checkpoint" onClick=${() => hold({ checkpoint: null })}>${t('audit.let_go')}</button></p>
      </div>`
      : html`<p class="nothing" id="held-none">${t('audit.held_none')}</p>`}
    ${h(Trouble, { problem: problem.value, again: check })}
    ${steps.value && html`<div id="growth" data-verdict=${verdictOf(steps.value)} role="status">${h(Steps, { steps: steps.value })}</div>`}
    <details class="paste"><summary>${t('audit.hold_other')}</summary>
      <form noValidate onSubmit=${submit}>
        ${h(PasteField, { name: 'checkpoint', label: t('audit.hold_paste'), form, rows: 6 })}
        <div class="actions"><button type="submit" class="button second" id="hold-pasted">${t('audit.hold')}</button></div>
      </form></details>
  </section>`;
}

/** @param {{ keys: LogKey[] }} props */
export function HeldKey({ keys }) {
  const form = useForm({ key: '' }, 'hold-');
  const { key: mine, keyAt } = held.value;
  const published = keys.find(({ verifier_key }) => verifier_key === mine?.written);
  const newest = keys.find(({ last_size }) => last_size === null);

  /** @param {string} written @param {boolean} typed */
  async function take(written, typed) {
    const key = canHash() ? await readKey(written) : null;
    if (key) {
      hold({ key });
      form.clear();
    } else if (typed) form.point([{ field: 'key', code: 'no_key' }]);
  }

  return html`<section class="card" id="held-key" aria-labelledby="key-title">
    <h2 id="key-title">${t('audit.key_held')}</h2>
    <p class="section-lead">${t('audit.key_lead')}</p>
    ${mine ? html`<div class="held">
        <p><code id="key-written">${mine.written}</code></p>
        <p class="fine">${t('audit.held_since')} ${time(keyAt)}</p>
        ${h(Notice, { kind: published ? (published.last_size === null ? 'good' : 'plain') : 'bad' }, html`<p id="key-state">${published
          ? published.last_size === null ? t('audit.key_current') : t('audit.key_retired', { size: number(published.last_size) })
          : t('audit.key_gone')}</p>`)}
        <p><button type="button" class="link-button" id="drop-key" onClick=${() => hold({ key: null })}>${t('audit.let_go')}</button></p>
      </div>`
      : html`<p class="nothing" id="key-none">${t('audit.key_none')}</p>`}
    ${newest && newest.verifier_key !== mine?.written && html`<p class="hold-published"><button type="button" class="button second" id="hold-key" onClick=${() => take(newest.verifier_key, false)}>${h(Icon, { name: 'lock' })}${t('audit.key_hold')}</button>
      <span class="fine">${t('audit.key_hold_hint')}</span></p>`}
    <details class="paste"><summary>${t('audit.key_other')}</summary>
      <form noValidate onSubmit=${(/** @type {SubmitEvent} */ event) => { event.preventDefault(); void take(form.values.key.peek(), true); }}>
        ${h(PasteField, { name: 'key', label: t('audit.key_paste'), form, rows: 3 })}
        <div class="actions"><button type="submit" class="button second" id="hold-key-pasted">${t('audit.hold')}</button></div>
      </form></details>
  </section>`;
}
