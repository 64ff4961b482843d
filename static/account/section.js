// One card of the account page: a heading, its content, and an id that the menu beside it leads to.
import { html } from '../vendor/preact.js';

/**
 * @param {{ id: string, title: string, lead?: string, grave?: boolean, children?: import('../vendor/preact.js').ComponentChildren }} props
 * `grave`: what is done here cannot be undone
 */
export function Section({ id, title, lead, grave, children }) {
  return html`<section class="card" id=${id} tabindex="-1" aria-labelledby=${`${id}-title`} data-grave=${grave ? '' : undefined}>
    <h2 id=${`${id}-title`}>${title}</h2>
    ${lead && html`<p class="section-lead">${lead}</p>`}
    ${children}
  </section>`;
}
