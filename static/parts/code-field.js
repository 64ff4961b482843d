// The field for a six-digit code, with where it was sent, and the way to another one once that may be asked for.
import { h, html, useEffect, useState } from '../vendor/preact.js';
import { t, waiting } from '../i18n.js';
import { Field } from './field.js';
import { Icon } from './icons.js';
import { ProblemNotice } from './notice.js';

/** @typedef {import('../codes.js').CodeState} CodeState */

/**
 * @param {object} props
 * @param {import('../forms.js').Form} props.form
 * @param {CodeState} props.code
 * @param {string} props.words where the code went
 * @param {() => void} props.onResend
 */
export function CodeField({ form, code, words, onResend }) {
  const sent = code.sent.value;
  const expires = code.expiresAt.value;
  useEffect(() => {
    if (!sent) return undefined;
    const run = setTimeout(() => { form.wrong.code.value = { field: 'code', code: 'code_expired' }; }, expires - Date.now());
    return () => clearTimeout(run);
  }, [sent, expires]);
  if (!sent) return null;
  return html`<div class="code">
    <p class="sent" role="status">${h(Icon, { name: sent.channel === 'sms' ? 'phone' : 'mail' })}<span>${words}
      <span class="valid-for">${t('code.valid_for', { wait: waiting(sent.minutes * 60) })}</span></span></p>
    ${h(Field, {
      name: 'code', label: t('code.label'), form, autocomplete: 'one-time-code', inputmode: 'numeric', spellless: true, maxlength: 12,
      hint: sent.code ? t('code.disclosed', { code: sent.code }) : undefined,
    })}
    ${h(Resend, { at: code.resendAt.value, busy: code.busy.value, onResend })}
    ${h(ProblemNotice, { problem: code.problem.value, about: 'sending' })}
  </div>`;
}

/** @param {{ at: number, busy: boolean, onResend: () => void }} props `at` in milliseconds of this machine's clock */
function Resend({ at, busy, onResend }) {
  const left = useSecondsUntil(at);
  const wait = left > 0 || busy;
  // The seconds tick for the eye. The ear is told twice: how long it takes, and when it is over.
  return html`<p class="resend">
    <button type="button" class="link-button" aria-disabled=${wait ? 'true' : undefined}
      onClick=${() => { if (!wait) onResend(); }}>${t('code.resend')}</button>
    ${left > 0 && html`<span class="resend-wait" aria-hidden="true">${t('code.resend_in', { wait: waiting(left) })}</span>`}
    <span class="for-ears" role="status">${left > 0
      ? `${t('code.resend')} ${t('code.resend_in', { wait: waiting(Math.ceil(left / 60) * 60) })}`
      : t('code.resend_now')}</span>
  </p>`;
}

/** Draws again every second until then. @param {number} at @returns {number} whole seconds, at least 0 */
function useSecondsUntil(at) {
  const [, draw] = useState(0);
  const left = Math.max(0, Math.ceil((at - Date.now()) / 1000));
  useEffect(() => {
    if (at <= Date.now()) return undefined;
    const tick = setInterval(() => {
      draw((drawn) => drawn + 1);
      if (at <= Date.now()) clearInterval(tick);
    }, 1000);
    return () => clearInterval(tick);
  }, [at]);
  return left;
}
