// The page of products that is shown: loaded for the filters, kept current by what is heard of single products, and never
// set back by an answer that is older than what is known already.
import { batch, signal } from '../vendor/preact.js';
import { getProducts } from '../api-merchant.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { questionOf } from './filters.js';

/** @typedef {import('../api-merchant.js').List} List */
/** @typedef {import('../api-merchant.js').Product} Product */
/** @typedef {import('../api-merchant.js').Category} Category */
/** @typedef {import('./filters.js').Filters} Filters */
/** @typedef {ReturnType<typeof createList>} ListState */

const PAGE = 20;

export function createList() {
  const shown = signal(/** @type {List | null} */ (null));
  const problem = signal(/** @type {import('../problem.js').Problem | null} */ (null));
  const loading = signal(false);
  /** The page asked for is no more: its cursor is a day old, or of another list. */
  const lapsed = signal(false);
  /** @type {Filters | null} */
  let filters = null;
  /** @type {AbortController | null} */
  let asking = null;
  /** Deleted, so that an answer on its way does not bring them back. @type {Set<string>} */
  const gone = new Set();

  /** @param {List} list @returns {List} with what is known to be newer */
  function current(list) {
    const held = new Map(shown.peek()?.products.map((product) => [product.product_id, product]));
    const products = list.products.filter(({ product_id }) => !gone.has(product_id)).map((product) => {
      const before = held.get(product.product_id);
      return before && before.version > product.version ? before : product;
    });
    return { ...list, products };
  }

  /** @param {boolean} quietly without a sign of it: nobody asked for it here */
  async function ask(quietly) {
    if (!filters) return;
    asking?.abort();
    const stop = new AbortController();
    asking = stop;
    if (!quietly) loading.value = true;
    const query = questionOf(filters);
    query.set('limit', String(PAGE));
    if (filters.after) query.set('cursor', filters.after);
    try {
      const list = await getProducts(query, stop.signal);
      batch(() => {
        shown.value = current(list);
        problem.value = null;
        loading.value = false;
      });
    } catch (thrown) {
      if (stop.signal.aborted) return;
      loading.value = false;
      const said = asProblem(thrown);
      if (endedBy(said)) return;
      const isOfCursor = said.code === 'cursor_expired' || (said.code === 'invalid_query' && filters.after !== '');
      if (isOfCursor) lapsed.value = true;
      else problem.value = said;
    }
  }

  return {
    shown, problem, loading, lapsed,

    /** @param {Filters} wanted */
    load(wanted) {
      filters = wanted;
      return ask(false);
    },
    retry: () => ask(false),
    reload: () => ask(true),
    stop: () => asking?.abort(),

    /** @param {string} id */
    find: (id) => shown.peek()?.products.find(({ product_id }) => product_id === id) ?? null,

    /** What is newly known of one. @param {Product} product @returns {boolean} whether it is in sight */
    put(product) {
      gone.delete(product.product_id);
      const list = shown.peek();
      const before = list?.products.find(({ product_id }) => product_id === product.product_id);
      if (!list || !before) return false;
      if (before.version < product.version)
        shown.value = { ...list, products: list.products.map((one) => (one === before ? product : one)) };
      return true;
    },

    /** These are deleted. @param {string[]} ids */
    remove(ids) {
      for (const id of ids) gone.add(id);
      const list = shown.peek();
      if (!list) return;
      const products = list.products.filter(({ product_id }) => !gone.has(product_id));
      shown.value = { ...list, products, total: list.total - (list.products.length - products.length) };
    },

    /** These are no longer deleted. @param {string[]} ids */
    returned(ids) { for (const id of ids) gone.delete(id); },

    /** @param {Category[]} categories */
    sorted(categories) {
      const list = shown.peek();
      if (list) shown.value = { ...list, categories };
    },
  };
}
