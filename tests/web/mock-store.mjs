// The merchant's routes in memory, for the mock server: a store, its products and categories, bulk, files, and the stream of
// what happens. Its crawler needs a moment and knows an item by its id: `not_there` is none, `login_script` needs a log-in,
// `verification` is blocked, `short`-link items come from `m.tb.cn`, and any other id is found.
import { randomUUID } from 'node:crypto';
import { Refusal } from './mock-accounts.mjs';

/** @typedef {{ category_id: string, name: string }} Category */
/** @typedef {Record<string, any> & { product_id: string, version: number, deleted: boolean }} Product */
/** @typedef {{ owner: string, store_id: string, name: string, created_at: string, categories: Category[], products: Product[], watchers: Set<import('node:http').ServerResponse>, said: number }} Store */
/** @typedef {(request: import('node:http').IncomingMessage) => { account: { user_id: string }, login_time: number }} Whose */

const FETCH_MS = 400;
const failures = /** @type {Record<string, string>} */ ({ not_there: 'not_found', login_script: 'needs_login', verification: 'blocked' });
const now = () => new Date().toISOString();

/** @param {string} field @param {string} code */
const wrong = (field, code) => new Refusal(422, 'validation_failed', { errors: [{ field, code, message: code }] });

/** @param {string} text @returns {{ url: string, id: string | null }} */
function itemOf(text) {
  const [, host = '', rest = ''] = text.match(/(?:https?:\/\/)?([a-z0-9.-]+\.[a-z]+)(\/[!-~]*)/i) ?? [];
  if (text.trim() === '') throw wrong('taobao_url', 'required');
  if (host === '') throw wrong('taobao_url', 'invalid_format');
  if (host === 'm.tb.cn') return { url: `https://${host}${rest.split('?')[0]}`, id: null };
  if (!/(^|\.)(taobao|tmall)\.com$/.test(host)) throw wrong('taobao_url', 'unknown_host');
  const id = rest.match(/[?&]id=([\w-]+)/)?.[1];
  if (!id) throw wrong('taobao_url', 'invalid_format');
  return { url: `https://${host.endsWith('tmall.com') ? 'detail.tmall.com' : 'item.taobao.com'}/item.htm?id=${id}`, id };
}

/** @param {string} text */
function couponOf(text = '') {
  if (text.trim() === '') throw wrong('coupon_url', 'required');
  const url = text.match(/https:\/\/[!-~]+/)?.[0];
  if (!url) throw wrong('coupon_url', 'invalid_format');
  return url;
}

/** @param {string} typed */
function priceOf(typed) {
  const found = typed.replace(/[¥元,]/g, '').match(/^(\d+)(?:\.(\d{1,2}))?$/);
  if (!found) throw wrong('price', typed === '' ? 'required' : 'invalid_format');
  return `${Number(found[1])}.${(found[2] ?? '').padEnd(2, '0')}`;
}

