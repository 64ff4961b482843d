// The controls that the console needs besides the page's own field: a choice of one, a text of several lines, and a
// button that is an icon.
import { h, html } from '../vendor/preact.js';
import { fieldWords } from '../problem.js';
import { Icon } from '../parts/icons.js';

/** @typedef {import('../forms.js').Form} Form */
/** @typedef {{ value: string, words: string }} Option */

/** @param {{ id: string, label: string, value: string, options: Option[], onChoose: (value: string) => void, hidden?: boolean }} props `hidden`: the label is for ears only */
export function Choice({ id, label, value, options, onChoose, hidden }) {
  return html`<div class="choice">
    <label for=${id} class=${hidden ? 'for-ears' : undefined}>${label}</label>
    <div class="frame"><select id=${id} value=${value} onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ event) => onChoose(event.currentTarget.value)}>
      ${options.map((one) => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>${one.words}</option>`)}
    </select>${h(Icon, { name: 'down' })}</div>
  </div>`;
}

/** @param {{ name: string, label: string, form: Form, options: Option[] }} props */
export function ChoiceField({ name, label, form, options }) {
  const wrong = form.wrong[name].value;
  return html`<div class="field" data-wrong=${wrong ? '' : undefined}>
    ${h(Choice, { id: form.id(name), label, value: form.values[name].value, options, onChoose: (value) => form.set(name, value) })}
    ${wrong && html`<p class="wrong" id=${`${form.id(name)}-wrong`}>${h(Icon, { name: 'warning' })}${fieldWords(wrong)}</p>`}
  </div>`;
}

/** @param {{ name: string, label: string, form: Form, rows: number, hint: string, placeholder: string }} props */
export function TextArea({ name, label, form, rows, hint, placeholder }) {
  const wrong = form.wrong[name].value;
  const id = form.id(name);
  return html`<div class="field" data-wrong=${wrong ? '' : undefined}>
    <label for=${id}>${label}</label>
    <div class="frame"><textarea id=${id} name=${name} rows=${rows} value=${form.values[name].value} placeholder=${placeholder}
      autocomplete="off" autocapitalize="none" spellcheck="false" aria-required="true" aria-invalid=${wrong ? 'true' : undefined}
      aria-describedby=${`${wrong ? `${id}-wrong ` : ''}${id}-hint`}
      onInput=${(/** @type {{ currentTarget: HTMLTextAreaElement }} */ event) => form.set(name, event.currentTarget.value)}></textarea></div>
    ${wrong && html`<p class="wrong" id=${`${id}-wrong`}>${h(Icon, { name: 'warning' })}${fieldWords(wrong)}</p>`}
    <p class="hint" id=${`${id}-hint`}>${hint}</p>
  </div>`;
}

/** @param {{ icon: Parameters<typeof Icon>[0]['name'], label: string, onClick: () => void, id?: string, busy?: boolean, deed?: string, key?: string }} props `deed`: what it does, for styles and tests */
export function IconButton({ icon, label, onClick, id, busy, deed }) {
  return html`<button type="button" class="icon-button" id=${id} data-deed=${deed} aria-label=${label} title=${label} aria-disabled=${busy ? 'true' : undefined}
    onClick=${() => { if (!busy) onClick(); }}>${h(Icon, { name: icon })}</button>`;
}
