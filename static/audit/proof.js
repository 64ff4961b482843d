// The proof of one event: fetched when somebody asks for it, checked here by WebCrypto, told step by step with its
// hashes and in the end in one sentence.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { getConsistency, getInclusion, getLogKeys } from '../api-audit.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { useDoing } from './asking.js';
import { checkEvent } from './check.js';
import { held, recallHeld, trustedKey } from './held.js';
import { Steps, Verdict } from './steps.js';
import { Trouble } from './trouble.js';

/** @typedef {{ steps: import('./check.js').Step[], size: number, note: string | null, event: string, keyHeld: boolean, growthHeld: boolean }} Checked */

/** @param {{ event: import('../api-audit.js').ShownEvent }} props */
export function Proof({ event }) {
  const checked = useSignal(/** @type {Checked | null} */ (null));
  const { busy, problem, doing } = useDoing();
  useEffect(() => { checked.value = null; }, [event]);

  const check = () => doing(async () => {
    checked.value = null;
    await recallHeld();
    const proof = await getInclusion(event.position);
    // After it: a checkpoint that is made for it may be the first of its key.
    const published = await getLogKeys();
    const trusted = await trustedKey(published.keys);
    const mine = held.peek().checkpoint;
    const steps = await checkEvent(event, proof, trusted, mine, getConsistency);
    checked.value = { steps, size: proof.size, note: proof.checkpoint, event: String(proof.event), keyHeld: trusted?.held ?? false, growthHeld: mine !== null };
  });

  const told = checked.value;
  return html`<section class="card proof" id="proof" aria-labelledby="proof-title">
    <h2 id="proof-title">${t('audit.proof')}</h2>
    <p class="section-lead">${t('audit.proof_lead')}</p>
    <button type="button" class=${told ? 'button second' : 'button'} id="check-proof" aria-disabled=${busy.value ? 'true' : undefined} onClick=${check}
      >${h(Icon, { name: told ? 'refresh' : 'check' })}${t(busy.value ? 'audit.checking' : told ? 'audit.check_again' : 'audit.check')}</button>
    ${h(Trouble, { problem: problem.value, again: check })}
    ${told && html`
      ${h(Verdict, { ...told, position: event.position })}
      ${h(Steps, { steps: told.steps })}
      <details class="raw"><summary>${t('audit.proof_bytes')}</summary><pre tabindex="0" aria-label=${t('audit.proof_bytes')}>${told.event}</pre></details>
      ${told.note && html`<details class="raw"><summary>${t('audit.proof_note')}</summary><pre tabindex="0" aria-label=${t('audit.proof_note')}>${told.note}</pre></details>`}`}
  </section>`;
}
