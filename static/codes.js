// A six-digit code on its way to a person: where it went, until when it is good, when another may be asked for, and
// what became of it. Shared by verifying an address, changing the password and having forgotten it.
import { batch, signal, useMemo } from './vendor/preact.js';
import { onThisClock } from './api.js';
import { asProblem } from './problem.js';
import { endedBy } from './session.js';

/** @typedef {import('./problem.js').Problem} Problem */
/** @typedef {{ channel: string, expires_at: string, resend_after: string, destination?: string, code?: string | null }} Sent */
/** @typedef {ReturnType<typeof createCode>} CodeState */

/** @returns {CodeState} */
export const useCode = () => useMemo(createCode, []);

function createCode() {
  const sent = signal(/** @type {(Sent & { id: string, minutes: number }) | null} */ (null));
  const problem = signal(/** @type {Problem | null} */ (null));
  const busy = signal(false);
  /** Moments on this machine's clock, in milliseconds, so that a countdown outlives whatever shows it. */
  const resendAt = signal(0);
  const expiresAt = signal(0);

  return {
    sent, problem, busy, resendAt, expiresAt,

    /**
     * Asks for a code, unless that is under way.
     * @param {() => Promise<Sent & { id: string }>} ask
     * @returns {Promise<boolean>} whether one was sent
     */
    async send(ask) {
      if (busy.peek()) return false;
      busy.value = true;
      problem.value = null;
      try {
        const told = await ask();
        batch(() => {
          resendAt.value = onThisClock(told.resend_after);
          expiresAt.value = onThisClock(told.expires_at);
          sent.value = { ...told, minutes: Math.max(1, Math.round((expiresAt.value - Date.now()) / 60_000)) };
        });
        return true;
      } catch (thrown) {
        const said = asProblem(thrown);
        if (endedBy(said)) return false;
        if (said.code === 'resend_too_soon') resendAt.value = Date.now() + said.retryAfter * 1000;
        problem.value = said;
        return false;
      } finally {
        busy.value = false;
      }
    },

    reset() {
      batch(() => {
        sent.value = null;
        problem.value = null;
      });
    },
  };
}

/**
 * What to say at the field for the code, if it is about the code.
 * @param {Problem} problem
 * @returns {import('./problem.js').FieldProblem[]}
 */
export function aboutTheCode({ code, left, errors }) {
  if (code === 'wrong_code') return [{ field: 'code', code: left > 0 ? 'wrong_code' : 'used_up', left }];
  // One that nobody remembers is as good as one that ran out.
  if (code === 'code_expired' || code === 'not_found') return [{ field: 'code', code: 'code_expired' }];
  if (code === 'too_many_attempts') return [{ field: 'code', code: 'used_up' }];
  return errors;
}

/** @param {string} typed @returns {string} without the spaces of a pasted "123 456" */
export const digitsOf = (typed) => typed.normalize('NFKC').replace(/[\s-]/g, '');
