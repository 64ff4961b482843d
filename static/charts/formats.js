// Numbers, days and durations in the reader's language. Formatters are kept: a table of a year asks for thousands.
// Days are formatted in UTC, in which they were counted (days.js); only moments have a zone.
import { language } from '../i18n.js';

/** @type {Map<string, any>} */
const kept = new Map();

/**
 * @template T
 * @param {string} name @param {(language: string) => T} make
 * @returns {T}
 */
function formatter(name, make) {
  const key = `${language.value} ${name}`;
  if (!kept.has(key)) kept.set(key, make(language.value));
  return kept.get(key);
}

/** @param {string} name @param {Intl.NumberFormatOptions} options */
const numbers = (name, options) => formatter(name, (tag) => new Intl.NumberFormat(tag, options));
/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
const dates = (name, options) => formatter(name, (tag) => new Intl.DateTimeFormat(tag, options));
/** @param {string} date */
const noon = (date) => new Date(`${date}T12:00:00Z`);
/** @type {Intl.DateTimeFormatOptions} */
const long = { timeZone: 'UTC', dateStyle: 'long' };

/** With one digit after the point below a hundred, where it tells something. @param {number} value */
export const number = (value) => numbers(value < 100 ? 'small' : 'number', { maximumFractionDigits: value < 100 ? 1 : 0 }).format(value);
/** For the labels of an axis, which have little room. @param {number} value */
export const compact = (value) => (value < 10_000 ? number(value) : numbers('compact', { notation: 'compact', maximumFractionDigits: 1 }).format(value));
/** Whole, or with one digit below ten. @param {number} share 0 to 1, or more */
export function percent(share) {
  const digits = share !== 0 && Math.abs(share) < 0.0995 ? 1 : 0;
  return numbers(`percent ${digits}`, { style: 'percent', maximumFractionDigits: digits }).format(share);
}
/** Whole: for where there is no room for more. @param {number} share */
export const percentShort = (share) => numbers('percent 0', { style: 'percent', maximumFractionDigits: 0 }).format(share);

/** "26 November 2026" @param {string} date */
export const day = (date) => dates('day', long).format(noon(date));
/** "Thursday, 26 November 2026" @param {string} date */
export const dayInFull = (date) => dates('full', { timeZone: 'UTC', dateStyle: 'full' }).format(noon(date));
/** "26 Nov" @param {string} date */
export const dayShort = (date) => dates('short', { timeZone: 'UTC', month: 'short', day: 'numeric' }).format(noon(date));
/** "Nov", and the year for January. @param {string} date */
export const monthShort = (date) => (date.slice(5, 7) === '01'
  ? dates('year', { timeZone: 'UTC', year: 'numeric' }) : dates('month', { timeZone: 'UTC', month: 'short' })).format(noon(date));
/** "28 October – 26 November 2026" @param {string} from @param {string} to */
export const span = (from, to) => dates('span', { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' }).formatRange(noon(from), noon(to));
/** @param {string} moment RFC 3339 @param {string} zone */
export const moment = (moment, zone) => dates(`moment ${zone}`, { timeZone: zone, dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(moment));

/** "4.8 sec", "12 min", "3.5 hr": the largest unit that has one. @param {number} seconds */
export function duration(seconds) {
  const [amount, unit] = seconds < 60 ? [seconds, 'second'] : seconds < 3600 ? [seconds / 60, 'minute'] : seconds < 86_400 ? [seconds / 3600, 'hour'] : [seconds / 86_400, 'day'];
  return numbers(`unit ${unit}`, { style: 'unit', unit: String(unit), unitDisplay: 'short', maximumFractionDigits: 1 }).format(Number(amount));
}

/** @param {string} name @param {string} text */
export const pair = (name, text) => (language.value === 'en' ? `${name}: ${text}` : `${name}：${text}`);
/** Clauses of one sentence. @param {(string | false | null | undefined)[]} parts */
export const clauses = (parts) => parts.filter(Boolean).join(language.value === 'en' ? ', ' : '，');
