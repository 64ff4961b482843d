// What the figures' page says of numbers: how much more or less than before, up to where they count, and what a day
// that was counted again is marked with.
import { html } from '../vendor/preact.js';
import { day, moment, number, percent } from '../charts/formats.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { h } from '../vendor/preact.js';

/** @typedef {import('./changes.js').Change} Change */
/** @typedef {import('../api-analytics.js').DailyDay} DailyDay */

/** @param {Change | null} change null when no day can be compared */
const direction = (change) => (change === null || change.now === change.then ? 0 : Math.sign(change.now - change.then));

/** "12 % more than before" @param {Change | null} change */
export function changeWords(change) {
  if (change === null) return t('analytics.change_unknown');
  if (change.share === null) return t(change.now === 0 ? 'analytics.change_both_none' : 'analytics.change_from_none');
  if (change.now === change.then) return t('analytics.change_same');
  return t(change.share > 0 ? 'analytics.change_more' : 'analytics.change_less', { percent: percent(Math.abs(change.share)) });
}

/** For two shares, whose difference is in points. @param {Change | null} change */
export function pointsWords(change) {
  if (change === null) return t('analytics.change_unknown');
  const points = Math.round((change.now - change.then) * 1000) / 10;
  if (points === 0) return t('analytics.change_same');
  return t(points > 0 ? 'analytics.points_more' : 'analytics.points_less', { points: number(Math.abs(points)) });
}

/** "On closed days 1,338 against 1,204" @param {Change | null} change @param {(value: number) => string} [format] */
export const againstWords = (change, format = number) =>
  (change === null ? '' : t('analytics.against', { now: format(change.now), then: format(change.then) }));

/** The change in words behind an arrow, which says the same. @param {{ change: Change | null, words?: string }} props */
export function Delta({ change, words = changeWords(change) }) {
  const way = direction(change);
  return html`<span class="delta" data-way=${way}>${way !== 0 && h(Icon, { name: way > 0 ? 'up' : 'down' })}${words}</span>`;
}

/** @param {{ as_of_position: number, timezone: string }} told */
export const asOf = ({ as_of_position, timezone }) => t('analytics.as_of', { position: number(as_of_position), zone: timezone });

/** What sets a day apart, if anything. @param {DailyDay} one @param {string} today @returns {string[]} */
export function notesOn(one, today) {
  if (!one.final) return [t(one.date < today ? 'analytics.not_closed' : 'analytics.open_day')];
  return one.revision > 1 ? [t('analytics.revised', { revision: one.revision, cause: causeWords(one) })] : [];
}

/** @param {DailyDay} one */
export const causeWords = ({ cause }) => t(cause === 'corrected' ? 'analytics.cause_corrected' : 'analytics.cause_late_event');

/** "Revision 2: …; counted …" @param {DailyDay} one @param {{ timezone: string, today: string }} told */
export function stateWords(one, { timezone, today }) {
  if (!one.final) return t(one.date < today ? 'analytics.not_closed' : 'analytics.not_final');
  const closed = one.closed_at === null ? '' : t('analytics.closed_at', { when: moment(one.closed_at, timezone), position: number(one.counted_to ?? 0) });
  return `${one.revision > 1 ? t('analytics.revised', { revision: one.revision, cause: causeWords(one) }) : t('analytics.final')} ${closed}`.trim();
}

/** @param {DailyDay[]} days */
export const revisedDays = (days) => days.filter(({ revision }) => revision > 1).map((one) => t('analytics.revised_day', {
  day: day(one.date), revision: one.revision, cause: causeWords(one),
}));
