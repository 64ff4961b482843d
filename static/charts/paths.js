// The outlines of a chart as SVG path data: lines that leave out what is not known, and bars that become one
// stepped area when there is less than a few pixels for each.

/** @typedef {(number | null)[]} Values null: not known, which is not 0 */

/** @param {number} number */
const short = (number) => String(Math.round(number * 100) / 100);

/**
 * @param {Values} values @param {(at: number) => number} x @param {(value: number) => number} y
 * @param {number} [from] @param {number} [to] the first and last index
 */
export function linePath(values, x, y, from = 0, to = values.length - 1) {
  let path = '';
  let joined = false;
  for (let at = Math.max(0, from); at <= to; at += 1) {
    const value = values[at];
    if (value !== null && value !== undefined) path += `${joined ? 'L' : 'M'}${short(x(at))} ${short(y(value))}`;
    joined = value !== null && value !== undefined;
  }
  return path;
}

/** The known values with no known neighbour: a line would not show them. @param {Values} values @returns {number[]} */
export const lonely = (values) => values.flatMap((value, at) =>
  (value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null ? [at] : []));

/** Narrower bands than this have no gap between their bars. */
const NARROW = 4;

/**
 * Bars from `bottom` up to `bottom + values`, as one path.
 * @param {number[]} values @param {number[]} bottom @param {(at: number) => number} x the middle of a band
 * @param {number} band the width of one @param {(value: number) => number} y
 * @param {number} [from] @param {number} [to]
 */
export function barsPath(values, bottom, x, band, y, from = 0, to = values.length - 1) {
  const gap = band < NARROW ? 0 : Math.min(8, band * 0.24);
  let path = '';
  for (let at = Math.max(0, from); at <= to; at += 1) {
    if (values[at] <= 0) continue;
    const [left, width] = [x(at) - band / 2 + gap / 2, band - gap];
    // A hair wider than the band where there is no gap, or the seams would show.
    path += `M${short(left)} ${short(y(bottom[at]))}h${short(gap === 0 ? width + 0.3 : width)}V${short(y(bottom[at] + values[at]))}H${short(left)}Z`;
  }
  return path;
}

/** The sums of several series up to each, for stacking. @param {number[][]} stack @returns {number[][]} as many, the first all 0 */
export function bottoms(stack) {
  const sums = (stack[0] ?? []).map(() => 0);
  return stack.map((values) => {
    const under = [...sums];
    values.forEach((value, at) => { sums[at] += value; });
    return under;
  });
}
