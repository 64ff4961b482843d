// The console's state: the store, its list, what is selected, what was done and can be undone, and the stream that keeps
// all of it current. Components show it and call it; they know nothing of the server.
import { batch, signal } from '../vendor/preact.js';
import { deleteProduct, getStore, refreshProduct } from '../api-merchant.js';
import { focusBack } from '../forms.js';
import { asProblem } from '../problem.js';
import { endedBy, isAttended } from '../session.js';
import { createBulk } from './bulk.js';
import { createList } from './list.js';
import { createLive } from './live.js';
import { nameOf } from './words.js';

/** @typedef {import('../api-merchant.js').Product} Product */
/** @typedef {ReturnType<typeof createShop>} Shop */
/** @typedef {{ kind: 'deleted' | 'restored', names: import('./bulk.js').Names }} Done */

/** Changes come in bursts: the list is looked at again once after each, and not more often than that. */
const SETTLE_MS = 500;

export function createShop() {
  /** undefined: not asked yet; null: none was opened. */
  const store = signal(/** @type {import('../api-merchant.js').Store | null | undefined} */ (undefined));
  const problem = signal(/** @type {import('../problem.js').Problem | null} */ (null));
  /** Ids and names, kept from page to page. */
  const selected = signal(/** @type {ReadonlyMap<string, string>} */ (new Map()));
  const done = signal(/** @type {Done | null} */ (null));
  const busy = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  const list = createList();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;
  let isStale = false;

  /** Looks at list and counts again, soon; if nobody is here, when somebody is. */
  function settle() {
    if (settling) return;
    settling = setTimeout(() => {
      settling = undefined;
      isStale = !isAttended();
      if (!isStale) void lookAgain();
    }, SETTLE_MS);
  }

  async function lookAgain() {
    await Promise.all([list.reload(), getStore().then((found) => { store.value = found; }, (thrown) => { endedBy(asProblem(thrown)); })]);
  }

  const live = createLive({
    onProduct({ deleted, ...product }) {
      const before = list.find(product.product_id);
      if (deleted) {
        drop([product.product_id]);
        settle();
        return;
      }
      const isSeen = list.put(product);
      // Where it stands, and what is counted, may have changed.
      if (!isSeen || before?.category_id !== product.category_id || before?.status !== product.status || before?.info_status !== product.info_status) settle();
    },
    onStore({ name, product_count, categories }) {
      if (store.peek()) store.value = { .../** @type {import('../api-merchant.js').Store} */ (store.peek()), name, product_count };
      list.sorted(categories);
    },
    onMissed: settle,
  });

  /** @param {string[]} ids */
  function drop(ids) {
    list.remove(ids);
    selected.value = new Map([...selected.peek()].filter(([id]) => !ids.includes(id)));
  }

  /** @param {string} id @param {() => Promise<void>} work */
  async function at(id, work) {
    if (busy.peek().has(id)) return;
    busy.value = new Set([...busy.peek(), id]);
    problem.value = null;
    try {
      await work();
    } catch (thrown) {
      const said = asProblem(thrown);
      if (said.code === 'product_not_found') drop([id]);
      if (!endedBy(said)) problem.value = said;
    } finally {
      busy.value = new Set([...busy.peek()].filter((one) => one !== id));
    }
  }

  const comeBack = () => { if (isStale && isAttended()) settle(); };
  const bulk = createBulk({ list, selected, done, drop, settle });

  return {
    store, problem, selected, done, busy, list, live, bulk, settle, at,

    /** These turned out to be deleted. @param {string[]} ids */
    vanished(ids) {
      drop(ids);
      settle();
    },

    async load() {
      problem.value = null;
      try {
        store.value = await getStore();
      } catch (thrown) {
        const said = asProblem(thrown);
        if (endedBy(said)) return;
        if (said.code === 'no_store') store.value = null;
        else problem.value = said;
      }
    },

    /** Once there is a store. @returns {() => void} to be called when the console is left */
    begin() {
      live.start();
      for (const sign of ['focus', 'pointerdown', 'keydown']) addEventListener(sign, comeBack, { passive: true });
      return () => {
        live.stop();
        list.stop();
        bulk.stop();
        clearTimeout(settling);
        for (const sign of ['focus', 'pointerdown', 'keydown']) removeEventListener(sign, comeBack);
      };
    },

    /** @param {Product} product */
    toggle(product) {
      const after = new Map(selected.peek());
      if (!after.delete(product.product_id)) after.set(product.product_id, nameOf(product));
      selected.value = after;
    },

    /** @param {Product} product */
    remove: (product) => at(product.product_id, async () => {
      await deleteProduct(product.product_id);
      batch(() => {
        drop([product.product_id]);
        done.value = { kind: 'deleted', names: new Map([[product.product_id, nameOf(product)]]) };
      });
      focusBack('undo');
      settle();
    }),

    /** Brings back what was deleted last. */
    undo() {
      const last = done.peek();
      if (last?.kind === 'deleted') void bulk.start('restore', last.names);
    },

    /** @param {Product} product */
    again: (product) => at(product.product_id, async () => { list.put(await refreshProduct(product.product_id)); }),
  };
}
