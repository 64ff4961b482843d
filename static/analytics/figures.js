// What the page shows, and how it is asked for: the open day first, because a choice such as "30 days" ends there,
// then the days, the products and the cohorts side by side, each with the period before. A newer question ends an
// older one; what was shown stays until the new answers are there.
import { useEffect, useRef, useSignal } from '../vendor/preact.js';
import { getActive, getDaily, getProducts, getRetention } from '../api-analytics.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { before, cohortSpan, spanOf } from './range.js';

/** @typedef {import('../problem.js').Problem} Problem */
/** @typedef {import('./range.js').Span} Span */
/**
 * @template T
 * @typedef {{ now: T | null, then: T | null, problem: Problem | null }} Section `then`: the period before, if compared
 */
/**
 * @typedef {object} Shown
 * @property {Span} span @property {Span | null} earlier
 * @property {import('../api-analytics.js').Active} open
 * @property {Section<import('../api-analytics.js').Daily>} daily
 * @property {Section<import('../api-analytics.js').Products>} products
 * @property {Section<import('../api-analytics.js').Retention>} retention
 */

/**
 * @template T
 * @param {(span: Span, signal: AbortSignal) => Promise<T>} get @param {Span} span @param {Span | null} earlier @param {AbortSignal} signal
 * @returns {Promise<Section<T>>}
 */
async function section(get, span, earlier, signal) {
  try {
    const [now, then] = await Promise.all([get(span, signal), earlier && get(earlier, signal)]);
    return { now, then, problem: null };
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (!signal.aborted) endedBy(problem);
    return { now: null, then: null, problem };
  }
}

export function useFigures() {
  const shown = useSignal(/** @type {Shown | null} */ (null));
  const problem = useSignal(/** @type {Problem | null} */ (null));
  const busy = useSignal(false);
  const asking = useRef(/** @type {AbortController | null} */ (null));
  useEffect(() => () => asking.current?.abort(), []);

  /** @param {import('./range.js').Choice} choice */
  async function ask(choice) {
    asking.current?.abort();
    const mine = new AbortController();
    const { signal } = mine;
    asking.current = mine;
    busy.value = true;
    try {
      const open = await getActive(signal);
      const span = spanOf(choice, open.today);
      const earlier = choice.compare ? before(span) : null;
      const cohorts = cohortSpan(span);
      const [daily, products, retention] = await Promise.all([
        section(getDaily, span, earlier, signal), section(getProducts, span, earlier, signal),
        section(getRetention, cohorts, earlier && before(cohorts), signal),
      ]);
      if (signal.aborted) return;
      shown.value = { span, earlier, open, daily, products, retention };
      problem.value = null;
    } catch (thrown) {
      if (signal.aborted) return;
      const said = asProblem(thrown);
      if (!endedBy(said)) problem.value = said;
    } finally {
      if (asking.current === mine) busy.value = false;
    }
  }

  return { shown, problem, busy, ask };
}
