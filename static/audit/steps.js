// What a check found: the verdict in one sentence, then each step in words with the hashes that were compared.
import { h, html } from '../vendor/preact.js';
import { lookUp, fill, t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { checkpointAddress } from './address.js';
import { verdictOf } from './check.js';
import { number } from './formats.js';

/** @typedef {import('./check.js').Step} Step */

const marks = /** @type {const} */ ({ good: 'check', bad: 'cross', unchecked: 'note' });

/** @param {string} key made of what was found @param {Record<string, string | number>} [values] */
const words = (key, values = {}) => fill(lookUp(key) ?? key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? number(value) : value])));

/** @param {{ steps: Step[], position: number, size: number, keyHeld: boolean, growthHeld: boolean }} props */
export function Verdict({ steps, position, size, keyHeld, growthHeld }) {
  const verdict = verdictOf(steps);
  const bad = steps.find(({ found }) => found === 'bad');
  const open = steps.find(({ found }) => found === 'unchecked');
  const values = { position, size };
  return html`<div class="verdict" id="verdict" data-verdict=${verdict} role=${verdict === 'bad' ? 'alert' : 'status'}>
    ${h(Icon, { name: verdict === 'bad' ? 'warning' : marks[verdict] })}
    <div>
      <p class="verdict-word">${t(verdict === 'good' ? 'audit.verdict_good' : verdict === 'bad' ? 'audit.verdict_bad' : 'audit.verdict_unchecked')}</p>
      <p>${bad ? words(`audit.step.${bad.part}.${bad.why}`, bad.values) : words('audit.verdict_says', values)}</p>
      ${verdict === 'unchecked' && open && html`<p>${words(`audit.step.${open.part}.${open.why}`, open.values)}</p>`}
      ${verdict === 'bad' && html`<p>${t('audit.verdict_then')}</p>`}
      ${verdict !== 'bad' && (!keyHeld || !growthHeld) && html`<p class="fine">${t(keyHeld ? 'audit.verdict_no_checkpoint' : 'audit.verdict_no_key')} <a href=${checkpointAddress()}>${t('audit.verdict_keep')}</a></p>`}
    </div>
  </div>`;
}

/** @param {{ steps: Step[] }} props */
export function Steps({ steps }) {
  return html`<ol class="steps" id="steps">${steps.map(({ part, found, why, values, hashes, rungs }) => html`<li key=${part} data-part=${part} data-found=${found}>
    <span class="step-mark">${h(Icon, { name: marks[found] })}</span>
    <div class="step-words">
      <p class="step-name">${words(`audit.part.${part}`)} <span class="step-found">${words(`audit.outcome.${found}`)}</span></p>
      <p class="step-why">${words(`audit.step.${part}.${why}`, values)}</p>
      ${hashes && h(Hashes, { hashes })}
      ${rungs && rungs.length > 0 && h(Rungs, { rungs })}
    </div>
  </li>`)}</ol>`;
}

/** Two hashes stand under each other, so that the eye can compare them too. @param {{ hashes: [string, string][] }} props */
function Hashes({ hashes }) {
  return html`<dl class="hashes">${hashes.map(([name, hash]) => html`<div key=${name}><dt>${words(`audit.hash.${name}`)}</dt><dd><code>${hash || '—'}</code></dd></div>`)}</dl>`;
}

/** @param {{ rungs: import('./merkle.js').Rung[] }} props */
function Rungs({ rungs }) {
  return html`<details class="raw"><summary>${t('audit.rungs', { count: number(rungs.length) })}</summary>
    <ol class="rungs">${rungs.map(({ beside, side, result }, at) => html`<li key=${at}>
      <span>${t(side === 'left' ? 'audit.rung_left' : 'audit.rung_right')}</span> <code>${beside}</code>
      <span>${t('audit.rung_result')}</span> <code>${result}</code></li>`)}</ol>
  </details>`;
}
