// A labelled field of several lines for something pasted, or read from a file that is dropped on it.
import { h, html } from '../vendor/preact.js';
import { fieldWords } from '../problem.js';
import { Icon } from '../parts/icons.js';

/** @param {{ name: string, label: string, form: import('../forms.js').Form, rows: number }} props */
export function PasteField({ name, label, form, rows }) {
  const id = form.id(name);
  const wrong = form.wrong[name].value;
  /** @param {DragEvent} event */
  async function drop(event) {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    // Neither a key nor a checkpoint is long, and a film that was dropped by mistake is.
    form.set(name, await file.slice(0, 100_000).text());
  }
  return html`<div class="field" data-wrong=${wrong ? '' : undefined}>
    <label for=${id}>${label}</label>
    <div class="frame">
      <textarea id=${id} name=${name} rows=${rows} value=${form.values[name].value} autocomplete="off" autocapitalize="none" spellcheck="false" aria-required="true"
        aria-invalid=${wrong ? 'true' : undefined} aria-describedby=${wrong ? `${id}-wrong` : undefined} onDrop=${drop}
        onInput=${(/** @type {{ currentTarget: HTMLTextAreaElement }} */ event) => form.set(name, event.currentTarget.value)}></textarea>
    </div>
    ${wrong && html`<p class="wrong" id=${`${id}-wrong`}>${h(Icon, { name: 'warning' })}${fieldWords(wrong)}</p>`}
  </div>`;
}
