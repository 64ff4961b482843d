// The strength hint under a new password: four bars and a word. It advises; the server decides.
import { html } from '../vendor/preact.js';
import { strength } from '../checks.js';
import { t } from '../i18n.js';

/** @type {import('../i18n.js').Key[]} */
const words = ['strength.0', 'strength.1', 'strength.2', 'strength.3', 'strength.4'];

/** @param {{ form: import('../forms.js').Form }} props */
export function Strength({ form }) {
  const { password, username, email } = form.values;
  const level = password.value === '' ? null : strength(password.value, username.value, email.value);
  return html`<div class="strength" data-level=${level ?? undefined}>
    <span class="bars" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
    <p aria-live="polite" id=${`${form.id('password')}-strength`}>${level === null ? '' : t(words[level])}</p>
  </div>`;
}
