// Local days as the server names them, YYYY-MM-DD: dates and never moments, so that no zone and no summer time can
// move one. Counting days, and choosing which of them an axis is labelled with.

const DAY_MS = 86_400_000;

/** Days since 1 January 1970. @param {string} date */
export const dayNumber = (date) => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

/** @param {number} number @returns {string} */
export const dayOf = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** @param {string} date @param {number} days */
export const plusDays = (date, days) => dayOf(dayNumber(date) + days);

/** How many days, both ends counted. @param {string} from @param {string} to */
export const daysIn = (from, to) => dayNumber(to) - dayNumber(from) + 1;

/** Whether it is a date of the calendar, so not 30 February. @param {string} text */
export const isDay = (text) => /^[2-9]\d{3}-\d\d-\d\d$/.test(text) && Number.isFinite(dayNumber(text)) && dayOf(dayNumber(text)) === text;

/** 0 for Monday. @param {string} date */
const weekday = (date) => (dayNumber(date) + 3) % 7;
/** @param {string} date */
const month = (date) => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
/** @param {number} months @returns {(date: string) => boolean} */
const firstOfEvery = (months) => (date) => date.endsWith('-01') && month(date) % months === 0;

/** From the densest to the sparsest. @type {['day' | 'month', (date: string) => boolean][]} */
const rules = [
  ['day', () => true],
  ['day', (date) => dayNumber(date) % 2 === 0],
  ['day', (date) => weekday(date) === 0],
  ['day', (date) => weekday(date) === 0 && Math.floor((dayNumber(date) + 3) / 7) % 2 === 0],
  ['month', firstOfEvery(1)],
  ['month', firstOfEvery(2)],
  ['month', firstOfEvery(3)],
  ['month', firstOfEvery(6)],
];

/**
 * The days to label: every one if there is room, else Mondays, first days of months and so on.
 * @param {string[]} days in order @param {Record<'day' | 'month', number>} most labels there is room for, which depends on how they are written
 * @returns {{ at: number, unit: 'day' | 'month' }[]}
 */
export function dayTicks(days, most) {
  for (const [unit, chosen] of rules) {
    const found = days.flatMap((date, at) => (chosen(date) ? [{ at, unit }] : []));
    if (found.length > 0 && found.length <= most[unit]) return found;
  }
  return days.length > 0 ? [{ at: 0, unit: 'day' }] : [];
}
