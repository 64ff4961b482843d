// A funnel: what is left after each step, as bars of the first step's length with the numbers beside them. The
// numbers are text, so the bars are decoration to a screen reader.
import { html } from '../vendor/preact.js';

/** @typedef {{ key: string, name: string, text: string, share: number, look: string, fine?: import('../vendor/preact.js').ComponentChildren }} Step */

/** @param {{ steps: Step[] }} props */
export function Steps({ steps }) {
  return html`<ol class="steps">${steps.map(({ key, name, text, share, look, fine }) => html`<li key=${key} id=${`step-${key}`}>
    <div class="step-words"><span>${name}</span><b>${text}</b></div>
    <svg class="step-bar" width="100%" height="14" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="track" width="100" height="14" /><rect class=${look} width=${Math.min(100, share * 100)} height="14" /></svg>
    ${fine && html`<p class="fine">${fine}</p>`}
  </li>`)}</ol>`;
}
