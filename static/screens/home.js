// The front door: what 掌柜 is, in three lines, and the way in.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Heading } from '../parts/shell.js';
import { Ledger } from '../parts/ledger.js';
import { me } from '../session.js';

export function Home() {
  return html`<div class="hero wide">
    <div class="hero-words">
      <p class="eyebrow">${t('home.eyebrow')}</p>
      ${h(Heading, { text: t('home.title'), lead: t('home.lead') })}
      <p class="actions">${me.value
        ? html`<a class="button" href="/account">${t('home.to_account')}</a>`
        : html`<a class="button" href="/register">${t('register.go')}</a>
            <a class="button second" href="/login">${t('login.go')}</a>`}</p>
    </div>
    ${h(Ledger, null)}
    <ul class="points">
      <li><h2>${t('home.ledger_title')}</h2><p>${t('home.ledger')}</p></li>
      <li><h2>${t('home.one_title')}</h2><p>${t('home.one')}</p></li>
      <li><h2>${t('home.own_title')}</h2><p>${t('home.own')}</p></li>
    </ul>
  </div>`;
}
