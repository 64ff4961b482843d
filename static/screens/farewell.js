// The last screen somebody sees who erased their account: that it is done, and what is left of it.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Heading } from '../parts/shell.js';
import { departed } from '../session.js';

export function Farewell() {
  return html`<div class="entry wide"><section class="card farewell">
    <p class="emblem">${h(Icon, { name: 'check' })}</p>
    ${h(Heading, { text: t('farewell.title'), lead: t('farewell.lead', { username: departed.value }) })}
    <p class="farewell-rest">${t('farewell.rest')}</p>
    <p class="actions"><a class="button second" href="/">${t('shell.home')}</a></p>
  </section></div>`;
}
