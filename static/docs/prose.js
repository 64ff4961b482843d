// A description from the API document, which is English and written in a little Markdown: paragraphs and `code`
// are all of it that is drawn; the rest reads well enough as it stands.
import { html } from '../vendor/preact.js';

/** @param {{ text?: string }} props */
export function Prose({ text = '' }) {
  return html`${text.split(/\n{2,}/).filter(Boolean).map((paragraph) => html`<p class="prose" lang="en">${
    // Splitting on a group keeps it: every second piece was between backticks.
    paragraph.split(/`([^`]+)`/).map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece))}</p>`)}`;
}
