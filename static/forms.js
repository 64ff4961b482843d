// The state of one form: values, what is wrong with each field, what went wrong as a whole, and whether it is
// being sent. Fields know nothing of the server; a form knows nothing of the screen around it.
import { batch, signal, useMemo } from './vendor/preact.js';

/** @typedef {import('./problem.js').FieldProblem} FieldProblem */
/** @typedef {import('./problem.js').Problem} Problem */
/** @typedef {ReturnType<typeof createForm>} Form */

/**
 * @param {Record<string, string>} initial
 * @param {string} [prefix] of the ids of its fields, where several forms share a screen
 * @returns {Form}
 */
export const useForm = (initial, prefix = '') => useMemo(() => createForm(initial, prefix), []);

/** @param {Record<string, string>} initial @param {string} prefix */
function createForm(initial, prefix) {
  const values = Object.fromEntries(Object.entries(initial).map(([name, value]) => [name, signal(value)]));
  const wrong = Object.fromEntries(Object.keys(initial).map((name) =>
    [name, signal(/** @type {FieldProblem | null} */ (null))]));
  const problem = signal(/** @type {Problem | null} */ (null));
  const busy = signal(false);

  return {
    values, wrong, problem, busy,
    /** @param {string} name the id of its input */
    id: (name) => prefix + name,
    all: () => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.peek()])),

    /** @param {string} name @param {string} value */
    set(name, value) {
      batch(() => {
        values[name].value = value;
        // What was wrong is being corrected; saying it on would be nagging.
        wrong[name].value = null;
      });
    },

    /**
     * Shows each problem at its field, the first one of a field only.
     * @param {FieldProblem[]} problems @returns {boolean} whether there was a field for any
     */
    point(problems) {
      batch(() => {
        for (const [name, at] of Object.entries(wrong)) at.value = problems.find(({ field }) => field === name) ?? null;
      });
      const first = Object.keys(wrong).find((name) => problems.some(({ field }) => field === name));
      if (first) focusBack(prefix + first);
      return first !== undefined;
    },

    /** @param {Problem | null} told about the form as a whole */
    tell(told) { problem.value = told; },

    /** Empties the fields. */
    clear() {
      batch(() => {
        for (const [name, value] of Object.entries(initial)) {
          values[name].value = value;
          wrong[name].value = null;
        }
        problem.value = null;
      });
    },
  };
}

/** Moves the focus after the next render. @param {string} id */
export function focusSoon(id) {
  setTimeout(() => document.getElementById(id)?.focus());
}

/**
 * The same after an answer that was waited for: whoever is writing in another form by then is left there.
 * @param {string} id @param {string} [asked] what lies in the form that asked, where that is not the same
 */
export function focusBack(id, asked = id) {
  setTimeout(() => {
    if (!isWritingBeside(document.getElementById(asked))) document.getElementById(id)?.focus();
  });
}

/** @param {HTMLElement | null} asked */
function isWritingBeside(asked) {
  const at = document.activeElement;
  if (!(at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement)) return false;
  if (at instanceof HTMLInputElement && ['checkbox', 'radio', 'file'].includes(at.type)) return false;
  return at.form === null || at.form !== asked?.closest('form');
}
