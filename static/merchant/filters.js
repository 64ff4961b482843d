// Which products the table shows, in which order, from where on: kept in the address, so that reload, back and a
// bookmark lead to the same view. What the address says wrongly is passed over.

/**
 * @typedef {object} Filters
 * @property {string} q words in the title
 * @property {string} category an id, or '' for any
 * @property {string} status
 * @property {string} info what became of the fetching
 * @property {string} sort
 * @property {string} after the cursor of a page, '' for the first
 */

/** The first is the one that needs no saying. */
export const sorts = /** @type {const} */ (['-listed_at', 'listed_at', 'title', 'price', '-price']);
export const statuses = /** @type {const} */ (['listed', 'delisted']);
export const infos = /** @type {const} */ (['pending', 'fetched', 'failed']);

/** @param {URLSearchParams} query of the page's address @returns {Filters} */
export function filtersOf(query) {
  /** @param {string} name @param {readonly string[]} known */
  const one = (name, known) => {
    const said = query.get(name) ?? '';
    return known.includes(said) ? said : '';
  };
  const category = query.get('category') ?? '';
  return {
    q: [...(query.get('q') ?? '').trim()].slice(0, 120).join(''),
    category: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(category) ? category : '',
    status: one('status', statuses),
    info: one('info', infos),
    sort: one('sort', sorts) || sorts[0],
    after: query.get('after') ?? '',
  };
}

/** @param {Filters} filters @returns {string} where the page shows them */
export function placeOf(filters) {
  const query = new URLSearchParams(Object.entries(filters).filter(([name, value]) => value !== '' && !(name === 'sort' && value === sorts[0])));
  return query.size > 0 ? `/store?${query}` : '/store';
}

/** @param {Filters} filters @returns {URLSearchParams} how the server is asked for all of them */
export function questionOf({ q, category, status, info, sort }) {
  const asked = { q, category_id: category, status, info_status: info, sort: sort === sorts[0] ? '' : sort };
  return new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''));
}

/** Whether anything but the order narrows the list. @param {Filters} filters */
export const isNarrowed = ({ q, category, status, info }) => [q, category, status, info].some((value) => value !== '');
