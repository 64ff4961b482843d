// What became of a product while somebody was editing it: which of the fields that changed elsewhere can be taken over,
// and which were being changed here as well.

/**
 * @param {Record<string, string>} base as editing began
 * @param {Record<string, string>} theirs as it is now
 * @param {Record<string, string>} mine as typed
 * @returns {{ untouched: string[], touched: string[] }} fields that are another value now; `touched` another one here, too
 */
export function compare(base, theirs, mine) {
  const changed = Object.keys(theirs).filter((name) => theirs[name] !== base[name]);
  const isMine = (/** @type {string} */ name) => mine[name].trim() !== base[name] && mine[name].trim() !== theirs[name];
  return { untouched: changed.filter((name) => !isMine(name)), touched: changed.filter(isMine) };
}
