// What went wrong in a part of the page, with a way to try again where that may help.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { ProblemNotice } from '../parts/notice.js';

/** @param {{ problem: import('../problem.js').Problem | null, again?: () => void }} props */
export function Trouble({ problem, again }) {
  if (!problem) return null;
  const hopeless = ['forbidden', 'not_found', 'invalid_query'].includes(problem.code);
  return html`${h(ProblemNotice, { problem, about: 'audit' })}
    ${again && !hopeless && html`<p class="actions"><button type="button" class="button second retry" onClick=${again}>${t('audit.retry')}</button></p>`}`;
}
