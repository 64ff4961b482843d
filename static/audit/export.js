// Taking events along: everything that a search finds, an event a line, with how far it is; stopped, gone on with, and
// saved as a file.
import { h, html, useEffect, useMemo } from '../vendor/preact.js';
import { save } from '../files.js';
import { lookUp, t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { place } from '../router.js';
import { endedBy } from '../session.js';
import { filterNames, filtersOf, searchAddress } from './address.js';
import { createDownload } from './download.js';
import { exact, number, size } from './formats.js';

export function Export() {
  const filters = filtersOf(place.value.query);
  const address = searchAddress(filters);
  const download = useMemo(() => createDownload(filters), [address]);
  useEffect(() => () => download.stop(), [download]);
  const [stage, { events, bytes, position, until }] = [download.stage.value, download.told.value];
  const problem = download.problem.value;
  useEffect(() => { if (problem) endedBy(problem); }, [problem]);

  const keep = () => save(download.file(), `zhanggui-events-${download.told.peek().position}.ndjson`);
  async function run() {
    await download.start();
    if (download.stage.peek() === 'done' && download.told.peek().events > 0) keep();
  }

  const asked = filterNames.flatMap((name) => (filters[name] ? [[name, filters[name]]] : []));
  const percent = stage === 'done' ? 100 : until > 0 ? Math.floor((100 * position) / until) : 0;
  return html`
    ${h(Heading, { text: t('audit.export_title'), lead: t('audit.export_lead') })}
    <section class="card" aria-labelledby="export-title">
      <h2 id="export-title">${t('audit.export_what')}</h2>
      ${asked.length === 0 ? html`<p class="section-lead" id="export-all">${t('audit.export_all')}</p>`
        : html`<dl class="event-facts">${asked.map(([name, value]) => html`<div key=${name}><dt>${lookUp(`audit.filter.${name}`)}</dt><dd><code>${name === 'from' || name === 'to' ? exact(value ?? '') : value}</code></dd></div>`)}</dl>`}
      <p class="fine export-note">${t('audit.export_sealed')} <a href=${address}>${t('audit.export_change')}</a></p>
      ${stage !== 'idle' && html`<div class="progress">
        <label for="export-progress" id="export-words">${t('audit.export_progress', { events: number(events), size: size(bytes), percent: number(percent) })}</label>
        <progress id="export-progress" max="100" value=${percent}></progress></div>`}
      ${h(ProblemNotice, { problem, about: 'audit' })}
      <p class="for-ears" role="status">${stage === 'running' ? t('audit.export_running') : ''}</p>
      ${stage === 'stopped' && h(Notice, { kind: 'plain' }, html`<p id="export-stopped">${t('audit.export_stopped', { position: number(position) })}</p>`)}
      ${stage === 'broken' && h(Notice, { kind: 'plain' }, html`<p id="export-broken">${t('audit.export_broken', { position: number(position) })}</p>`)}
      ${stage === 'done' && h(Notice, { kind: 'good' }, html`<p id="export-done">${events > 0 ? t('audit.export_done', { events: number(events), size: size(bytes) }) : t('audit.export_nothing')}</p>`)}
      <div class="actions">
        ${stage === 'running'
          ? html`<button type="button" class="button second" id="export-stop" onClick=${() => download.stop()}>${h(Icon, { name: 'stop' })}${t('audit.export_stop')}</button>`
          : stage !== 'done' && html`<button type="button" class="button" id="export-start" onClick=${run}>${h(Icon, { name: 'file' })}${t(stage === 'idle' ? 'audit.export_start' : 'audit.export_on')}</button>`}
        ${(stage === 'stopped' || stage === 'broken' || stage === 'done') && events > 0 && html`<button type="button" class="button second" id="export-save" onClick=${keep}>${t(stage === 'done' ? 'audit.export_save_again' : 'audit.export_save')}</button>`}
      </div>
      <p class="fine export-note">${t('audit.export_offline')}</p>
    </section>`;
}
