// Boxes that say what happened: good news read out politely, problems at once.
import { h, html, useEffect, useState } from '../vendor/preact.js';
import { t, waiting } from '../i18n.js';
import { wordsOf } from '../problem.js';
import { Icon } from './icons.js';

const icons = /** @type {const} */ ({ good: 'check', bad: 'warning', plain: 'note' });

/** @param {{ kind: 'good' | 'bad' | 'plain', children?: import('../vendor/preact.js').ComponentChildren }} props */
export function Notice({ kind, children }) {
  return html`<div class="notice" data-kind=${kind} role=${kind === 'bad' ? 'alert' : 'status'}>
    ${h(Icon, { name: icons[kind] })}<div class="notice-text">${children}</div>
  </div>`;
}

/** @param {{ problem: import('../problem.js').Problem | null, about?: string }} props `about` as in wordsOf() */
export function ProblemNotice({ problem, about }) {
  if (!problem) return null;
  return h(Notice, { kind: 'bad' }, html`
    <p>${wordsOf(problem, about)}</p>
    ${problem.retryAfter > 0 && h(Countdown, { key: problem, seconds: problem.retryAfter })}
    ${problem.instance && html`<p class="fine">${t('problem.reference', { instance: problem.instance })}</p>`}`);
}

/** @param {{ seconds: number, key?: unknown }} props */
function Countdown({ seconds }) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const until = Date.now() + seconds * 1000;
    const tick = setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 1000);
    return () => clearInterval(tick);
  }, [seconds]);
  // The box is an alert: the seconds tick for the eye only, or a screen reader would read every one of them.
  return left === 0
    ? html`<p>${t('problem.retry_now')}</p>`
    : html`<p><span class="for-ears">${t('problem.retry_in', { wait: waiting(seconds) })}</span>
        <span aria-hidden="true">${t('problem.retry_in', { wait: waiting(left) })}</span></p>`;
}
