// All that is held about me, as a file: fetched first, so that a refusal is told here and not saved as the file.
import { h, html, useSignal } from '../vendor/preact.js';
import { getExport } from '../api-account.js';
import { save } from '../files.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { asProblem } from '../problem.js';
import { endedBy } from '../session.js';
import { Section } from './section.js';

export function Export() {
  const busy = useSignal(false);
  const saved = useSignal('');
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));

  async function download() {
    if (busy.peek()) return;
    busy.value = true;
    saved.value = '';
    problem.value = null;
    try {
      const { file, name } = await getExport();
      save(file, name);
      saved.value = name;
    } catch (thrown) {
      const said = asProblem(thrown);
      if (!endedBy(said)) problem.value = said;
    } finally {
      busy.value = false;
    }
  }

  return h(Section, { id: 'data', title: t('export.title'), lead: t('export.lead') }, html`
    ${saved.value && h(Notice, { kind: 'good' }, html`<p>${t('export.done', { name: saved.value })}</p>`)}
    ${h(ProblemNotice, { problem: problem.value })}
    <button type="button" class="button second" id="export" aria-disabled=${busy.value ? 'true' : undefined} onClick=${download}
      >${h(Icon, { name: 'file' })}${t(busy.value ? 'export.busy' : 'export.go')}</button>`);
}
