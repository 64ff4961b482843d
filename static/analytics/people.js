// The two charts of several numbers of people by day: how many were active in a day, a week and a month, and who of
// the active was new.
import { h, html } from '../vendor/preact.js';
import { DayChart } from '../charts/day-chart.js';
import { day, dayInFull, number, percent } from '../charts/formats.js';
import { Bars, EndNames, Line } from '../charts/marks.js';
import { t } from '../i18n.js';
import { Card } from './card.js';
import { changeOfLast, changeOfSums, sum } from './changes.js';
import { Finding, partsOf } from './days-of-one.js';
import { notesOn, stateWords } from './words.js';

/** @typedef {import('../api-analytics.js').DailyDay} DailyDay */
/** @typedef {import('../api-analytics.js').Daily} Daily */
/** @typedef {{ section: import('./figures.js').Section<Daily>, onRetry: () => void }} Props */
/** @typedef {{ name: string, short: string, look: string, of: (day: DailyDay) => number }} Series */

/** @returns {Series[]} */
const reach = () => [
  { name: t('analytics.mau'), short: t('analytics.mau_short'), look: 'line line-c', of: (one) => one.monthly_active_users },
  { name: t('analytics.wau'), short: t('analytics.wau_short'), look: 'line line-b', of: (one) => one.weekly_active_users },
  { name: t('analytics.dau'), short: t('analytics.dau_short'), look: 'line line-a', of: (one) => one.active_users },
];

/** @returns {Series[]} from the bottom of the bars up */
const loyalty = () => [
  { name: t('analytics.returning'), short: '', look: 'bar bar-b', of: (one) => one.returning_users },
  { name: t('analytics.new'), short: '', look: 'bar bar-a', of: (one) => one.new_users },
];

/** The numbers of all the series on every day, newest first. @param {string} caption @param {Series[]} series @param {Daily} now @returns {import('../charts/table.js').Table} */
const tableOf = (caption, series, now) => ({
  caption, head: [t('analytics.day'), ...series.map(({ name }) => name), t('analytics.state')],
  rows: now.days.map((one) => ({ key: one.date, cells: [day(one.date), ...series.map(({ of }) => number(of(one))), stateWords(one, now)] })).reverse(),
});

/** @param {Props} props */
export function Reach({ section, onRetry }) {
  const [id, title] = ['reach', t('analytics.reach')];
  /** @param {Daily} now */
  function content(now) {
    const { days, then, open, both, chart, recounted } = partsOf(now, section.then);
    if (days.length === 0) return { empty: t('analytics.no_days') };
    if ([...days, ...(then ?? [])].every((one) => one.monthly_active_users === 0)) return { empty: t('analytics.nobody') };
    const series = reach();
    const last = days[days.length - 1];
    const words = t('analytics.said_reach', { day: day(last.date), wau: number(last.weekly_active_users), mau: number(last.monthly_active_users) });
    /** @param {DailyDay[]} of @returns {(number | null)[][]} */
    const values = (of) => series.map((one) => of.map(one.of));
    return {
      words, change: both && html`${t('analytics.mau')}${t('analytics.colon')}${h(Finding, { change: changeOfLast(both, (one) => one.monthly_active_users) })}`,
      legend: [...series.map(({ look, name }) => ({ look, name })), ...(then ? [{ look: 'line before', name: t('analytics.before') }] : []), ...recounted],
      picture: h(DayChart, {
        ...chart, id: `${id}-cursor`, label: title, summary: words, walk: t('analytics.walk', { what: title }), ends: series.map(({ short }) => short),
        top: Math.max(1, ...[...days, ...(then ?? [])].map((one) => one.monthly_active_users)),
        read: (at) => ({
          title: dayInFull(days[at].date), notes: notesOn(days[at], now.today),
          rows: series.flatMap(({ name, look, of }) => [
            { name, look, text: number(of(days[at])) },
            ...(then && at in then ? [{ name: t('analytics.of_before', { what: name }), look: 'line before', text: number(of(then[at])) }] : []),
          ]),
        }),
        dots: (at) => series.map(({ look, of }) => ({ at, value: of(days[at]), look })),
        draw: (plot) => [
          then && values(then).map((line, at) => h(Line, { key: `before ${at}`, plot, values: line, look: 'line before' })),
          values(days).map((line, at) => h(Line, { key: at, plot, values: line, look: series[at].look, open })),
          h(EndNames, { key: 'names', plot, names: series.map(({ short, of }) => ({ name: short, value: of(last) })) }),
        ],
      }),
      table: () => tableOf(title, [...series].reverse(), now),
    };
  }
  return h(Card, { id, title, about: t('analytics.reach_about'), figures: 'daily', section, onRetry, content: section.now && content(section.now) });
}

/** @param {Props} props */
export function Loyalty({ section, onRetry }) {
  const [id, title] = ['loyalty', t('analytics.loyalty')];
  /** @param {Daily} now */
  function content(now) {
    const { days, open, both, chart, recounted } = partsOf(now, section.then);
    if (days.length === 0) return { empty: t('analytics.no_days') };
    if (days.every((one) => one.new_users + one.returning_users === 0)) return { empty: t('analytics.nobody') };
    const series = loyalty();
    const [old, fresh] = series.map(({ of }) => sum(days.map(of)));
    const words = t('analytics.said_loyalty', { share: percent(old / (old + fresh)) });
    return {
      words, change: both && html`${t('analytics.new')}${t('analytics.colon')}${h(Finding, { change: changeOfSums(both, (one) => one.new_users) })}`,
      legend: [...[...series].reverse().map(({ look, name }) => ({ look, name })), ...recounted],
      picture: h(DayChart, {
        ...chart, id: `${id}-cursor`, label: title, summary: words, walk: t('analytics.walk', { what: title }),
        top: Math.max(1, ...days.map((one) => one.new_users + one.returning_users)),
        read: (at) => ({
          title: dayInFull(days[at].date), notes: notesOn(days[at], now.today),
          rows: [...series.map(({ name, look, of }) => ({ name, look, text: number(of(days[at])) })).reverse(), { name: t('analytics.active'), text: number(days[at].active_users) }],
        }),
        draw: (plot) => h(Bars, { plot, stack: series.map(({ look, of }) => ({ look, values: days.map(of) })), open }),
      }),
      table: () => tableOf(title, [...series].reverse(), now),
    };
  }
  return h(Card, { id, title, about: t('analytics.loyalty_about'), figures: 'daily', section, onRetry, content: section.now && content(section.now) });
}
