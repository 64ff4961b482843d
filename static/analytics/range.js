// Which days the figures are of, as the address says it: so many days up to today (a link that stays young) or two
// dates (a link that stays as it was), compared with as many days before or not.
import { dayNumber, daysIn, isDay, plusDays } from '../charts/days.js';

/** @typedef {{ from: string, to: string }} Span both ends included */
/** @typedef {{ days: number | null, from: string, to: string, compare: boolean }} Choice `days`: a preset; else the two dates */

export const presets = [7, 30, 90, 365];
/** The server answers no more at once. */
export const LONGEST = 366;
/** Fewer weeks show no habit. */
const COHORT_DAYS = 84;

/** @param {URLSearchParams} query @returns {Choice} */
export function choiceOf(query) {
  const [from, to, days] = [query.get('from') ?? '', query.get('to') ?? '', Number(query.get('days'))];
  const compare = query.get('compare') !== 'no';
  if (from || to) return { days: null, from, to, compare };
  return { days: presets.includes(days) ? days : 30, from: '', to: '', compare };
}

/** The address of a choice; what goes without saying is not said. @param {Choice} choice */
export function addressOf({ days, from, to, compare }) {
  const query = new URLSearchParams(days === null ? { from, to } : days === 30 ? {} : { days: String(days) });
  if (!compare) query.set('compare', 'no');
  return query.size > 0 ? `/analytics?${query}` : '/analytics';
}

/** @param {Choice} choice @param {string} today @returns {Span} */
export const spanOf = ({ days, from, to }, today) => (days === null ? { from, to } : { from: plusDays(today, 1 - days), to: today });

/** As many days, just before. @param {Span} span @returns {Span} */
export const before = ({ from, to }) => ({ from: plusDays(from, -daysIn(from, to)), to: plusDays(from, -1) });

/** The days whose weeks of registration are followed: the span, and never less than twelve weeks. @param {Span} span @returns {Span} */
export const cohortSpan = ({ from, to }) => ({ from: daysIn(from, to) < COHORT_DAYS ? plusDays(to, 1 - COHORT_DAYS) : from, to });

/**
 * What is wrong with two dates, for the fields they are typed in.
 * @param {string} from @param {string} to @param {string} [today] unknown until the server named it
 * @returns {import('../problem.js').FieldProblem[]}
 */
export function wrongWith(from, to, today) {
  const wrong = [['from', from], ['to', to]].flatMap(([field, value]) => {
    if (value === '') return [{ field, code: 'required' }];
    if (!isDay(value)) return [{ field, code: 'no_date' }];
    return today && dayNumber(value) > dayNumber(today) ? [{ field, code: 'in_future' }] : [];
  });
  if (wrong.length > 0) return wrong;
  if (dayNumber(from) > dayNumber(to)) return [{ field: 'to', code: 'before_from' }];
  return daysIn(from, to) > LONGEST ? [{ field: 'to', code: 'too_many_days' }] : [];
}
