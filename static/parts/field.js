// A labelled input with its hint, its live status and what is wrong with it, tied together for screen readers.
// The id of the input is the field's name in the server's JSON (behind the form's prefix, where it has one), so
// an `errors` entry finds its field.
import { h, html } from '../vendor/preact.js';
import { fieldWords } from '../problem.js';
import { Icon } from './icons.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} ComponentChildren */
/**
 * @typedef {object} FieldProps
 * @property {string} name
 * @property {string} label
 * @property {import('../forms.js').Form} form
 * @property {string} [type]
 * @property {string} [hint]
 * @property {string} autocomplete
 * @property {'text' | 'email' | 'tel' | 'numeric'} [inputmode]
 * @property {number} [maxlength]
 * @property {boolean} [optional] may be left empty
 * @property {boolean} [spellless] a value that is no prose: no capitals, corrections or underlining
 * @property {() => void} [onBlur]
 * @property {{ text: string, good: boolean } | null} [status] read out when it changes
 * @property {ComponentChildren} [beside] inside the frame, after the input
 * @property {ComponentChildren} [below]
 */

/** @param {FieldProps} props */
export function Field({ name, label, form, type = 'text', hint, autocomplete, inputmode, maxlength, optional, spellless, onBlur, status, beside, below }) {
  const wrong = form.wrong[name].value;
  const id = form.id(name);
  const describedBy = [wrong && `${id}-wrong`, status !== undefined && `${id}-status`, hint && `${id}-hint`];
  return html`<div class="field" data-wrong=${wrong ? '' : undefined}>
    <label for=${id}>${label}</label>
    <div class="frame">
      <input id=${id} name=${name} type=${type} value=${form.values[name].value}
        autocomplete=${autocomplete} inputmode=${inputmode} maxlength=${maxlength}
        autocapitalize=${spellless ? 'none' : undefined} spellcheck=${spellless ? 'false' : undefined}
        aria-required=${optional ? undefined : 'true'} aria-invalid=${wrong ? 'true' : undefined}
        aria-describedby=${describedBy.filter(Boolean).join(' ') || undefined}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => form.set(name, event.currentTarget.value)}
        onBlur=${onBlur} />
      ${beside}
    </div>
    ${wrong && html`<p class="wrong" id=${`${id}-wrong`}>${h(Icon, { name: 'warning' })}${fieldWords(wrong)}</p>`}
    ${status !== undefined && html`<p class="status" id=${`${id}-status`} aria-live="polite" data-good=${status?.good ? '' : undefined}
      >${status && html`${status.good && h(Icon, { name: 'check' })}${status.text}`}</p>`}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${below}
  </div>`;
}
