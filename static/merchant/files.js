// Products in and out as files for a spreadsheet: what is sent is told in per cent, what is refused line by line, and the
// refused lines can be kept as a file, too.
import { h, html, useEffect, useRef, useSignal } from '../vendor/preact.js';
import { getCsv, postCsv } from '../api-merchant.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { save } from '../files.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { questionOf } from './filters.js';
import { number } from './words.js';

/** @typedef {import('./shop.js').Shop} Shop */
/** @typedef {import('../api-merchant.js').Imported} Imported */

const MOST_BYTES = 5 * 1024 * 1024;
const SHOWN = 50;
/** Spreadsheets take a file without it for another encoding. */
const MARK = '\uFEFF';

/** A cell that begins like a formula is kept from being one. @param {string} text */
const cell = (text) => `"${/^'*[=+\-@\t\r\n＝＋－＠]/.test(text) ? "'" : ''}${text.replaceAll('"', '""')}"`;

/** What a file that is sent again after its answer was lost is known by. @param {File} file */
const identity = ({ name, size, lastModified }) => `${name} ${size} ${lastModified}`;
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {{ shop: Shop, onClose: () => void }} props */
export function ImportFile({ shop, onClose }) {
  const sending = useSignal(/** @type {{ share: number, stop: AbortController } | null} */ (null));
  const result = useSignal(/** @type {Imported | null} */ (null));
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));
  const tooLarge = useSignal(false);
  const unanswered = useRef({ file: '', key: '' });
  useEffect(() => () => sending.peek()?.stop.abort(), []);

  /** @param {File | undefined} file */
  async function send(file) {
    if (!file || sending.peek()) return;
    const stop = new AbortController();
    problem.value = result.value = null;
    tooLarge.value = file.size > MOST_BYTES;
    if (tooLarge.peek()) return;
    sending.value = { share: 0, stop };
    if (unanswered.current.file !== identity(file)) unanswered.current = { file: identity(file), key: newKey() };
    try {
      result.value = await postCsv(file, unanswered.current.key, (share) => { sending.value = { share, stop }; }, stop.signal);
      unanswered.current = { file: '', key: '' };
      void shop.list.reload();
    } catch (thrown) {
      if (!stop.signal.aborted) {
        const said = asProblem(thrown);
        // Refused, and not only put off: what is sent next is another try.
        if (said.status >= 400 && said.status < 500 && said.code !== 'conflict') unanswered.current = { file: '', key: '' };
        if (!endedBy(said)) problem.value = said;
      }
    } finally {
      sending.value = null;
      shop.settle();
    }
  }

  function keepErrors() {
    const lines = result.peek()?.errors.map(({ line, code, message }) => `${line},${cell(code)},${cell(message)}`) ?? [];
    save(new Blob([MARK, ['line,code,message', ...lines].join('\r\n'), '\r\n'], { type: 'text/csv' }), 'import-errors.csv');
  }

  const template = () => save(new Blob([MARK, 'taobao_url,coupon_url,category\r\n'], { type: 'text/csv' }), 'products.csv');
  return html`<section class="card adding" id="importing" aria-labelledby="importing-title">
    <div class="card-head"><h2 id="importing-title">${t('merchant.import.title')}</h2>
      <button type="button" class="icon-button" id="import-close" aria-label=${t('merchant.close')} title=${t('merchant.close')} onClick=${onClose}>${h(Icon, { name: 'cross' })}</button></div>
    <p class="section-lead">${t('merchant.import.lead')} <button type="button" class="link-button" id="import-template" onClick=${template}>${t('merchant.import.template')}</button></p>
    ${sending.value ? html`<div class="progress"><label for="import-progress">${sending.value.share < 1 ? t('merchant.import.sending', { percent: Math.round(sending.value.share * 100) }) : t('merchant.import.reading')}</label>
        <progress id="import-progress" max="100" value=${sending.value.share < 1 ? Math.round(sending.value.share * 100) : undefined}></progress>
        ${sending.value.share < 1 && html`<button type="button" class="link-button" id="import-stop" onClick=${() => sending.peek()?.stop.abort()}>${t('merchant.stop')}</button>`}</div>`
      : h(Drop, { onFile: send })}
    ${tooLarge.value && h(Notice, { kind: 'bad' }, html`<p>${t('problem.import.too_large')}</p>`)}
    ${h(ProblemNotice, { problem: problem.value, about: 'import' })}
    ${result.value && h(Result, { result: result.value, onKeep: keepErrors })}
  </section>`;
}

