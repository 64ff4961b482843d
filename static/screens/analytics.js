// The analysts' page: registrations and active people by day, who came back, and what became of products, over the
// days of the address and against those before them.
import { h, html, useEffect } from '../vendor/preact.js';
import { DaysOfOne } from '../analytics/days-of-one.js';
import { useFigures } from '../analytics/figures.js';
import { Loyalty, Reach } from '../analytics/people.js';
import { Funnel, ProductDays } from '../analytics/products.js';
import { addressOf, choiceOf, wrongWith } from '../analytics/range.js';
import { RangePicker } from '../analytics/range-picker.js';
import { RetentionMap } from '../analytics/retention.js';
import { Recounted, Tiles } from '../analytics/tiles.js';
import { daysIn } from '../charts/days.js';
import { number, span as spanWords } from '../charts/formats.js';
import { t } from '../i18n.js';
import { ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { place } from '../router.js';

export function Analytics() {
  const choice = choiceOf(place.value.query);
  const { shown, problem, busy, ask } = useFigures();
  const askable = choice.days !== null || wrongWith(choice.from, choice.to).length === 0;
  const again = () => { if (askable) void ask(choice); };
  useEffect(again, [addressOf(choice)]);

  const forbidden = problem.value?.code === 'forbidden';
  const told = forbidden ? null : shown.value;
  return html`<div class="analytics wide">
    ${h(Heading, { text: t('analytics.title'), lead: t('analytics.lead') })}
    ${!forbidden && h(RangePicker, { choice, span: told?.span ?? null, today: told?.open.today, busy: busy.value, onRefresh: again })}
    ${h(ProblemNotice, { problem: problem.value, about: 'analytics' })}
    ${problem.value && !forbidden && html`<p class="actions"><button type="button" class="button second" id="retry" onClick=${again}>${t('analytics.retry')}</button></p>`}
    <p class="shown-range" id="shown-range" role="status">${busy.value ? t('analytics.counting') : told && rangeWords(told)}</p>
    ${told && html`<div class="figures" id="figures" aria-busy=${busy.value ? 'true' : 'false'}>
      ${h(Tiles, { shown: told })}
      ${h(Recounted, { shown: told })}
      <div class="figure-grid">
        ${h(DaysOfOne, { id: 'registrations', title: t('analytics.registrations'), about: t('analytics.registrations_about'), of: (one) => one.registrations, by: 'sum', said: 'analytics.said_registered', kind: 'bar', hue: 'a', section: told.daily, onRetry: again })}
        ${h(DaysOfOne, { id: 'active', title: t('analytics.active'), about: t('analytics.active_about'), of: (one) => one.active_users, by: 'mean', said: 'analytics.said_active', kind: 'line', hue: 'b', section: told.daily, onRetry: again })}
        ${h(Reach, { section: told.daily, onRetry: again })}
        ${h(Loyalty, { section: told.daily, onRetry: again })}
        ${h(RetentionMap, { section: told.retention, onRetry: again })}
        ${h(Funnel, { section: told.products, onRetry: again })}
        ${h(ProductDays, { section: told.products, onRetry: again })}
      </div>
    </div>`}
  </div>`;
}

/** @param {import('../analytics/figures.js').Shown} shown */
function rangeWords({ span: { from, to }, earlier, open }) {
  const days = t('analytics.shown', { span: spanWords(from, to), days: number(daysIn(from, to)), zone: open.timezone });
  return earlier ? `${days} ${t('analytics.compared_with', { span: spanWords(earlier.from, earlier.to) })}` : days;
}
