// What becomes of products: of those listed in the period, how many were fetched, failed, wait, or were deleted; the
// same for each day; and how long a fetch takes.
import { h, html } from '../vendor/preact.js';
import { DayChart } from '../charts/day-chart.js';
import { day, dayInFull, dayShort, duration, number, percent } from '../charts/formats.js';
import { Bars, Line } from '../charts/marks.js';
import { clockSteps } from '../charts/scale.js';
import { Steps } from '../charts/steps.js';
import { t } from '../i18n.js';
import { Card } from './card.js';
import { changeOfSums, pairs, weeklyMean } from './changes.js';
import { MANY } from './days-of-one.js';
import { Delta } from './words.js';

/** @typedef {import('../api-analytics.js').Products} Products */
/** @typedef {import('../api-analytics.js').ProductDay} ProductDay */
/** @typedef {{ section: import('./figures.js').Section<Products>, onRetry: () => void }} Props */

/** @returns {{ name: string, look: string, of: (day: ProductDay) => number }[]} from the bottom of the bars up */
const outcomes = () => [
  { name: t('analytics.fetched'), look: 'bar bar-b', of: (one) => one.of_listed.fetched },
  { name: t('analytics.pending'), look: 'bar bar-d', of: (one) => one.of_listed.pending },
  { name: t('analytics.failed'), look: 'bar bar-a', of: (one) => one.of_listed.failed },
];

/** @param {number | null} seconds */
const took = (seconds) => (seconds === null ? '–' : duration(seconds));

/** @param {Products} now @returns {import('../charts/table.js').Table} */
const tableOf = (now) => ({
  caption: t('analytics.products_by_day'),
  head: [
    t('analytics.day'), t('analytics.listed'), t('analytics.fetched'), t('analytics.pending'), t('analytics.failed'), t('analytics.deleted_since'), t('analytics.median'),
    t('analytics.fetched_that_day'), t('analytics.failed_that_day'), t('analytics.deleted_that_day'), t('analytics.restored_that_day'), t('analytics.state'),
  ],
  rows: now.days.map((one) => ({
    key: one.date,
    cells: [
      day(one.date), ...[one.listed, one.of_listed.fetched, one.of_listed.pending, one.of_listed.failed, one.of_listed.deleted].map(number), took(one.median_seconds_to_fetch),
      ...[one.fetched, one.failed, one.deleted, one.restored].map(number), t(one.date < now.today ? 'analytics.day_over' : 'analytics.not_final'),
    ],
  })).reverse(),
});

/** @param {Props} props */
export function Funnel({ section, onRetry }) {
  /** @param {Products} now */
  function content(now) {
    const { total: { listed, of_listed: of, median_seconds_to_fetch: median }, days } = now;
    if (listed === 0) return { empty: t('analytics.nothing_listed') };
    const both = section.then && pairs(days, section.then.days, ({ date }) => date < now.today);
    /** @param {string} key @param {string} name @param {number} count @param {string} look @param {(day: ProductDay) => number} value */
    const step = (key, name, count, look, value) => ({
      key, name, look, share: count / listed, text: key === 'listed' ? number(count) : t('analytics.count_and_share', { count: number(count), share: percent(count / listed) }),
      fine: both && h(Delta, { change: changeOfSums(both, value) }),
    });
    return {
      words: html`${t('analytics.said_funnel', { listed: number(listed), share: percent(of.fetched / listed) })} ${median !== null && t('analytics.said_median', { median: duration(median) })}`,
      change: median !== null && section.then?.total.median_seconds_to_fetch != null && html`<span class="fine">${t('analytics.median_before', { median: duration(section.then.total.median_seconds_to_fetch) })}</span>`,
      picture: h(Steps, { steps: [
        step('listed', t('analytics.listed'), listed, 'bar bar-c', (one) => one.listed),
        step('fetched', t('analytics.fetched'), of.fetched, 'bar bar-b', (one) => one.of_listed.fetched),
        step('pending', t('analytics.pending'), of.pending, 'bar bar-d', (one) => one.of_listed.pending),
        step('failed', t('analytics.failed'), of.failed, 'bar bar-a', (one) => one.of_listed.failed),
        step('deleted', t('analytics.deleted_since'), of.deleted, 'bar bar-e', (one) => one.of_listed.deleted),
      ] }),
      table: () => tableOf(now),
    };
  }
  return h(Card, { id: 'funnel', title: t('analytics.funnel'), about: t('analytics.funnel_about'), figures: 'products', section, onRetry, content: section.now && content(section.now) });
}

