// Numbers to places on a chart, and the round numbers an axis is labelled with. Pure: nothing here knows of SVG.

/**
 * @param {number} top the value at `end`; 0 is at `start`
 * @param {number} start @param {number} end
 * @returns {(value: number) => number}
 */
export const linear = (top, start, end) => (value) => start + (end - start) * (top === 0 ? 0 : value / top);

/** Seconds in which a clock is read: an axis of durations steps by these and not by tens. */
export const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

/**
 * The labelled values from 0 to the first round one that is not below `top`.
 * @param {number} top the largest value to show
 * @param {number} most how many steps there is room for
 * @param {number[]} [steps] to choose from, smallest first; else 1, 2 and 5 times the powers of ten, from 1
 */
export function ticks(top, most, steps) {
  const room = Math.max(1, Math.floor(most));
  const step = steps?.find((one) => one * room >= top) ?? roundStep(top / room);
  const count = Math.max(1, Math.ceil(top / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** The least of 1, 2, 5, 10, 20, … that is not below it: what is counted has no halves. @param {number} least */
function roundStep(least) {
  if (!(least > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least - 1e-9) ?? 10 * power;
}

/**
 * The index of the band a place is in, or of the nearest when it is outside all.
 * @param {number} place @param {number} start @param {number} end @param {number} count
 */
export const bandAt = (place, start, end, count) =>
  Math.min(count - 1, Math.max(0, Math.floor(((place - start) / (end - start)) * count)));

/** Where each shade of charts.css begins: closer together where shares of people who came back mostly are. */
export const SHADES = [0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.7];
/** @param {number} share */
export const levelOf = (share) => SHADES.findLastIndex((least) => share >= least);
