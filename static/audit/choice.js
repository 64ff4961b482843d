// A labelled choice from a list, dressed like the fields beside it. What the address asks for is offered even when the
// server does not know it, so that a link never loses a word of its question.
import { h, html } from '../vendor/preact.js';
import { Icon } from '../parts/icons.js';

/** @typedef {{ label?: string, values: string[] }} Group */

/**
 * @param {object} props
 * @param {string} props.name
 * @param {string} props.label
 * @param {string} props.any the name of no choice
 * @param {Group[]} props.groups
 * @param {import('../forms.js').Form} props.form
 */
export function Choice({ name, label, any, groups, form }) {
  const value = form.values[name].value;
  const id = form.id(name);
  const known = value === '' || groups.some(({ values }) => values.includes(value));
  /** @param {string} one */
  const option = (one) => html`<option key=${one} value=${one} selected=${one === value}>${one}</option>`;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <div class="frame choice">
      <select id=${id} name=${name} onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ event) => form.set(name, event.currentTarget.value)}>
        <option value="" selected=${value === ''}>${any}</option>
        ${!known && option(value)}
        ${groups.map((group) => (group.label
          ? html`<optgroup key=${group.label} label=${group.label}>${group.values.map(option)}</optgroup>`
          : group.values.map(option)))}
      </select>${h(Icon, { name: 'down' })}
    </div>
  </div>`;
}
