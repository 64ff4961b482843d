// What a client sees whose session ended by itself: because the account was logged in elsewhere, or because
// time ran out. Somebody who did not log in elsewhere must learn here what to do about it.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Heading } from '../parts/shell.js';
import { go, place } from '../router.js';

/** @param {{ why: import('../session.js').Ending }} props */
export function SessionEnded({ why }) {
  const superseded = why === 'session_superseded';
  function again() {
    const { path, query } = place.peek();
    const back = query.get('next') ?? (path === '/login' || path === '/' ? '/account' : path + location.search);
    go(`/login?${new URLSearchParams({ next: back })}`, { replace: true });
  }
  return html`<div class="entry wide"><section class="card ended" data-why=${why}>
    <p class="emblem">${h(Icon, { name: superseded ? 'devices' : 'clock' })}</p>
    ${h(Heading, superseded
      ? { text: t('superseded.title'), lead: t('superseded.lead') }
      : { text: t('expired.title'), lead: t('expired.lead') })}
    ${superseded && html`<dl class="choices-of-two">
      <div><dt>${t('superseded.you')}</dt><dd>${t('superseded.you_then')}</dd></div>
      <div><dt>${t('superseded.not_you')}</dt><dd>${t('superseded.not_you_then')}</dd></div>
    </dl>`}
    <p class="actions">
      <button type="button" class="button" id="log-in-again" onClick=${again}>${t(superseded ? 'superseded.again' : 'expired.again')}</button>
      <a class="button second" href="/">${t('shell.home')}</a>
    </p>
  </section></div>`;
}
