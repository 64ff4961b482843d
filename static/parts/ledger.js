// A picture made of text: a leaf of the shop's ledger, each line bound to the one before by its hash, sealed
// at the foot. It explains the product at a glance and is decoration to a screen reader.
import { html } from '../vendor/preact.js';
import { t } from '../i18n.js';

const lines = [
  ['1', 'account.registered', '9f2c41'],
  ['2', 'account.logged_in', 'c07be8'],
  ['3', 'store.opened', '51ad09'],
  ['4', 'product.listed', 'e83f6d'],
  ['5', 'product.modified', '2b94c7'],
];

export function Ledger() {
  return html`<div class="ledger" aria-hidden="true">
    <p class="ledger-head"><span>${t('home.ledger_page')}</span><span>No. 1 – 5</span></p>
    <ol>${lines.map(([position, event, hash]) => html`<li><span>${position}</span><code>${event}</code><code>${hash}</code></li>`)}</ol>
    <p class="ledger-foot">${t('home.ledger_sealed')}<img src="/static/logo.svg" width="52" height="52" alt="" /></p>
  </div>`;
}
