// The search that the reader came from, so that an event leads back to it; for this tab, until it is closed.
import { recallInTab, rememberInTab } from '../storage.js';

/** @param {string} address */
export const keepSearch = (address) => rememberInTab('audit.search', address);

/** @returns {string} */
export function lastSearch() {
  const kept = recallInTab('audit.search');
  return kept?.startsWith('/audit') ? kept : '/audit';
}
