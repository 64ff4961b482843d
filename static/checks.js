// What can be said about a field before asking the server: the same rules, in the same words, a moment sooner.
// The server decides; where the two could differ, these are the more lenient.

/** @typedef {import('./problem.js').FieldProblem} FieldProblem */

/** Counts what people count: an emoji or a rare character is one. @param {string} text */
const length = (text) => [...text].length;

/** @type {Record<string, (value: string, all: Record<string, string>) => string | null>} each gives a field error code */
const rules = {
  username(value) {
    const name = value.normalize('NFKC');
    if (!/^[\p{L}\p{M}\p{N}_-]*$/u.test(name)) return 'invalid_format';
    if (length(name) < 3) return 'too_short';
    return length(name) > 32 ? 'too_long' : null;
  },
  email(value) {
    if (value.length > 254) return 'too_long';
    return /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value.trim()) ? null : 'invalid_format';
  },
  phone(value) {
    const digits = value.replace(/[\s().-]/g, '');
    return /^(\+\d{7,15}|(86)?1[3-9]\d{9})$/.test(digits) ? null : 'invalid_format';
  },
  code: (value) => (/^\d{6}$/.test(value) ? null : 'invalid_format'),
  password(value, { username = '', email = '' }) {
    if (length(value) < 8) return 'too_short';
    if (length(value) > 128) return 'too_long';
    return holdsName(value, username, email) ? 'holds_name' : null;
  },
  password_confirmation: (value, all) => (value === all.password ? null : 'mismatch'),
};

/** @param {string} password @param {string} username @param {string} email */
function holdsName(password, username, email) {
  const low = password.toLowerCase();
  return [username, email.split('@')[0]].some((name) => length(name) >= 3 && low.includes(name.toLowerCase()));
}

/** @param {string} field @param {Record<string, string>} all @returns {FieldProblem | null} */
export function check(field, all) {
  const value = all[field];
  // A password may be spaces; a name may not.
  const empty = field.startsWith('password') ? value === '' : value.trim() === '';
  const code = empty ? 'required' : rules[field]?.(value, all) ?? null;
  return code ? { field, code } : null;
}

/** @param {Record<string, string>} all @returns {FieldProblem[]} in the order of the form */
export const checkAll = (all) => Object.keys(all).flatMap((field) => check(field, all) ?? []);

/** Only that nothing is left empty: for logging in, where the rules of registering do not apply. @param {Record<string, string>} all */
export const checkFilled = (all) => Object.keys(all).flatMap((field) =>
  (all[field] === '' ? { field, code: 'required' } : []));

/**
 * A hint at how long a guess would take, 0 (refused) to 4. Honest about being small: it counts length and
 * variety and sees repetition and the name; it knows no list of leaked passwords (the server has one).
 * @param {string} password @param {string} username @param {string} email
 */
export function strength(password, username, email) {
  if (length(password) < 8 || holdsName(password, username, email)) return 0;
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u, /\p{Lo}/u].filter((kind) => kind.test(password)).length;
  // Repeats and runs (aaaa, 1234) add to the length and hardly to the guessing.
  let fresh = 0;
  let previous = -9;
  const seen = new Set();
  for (const character of password.toLowerCase()) {
    const code = character.codePointAt(0) ?? 0;
    fresh += Math.abs(code - previous) <= 1 ? 0.25 : seen.has(character) ? 0.5 : 1;
    seen.add(character);
    previous = code;
  }
  // Variety is worth something only as far as there is something to vary.
  const score = fresh + Math.min((kinds - 1) * 1.5, fresh / 3);
  return score < 8 ? 1 : score < 11 ? 2 : score < 15 ? 3 : 4;
}
