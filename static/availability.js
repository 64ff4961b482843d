// Whether a username, email or phone is still free, asked while the reader types: once the typing pauses, only
// for something that could be valid, and never showing an older answer over a newer question.
import { signal, useEffect, useMemo } from './vendor/preact.js';
import { getAvailability } from './api.js';
import { check } from './checks.js';
import { Problem } from './problem.js';

/** @typedef {'idle' | 'asking' | 'available' | 'taken'} Standing */

const PAUSE_MS = 350;

/**
 * @param {import('./api.js').UniqueField} field
 * @param {import('./forms.js').Form} form
 */
export function useAvailability(field, form) {
  const standing = useMemo(() => signal(/** @type {Standing} */ ('idle')), []);
  const value = form.values[field].value.trim();

  useEffect(() => {
    standing.value = 'idle';
    if (value === '' || check(field, { [field]: value })) return undefined;
    const stop = new AbortController();
    const pause = setTimeout(async () => {
      standing.value = 'asking';
      try {
        const { available } = await getAvailability(field, value, stop.signal);
        if (!stop.signal.aborted) standing.value = available ? 'available' : 'taken';
      } catch (thrown) {
        if (stop.signal.aborted) return;
        // Silence is right when the server is busy: registering decides anyway. But what it finds wrong with
        // the value itself (look-alike letters, say) is better said now.
        standing.value = 'idle';
        if (thrown instanceof Problem && thrown.status === 422) form.wrong[field].value = thrown.errors[0] ?? null;
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(pause);
      stop.abort();
    };
  }, [value]);

  return standing;
}
