// Words in the reader's language. A catalogue is a flat JSON file of key → text with {placeholders}; keys are
// typed from en.json, so a misspelt one does not pass the type check. Components that call t() while they
// render are drawn again when the language changes, because t() reads a signal.
import { signal } from './vendor/preact.js';
import { remember } from './storage.js';

/** @typedef {'zh-CN' | 'en'} Language */
/** @typedef {keyof typeof import('./i18n/en.json')} Key */

export const language = signal(/** @type {Language} */ (document.documentElement.lang));
const catalogue = signal(/** @type {Record<string, string>} */ ({}));

/** Loads the catalogue of the language chosen in boot.js; call once before the first render. */
export async function loadWords() {
  catalogue.value = await read(language.value);
}

/** @param {Language} next */
export async function setLanguage(next) {
  // Fetched before anything is switched: a failing network leaves a whole page in the old language.
  const words = await read(next);
  catalogue.value = words;
  language.value = next;
  document.documentElement.lang = next;
  remember('language', next);
}

/** @param {Language} which @returns {Promise<Record<string, string>>} */
async function read(which) {
  const answer = await fetch(`/static/i18n/${which}.json`);
  if (!answer.ok) throw new Error(`no catalogue for ${which}`);
  return answer.json();
}

/** @param {Key} key @param {Record<string, string | number>} [values] */
export function t(key, values) {
  const text = catalogue.value[key] ?? key;
  return values ? fill(text, values) : text;
}

/** @param {string} text @param {Record<string, string | number>} values */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/** The text of a key made at run time from a server's code, or null when we have none for it. @param {string} key */
export function lookUp(key) {
  return Object.hasOwn(catalogue.value, key) ? catalogue.value[key] : null;
}

/** @param {string | number} when RFC 3339, or milliseconds since the epoch */
export function dateAndTime(when) {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(when));
}

/** @param {string | number} when */
export function date(when) {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'long' }).format(new Date(when));
}

/** "45 seconds", "5 minutes": rounded up, since it answers "how long must I wait". @param {number} seconds */
export function waiting(seconds) {
  const [amount, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}
