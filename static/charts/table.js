// The numbers behind a chart as a table, made when it is opened: a year of days is a lot of cells to make for nobody.
import { html, useState } from '../vendor/preact.js';

/**
 * @typedef {object} Table
 * @property {string} caption
 * @property {string[]} head the first names the rows
 * @property {{ key: string, cells: string[] }[]} rows
 */

/** @param {{ id: string, open: string, table: () => Table }} props `open`: what opens it */
export function Numbers({ id, open, table }) {
  const [shown, setShown] = useState(false);
  return html`<details class="numbers" id=${id} onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ { currentTarget }) => setShown(currentTarget.open)}>
    <summary>${open}</summary>${shown && rows(table())}</details>`;
}

/** @param {Table} table */
const rows = ({ caption, head, rows: lines }) => html`<div class="numbers-frame" tabindex="0" role="group" aria-label=${caption}><table>
  <caption class="for-ears">${caption}</caption>
  <thead><tr>${head.map((name) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
  <tbody>${lines.map(({ key, cells }) => html`<tr key=${key}>${cells.map((cell, at) => (at === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody>
</table></div>`;
