// Walking through a chart: an invisible layer over it that follows the pointer, and that the keyboard moves as it
// moves a slider, which every screen reader announces with the words of the place. Beside the place stands a box
// with its exact numbers, for the eye.
import { h, html, useEffect, useRef } from '../vendor/preact.js';

/** @typedef {{ name: string, text: string, look?: string, plain?: boolean }} Row `look`: the series' class; `plain`: no series */
/** @typedef {{ title: string, rows: Row[], notes: string[] }} Reading what stands at one place of a chart */

/**
 * @param {object} props
 * @param {string} props.id
 * @param {string} props.label what is walked through
 * @param {import('../vendor/preact.js').Signal<number | null>} props.at
 * @param {number} props.count
 * @param {(at: number) => string} props.say the place in words
 * @param {(key: string, at: number) => number | null} props.move
 * @param {(x: number, y: number) => number | null} props.find the place under a point of the layer
 */
export function Cursor({ id, label, at, count, say, move, find }) {
  const shown = Math.min(at.value ?? count - 1, count - 1);

  /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
  function point({ currentTarget, clientX, clientY }) {
    const box = currentTarget.getBoundingClientRect();
    at.value = find(clientX - box.left, clientY - box.top);
  }
  /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
  function leave({ currentTarget, pointerType }) {
    // A finger leaves when it is lifted; what it pointed at is to be read then.
    if (pointerType === 'mouse' && document.activeElement !== currentTarget) at.value = null;
  }
  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') at.value = null;
    const to = move(event.key, shown);
    if (to === null) return;
    event.preventDefault();
    at.value = to;
  }

  return html`<div class="cursor" id=${id} role="slider" tabindex="0" aria-label=${label} aria-valuemin="1" aria-valuemax=${count}
    aria-valuenow=${shown + 1} aria-valuetext=${say(shown)} onPointerMove=${point} onPointerDown=${point} onPointerLeave=${leave}
    onFocus=${(/** @type {{ currentTarget: HTMLElement }} */ { currentTarget }) => { if (currentTarget.matches(':focus-visible')) at.value = shown; }}
    onBlur=${() => { at.value = null; }} onKeyDown=${press}></div>`;
}

/** The box, kept inside the chart. @param {{ reading: Reading, x: number, y?: number }} props where it points to, in the chart */
export function Tip({ reading, x, y = 0 }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    const element = box.current;
    const room = element?.parentElement?.clientWidth ?? 0;
    if (!element) return;
    const width = element.offsetWidth;
    const beside = x + 14 + width <= room ? x + 14 : x - 14 - width;
    element.style.transform = `translate(${Math.round(Math.min(Math.max(0, beside), Math.max(0, room - width)))}px, ${Math.round(y)}px)`;
  });
  return html`<div class="tip" ref=${box} aria-hidden="true">
    <p class="tip-title">${reading.title}</p>
    <dl>${reading.rows.map(({ name, text, look, plain }) => html`<div key=${name} class=${plain ? 'plain' : undefined}><dt>${look && h(Key, { look })}${name}</dt><dd>${text}</dd></div>`)}</dl>
    ${reading.notes.map((note) => html`<p key=${note} class="tip-note">${note}</p>`)}
  </div>`;
}

/** How a series looks, in small. @param {{ look: string }} props */
export function Key({ look }) {
  const [kind] = look.split(' ');
  return html`<svg class="key" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true" focusable="false">${
    kind === 'line' ? html`<path class=${look} d="M1 6H21" />` : kind === 'mark' ? html`<path class="mark" d="M11 1.5l4.5 4.5l-4.5 4.5l-4.5-4.5Z" />` : html`<rect class=${look} x="4" y="0.5" width="14" height="11" rx="2" />`}</svg>`;
}

/** @param {{ entries: { look: string, name: string }[] }} props */
export function Legend({ entries }) {
  return html`<ul class="legend">${entries.map(({ look, name }) => html`<li key=${name}>${h(Key, { look })}${name}</li>`)}</ul>`;
}
