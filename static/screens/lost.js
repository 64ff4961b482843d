// A path that is no screen, should the server ever serve the page there.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Heading } from '../parts/shell.js';

export function Lost() {
  return html`<div class="entry wide"><section class="card">
    ${h(Heading, { text: t('lost.title'), lead: t('lost.lead') })}
    <p class="actions"><a class="button" href="/">${t('shell.home')}</a></p>
  </section></div>`;
}
