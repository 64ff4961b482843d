// Copies a text, and says that it did; where the browser refuses, it says that too.
import { h, html, useSignal } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';

/** @param {{ text: () => string, id: string, label: string, short?: boolean }} props `short`: a picture only, the label is for ears */
export function CopyButton({ text, id, label, short }) {
  const said = useSignal(/** @type {'' | 'copied' | 'refused'} */ (''));
  async function copy() {
    said.value = await navigator.clipboard.writeText(text()).then(() => 'copied', () => 'refused');
    setTimeout(() => { said.value = ''; }, 4000);
  }
  const words = said.value === 'copied' ? t('audit.copied') : said.value === 'refused' ? t('audit.not_copied') : label;
  return html`<button type="button" class=${short ? 'icon-button copy' : 'quiet with-icon copy'} id=${id} title=${short ? words : undefined} aria-label=${short ? label : undefined} onClick=${copy}
    >${h(Icon, { name: said.value === 'copied' ? 'check' : said.value === 'refused' ? 'warning' : 'copy' })}${!short && words}</button>
    <span class="for-ears" role="status">${said.value && words}</span>`;
}
