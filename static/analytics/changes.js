// Arithmetic over days: sums, means, the mean of seven days, and how one period stands against the one before. Only
// closed days are compared, each with the day as many days earlier: an open day would always look like a loss.

/** @typedef {{ now: number, then: number, share: number | null }} Change `share`: of the difference in `then`; null when that is 0 */

/** @param {number[]} values */
export const sum = (values) => values.reduce((total, value) => total + value, 0);
/** @param {number[]} values @returns {number | null} */
export const mean = (values) => (values.length > 0 ? sum(values) / values.length : null);

/**
 * From which day on none is closed: usually today, sooner while closings are late. Where no day is closed at all,
 * because the shop is new, only today is open: the days before it are simply empty.
 * @param {{ date: string, final: boolean }[]} days @param {string} today
 */
export function openFrom(days, today) {
  const closed = days.findLastIndex(({ final }) => final);
  if (closed >= 0) return closed + 1;
  const open = days.findIndex(({ date }) => date >= today);
  return open < 0 ? days.length : open;
}

/** @param {number} now @param {number} then @returns {Change} */
export const change = (now, then) => ({ now, then, share: then === 0 ? null : (now - then) / then });

/**
 * Two periods, day by day: those of the first that are closed, and their counterparts.
 * @template T
 * @param {T[]} days @param {T[]} earlier @param {(day: T) => boolean} closed
 * @returns {[T, T][]}
 */
export const pairs = (days, earlier, closed) => days.flatMap((day, at) => (closed(day) && at in earlier ? [/** @type {[T, T]} */ ([day, earlier[at]])] : []));

/**
 * @template T
 * @param {[T, T][]} both @param {(day: T) => number} of
 * @returns {Change | null} null when no day can be compared
 */
export const changeOfSums = (both, of) => (both.length === 0 ? null : change(sum(both.map(([day]) => of(day))), sum(both.map(([, day]) => of(day)))));

/**
 * @template T
 * @param {[T, T][]} both @param {(day: T) => number} of
 * @returns {Change | null}
 */
export const changeOfMeans = (both, of) => (both.length === 0 ? null : change(sum(both.map(([day]) => of(day))) / both.length, sum(both.map(([, day]) => of(day))) / both.length));

/**
 * The last day that can be compared, for numbers that are of many days themselves.
 * @template T
 * @param {[T, T][]} both @param {(day: T) => number} of
 * @returns {Change | null}
 */
export function changeOfLast(both, of) {
  const last = both.at(-1);
  return last ? change(of(last[0]), of(last[1])) : null;
}

/**
 * The mean of each day and the six before it; null for the days with fewer than six before.
 * @param {number[]} values @param {number[]} [earlier] the days before the first, in order
 * @returns {(number | null)[]}
 */
export function weeklyMean(values, earlier = []) {
  const all = [...earlier.slice(-6), ...values];
  const lead = all.length - values.length;
  return values.map((_, at) => (at + lead < 6 ? null : sum(all.slice(at + lead - 6, at + lead + 1)) / 7));
}

/**
 * The share of people who came back so many weeks after they registered, over all cohorts whose week is over.
 * @param {{ registrations: number, weeks: { week: number, people: number, complete: boolean }[] }[]} cohorts
 * @returns {(number | null)[]} by week
 */
export function meanRetention(cohorts) {
  const weeks = Math.max(0, ...cohorts.map((cohort) => cohort.weeks.length));
  return Array.from({ length: weeks }, (_, week) => {
    const known = cohorts.filter((cohort) => cohort.weeks[week]?.complete);
    const people = sum(known.map((cohort) => cohort.registrations));
    return people === 0 ? null : sum(known.map((cohort) => cohort.weeks[week].people)) / people;
  });
}
