// What is drawn on a chart of days: lines with an open end, and stacked bars. A day that is not closed looks
// unfinished: a line runs to it in dots and ends in a ring, a bar is an outline. The line of a period before, in
// dashes, has a halo, to be seen over bars.
import { html } from '../vendor/preact.js';
import { barsPath, bottoms, linePath, lonely } from './paths.js';

/** @typedef {import('./day-chart.js').Plot} Plot */

/**
 * @param {object} props
 * @param {Plot} props.plot
 * @param {(number | null)[]} props.values
 * @param {string} props.look class names, the first of them `line`
 * @param {number} [props.open] the first day that is not closed
 */
export function Line({ plot, values, look, open = values.length }) {
  const closed = values.slice(0, open);
  const end = values.findLastIndex((value) => value !== null);
  const last = values[end] ?? null;
  return html`<g>
    ${look.includes('before') && html`<path class="halo" d=${linePath(closed, plot.x, plot.y)} />`}
    <path class=${look} d=${linePath(closed, plot.x, plot.y)} />
    ${open < values.length && html`<path class=${`${look} open`} d=${linePath(values, plot.x, plot.y, open - 1)} />`}
    ${lonely(closed).map((at) => html`<circle key=${at} class=${`dot ${look}`} cx=${plot.x(at)} cy=${plot.y(closed[at] ?? 0)} r="2.5" />`)}
    ${open < values.length && last !== null && html`<circle class=${`ring ${look}`} cx=${plot.x(end)} cy=${plot.y(last)} r="3.5" />`}
  </g>`;
}

/**
 * @param {object} props
 * @param {Plot} props.plot
 * @param {{ values: number[], look: string }[]} props.stack from the bottom up
 * @param {number} [props.open] the first day that is not closed
 */
export function Bars({ plot, stack, open = Infinity }) {
  const under = bottoms(stack.map(({ values }) => values));
  return html`<g>${stack.map(({ values, look }, layer) => html`<g key=${look}>
    <path class=${look} d=${barsPath(values, under[layer], plot.x, plot.band, plot.y, 0, Math.min(open, values.length) - 1)} />
    ${open < values.length && html`<path class=${`${look} open`} d=${barsPath(values, under[layer], plot.x, plot.band, plot.y, open)} />`}
  </g>`)}</g>`;
}

const LINE_HEIGHT = 15;

/**
 * Where names stand beside the ends of lines: each at its own height, or as little lower as keeps them apart.
 * @param {number[]} heights @param {number} lowest
 */
export function apart(heights, lowest) {
  const order = heights.map((_, at) => at).sort((one, other) => heights[one] - heights[other]);
  const placed = [...heights];
  order.forEach((at, rank) => { if (rank > 0) placed[at] = Math.max(placed[at], placed[order[rank - 1]] + LINE_HEIGHT); });
  // What was pushed below the picture pushes back.
  order.reverse().forEach((at, rank) => { placed[at] = Math.min(placed[at], rank === 0 ? lowest : placed[order[rank - 1]] - LINE_HEIGHT); });
  return placed;
}

/** The lines' names at their ends, so that nobody has to tell them by colour. @param {{ plot: Plot, names: { name: string, value: number }[] }} props */
export function EndNames({ plot, names }) {
  const heights = apart(names.map(({ value }) => plot.y(value)), plot.bottom);
  return html`<g>${names.map(({ name }, at) => html`<text key=${name} class="line-name" x=${plot.right + 8} y=${heights[at] + 4}>${name}</text>`)}</g>`;
}
