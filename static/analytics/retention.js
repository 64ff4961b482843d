// Who came back: for each week of registration, the share of those people who were active in the weeks after, as a
// heat map under a row of the mean. A week that is not over is not final, and counts in no mean.
import { h, html } from '../vendor/preact.js';
import { clauses, dayShort, number, percent, percentShort, span } from '../charts/formats.js';
import { HeatMap } from '../charts/heat-map.js';
import { plusDays } from '../charts/days.js';
import { SHADES } from '../charts/scale.js';
import { t } from '../i18n.js';
import { Card } from './card.js';
import { change, meanRetention } from './changes.js';
import { Delta, pointsWords } from './words.js';

/** @typedef {import('../api-analytics.js').Retention} Retention */
/** @typedef {import('../api-analytics.js').Cohort} Cohort */

/** @param {string} week its Monday */
const weekWords = (week) => span(week, plusDays(week, 6));
/** @param {number} week */
const after = (week) => (week === 0 ? t('analytics.same_week') : t('analytics.weeks_after', { weeks: number(week) }));
/** @param {Cohort} cohort @param {number} week @returns {number | null} */
const shareOf = ({ registrations, weeks }, week) => (registrations === 0 ? null : weeks[week].people / registrations);

/** @param {{ section: import('./figures.js').Section<Retention>, onRetry: () => void }} props */
export function RetentionMap({ section, onRetry }) {
  const title = t('analytics.retention');
  /** @param {Retention} now */
  function content(now) {
    const cohorts = now.cohorts.filter(({ registrations, weeks }) => registrations > 0 && weeks.length > 0);
    if (cohorts.length === 0) return { empty: t('analytics.no_cohorts') };
    const means = meanRetention(cohorts);
    const then = section.then ? meanRetention(section.then.cohorts) : null;
    const nextWeek = means[1] ?? null;
    const words = nextWeek === null ? t('analytics.retention_too_young') : t('analytics.said_retention', { share: percent(nextWeek) });
    const difference = nextWeek !== null && then?.[1] != null ? change(nextWeek, then[1]) : null;
    const known = means.findLastIndex((share) => share !== null) + 1;
    const mean = known > 0 ? [{ key: 'mean', name: t('analytics.all'), cells: means.slice(0, known).map((share) => ({ share, complete: true })) }] : [];
    const rows = [...mean, ...cohorts.map((cohort) => ({
      key: cohort.week, name: dayShort(cohort.week), cells: cohort.weeks.map(({ week, complete }) => ({ share: shareOf(cohort, week), complete })),
    }))];
    /** @param {number} row @param {number} week @returns {import('../charts/cursor.js').Reading} */
    function read(row, week) {
      const cohort = cohorts[row - mean.length];
      const share = rows[row].cells[week].share;
      if (!cohort) return { title: t('analytics.all_cohorts'), rows: [{ name: after(week), text: share === null ? '–' : percent(share) }], notes: [] };
      return {
        title: t('analytics.registered_in', { week: weekWords(cohort.week) }),
        rows: [{ name: after(week), text: t('analytics.people_of', { people: number(cohort.weeks[week].people), all: number(cohort.registrations) }) }, { name: t('analytics.share'), text: percent(share ?? 0) }],
        notes: cohort.weeks[week].complete ? [] : [t('analytics.open_week')],
      };
    }
    return {
      words, change: then && h(Delta, { change: difference, words: pointsWords(difference) }),
      picture: html`<p class="fine scale-name">${t('analytics.weeks_since')}</p>${h(HeatMap, { id: 'retention-cursor', label: title, summary: words, walk: t('analytics.walk_cells', { what: title }), rows, read })}`,
      below: h(Shades, null),
      table: () => ({
        caption: title, head: [t('analytics.week'), t('analytics.registrations'), ...means.map((_, week) => after(week))],
        rows: cohorts.map((cohort) => ({
          key: cohort.week,
          cells: [weekWords(cohort.week), number(cohort.registrations), ...means.map((_, week) => cellWords(cohort, week))],
        })),
      }),
    };
  }
  return h(Card, { id: 'retention', title, about: t('analytics.retention_about'), figures: 'retention', section, onRetry, wide: true, content: section.now && content(section.now) });
}

/** @param {Cohort} cohort @param {number} week */
function cellWords(cohort, week) {
  const cell = cohort.weeks[week];
  if (!cell) return '';
  const share = t('analytics.count_and_share', { count: number(cell.people), share: percent(shareOf(cohort, week) ?? 0) });
  return clauses([share, !cell.complete && t('analytics.not_final')]);
}

/** From which share on each shade stands. */
function Shades() {
  return html`<div class="shades fine"><svg width="266" height="32" viewBox="0 0 266 32" role="img" aria-label=${t('analytics.shades')} focusable="false">${
    SHADES.map((least, level) => html`<g key=${level} class=${`heat heat-${level}`}><rect x=${level * 38} y="0" width="36" height="14" rx="2" /></g><text x=${level * 38} y="28">${percentShort(least)}</text>`)
  }</svg><span class="shades-open"><svg width="36" height="14" viewBox="0 0 36 14" aria-hidden="true" focusable="false"><g class="heat heat-1 open"><rect x="1" y="1" width="34" height="12" rx="2" /></g></svg>${t('analytics.open_week')}</span></div>`;
}
