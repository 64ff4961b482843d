// A heat map: rows of cells, each shaded by its share and, where there is room, with the share in figures. A cell
// that is not final is outlined in dashes. The cursor walks it in both directions.
import { h, html, useSignal } from '../vendor/preact.js';
import { Cursor, Tip } from './cursor.js';
import { inWords, Picture } from './day-chart.js';
import { percentShort } from './formats.js';
import { bandAt } from './scale.js';
import { useWidth } from './width.js';

/** @typedef {{ share: number | null, complete: boolean }} Cell */
/** @typedef {{ key: string, name: string, cells: Cell[] }} HeatRow */

/** As many as charts.css has shades. */
export const LEVELS = 7;
/** @param {number} share @param {number} most the share of the darkest shade */
export const levelOf = (share, most) => Math.min(LEVELS - 1, Math.floor((share / (most || 1)) * LEVELS));

/**
 * Where a key leads in rows of unequal length: up and down keep the column where the row has it.
 * @param {string} key @param {number} at over all cells, row by row @param {number[]} lengths of the rows
 */
export function across(key, at, lengths) {
  const starts = lengths.map((_, row) => lengths.slice(0, row).reduce((sum, length) => sum + length, 0));
  const row = starts.findLastIndex((start, which) => start <= at && lengths[which] > 0);
  /** @param {number} to @param {number} column */
  const cell = (to, column) => (lengths[to] > 0 ? starts[to] + Math.min(column, lengths[to] - 1) : at);
  const column = at - starts[row];
  /** @type {Record<string, () => number>} */
  const to = {
    ArrowLeft: () => cell(row, Math.max(0, column - 1)), ArrowRight: () => cell(row, column + 1),
    ArrowUp: () => cell(Math.max(0, row - 1), column), ArrowDown: () => cell(Math.min(lengths.length - 1, row + 1), column),
    Home: () => cell(row, 0), End: () => cell(row, Infinity), PageUp: () => cell(0, column), PageDown: () => cell(lengths.length - 1, column),
  };
  return Object.hasOwn(to, key) ? to[key]() : null;
}

const HEAD = 26;

/**
 * @param {object} props
 * @param {string} props.id @param {string} props.label @param {string} props.summary @param {string} props.walk
 * @param {HeatRow[]} props.rows
 * @param {number} props.most the share of the darkest shade
 * @param {(row: number, column: number) => import('./cursor.js').Reading} props.read
 */
export function HeatMap({ id, label, summary, walk, rows, most, read }) {
  const [frame, width] = useWidth();
  const at = useSignal(/** @type {number | null} */ (null));
  const columns = Math.max(...rows.map(({ cells }) => cells.length));
  const lengths = rows.map(({ cells }) => cells.length);
  const left = width < 480 ? 62 : 84;
  const side = Math.min(64, Math.max(1, (width - left) / columns));
  // Figures where there is room for them; rows as flat as a year of weeks needs.
  const figures = side >= 33;
  const high = figures ? 30 : rows.length > 30 ? 14 : 22;
  const height = HEAD + rows.length * high + 2;
  /** @param {number} index @returns {[number, number]} */
  const placeOf = (index) => {
    const row = lengths.findIndex((length, which) => index < lengths.slice(0, which).reduce((sum, one) => sum + one, 0) + length);
    return [row, index - lengths.slice(0, row).reduce((sum, one) => sum + one, 0)];
  };
  const here = at.value === null ? null : placeOf(at.value);
  const drawn = { rows, most, left, side, high, figures };
  return html`<div class="plot" ref=${frame}>${width > 0 && html`
    ${h(Picture, { width, height, label, summary }, [
      h(Columns, { columns, left, side }), rows.map((_, row) => h(Row, { key: rows[row].key, row, ...drawn })),
      here && html`<rect class="here" x=${left + here[1] * side} y=${HEAD + here[0] * high} width=${side} height=${high} rx="3" />`,
    ])}
    ${h(Cursor, {
      id, label: walk, at, count: lengths.reduce((sum, length) => sum + length, 0), say: (cell) => inWords(read(...placeOf(cell))),
      move: (key, cell) => across(key, cell, lengths),
      find: (x, y) => {
        const [row, column] = [bandAt(y, HEAD, HEAD + rows.length * high, rows.length), bandAt(x, left, left + columns * side, columns)];
        return column < lengths[row] ? lengths.slice(0, row).reduce((sum, length) => sum + length, 0) + column : null;
      },
    })}
    ${here && h(Tip, { reading: read(...here), x: left + (here[1] + 0.5) * side, y: Math.max(0, HEAD + here[0] * high - 40) })}`}
  </div>`;
}

/** @param {{ columns: number, left: number, side: number }} props */
function Columns({ columns, left, side }) {
  const every = [1, 2, 4, 8, 13].find((step) => step * side >= 22) ?? 26;
  return html`<g class="axes">${Array.from({ length: columns }, (_, column) => column).filter((column) => column % every === 0).map((column) =>
    html`<text key=${column} x=${left + (column + 0.5) * side} y=${HEAD - 9} text-anchor="middle">${column}</text>`)}</g>`;
}

/** @param {{ row: number, rows: HeatRow[], most: number, left: number, side: number, high: number, figures: boolean, key?: string }} props */
function Row({ row, rows, most, left, side, high, figures }) {
  const { name, cells } = rows[row];
  const y = HEAD + row * high;
  // Every row has a name where it has the height for one.
  const every = Math.ceil(15 / high);
  const gap = side > 12 ? 2 : side > 5 ? 1 : 0.5;
  return html`<g>
    ${row % every === 0 && html`<g class="axes"><text x=${left - 8} y=${y + high / 2 + 4} text-anchor="end">${name}</text></g>`}
    ${cells.map(({ share, complete }, column) => share !== null && html`<g key=${column} class=${`heat heat-${levelOf(share, most)}${complete ? '' : ' open'}`}>
      <rect x=${left + column * side + gap / 2} y=${y + gap / 2} width=${side - gap} height=${high - gap} rx=${figures ? 4 : 1} />
      ${figures && html`<text x=${left + (column + 0.5) * side} y=${y + high / 2 + 4} text-anchor="middle">${percentShort(share)}</text>`}
    </g>`)}
  </g>`;
}