/** @param {Whose} whose */
export function storeRoutes(whose) {
  /** @type {Map<string, Store>} */
  const stores = new Map();

  /** @param {import('node:http').IncomingMessage} request */
  function mine(request) {
    const store = stores.get(whose(request).account.user_id);
    if (!store) throw new Refusal(404, 'no_store');
    return store;
  }
  /** @param {Store} store */
  const there = (store) => store.products.filter(({ deleted }) => !deleted);
  /** @param {Store} store @param {string} id */
  function known(store, id) {
    const product = there(store).find(({ product_id }) => product_id === id);
    if (!product) throw new Refusal(404, 'product_not_found');
    return product;
  }
  /** @param {Store} store */
  const counted = (store) => store.categories.map((one) => ({ ...one, product_count: there(store).filter(({ category_id }) => category_id === one.category_id).length })).sort((a, b) => (a.name < b.name ? -1 : 1));
  /** @param {Store} store */
  const shownStore = (store) => ({ store_id: store.store_id, name: store.name, product_count: there(store).length, created_at: store.created_at });
  /** @param {Product} product */
  const shown = ({ deleted: _deleted, priceByHand: _by, ...product }) => ({ ...product, price_is_hint: product.info_source === 'page' && product.price !== null && !_by });

  /** @param {Store} store @param {string} event @param {unknown} data */
  function say(store, event, data) {
    store.said += 1;
    for (const watcher of store.watchers) watcher.write(`event: ${event}\nid: ${store.said}\ndata: ${JSON.stringify(data)}\n\n`);
  }
  /** @param {Store} store @param {Product} product @param {Record<string, unknown>} change */
  function change(store, product, change) {
    Object.assign(product, change, { version: product.version + 1, updated_at: now() });
    say(store, 'product', { ...shown(product), deleted: product.deleted });
    return product;
  }
  /** @param {Store} store */
  const sayStore = (store) => say(store, 'store', { ...shownStore(store), categories: counted(store) });

  /** @param {Store} store @param {Product} product */
  function crawl(store, product) {
    setTimeout(() => {
      if (product.deleted || product.info_status !== 'pending') return;
      const failed = failures[product.taobao_item_id ?? ''];
      if (failed) return void change(store, product, { info_status: 'failed', info_error: failed });
      change(store, product, {
        info_status: 'fetched', info_source: 'page', info_error: null, title: product.title ?? '2022夏季新款 纯棉短袖T恤',
        price: product.price ?? '89.00', image_url: 'https://img.alicdn.com/imgextra/i1/shirt.jpg',
      });
    }, FETCH_MS).unref();
  }

  /** @param {Store} store @param {Record<string, any>} body */
  function list(store, body) {
    const { url, id } = itemOf(body.taobao_url ?? '');
    const coupon_url = couponOf(body.coupon_url);
    if (body.category_id && !store.categories.some(({ category_id }) => category_id === body.category_id)) throw wrong('category_id', 'unknown');
    if (there(store).some(({ taobao_url, taobao_item_id }) => (id ? taobao_item_id === id : taobao_url === url))) throw new Refusal(409, 'already_listed');
    /** @type {Product} */
    const product = {
      product_id: randomUUID(), store_id: store.store_id, taobao_url: url, taobao_item_id: id, coupon_url, title: null, price: null, image_url: null, category_id: body.category_id ?? null,
      status: 'listed', info_status: 'pending', info_source: null, info_error: null, listed_at: now(), updated_at: now(), version: 0, deleted: false,
    };
    store.products.unshift(product);
    change(store, product, {});
    crawl(store, product);
    return product;
  }

  /** @param {Store} store @param {Product} product @param {Record<string, any>} body */
  function modify(store, product, body) {
    /** @type {Record<string, unknown>} */
    const wanted = {};
    if ('title' in body) {
      if (body.title.trim() === '') throw wrong('title', 'required');
      wanted.title = body.title.trim();
    }
    if ('price' in body) Object.assign(wanted, { price: priceOf(body.price), priceByHand: true });
    if ('coupon_url' in body) wanted.coupon_url = couponOf(body.coupon_url);
    if ('category_id' in body) wanted.category_id = body.category_id;
    if ('status' in body) wanted.status = body.status;
    if ('taobao_url' in body) {
      const { url, id } = itemOf(body.taobao_url);
      Object.assign(wanted, { taobao_url: url, taobao_item_id: id, info_status: 'pending', info_error: null });
    }
    change(store, product, wanted);
    crawl(store, product);
  }

  /** @param {Store} store @param {URLSearchParams} query */
  function listed(store, query) {
    const words = (query.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const sort = query.get('sort') ?? '-listed_at';
    const found = there(store).filter((product) => ['category_id', 'status', 'info_status'].every((name) => !query.get(name) || product[name] === query.get(name))
      && words.every((word) => (product.title ?? '').toLowerCase().includes(word)));
    const key = sort.replace('-', '');
    const sign = sort.startsWith('-') ? -1 : 1;
    /** @param {Product} product */
    const value = (product) => (key === 'price' ? Number(product.price ?? sign * Infinity) : product[key] ?? '\uFFFF');
    return found.sort((a, b) => (value(a) < value(b) ? -sign : value(a) > value(b) ? sign : a.product_id < b.product_id ? -sign : sign));
  }

  /** @type {import('./mock-accounts.mjs').Routes} */
  const routes = {
    'POST /api/v1/store': ({ body, request }) => {
      const { user_id } = whose(request).account;
      if (stores.has(user_id)) throw new Refusal(409, 'store_exists');
      if ([...body.name].length > 40) throw wrong('name', 'too_long');
      const store = { owner: user_id, store_id: randomUUID(), name: body.name, created_at: now(), categories: [], products: [], watchers: new Set(), said: 0 };
      stores.set(user_id, store);
      return { status: 201, json: { store_id: store.store_id, name: store.name } };
    },
    'GET /api/v1/store': ({ request }) => ({ status: 200, json: shownStore(mine(request)) }),
    'PATCH /api/v1/store': ({ body, request }) => {
      const store = mine(request);
      if (body.name.trim() === '') throw wrong('name', 'required');
      if ([...body.name].length > 40) throw wrong('name', 'too_long');
      store.name = body.name;
      sayStore(store);
      return { status: 200, json: shownStore(store) };
    },
    'GET /api/v1/store/products': ({ request, url }) => {
      const store = mine(request);
      const all = listed(store, url.searchParams);
      const cursor = url.searchParams.get('cursor');
      const from = cursor === null ? 0 : /^c\d+$/.test(cursor) ? Number(cursor.slice(1)) : NaN;
      if (Number.isNaN(from)) throw new Refusal(400, 'invalid_query');
      const limit = Number(url.searchParams.get('limit') ?? 20);
      return { status: 200, json: { store_id: store.store_id, categories: counted(store), products: all.slice(from, from + limit).map(shown), next_cursor: from + limit < all.length ? `c${from + limit}` : null, total: all.length } };
    },
    'POST /api/v1/store/products': ({ body, request }) => ({ status: 201, json: shown(list(mine(request), body)) }),
    'GET /api/v1/store/products.csv': ({ request, url }) => {
      const lines = listed(mine(request), url.searchParams).map(({ taobao_url, coupon_url, title, price }) => [taobao_url, coupon_url, '', title ?? '', price ?? ''].map((cell) => `"${cell}"`).join(','));
      return { status: 200, bytes: Buffer.from(`\uFEFF${['taobao_url,coupon_url,category,title,price', ...lines].join('\r\n')}\r\n`), headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': 'attachment; filename="products.csv"' } };
    },
    'POST /api/v1/store/products/import': ({ bytes, request }) => {
      const store = mine(request);
      const [head, ...lines] = bytes.toString().replace(/^\uFEFF/, '').split(/\r?\n/);
      if (!/taobao_url.*coupon_url/.test(head)) throw new Refusal(400, 'malformed_request');
      /** @type {{ line: number, code: string, message: string }[]} */
      const errors = [];
      let done = 0;
      for (const [at, line] of lines.entries()) {
        if (line.trim() === '') continue;
        const [taobao_url, coupon_url, category] = line.split(',');
        try {
          const category_id = category ? store.categories.find(({ name }) => name === category)?.category_id ?? 'none' : null;
          list(store, { taobao_url, coupon_url, category_id });
          done += 1;
        } catch (thrown) {
          const refusal = /** @type {Refusal} */ (thrown);
          const field = refusal.more.errors?.[0];
          errors.push({ line: at + 2, code: field?.code ?? refusal.code, message: field ? `${field.field}: ${field.code}` : refusal.code });
        }
      }
      return { status: 200, json: { listed: done, errors } };
    },
    'POST /api/v1/store/products/bulk': ({ body: said, request }) => {
      const store = mine(request);
      const body = /** @type {any} */ (said);
      /** @type {Record<string, (product: Product) => unknown>} */
      const deeds = {
        list: (product) => change(store, product, { status: 'listed' }),
        delist: (product) => change(store, product, { status: 'delisted' }),
        delete: (product) => change(store, product, { deleted: true }),
        move: (product) => change(store, product, { category_id: body.category_id }),
        refresh: (product) => { change(store, product, { info_status: 'pending', info_error: null }); crawl(store, product); },
      };
      /** @type {{ product_id: string, code: string, message: string }[]} */
      const errors = [];
      for (const id of new Set(body.product_ids)) {
        try {
          if (body.action === 'restore') restore(store, id);
          else deeds[body.action](known(store, id));
        } catch (thrown) {
          const { code } = /** @type {Refusal} */ (thrown);
          errors.push({ product_id: id, code, message: code });
        }
      }
      return { status: 200, json: { done: body.product_ids.length - errors.length, errors } };
    },
    'GET /api/v1/store/products/*': ({ request, ids: [id] }) => ({ status: 200, json: shown(known(mine(request), id)) }),
    'PATCH /api/v1/store/products/*': ({ body, request, ids: [id] }) => {
      const store = mine(request);
      const product = known(store, id);
      const seen = request.headers['if-match'];
      if (seen && seen !== `"${product.version}"`) throw new Refusal(412, 'version_mismatch');
      modify(store, product, body);
      return { status: 200, json: shown(product) };
    },
    'DELETE /api/v1/store/products/*': ({ request, ids: [id] }) => {
      const store = mine(request);
      change(store, known(store, id), { deleted: true });
      return { status: 200, json: { product_id: id, deleted_at: now() } };
    },
    'POST /api/v1/store/products/*/refresh': ({ request, ids: [id] }) => {
      const store = mine(request);
      const product = change(store, known(store, id), { info_status: 'pending', info_error: null });
      crawl(store, product);
      return { status: 202, json: shown(product) };
    },
    'POST /api/v1/store/categories': ({ body, request }) => {
      const store = mine(request);
      named(store, body.name, '');
      const category = { category_id: randomUUID(), name: body.name };
      store.categories.push(category);
      sayStore(store);
      return { status: 201, json: category };
    },
    'PATCH /api/v1/store/categories/*': ({ body, request, ids: [id] }) => {
      const store = mine(request);
      named(store, body.name, id);
      const category = store.categories.find(({ category_id }) => category_id === id);
      if (!category) throw new Refusal(404, 'not_found');
      category.name = body.name;
      sayStore(store);
      return { status: 200, json: category };
    },
    'DELETE /api/v1/store/categories/*': ({ request, ids: [id] }) => {
      const store = mine(request);
      if (there(store).some(({ category_id }) => category_id === id)) throw new Refusal(409, 'category_in_use');
      store.categories = store.categories.filter(({ category_id }) => category_id !== id);
      sayStore(store);
      return { status: 204 };
    },
  };

  /** @param {Store} store @param {string} name @param {string} but */
  function named(store, name, but) {
    if (store.categories.some((one) => one.name.toLowerCase() === name.toLowerCase() && one.category_id !== but))
      throw new Refusal(409, 'already_taken', { errors: [{ field: 'name', code: 'already_taken', message: 'taken' }] });
  }

  /** @param {Store} store @param {string} id */
  function restore(store, id) {
    const product = store.products.find(({ product_id }) => product_id === id);
    if (!product) throw new Refusal(404, 'product_not_found');
    if (there(store).some(({ taobao_item_id, product_id }) => product_id !== id && taobao_item_id !== null && taobao_item_id === product.taobao_item_id)) throw new Refusal(409, 'already_listed');
    return change(store, product, { deleted: false });
  }

  /** The stream, which is answered by no route: it does not end. @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  function watch(request, response) {
    const store = mine(request);
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write(`retry: 500\nevent: ready\nid: ${store.said}\ndata: {}\n\n`);
    store.watchers.add(response);
    // The mock knows of a newer log-in by asking, as the server does.
    const still = setInterval(() => {
      try {
        whose(request);
      } catch (thrown) {
        response.end(`event: session\ndata: ${JSON.stringify({ code: /** @type {Refusal} */ (thrown).code })}\n\n`);
      }
    }, 300);
    response.on('close', () => {
      clearInterval(still);
      store.watchers.delete(response);
    });
  }
  return { routes, watch };
}