/** @param {{ onFile: (file: File | undefined) => void }} props */
function Drop({ onFile }) {
  const over = useSignal(false);
  /** @param {DragEvent} event @param {boolean} entering */
  function dragged(event, entering) {
    event.preventDefault();
    over.value = entering;
  }
  return html`<div class="drop" data-over=${over.value ? '' : undefined}
    onDragEnter=${(/** @type {DragEvent} */ event) => dragged(event, true)} onDragOver=${(/** @type {DragEvent} */ event) => dragged(event, true)}
    onDragLeave=${(/** @type {DragEvent} */ event) => dragged(event, false)}
    onDrop=${(/** @type {DragEvent} */ event) => { dragged(event, false); onFile(event.dataTransfer?.files[0]); }}>
    <div class="drop-words"><p class="drop-actions">
      <input type="file" class="for-ears" id="import-file" accept=".csv,text/csv" aria-describedby="import-hint"
        onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => {
          onFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }} />
      <label class="button second" for="import-file">${h(Icon, { name: 'upload' })}${t('merchant.import.choose')}</label></p>
      <p class="hint" id="import-hint">${t('merchant.import.hint')}</p></div>
  </div>`;
}

/** @param {{ result: Imported, onKeep: () => void }} props */
function Result({ result: { listed, errors }, onKeep }) {
  return html`<div id="import-result">
    ${h(Notice, { kind: errors.length === 0 ? 'good' : 'plain' }, html`<p>${t('merchant.import.done', { listed: number(listed), missed: number(errors.length) })}
      ${errors.length > 0 && html`${' '}<button type="button" class="link-button" id="import-keep" onClick=${onKeep}>${t('merchant.import.keep')}</button>`}</p>`)}
    ${errors.length > 0 && html`<div class="lines" tabindex="0" role="region" aria-label=${t('merchant.import.errors')}><table><thead><tr><th scope="col">${t('merchant.import.line')}</th><th scope="col">${t('merchant.import.why')}</th></tr></thead>
      <tbody>${errors.slice(0, SHOWN).map(({ line, message }) => html`<tr key=${line}><td>${line}</td><td>${message}</td></tr>`)}</tbody></table></div>
      ${errors.length > SHOWN && html`<p class="fine">${t('merchant.import.more', { count: number(errors.length - SHOWN) })}</p>`}`}
  </div>`;
}

/** @param {{ shop: Shop, filters: import('./filters.js').Filters }} props */
export function ExportFile({ shop, filters }) {
  const reading = useSignal(/** @type {{ lines: number, stop: AbortController } | null} */ (null));
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));
  const saved = useSignal('');
  useEffect(() => () => reading.peek()?.stop.abort(), []);

  async function fetchFile() {
    if (reading.peek()) return;
    const stop = new AbortController();
    reading.value = { lines: 0, stop };
    problem.value = null;
    saved.value = '';
    try {
      const { file, name } = await getCsv(questionOf(filters), (lines) => { reading.value = { lines, stop }; }, stop.signal);
      save(file, name);
      saved.value = name;
    } catch (thrown) {
      const said = asProblem(thrown);
      if (!stop.signal.aborted && !endedBy(said)) problem.value = said;
    } finally {
      reading.value = null;
    }
  }

  const total = shop.list.shown.value?.total ?? 0;
  const now = reading.value;
  return html`<button type="button" class="button second" id="export-products" aria-disabled=${now ? 'true' : undefined} onClick=${fetchFile}>${h(Icon, { name: 'file' })}${t('merchant.export.go')}</button>
    ${(now || saved.value || problem.value) && html`<div class="export-told">
      ${now && html`<div class="progress"><label for="export-progress">${t('merchant.export.busy', { lines: number(now.lines), total: number(total) })}</label><progress id="export-progress" max=${Math.max(1, total)} value=${Math.min(now.lines, total)}></progress>
        <button type="button" class="link-button" id="export-stop" onClick=${() => now.stop.abort()}>${t('merchant.stop')}</button></div>`}
      ${saved.value && h(Notice, { kind: 'good' }, html`<p>${t('merchant.export.done', { name: saved.value })} <button type="button" class="link-button" onClick=${() => { saved.value = ''; }}>${t('merchant.dismiss')}</button></p>`)}
      ${h(ProblemNotice, { problem: problem.value })}
    </div>`}`;
}
