// The keys that signed over time, as the server publishes them.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { CopyButton } from './copy.js';
import { number, time } from './formats.js';
import { held } from './held.js';

/** @param {{ keys: import('../api-audit.js').LogKey[], checkpoint: import('./note.js').Checkpoint | null }} props */
export function Keys({ keys, checkpoint }) {
  return html`<section class="card whole" aria-labelledby="keys-title">
    <h2 id="keys-title">${t('audit.keys')}</h2>
    <p class="section-lead">${t('audit.keys_lead')}</p>
    ${keys.length === 0 ? html`<p class="nothing">${t('audit.keys_none')}</p>` : html`<ol class="keys">${keys.toReversed().map((key) => html`<li key=${key.key_id} data-key=${key.key_id}>
      <p class="key-head"><code>${key.key_id}</code>
        ${key.last_size === null && html`<span class="badge" data-good="">${t('audit.key_now')}</span>`}
        ${held.value.key?.written === key.verifier_key && html`<span class="badge">${t('audit.key_yours')}</span>`}
        ${checkpoint?.signatures.some(({ name, id }) => name === checkpoint.origin && id === key.key_id) && html`<span class="badge">${t('audit.key_signed')}</span>`}</p>
      <p class="fine">${key.last_size === null
        ? t('audit.key_from', { from: number(key.first_size) })
        : t('audit.key_from_to', { from: number(key.first_size), to: number(key.last_size) })} ${t('audit.key_made')} ${time(key.created_at)}</p>
      <p class="key-written"><code>${key.verifier_key}</code>${h(CopyButton, { text: () => key.verifier_key, id: `copy-key-${key.key_id}`, label: t('audit.copy_what', { what: key.key_id }), short: true })}</p>
    </li>`)}</ol>`}
  </section>`;
}
