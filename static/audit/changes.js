// The difference between two points of a history, field by field: what it was and what it became. A value that was
// sealed anew is told as such, since both sides read the same.
import { h, html } from '../vendor/preact.js';
import { lookUp, t } from '../i18n.js';
import { Value } from './values.js';

/** @typedef {import('../api-audit.js').Change} Change */

/** @param {{ changes: Change[], label: string }} props */
export function Changes({ changes, label }) {
  if (changes.length === 0) return html`<p class="nothing" id="no-changes">${t('audit.no_changes')}</p>`;
  return html`<ul class="changes" aria-label=${label}>${changes.map(({ path, op, before, after }) => html`<li key=${path} data-op=${op} data-path=${path}>
    <p class="change-path"><code>${path.slice(1).replaceAll('/', ' › ').replaceAll('~1', '/').replaceAll('~0', '~') || '/'}</code> <span class="badge">${lookUp(`audit.op.${op}`) ?? op}</span></p>
    <div class="change-values">
      ${op !== 'add' && html`<div class="change-before"><span class="for-ears">${t('audit.before')}</span>${h(Value, { value: before })}</div>`}
      ${op !== 'remove' && html`<div class="change-after"><span class="for-ears">${t('audit.after')}</span>${h(Value, { value: after })}</div>`}
    </div>
    ${op === 'replace' && typeof before === 'string' && before === after && html`<p class="fine">${t('audit.written_anew')}</p>`}
  </li>`)}</ul>`;
}
