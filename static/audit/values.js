// A payload or a state as a tree of names and values. What is sealed, erased or secret is marked as such and never
// looks like a value; what a step changed is pointed out.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';

/** What the server writes in the place of a value. */
const SEALED = '‹sealed›';
const covers = {
  [SEALED]: /** @type {const} */ ({ icon: 'lock', name: 'audit.sealed', kind: 'sealed' }),
  '‹erased›': /** @type {const} */ ({ icon: 'cross', name: 'audit.erased', kind: 'erased' }),
  '‹secret›': /** @type {const} */ ({ icon: 'eyeOff', name: 'audit.secret', kind: 'secret' }),
};

/** Whether something in it could be opened. @param {unknown} value @returns {boolean} */
export const hasSealed = (value) => value === SEALED || (value !== null && typeof value === 'object' && Object.values(value).some(hasSealed));

/** One value, however deep. @param {{ value: unknown }} props */
export function Value({ value }) {
  if (typeof value === 'string' && Object.hasOwn(covers, value)) {
    const { icon, name, kind } = covers[/** @type {keyof typeof covers} */ (value)];
    return html`<span class="cover" data-cover=${kind}>${h(Icon, { name: icon })}${t(name)}</span>`;
  }
  if (value !== null && typeof value === 'object') return html`<code class="json">${JSON.stringify(value)}</code>`;
  return html`<code class="json" data-kind=${value === null ? 'null' : typeof value}>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`;
}

/** A member of an RFC 6901 pointer. @param {string} name */
const escaped = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * @param {object} props
 * @param {object} props.of
 * @param {Set<string>} [props.changed] pointers
 * @param {string} [props.at] the pointer of the tree itself
 */
export function Tree({ of, changed, at = '' }) {
  const members = Object.entries(of);
  if (members.length === 0) return html`<p class="json" data-kind="null">${t('audit.nothing_in_it')}</p>`;
  return html`<dl class="tree">${members.map(([name, value]) => {
    const here = `${at}/${escaped(name)}`;
    const deep = value !== null && typeof value === 'object' && Object.keys(value).length > 0;
    const isChanged = changed?.has(here);
    return html`<div key=${name} data-deep=${deep ? '' : undefined} data-changed=${isChanged ? '' : undefined}>
      <dt><code>${name}</code>${isChanged && html`<span class="for-ears">${t('audit.changed_here')}</span>`}</dt>
      <dd>${deep ? h(Tree, { of: value, changed, at: here }) : h(Value, { value })}</dd>
    </div>`;
  })}</dl>`;
}
