// Words in the reader's language. A catalogue is a flat JSON file of key → text with {placeholders}; keys are
// typed from en.json, so a misspelt one does not pass the type check. Components that call t() while they
// render are drawn again when the language changes, because t() reads a signal. Screens that few visitors see have
// catalogues of their own, loaded with them.
import { computed, signal } from './vendor/preact.js';
import { remember } from './storage.js';

/** @typedef {'zh-CN' | 'en'} Language */
/** @typedef {keyof typeof import('./i18n/en.json') | keyof typeof import('./i18n/analytics/en.json') | keyof typeof import('./i18n/audit/en.json') | keyof typeof import('./i18n/merchant/en.json')} Key */
/** @typedef {'' | 'analytics/' | 'audit/' | 'merchant/'} Part a catalogue: the page's own, or that of a screen that few visitors see */

export const language = signal(/** @type {Language} */ (document.documentElement.lang));
const parts = signal(/** @type {Partial<Record<Part, Record<string, string>>>} */ ({}));
const catalogue = computed(() => /** @type {Record<string, string>} */ (Object.assign({}, ...Object.values(parts.value))));

/** Loads a catalogue in the language chosen in boot.js: the page's own once before the first render. @param {Part} [part] */
export async function loadWords(part = '') {
  if (parts.peek()[part]) return;
  let which;
  let words;
  do {
    which = language.value;
    words = await read(which, part);
  } while (which !== language.value);
  parts.value = { ...parts.value, [part]: words };
}

/** @param {Language} next @returns {Promise<void>} */
export async function setLanguage(next) {
  // Fetched before anything is switched: a failing network leaves a whole page in the old language.
  const names = /** @type {Part[]} */ (Object.keys(parts.value));
  const words = await Promise.all(names.map((part) => read(next, part)));
  // A screen that came meanwhile has brought words of its own, in the old language.
  if (Object.keys(parts.value).length !== names.length) return setLanguage(next);
  parts.value = { ...parts.value, ...Object.fromEntries(names.map((part, at) => [part, words[at]])) };
  language.value = next;
  document.documentElement.lang = next;
  remember('language', next);
  return undefined;
}

/** @param {Language} which @param {Part} part @returns {Promise<Record<string, string>>} */
async function read(which, part) {
  const answer = await fetch(`/static/i18n/${part}${which}.json`);
  if (!answer.ok) throw new Error(`no catalogue for ${part}${which}`);
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
