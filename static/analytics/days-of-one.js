// The chart of one number by day: registrations, active people. With the period before as a second line and, where
// there are many days, the mean of seven drawn strongly over them, because the rhythm of the week hides the trend.
import { h, html } from '../vendor/preact.js';
import { DayChart } from '../charts/day-chart.js';
import { day, dayInFull, dayShort, number } from '../charts/formats.js';
import { Bars, Line } from '../charts/marks.js';
import { t } from '../i18n.js';
import { Card } from './card.js';
import { changeOfMeans, changeOfSums, mean, openFrom, pairs, sum, weeklyMean } from './changes.js';
import { againstWords, Delta, notesOn, stateWords } from './words.js';

/** @typedef {import('../api-analytics.js').DailyDay} DailyDay */
/** @typedef {import('../api-analytics.js').Daily} Daily */
/** @typedef {import('./figures.js').Section<Daily>} Section */

/** From so many days on. */
export const MANY = 61;

/** What the charts of people by day share. @param {Daily} now @param {Daily | null} then */
export function partsOf({ days, today }, then) {
  const marks = days.flatMap(({ revision }, at) => (revision > 1 ? [at] : []));
  return {
    days, then: then?.days.slice(0, days.length) ?? null, open: openFrom(days, today),
    both: then && pairs(days, then.days, ({ final }) => final),
    chart: { days: days.map(({ date }) => date), marks },
    recounted: marks.length > 0 ? [{ look: 'mark', name: t('analytics.recounted') }] : [],
  };
}

/** The first day that has the most. @param {DailyDay[]} days @param {(day: DailyDay) => number} of */
export const peak = (days, of) => days.reduce((most, one) => (of(one) > of(most) ? one : most));

/** What a change is, in words and in numbers. @param {{ change: import('./changes.js').Change | null }} props */
export const Finding = ({ change }) => html`${h(Delta, { change })}${change && html` <span class="fine">${againstWords(change)}</span>`}`;

/**
 * @param {object} props
 * @param {string} props.id @param {string} props.title @param {string} props.about
 * @param {(day: DailyDay) => number} props.of
 * @param {'sum' | 'mean'} props.by how the days are taken together
 * @param {'analytics.said_registered' | 'analytics.said_active'} props.said
 * @param {'bar' | 'line'} props.kind @param {'a' | 'b'} props.hue
 * @param {Section} props.section @param {() => void} props.onRetry
 */
export function DaysOfOne({ id, title, about, of, by, said, kind, hue, section, onRetry }) {
  /** @param {Daily} now */
  function content(now) {
    const { days, then, open, both, chart, recounted } = partsOf(now, section.then);
    if (days.length === 0) return { empty: t('analytics.no_days') };
    const values = days.map(of);
    const earlier = then?.map(of) ?? null;
    if (sum(values) + sum(earlier ?? []) === 0) return { empty: t('analytics.nobody') };
    const means = days.length >= MANY ? weeklyMean(values, section.then?.days.map(of)) : null;
    const dashes = means && earlier ? weeklyMean(earlier) : earlier;
    const [raw, strong, before] = [`${kind} ${kind}-${hue}${means ? ' faint' : ''}`, `line line-${hue}`, 'line before'];
    const most = peak(days, of);
    const closed = open === 0 ? values : values.slice(0, open);
    const words = sum(values) === 0 ? t('analytics.nobody') : t(said, { total: number(by === 'sum' ? sum(values) : mean(closed) ?? 0), most: number(of(most)), day: day(most.date) });
    return {
      words, change: both && h(Finding, { change: (by === 'sum' ? changeOfSums : changeOfMeans)(both, of) }),
      legend: [
        { look: raw, name: title }, ...(means ? [{ look: strong, name: t('analytics.mean') }] : []),
        ...(dashes ? [{ look: before, name: t(means ? 'analytics.before_mean' : 'analytics.before') }] : []), ...recounted,
      ],
      picture: h(DayChart, {
        ...chart, id: `${id}-cursor`, label: title, summary: words, walk: t('analytics.walk', { what: title }),
        top: Math.max(1, ...values, ...(earlier ?? [])),
        read: (at) => ({
          title: dayInFull(days[at].date), notes: notesOn(days[at], now.today),
          rows: [
            { name: title, text: number(values[at]), look: raw },
            ...(means && means[at] !== null ? [{ name: t('analytics.mean'), text: number(means[at]), look: strong }] : []),
            ...(then && at in then ? [{ name: t('analytics.on_before', { day: dayShort(then[at].date) }), text: number(of(then[at])), look: before }] : []),
          ],
        }),
        dots: (at) => [
          ...(kind === 'line' ? [{ at, value: values[at], look: strong }] : []),
          ...(means && means[at] !== null ? [{ at, value: means[at], look: strong }] : []),
        ],
        draw: (plot) => [
          kind === 'bar' && h(Bars, { key: 'bars', plot, stack: [{ values, look: raw }], open }),
          dashes && h(Line, { key: 'before', plot, values: dashes, look: before }),
          kind === 'line' && h(Line, { key: 'line', plot, values, look: raw, open }),
          means && h(Line, { key: 'mean', plot, values: means, look: strong, open }),
        ],
      }),
      table: () => ({
        caption: title, head: [t('analytics.day'), title, ...(then ? [t('analytics.before')] : []), t('analytics.state')],
        rows: days.map((one, at) => ({
          key: one.date,
          cells: [day(one.date), number(values[at]), ...(then ? [at in then ? `${number(of(then[at]))} (${day(then[at].date)})` : '–'] : []), stateWords(one, now)],
        })).reverse(),
      }),
    };
  }
  return h(Card, { id, title, about, figures: 'daily', section, onRetry, content: section.now && content(section.now) });
}
