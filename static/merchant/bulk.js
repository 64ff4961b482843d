// One thing done to many products: in pieces, so that it can be watched and stopped, each product with its own result.
import { batch, signal } from '../vendor/preact.js';
import { postBulk } from '../api-merchant.js';
import { focusBack } from '../forms.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';

/** @typedef {import('../api-merchant.js').Bulk['action']} Action */
/** @typedef {ReadonlyMap<string, string>} Names of products, by their ids */
/** @typedef {{ id: string, name: string, code: string, message: string }} Miss what was not done, and why */
/** @typedef {{ action: Action, done: number, misses: Miss[], total: number, running: boolean }} Run */

const PIECE = 50;

/**
 * @param {object} around
 * @param {import('./list.js').ListState} around.list
 * @param {{ value: Names, peek: () => Names }} around.selected
 * @param {{ value: import('./shop.js').Done | null }} around.done
 * @param {(ids: string[]) => void} around.drop
 * @param {() => void} around.settle
 */
export function createBulk({ list, selected, done, drop, settle }) {
  const run = signal(/** @type {Run | null} */ (null));
  const problem = signal(/** @type {import('../problem.js').Problem | null} */ (null));
  let stopping = false;

  /**
   * Piece by piece, until all is done, it is stopped, or the server cannot be asked.
   * @param {Action} action @param {Names} names @param {string | null} category
   * @returns {Promise<string[]>} what was done
   */
  async function carry(action, names, category) {
    const ids = [...names.keys()];
    /** @type {string[]} */
    const carried = [];
    for (let at = 0; at < ids.length && !stopping; at += PIECE) {
      const product_ids = ids.slice(at, at + PIECE);
      try {
        const { errors } = await postBulk(action === 'move' ? { action, product_ids, category_id: category } : { action, product_ids });
        const misses = errors.map(({ product_id: id, code, message }) => ({ id, name: names.get(id) ?? id, code, message }));
        carried.push(...product_ids.filter((id) => !misses.some((miss) => miss.id === id)));
        const soFar = /** @type {Run} */ (run.peek());
        run.value = { ...soFar, done: carried.length, misses: [...soFar.misses, ...misses] };
      } catch (thrown) {
        const said = asProblem(thrown);
        if (!endedBy(said)) problem.value = said;
        break;
      }
    }
    return carried;
  }

  /** @param {Action} action @param {Names} names @param {string[]} carried */
  function conclude(action, names, carried) {
    const changed = new Map(carried.map((id) => [id, names.get(id) ?? id]));
    batch(() => {
      run.value = { .../** @type {Run} */ (run.peek()), running: false };
      if (action === 'delete') drop(carried);
      if (action === 'restore') list.returned(carried);
      if (carried.length > 0 && (action === 'delete' || action === 'restore'))
        done.value = { kind: action === 'delete' ? 'deleted' : 'restored', names: changed };
      // What was not done stays selected, to be tried again.
      selected.value = new Map([...selected.peek()].filter(([id]) => !changed.has(id)));
    });
    if (action === 'delete' && carried.length > 0) focusBack('undo');
    void list.reload();
    settle();
  }

  return {
    run, problem,
    stop() { stopping = true; },
    dismiss() {
      run.value = null;
      problem.value = null;
    },

    /** @param {Action} action @param {Names} names @param {string | null} [category] to move to; null is out of every one */
    async start(action, names, category = null) {
      if (names.size === 0 || run.peek()?.running) return;
      stopping = false;
      problem.value = done.value = null;
      run.value = { action, done: 0, misses: [], total: names.size, running: true };
      conclude(action, names, await carry(action, names, category));
    },
  };
}
