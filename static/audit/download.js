// The export's own work: lines are read as they come, whole lines are kept, and after a stop or a break it goes on
// behind the last whole line. Nothing of a half line ever gets into the file.
import { signal } from '../vendor/preact.js';
import { getLines } from '../api-audit.js';
import { asProblem, Problem } from '../problem.js';

/** @typedef {'idle' | 'running' | 'stopped' | 'broken' | 'done'} Stage */

/** Joined now and then, so that a long export does not lie about in many small pieces. */
const PIECES = 64;
const NEWLINE = 10;

/** @param {Record<string, string | undefined>} filters */
export function createDownload(filters) {
  const stage = signal(/** @type {Stage} */ ('idle'));
  const problem = signal(/** @type {Problem | null} */ (null));
  const told = signal({ events: 0, bytes: 0, position: 0, until: 0 });
  /** @type {Blob[]} */
  let pieces = [];
  /** @type {AbortController | null} */
  let running = null;

  /** @param {Uint8Array<ArrayBuffer>} lines whole ones */
  function keep(lines) {
    let count = 0;
    let [start, end] = [0, lines.length - 1];
    for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) {
      count += 1;
      if (at < end) start = at + 1;
    }
    const { position } = JSON.parse(new TextDecoder().decode(lines.subarray(start, end)));
    const { events, bytes, until } = told.peek();
    pieces.push(new Blob([lines]));
    if (pieces.length > PIECES) pieces = [new Blob(pieces)];
    told.value = { events: events + count, bytes: bytes + lines.length, position, until: Math.max(until, position) };
  }

  /** @param {AbortSignal} stopped */
  async function read(stopped) {
    const after = told.peek().position;
    const answer = await getLines({ ...filters, after: after > 0 ? after : undefined }, stopped);
    told.value = { ...told.peek(), until: Number(answer.headers.get('x-audit-until')) || told.peek().until };
    if (!answer.body) return;
    let rest = new Uint8Array(0);
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const whole = new Uint8Array(rest.length + value.length);
      whole.set(rest);
      whole.set(value, rest.length);
      const end = whole.lastIndexOf(NEWLINE) + 1;
      if (end > 0) keep(whole.slice(0, end));
      rest = whole.slice(end);
    }
    if (rest.length > 0) throw new Problem({ status: 0, code: 'unreachable' });
  }

  return {
    stage, problem, told,
    /** Begins, or goes on where it stopped. */
    async start() {
      if (stage.peek() === 'running') return;
      running = new AbortController();
      const mine = running;
      stage.value = 'running';
      problem.value = null;
      try {
        await read(mine.signal);
        told.value = { ...told.peek(), position: told.peek().until };
        stage.value = 'done';
      } catch (thrown) {
        if (mine.signal.aborted) return;
        // A connection that breaks in the middle is a plain TypeError of the reader.
        problem.value = thrown instanceof TypeError ? new Problem({ status: 0, code: 'unreachable' }) : asProblem(thrown);
        stage.value = 'broken';
      }
    },
    stop() {
      running?.abort();
      if (stage.peek() === 'running') stage.value = 'stopped';
    },
    file: () => new Blob(pieces, { type: 'application/x-ndjson' }),
  };
}
