// A question that must be answered before anything happens: the browser's own modal dialog, which keeps the focus
// inside and closes with Escape.
import { html, useEffect, useRef } from '../vendor/preact.js';
import { t } from '../i18n.js';

/**
 * @param {object} props
 * @param {string} props.title
 * @param {string} props.text
 * @param {string} props.yes
 * @param {boolean} [props.grave] what is confirmed is hard to undo
 * @param {boolean} [props.busy]
 * @param {() => void} props.onYes
 * @param {() => void} props.onNo
 * @param {string} [props.key]
 */
export function Confirm({ title, text, yes, grave, busy, onYes, onNo }) {
  const at = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const dialog = at.current;
    const before = document.activeElement;
    dialog?.showModal();
    // Taken out of the page rather than closed, it does not give the focus back by itself.
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return html`<dialog ref=${at} class="card confirm" aria-labelledby="confirm-title" aria-describedby="confirm-text"
    onCancel=${(/** @type {Event} */ event) => { event.preventDefault(); onNo(); }}>
    <h2 id="confirm-title">${title}</h2>
    <p id="confirm-text">${text}</p>
    <div class="actions">
      <button type="button" class=${grave ? 'button grave' : 'button'} id="confirm-yes" aria-disabled=${busy ? 'true' : undefined} onClick=${onYes}>${yes}</button>
      <button type="button" class="button second" id="confirm-no" onClick=${onNo}>${t('shell.cancel')}</button>
    </div>
  </dialog>`;
}
