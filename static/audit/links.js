// From an event to what caused it and to what it led to, and the rest of the same undertaking.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { searchAddress } from './address.js';
import { Rows } from './rows.js';

/** @param {{ linked: import('../api-audit.js').Linked }} props */
export function Links({ linked: { event, cause, effects, effects_next_after, related, related_next_after } }) {
  const others = related.filter(({ position }) => position !== event.position && position !== cause?.position && !effects.some((effect) => effect.position === position));
  const { correlation_id } = event.metadata;
  return html`<section class="card links" aria-labelledby="links-title">
    <h2 id="links-title">${t('audit.causes')}</h2>
    <h3 id="cause-title">${t('audit.cause')}</h3>
    ${cause ? h(Rows, { events: [cause], label: t('audit.cause') }) : html`<p class="nothing">${t('audit.no_cause')}</p>`}
    <h3 id="effects-title">${t('audit.effects')}</h3>
    ${effects.length > 0 ? h(Rows, { events: effects, label: t('audit.effects') }) : html`<p class="nothing">${t('audit.no_effects')}</p>`}
    ${effects_next_after !== null && html`<p><a href=${searchAddress({ causation_id: event.event_id })}>${t('audit.all_effects')}</a></p>`}
    ${others.length > 0 && html`<h3 id="related-title">${t('audit.related')}</h3>${h(Rows, { events: others, label: t('audit.related') })}`}
    ${related_next_after !== null && correlation_id && html`<p><a href=${searchAddress({ correlation_id })}>${t('audit.all_related')}</a></p>`}
  </section>`;
}
