// Asking the server for what a part of the page shows: a newer question ends an older one, what was shown stays until
// the new answer is there, and a session that ended says so by itself.
import { useEffect, useRef, useSignal } from '../vendor/preact.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';

/** @typedef {import('../problem.js').Problem} Problem */

/**
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} ask
 * @param {string} what is asked: with another it is asked anew
 */
export function useAnswer(ask, what) {
  const answer = useSignal(/** @type {T | null} */ (null));
  const problem = useSignal(/** @type {Problem | null} */ (null));
  const busy = useSignal(true);
  const asking = useRef(/** @type {AbortController | null} */ (null));

  async function again() {
    asking.current?.abort();
    const mine = new AbortController();
    asking.current = mine;
    busy.value = true;
    try {
      const found = await ask(mine.signal);
      if (mine.signal.aborted) return;
      answer.value = found;
      problem.value = null;
    } catch (thrown) {
      if (mine.signal.aborted) return;
      const said = asProblem(thrown);
      if (!endedBy(said)) problem.value = said;
    } finally {
      if (asking.current === mine) busy.value = false;
    }
  }

  useEffect(() => void again(), [what]);
  useEffect(() => () => asking.current?.abort(), []);
  return { answer, problem, busy, again };
}

/** Work that somebody pressed for, one at a time. */
export function useDoing() {
  const busy = useSignal(false);
  const problem = useSignal(/** @type {Problem | null} */ (null));
  /** @param {() => Promise<void>} work */
  async function doing(work) {
    if (busy.peek()) return;
    busy.value = true;
    problem.value = null;
    try {
      await work();
    } catch (thrown) {
      const said = asProblem(thrown);
      if (!endedBy(said)) problem.value = said;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, doing };
}
