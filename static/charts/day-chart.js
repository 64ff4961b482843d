// A chart over local days: its axes, the lines or bars the caller draws, the marks below it, and the cursor that
// walks the days. The picture has one name and one summary; the numbers are the cursor's and the table's.
import { h, html, useId, useMemo, useSignal } from '../vendor/preact.js';
import { Cursor, Tip } from './cursor.js';
import { dayTicks } from './days.js';
import { clauses, compact, dayShort, monthShort, pair } from './formats.js';
import { along } from './moves.js';
import { bandAt, linear, ticks } from './scale.js';
import { useWidth } from './width.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} ComponentChildren */
/** @typedef {import('./cursor.js').Reading} Reading */
/**
 * @typedef {object} Plot where things are, in pixels
 * @property {(at: number) => number} x the middle of a day
 * @property {(value: number) => number} y
 * @property {number} band how wide a day is
 * @property {number} left @property {number} right @property {number} top @property {number} bottom
 */
/** @typedef {{ at: number, value: number, look: string }} Dot */

/** A reading in one sentence. @param {Reading} reading */
export const inWords = ({ title, rows, notes }) => clauses([title, ...rows.map(({ name, text }) => pair(name, text)), ...notes]);

/**
 * @param {object} props
 * @param {string} props.id
 * @param {string} props.label the picture's name
 * @param {string} props.summary the picture in a sentence
 * @param {string} props.walk what the cursor is called
 * @param {string[]} props.days
 * @param {number} props.top the largest value to show
 * @param {number[]} [props.steps] of the axis, as in ticks()
 * @param {(value: number) => string} [props.format] of the axis
 * @param {number[]} [props.marks] the days with something to say, marked below the axis
 * @param {number} [props.height]
 * @param {string[]} [props.ends] the names at the right, for which room is left
 * @param {(at: number) => Reading} props.read
 * @param {(at: number) => Dot[]} [props.dots] what the cursor points out
 * @param {(plot: Plot) => ComponentChildren} props.draw
 */
export function DayChart({ id, label, summary, walk, days, top, steps, format = compact, marks = [], height = 224, ends = [], read, dots, draw }) {
  const [frame, width] = useWidth();
  const at = useSignal(/** @type {number | null} */ (null));
  const scale = ticks(top, Math.max(2, (height - 40) / 44), steps);
  const left = 12 + 7.2 * Math.max(...scale.map((value) => wide(format(value))));
  const right = Math.max(left + 20, width - (ends.length > 0 ? 14 + 7.6 * Math.max(...ends.map(wide)) : 8));
  const plot = placed({ left, right, top: 10, bottom: height - 30 }, days.length, scale[scale.length - 1]);
  const here = at.value !== null && at.value < days.length ? at.value : null;
  // Drawn once, whatever the cursor does.
  const still = useMemo(() => [
    h(Axes, { key: 'axes', plot, scale, format, days }), draw(plot),
    marks.map((mark) => html`<path key=${mark} class="mark" d=${`M${plot.x(mark)} ${plot.bottom + 2.5}l3.5 4l-3.5 4l-3.5-4Z`} />`),
  ], [draw, width]);
  return html`<div class="plot" ref=${frame}>${width > 0 && html`
    ${h(Picture, { width, height, label, summary }, [
      still,
      here !== null && html`<path class="hair" d=${`M${plot.x(here)} ${plot.top}V${plot.bottom}`} />`,
      here !== null && dots?.(here).map(({ at: day, value, look }) => html`<circle class=${`dot ${look}`} cx=${plot.x(day)} cy=${plot.y(value)} r="4" />`),
    ])}
    ${h(Cursor, {
      id, label: walk, at, count: days.length, say: (day) => inWords(read(day)),
      move: (key, day) => along(key, day, days.length), find: (x) => bandAt(x, left, right, days.length),
    })}
    ${here !== null && h(Tip, { reading: read(here), x: plot.x(here) })}`}
  </div>`;
}

/** @param {{ left: number, right: number, top: number, bottom: number }} box @param {number} count @param {number} top @returns {Plot} */
function placed(box, count, top) {
  const band = (box.right - box.left) / Math.max(1, count);
  return { ...box, band, x: (at) => box.left + band * (at + 0.5), y: linear(top, box.bottom, box.top) };
}

/** How many digits wide a text is. @param {string} text */
const wide = (text) => [...text].reduce((sum, character) => sum + (character.charCodeAt(0) > 0x2e80 ? 1.7 : 1), 0);

/** @param {{ width: number, height: number, label: string, summary: string, children?: ComponentChildren }} props */
export function Picture({ width, height, label, summary, children }) {
  const name = useId();
  return html`<svg role="img" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-labelledby=${`${name}-t ${name}-d`} focusable="false">
    <title id=${`${name}-t`}>${label}</title><desc id=${`${name}-d`}>${summary}</desc>${children}</svg>`;
}

/** @param {{ plot: Plot, scale: number[], format: (value: number) => string, days: string[] }} props */
function Axes({ plot, scale, format, days }) {
  const { left, right, bottom } = plot;
  return html`<g class="axes">
    ${scale.map((value) => html`<path key=${`line ${value}`} class=${value === 0 ? 'base' : 'grid'} d=${`M${left} ${Math.round(plot.y(value)) + 0.5}H${right}`} />`)}
    ${scale.map((value) => html`<text key=${value} x=${left - 8} y=${plot.y(value) + 4} text-anchor="end">${format(value)}</text>`)}
    ${dayTicks(days, { day: (right - left) / 62, month: (right - left) / 52 }).map(({ at, unit }) => {
      // The first and the last label stay inside the picture.
      const x = plot.x(at);
      const anchor = x - left < 12 ? 'start' : right - x < 22 ? 'end' : 'middle';
      return html`<g key=${days[at]}><path class="grid" d=${`M${x} ${bottom}v5`} />
        <text x=${anchor === 'middle' ? x : anchor === 'end' ? Math.max(x, right) : x} y=${bottom + 20} text-anchor=${anchor}>${unit === 'month' ? monthShort(days[at]) : dayShort(days[at])}</text></g>`;
    })}
  </g>`;
}
