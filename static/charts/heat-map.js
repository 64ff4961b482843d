// A heat map: rows of cells, each shaded by its share and, where there is room, with the share in figures. A cell
// that is not final is outlined in dashes. The cursor walks it in both directions.
import { h, html, useMemo, useSignal } from '../vendor/preact.js';
import { Cursor, Tip } from './cursor.js';
import { inWords, Picture } from './day-chart.js';
import { percentShort } from './formats.js';
import { across, placeOf, startOf } from './moves.js';
import { bandAt, levelOf } from './scale.js';
import { useWidth } from './width.js';

/** @typedef {{ share: number | null, complete: boolean }} Cell */
/** @typedef {{ key: string, name: string, cells: Cell[] }} HeatRow */

const HEAD = 26;

/**
 * @param {object} props
 * @param {string} props.id @param {string} props.label @param {string} props.summary @param {string} props.walk
 * @param {HeatRow[]} props.rows
 * @param {(row: number, column: number) => import('./cursor.js').Reading} props.read
 */
export function HeatMap({ id, label, summary, walk, rows, read }) {
  const [frame, width] = useWidth();
  const at = useSignal(/** @type {number | null} */ (null));
  const columns = Math.max(...rows.map(({ cells }) => cells.length));
  const lengths = rows.map(({ cells }) => cells.length);
  const left = width < 480 ? 62 : 84;
  const side = Math.min(112, Math.max(1, (width - left) / columns));
  // Figures where there is room for them; rows as flat as a year of weeks needs.
  const figures = side >= 33;
  const high = figures ? 30 : rows.length > 30 ? 14 : 22;
  const height = HEAD + rows.length * high + 2;
  const count = startOf(lengths, lengths.length);
  const here = at.value === null || at.value >= count ? null : placeOf(lengths, at.value);
  // Drawn once, whatever the cursor does.
  const still = useMemo(() => [
    h(Columns, { key: 'columns', columns, left, side }), rows.map(({ key }, row) => h(Row, { key, row, rows, left, side, high, figures })),
  ], [rows, width]);
  return html`<div class="plot" ref=${frame}>${width > 0 && html`
    ${h(Picture, { width, height, label, summary }, [
      still,
      here && html`<rect class="here" x=${left + here[1] * side} y=${HEAD + here[0] * high} width=${side} height=${high} rx="3" />`,
    ])}
    ${h(Cursor, {
      id, label: walk, at, count, say: (cell) => inWords(read(...placeOf(lengths, cell))),
      move: (key, cell) => across(key, cell, lengths),
      find: (x, y) => {
        const [row, column] = [bandAt(y, HEAD, HEAD + rows.length * high, rows.length), bandAt(x, left, left + columns * side, columns)];
        return column < lengths[row] ? startOf(lengths, row) + column : null;
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

/** @param {{ row: number, rows: HeatRow[], left: number, side: number, high: number, figures: boolean, key?: string }} props */
function Row({ row, rows, left, side, high, figures }) {
  const { name, cells } = rows[row];
  const y = HEAD + row * high;
  // Every row has a name where it has the height for one.
  const every = Math.ceil(15 / high);
  return html`<g>
    ${row % every === 0 && html`<g class="axes"><text x=${left - 8} y=${y + high / 2 + 4} text-anchor="end">${name}</text></g>`}
    ${shadesOf(cells, left, y, side, high).map(([look, path]) => html`<g key=${look} class=${look}><path d=${path} /></g>`)}
    ${figures && cells.map(({ share }, column) => share !== null && html`<g key=${column} class=${`heat heat-${levelOf(share)}`}>
      <text x=${left + (column + 0.5) * side} y=${y + high / 2 + 4} text-anchor="middle">${percentShort(share)}</text></g>`)}
  </g>`;
}

/**
 * The cells of a row by how they look, each look as one outline: a year of weeks has well over a thousand cells.
 * @param {Cell[]} cells @param {number} left @param {number} y @param {number} side @param {number} high
 * @returns {[string, string][]}
 */
function shadesOf(cells, left, y, side, high) {
  const gap = side > 12 ? 2 : side > 5 ? 1 : 0.5;
  /** @type {Map<string, string>} */
  const paths = new Map();
  cells.forEach(({ share, complete }, column) => {
    if (share === null) return;
    const look = `heat heat-${levelOf(share)}${complete ? '' : ' open'}`;
    const x = Math.round((left + column * side + gap / 2) * 100) / 100;
    paths.set(look, `${paths.get(look) ?? ''}M${x} ${y + gap / 2}h${Math.round((side - gap) * 100) / 100}v${high - gap}H${x}Z`);
  });
  return [...paths];
}
