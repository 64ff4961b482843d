// The state of one form: values, what is wrong with each field, what went wrong as a whole, and whether it is
// being sent. Fields know nothing of the server; a form knows nothing of the screen around it.
import { batch, signal, useMemo } from './vendor/preact.js';

/** @typedef {import('./problem.js').FieldProblem} FieldProblem */
/** @typedef {import('./problem.js').Problem} Problem */
/** @typedef {ReturnType<typeof createForm>} Form */

/** @param {Record<string, string>} initial @returns {Form} */
export const useForm = (initial) => useMemo(() => createForm(initial), []);

/** @param {Record<string, string>} initial */
function createForm(initial) {
  const values = Object.fromEntries(Object.entries(initial).map(([name, value]) => [name, signal(value)]));
  const wrong = Object.fromEntries(Object.keys(initial).map((name) =>
    [name, signal(/** @type {FieldProblem | null} */ (null))]));
  const problem = signal(/** @type {Problem | null} */ (null));
  const busy = signal(false);

  return {
    values, wrong, problem, busy,
    all: () => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.peek()])),

    /** @param {string} name @param {string} value */
    set(name, value) {
      batch(() => {
        values[name].value = value;
        // What was wrong is being corrected; saying it on would be nagging.
        wrong[name].value = null;
      });
    },

    /** Shows each problem at its field, the first one of a field only. @param {FieldProblem[]} problems */
    point(problems) {
      batch(() => {
        for (const [name, at] of Object.entries(wrong)) at.value = problems.find(({ field }) => field === name) ?? null;
      });
      if (problems.some(({ field }) => field in wrong)) focusFirstWrong();
    },

    /** @param {Problem | null} told about the form as a whole */
    tell(told) { problem.value = told; },
  };
}

/** After the next render, when the fields are marked. */
export function focusFirstWrong() {
  setTimeout(() => {
    const field = document.querySelector('form [aria-invalid="true"]');
    if (field instanceof HTMLElement) field.focus();
  });
}

/** After the next render. @param {string} id */
export function focusSoon(id) {
  setTimeout(() => document.getElementById(id)?.focus());
}
