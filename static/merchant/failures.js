// Why a product's info could not be fetched, in words, and what the merchant does next about each.

/** @typedef {import('../i18n.js').Key} Key */
/**
 * What helps: typing the title and price, correcting the link, taking the product off again, or fetching once more.
 * @typedef {'edit' | 'relink' | 'delete' | 'again'} Step
 */

/** @type {Record<string, { why: Key, then: Key, steps: Step[] }>} by the server's `info_error`, the best step first */
const known = {
  needs_login: { why: 'merchant.failed.needs_login', then: 'merchant.failed.needs_login_then', steps: ['edit', 'again'] },
  not_found: { why: 'merchant.failed.not_found', then: 'merchant.failed.not_found_then', steps: ['relink', 'delete', 'again'] },
  blocked: { why: 'merchant.failed.blocked', then: 'merchant.failed.blocked_then', steps: ['edit', 'again'] },
  unreadable: { why: 'merchant.failed.unreadable', then: 'merchant.failed.unreadable_then', steps: ['edit', 'again'] },
  unreachable: { why: 'merchant.failed.unreachable', then: 'merchant.failed.unreachable_then', steps: ['again', 'edit'] },
  no_item: { why: 'merchant.failed.no_item', then: 'merchant.failed.no_item_then', steps: ['relink', 'delete'] },
  already_listed: { why: 'merchant.failed.already_listed', then: 'merchant.failed.already_listed_then', steps: ['delete', 'relink'] },
};

/** @param {string | null} code */
export const failureOf = (code) => (code !== null && Object.hasOwn(known, code) ? known[code]
  : { why: /** @type {Key} */ ('merchant.failed.unknown'), then: /** @type {Key} */ ('merchant.failed.unknown_then'), steps: /** @type {Step[]} */ (['again', 'edit']) });

export const failureCodes = Object.keys(known);