/** @param {Props} props */
export function ProductDays({ section, onRetry }) {
  const title = t('analytics.products_by_day');
  /** @param {Products} now */
  function content(now) {
    const { days, total } = now;
    if (days.length === 0) return { empty: t('analytics.no_days') };
    const series = outcomes();
    const then = section.then?.days.slice(0, days.length) ?? null;
    const open = days.findIndex(({ date }) => date >= now.today);
    const medians = days.map((one) => one.median_seconds_to_fetch);
    const earlier = then?.map((one) => one.median_seconds_to_fetch) ?? null;
    const shared = { days: days.map(({ date }) => date) };
    /** @param {number} at */
    const notes = (at) => (days[at].date < now.today ? [] : [t('analytics.open_day')]);
    /** @param {number} at @param {(day: ProductDay) => string} text */
    const before = (at, text) => (then && at in then ? [{ name: t('analytics.on_before', { day: dayShort(then[at].date) }), text: text(then[at]), look: 'line before' }] : []);
    const many = days.length >= MANY;
    const listedBefore = then?.map((one) => one.listed);
    if (total.listed + (section.then?.total.listed ?? 0) === 0) return { empty: t('analytics.nothing_listed') };
    const unfinished = open < 0 ? undefined : open;
    const most = Math.max(...medians.map((one) => one ?? 0), ...(earlier ?? []).map((one) => one ?? 0));
    return {
      legend: [...series.map(({ look, name }) => ({ look, name })), ...(then ? [{ look: 'line before', name: t(many ? 'analytics.listed_before_mean' : 'analytics.listed_before') }] : [])],
      picture: h(DayChart, {
        ...shared, id: 'products-cursor', label: title, walk: t('analytics.walk', { what: title }), height: 210,
        summary: t('analytics.said_funnel', { listed: number(total.listed), share: percent(total.listed === 0 ? 0 : total.of_listed.fetched / total.listed) }),
        top: Math.max(1, ...days.map((one) => one.listed), ...(then ?? []).map((one) => one.listed)),
        read: (at) => ({
          title: dayInFull(days[at].date), notes: notes(at),
          rows: [
            { name: t('analytics.listed'), text: number(days[at].listed) }, ...series.map(({ name, look, of }) => ({ name, look, text: number(of(days[at])) })),
            { name: t('analytics.deleted_since'), text: number(days[at].of_listed.deleted) }, ...before(at, (one) => number(one.listed)),
          ],
        }),
        draw: (plot) => [
          h(Bars, { key: 'days', plot, stack: series.map(({ look, of }) => ({ look, values: days.map(of) })), open: unfinished }),
          listedBefore && h(Line, { key: 'before', plot, values: many ? weeklyMean(listedBefore) : listedBefore, look: 'line before' }),
        ],
      }),
      below: html`<h3>${t('analytics.median')}</h3>${h(DayChart, {
        ...shared, id: 'median-cursor', label: t('analytics.median'), walk: t('analytics.walk', { what: t('analytics.median') }), height: 140,
        summary: total.median_seconds_to_fetch === null ? t('analytics.nothing_fetched') : t('analytics.said_median', { median: duration(total.median_seconds_to_fetch) }),
        top: most || 1, steps: clockSteps, format: (value) => (value === 0 ? '0' : duration(value)),
        read: (at) => ({ title: dayInFull(days[at].date), notes: notes(at), rows: [{ name: t('analytics.median'), look: 'line line-b', text: took(medians[at]) }, ...before(at, (one) => took(one.median_seconds_to_fetch))] }),
        dots: (at) => (medians[at] === null ? [] : [{ at, value: medians[at], look: 'line line-b' }]),
        draw: (plot) => [
          earlier && h(Line, { key: 'before', plot, values: earlier, look: 'line before' }),
          h(Line, { key: 'days', plot, values: medians, look: 'line line-b', open: unfinished }),
        ],
      })}`,
      table: () => tableOf(now),
    };
  }
  return h(Card, { id: 'products', title, about: t('analytics.products_about'), figures: 'products', section, onRetry, content: section.now && content(section.now) });
}
