// Words in the reader's language. A catalogue is a flat JSON file of key → text with {placeholders}; keys are
// typed from en.json, so a misspelt one does not pass the type check. Components that call t() while they
// render are drawn again when the language changes, because t() reads a signal.
import { signal } from './vendor/preact.js';
import { remember } from './storage.js';

/** @typedef {'zh-CN' | 'en'} Language */
/** @typedef {keyof typeof import('./i18n/en.json') | keyof typeof import('./i18n/merchant.en.json')} Key */
/** @typedef {'merchant'} Part words of a screen that is loaded later, in a catalogue of their own */

export const language = signal(/** @type {Language} */ (document.documentElement.lang));
const catalogue = signal(/** @type {Record<string, string>} */ ({}));
/** @type {Set<Part>} */
const parts = new Set();

/** Loads the catalogue of the language chosen in boot.js; call once before the first render. */
export async function loadWords() {
  const words = await read(language.value);
  catalogue.value = { ...catalogue.value, ...words };
}

/** Loads the words of a screen, beside its module. @param {Part} part */
export async function moreWords(part) {
  if (parts.has(part)) return;
  // From now on a change of language brings them, too.
  parts.add(part);
  const which = language.value;
  try {
    const words = await read(`${part}.${which}`);
    if (language.value === which) catalogue.value = { ...catalogue.value, ...words };
  } catch (thrown) {
    parts.delete(part);
    throw thrown;
  }
}

/** @param {Language} next */
export async function setLanguage(next) {
  // Fetched before anything is switched: a failing network leaves a whole page in the old language.
  const words = await Promise.all([next, ...[...parts].map((part) => `${part}.${next}`)].map(read));
  catalogue.value = Object.assign({}, ...words);
  language.value = next;
  document.documentElement.lang = next;
  remember('language', next);
}

/** @param {string} which @returns {Promise<Record<string, string>>} */
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
