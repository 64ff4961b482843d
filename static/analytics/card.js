// The frame of one chart: its name, what it says in words, the picture, then the numbers as a table, the file, and
// up to where the ledger is counted. Also what stands there instead: a problem, or that there is nothing to show.
import { h, html, useSignal } from '../vendor/preact.js';
import { pathOf } from '../api-analytics.js';
import { Legend } from '../charts/cursor.js';
import { Numbers } from '../charts/table.js';
import { getFile, save } from '../files.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { ProblemNotice } from '../parts/notice.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { asOf } from './words.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} ComponentChildren */
/**
 * @typedef {object} CardProps
 * @property {string} id @property {string} title
 * @property {string} about the definition of what is counted
 * @property {import('../api-analytics.js').Figures} figures whose file the button saves
 * @property {import('./figures.js').Section<import('../api-analytics.js').Told & import('./range.js').Span>} section
 * @property {() => void} onRetry
 * @property {boolean} [wide] over both columns
 * @property {CardContent | null} content null without an answer
 */
/**
 * @typedef {object} CardContent
 * @property {string} [empty] why there is nothing to show, instead of the rest
 * @property {ComponentChildren} [words] what the picture says
 * @property {ComponentChildren} [change] against the period before
 * @property {{ look: string, name: string }[]} [legend]
 * @property {ComponentChildren} [picture]
 * @property {ComponentChildren} [below]
 * @property {() => import('../charts/table.js').Table} [table]
 */

/** @param {CardProps} props */
export function Card({ id, title, about, figures, section, onRetry, wide, content: shown }) {
  const { now, problem } = section;
  return html`<section class=${wide ? 'card figure whole' : 'card figure'} id=${id} aria-labelledby=${`${id}-title`}>
    <div class="figure-head"><h2 id=${`${id}-title`}>${title}</h2>${now && h(Csv, { id: `${id}-csv`, title, figures, span: now })}</div>
    <p class="fine about">${about}</p>
    ${problem && html`${h(ProblemNotice, { problem, about: 'analytics' })}
      <p class="actions"><button type="button" class="button second" onClick=${onRetry}>${t('analytics.retry')}</button></p>`}
    ${shown && (shown.empty
      ? html`<p class="nothing">${shown.empty}</p>`
      : html`${shown.words && html`<p class="finding">${shown.words}</p>`}
        ${shown.change && html`<p class="finding-change">${shown.change}</p>`}
        ${shown.legend && h(Legend, { entries: shown.legend })}
        ${shown.picture}${shown.below}
        ${shown.table && h(Numbers, { id: `${id}-numbers`, open: t('analytics.as_table'), table: shown.table })}`)}
    ${now && html`<p class="fine as-of">${asOf(now)}</p>`}
  </section>`;
}

/** @param {{ id: string, title: string, figures: import('../api-analytics.js').Figures, span: import('./range.js').Span }} props */
function Csv({ id, title, figures, span }) {
  const busy = useSignal(false);
  const saved = useSignal('');
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));

  async function fetchAndSave() {
    if (busy.peek()) return;
    busy.value = true;
    saved.value = '';
    problem.value = null;
    try {
      const { file, name } = await getFile(pathOf(figures, span), 'text/csv', `zhanggui-${figures}-${span.from}-${span.to}.csv`);
      save(file, name);
      saved.value = name;
    } catch (thrown) {
      const said = asProblem(thrown);
      if (!endedBy(said)) problem.value = said;
    } finally {
      busy.value = false;
    }
  }

  return html`<div class="csv"><button type="button" class="quiet" id=${id} aria-label=${t('analytics.csv_of', { what: title })} aria-disabled=${busy.value ? 'true' : undefined}
      onClick=${fetchAndSave}>${h(Icon, { name: 'file' })}CSV</button>
    <p class="for-ears" role="status">${saved.value && t('analytics.csv_saved', { name: saved.value })}</p>
    ${h(ProblemNotice, { problem: problem.value, about: 'analytics' })}</div>`;
}
