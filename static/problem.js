// What the server (or the network) refuses with, as one kind of error, and its words for people. The server
// answers RFC 9457 problems with a stable `code`; we translate by code and fall back to the server's own text,
// so a code newer than this page still says something.
import { fill, lookUp, t } from './i18n.js';

/** @typedef {{ field: string, code: string, message?: string, left?: number }} FieldProblem `left`: the tries that remain */

export class Problem extends Error {
  /**
   * @param {{ status: number, code: string, title?: string, detail?: string, instance?: string, errors?: FieldProblem[], remaining_attempts?: number }} said
   * @param {number} retryAfter seconds, 0 when the server named none
   */
  constructor(said, retryAfter = 0) {
    super(said.code);
    this.status = said.status;
    this.code = said.code;
    this.title = said.title ?? '';
    this.detail = said.detail ?? '';
    this.instance = said.instance ?? '';
    this.errors = said.errors ?? [];
    this.left = said.remaining_attempts ?? 0;
    this.retryAfter = retryAfter;
  }
}

/** @param {Response} answer @returns {Promise<Problem>} */
export async function problemOf(answer) {
  const said = await answer.json().catch(() => ({}));
  const code = typeof said.code === 'string' ? said.code : 'unreadable_answer';
  return new Problem({ ...said, status: answer.status, code }, secondsToWait(answer.headers.get('Retry-After')));
}

/** Retry-After is a number of seconds or a date. @param {string | null} header */
function secondsToWait(header) {
  if (!header) return 0;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? 0 : Math.max(0, Math.ceil((moment - Date.now()) / 1000));
}

/** @param {unknown} thrown @returns {Problem} */
export function asProblem(thrown) {
  return thrown instanceof Problem ? thrown : new Problem({ status: 0, code: 'unexpected' });
}

/**
 * @param {Problem} problem
 * @param {string} [about] what was tried, where a code means something else there
 */
export function wordsOf(problem, about) {
  return (about && lookUp(`problem.${about}.${problem.code}`)) ?? lookUp(`problem.${problem.code}`) ?? (problem.detail || problem.title || t('problem.unexpected'));
}

/** First the words for this field, then for any field, then the server's. @param {FieldProblem} wrong */
export function fieldWords(wrong) {
  const words = lookUp(`field.${wrong.field}.${wrong.code}`) ?? lookUp(`field.${wrong.code}`);
  return words ? fill(words, { left: wrong.left ?? 0 }) : wrong.message || t('field.invalid_format');
}
