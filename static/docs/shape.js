// A JSON schema as a table of fields with their types and limits. Named schemas are linked, not repeated, which
// also ends the recursion of those that hold themselves.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { nameOf } from './document.js';
import { Prose } from './prose.js';

/** @typedef {import('./document.js').Schema} Schema */

/** @param {{ schema: Schema }} props */
export function Shape({ schema }) {
  const fields = fieldsOf(schema);
  if (nameOf(schema) || fields.length === 0) return html`<p class="of-type">${h(Type, { schema })}${limits(schema)}</p>`;
  return html`<div class="fields" tabindex="0" role="group" aria-label=${t('docs.fields')}><table>
    <thead><tr><th scope="col">${t('docs.field')}</th><th scope="col">${t('docs.type')}</th><th scope="col">${t('docs.meaning')}</th></tr></thead>
    <tbody>${fields.map(({ name, schema: field, required }) => html`<tr key=${name}>
      <th scope="row"><code>${name}</code>${required ? '' : html` <span class="fine">${t('docs.optional')}</span>`}</th>
      <td>${h(Type, { schema: field })}${limits(field)}</td><td>${h(Prose, { text: field.description })}</td></tr>`)}</tbody>
  </table></div>
  ${(schema.allOf ?? []).filter(nameOf).map((part) => html`<p class="of-type">+ ${h(Type, { schema: part })}</p>`)}`;
}

/** @param {Schema} schema @returns {{ name: string, schema: Schema, required: boolean }[]} */
function fieldsOf(schema) {
  const own = Object.entries(schema.properties ?? {})
    .map(([name, field]) => ({ name, schema: field, required: schema.required?.includes(name) ?? false }));
  return [...own, ...(schema.allOf ?? []).flatMap(fieldsOf)];
}

/** @param {{ schema: Schema }} props @returns {import('../vendor/preact.js').VNode} */
export function Type({ schema }) {
  const name = nameOf(schema);
  if (name) return html`<a href=${`#schema-${name}`}><code>${name}</code></a>`;
  if (schema.items) return html`<span>${t('docs.list_of')} ${h(Type, { schema: schema.items })}</span>`;
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return html`<span>${choices.map((choice, index) => html`${index > 0 && ' | '}${h(Type, { schema: choice })}`)}</span>`;
  if (schema.enum) return html`<span>${schema.enum.map((value, index) => html`${index > 0 && ' | '}<code>${JSON.stringify(value)}</code>`)}</span>`;
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  const type = [schema.type ?? (schema.properties ? 'object' : schema.allOf ? '' : 'any')].flat().join(' | ');
  return html`<span><code>${type}</code>${schema.format && html` <span class="fine">${schema.format}</span>`}</span>`;
}

/** @param {Schema} schema */
function limits({ minLength, maxLength, minimum, maximum, pattern, default: preset, example }) {
  const said = [
    minLength !== undefined || maxLength !== undefined ? `${minLength ?? 0}–${maxLength ?? '∞'} ${t('docs.characters')}` : '',
    minimum !== undefined || maximum !== undefined ? `${minimum ?? '−∞'}–${maximum ?? '∞'}` : '',
    pattern ?? '',
    preset === undefined ? '' : `= ${JSON.stringify(preset)}`,
    example === undefined ? '' : `${t('docs.such_as')} ${JSON.stringify(example)}`,
  ].filter(Boolean).join(' · ');
  return said && html`<span class="fine limits">${said}</span>`;
}
