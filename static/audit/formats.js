// How the audit writes times, ids and counts: exact, the same in every language, in the reader's own zone.
import { html } from '../vendor/preact.js';
import { language } from '../i18n.js';

/** @param {number} number */
const two = (number) => String(number).padStart(2, '0');

/** "2026-11-26 11:04:05.678", here. @param {string} moment RFC 3339 */
export function exact(moment) {
  const time = new Date(moment);
  if (Number.isNaN(time.getTime())) return moment;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** @param {string} moment */
export const time = (moment) => html`<time datetime=${moment} title=${moment}>${exact(moment)}</time>`;

/** The zone of those times. */
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The end of an id: the beginnings of neighbours are alike. @param {string} id */
export const short = (id) => (id.length > 14 ? `…${id.slice(-8)}` : id);

/** @param {number} count */
export const number = (count) => new Intl.NumberFormat(language.value).format(count);

/** @param {number} bytes */
export function size(bytes) {
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : bytes < 1e9 ? [bytes / 1e6, 'megabyte'] : [bytes / 1e9, 'gigabyte'];
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: amount < 100 ? 1 : 0 }).format(amount);
}
