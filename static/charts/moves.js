// Where a key leads in a chart that is walked: along a row of places, or across rows of cells of unequal length.
// Pure: the cursor asks, and the tests.

/**
 * In a row of `count`; null for a key that means nothing here.
 * @param {string} key @param {number} at @param {number} count @param {number} [page] the stride of PageUp and PageDown
 * @returns {number | null}
 */
export function along(key, at, count, page = 7) {
  /** @type {Record<string, number>} */
  const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - page, PageUp: at + page, Home: 0, End: count - 1 };
  return Object.hasOwn(to, key) ? Math.min(count - 1, Math.max(0, to[key])) : null;
}

/** The number of the first cell of a row, all cells counted row by row. @param {number[]} lengths @param {number} row */
export const startOf = (lengths, row) => lengths.slice(0, row).reduce((sum, length) => sum + length, 0);

/** The row and the column of a cell. @param {number[]} lengths none of them 0 @param {number} cell @returns {[number, number]} */
export function placeOf(lengths, cell) {
  const row = lengths.findIndex((length, which) => cell < startOf(lengths, which) + length);
  return [row, cell - startOf(lengths, row)];
}

/**
 * Over rows of cells: up and down keep the column where the row has it.
 * @param {string} key @param {number} cell @param {number[]} lengths of the rows, none of them 0
 * @returns {number | null}
 */
export function across(key, cell, lengths) {
  const [row, column] = placeOf(lengths, cell);
  /** @param {number} to @param {number} at */
  const there = (to, at) => {
    const inside = Math.min(lengths.length - 1, Math.max(0, to));
    return startOf(lengths, inside) + Math.min(lengths[inside] - 1, Math.max(0, at));
  };
  /** @type {Record<string, [number, number]>} */
  const to = {
    ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
    Home: [row, 0], End: [row, Infinity], PageUp: [0, column], PageDown: [Infinity, column],
  };
  return Object.hasOwn(to, key) ? there(...to[key]) : null;
}
