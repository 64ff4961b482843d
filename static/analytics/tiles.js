// The first answers at a glance: six numbers, each with how it stands against the period before.
import { h, html } from '../vendor/preact.js';
import { number, percent } from '../charts/formats.js';
import { t } from '../i18n.js';
import { change, changeOfLast, changeOfMeans, changeOfSums, mean, pairs, sum } from './changes.js';
import { againstWords, asOf, changeWords, Delta, pointsWords, revisedDays } from './words.js';

/** @typedef {import('./changes.js').Change} Change */
/** @typedef {{ key: string, name: string, text: string, change: Change | null, words?: string, format?: (value: number) => string }} Tile */

/** @param {import('./figures.js').Shown['daily']} section @returns {Tile[]} */
function ofPeople({ now, then }) {
  const last = now?.days.at(-1);
  if (!now || !last) return [];
  const both = then ? pairs(now.days, then.days, ({ final }) => final) : [];
  const closed = now.days.filter(({ final }) => final);
  return [
    { key: 'registrations', name: t('analytics.registrations'), text: number(sum(now.days.map((one) => one.registrations))), change: changeOfSums(both, (one) => one.registrations) },
    { key: 'active', name: t('analytics.active_mean'), text: number(Math.round(mean((closed.length > 0 ? closed : now.days).map((one) => one.active_users)) ?? 0)), change: changeOfMeans(both, (one) => one.active_users) },
    { key: 'wau', name: t('analytics.wau'), text: number(last.weekly_active_users), change: changeOfLast(both, (one) => one.weekly_active_users) },
    { key: 'mau', name: t('analytics.mau'), text: number(last.monthly_active_users), change: changeOfLast(both, (one) => one.monthly_active_users) },
  ];
}

/** @param {import('./figures.js').Shown['products']} section @returns {Tile[]} */
function ofProducts({ now, then }) {
  if (!now) return [];
  const both = then ? pairs(now.days, then.days, ({ date }) => date < now.today) : [];
  const [listed, fetched] = [changeOfSums(both, (one) => one.listed), changeOfSums(both, (one) => one.of_listed.fetched)];
  const shares = listed && fetched && listed.now > 0 && listed.then > 0 ? change(fetched.now / listed.now, fetched.then / listed.then) : null;
  const { total } = now;
  return [
    { key: 'listed', name: t('analytics.listed'), text: number(total.listed), change: listed },
    { key: 'fetched', name: t('analytics.fetched_share'), text: total.listed === 0 ? '–' : percent(total.of_listed.fetched / total.listed), change: shares, words: pointsWords(shares), format: percent },
  ];
}

/** @param {{ shown: import('./figures.js').Shown }} props */
export function Tiles({ shown }) {
  const { daily, products, earlier } = shown;
  const tiles = [...ofPeople(daily), ...ofProducts(products)];
  const told = [daily.now, products.now].flatMap((answer) => (answer ? [asOf(answer)] : []));
  return tiles.length === 0 ? null : html`<section class="tiles" aria-label=${t('analytics.glance')}>
    <dl>${tiles.map((tile) => html`<div key=${tile.key} id=${`tile-${tile.key}`}><dt>${tile.name}</dt><dd class="tile-number">${tile.text}</dd>
      ${earlier && html`<dd>${h(Delta, { change: tile.change, words: tile.words ?? changeWords(tile.change) })}<span class="fine">${againstWords(tile.change, tile.format)}</span></dd>`}</div>`)}</dl>
    <p class="fine as-of">${[...new Set(told)].join(' ')}</p>
  </section>`;
}

/** The days counted again after they were closed, and why. @param {{ shown: import('./figures.js').Shown }} props */
export function Recounted({ shown }) {
  const told = revisedDays(shown.daily.now?.days ?? []);
  const list = html`<ul>${told.map((words) => html`<li key=${words}>${words}</li>`)}</ul>`;
  if (told.length === 0) return null;
  return html`<div class="recounted" id="recounted"><svg class="key" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><path class="mark" d="M6 1l5 5l-5 5l-5-5Z" /></svg>
    ${told.length > 2 ? html`<details><summary>${t('analytics.recounted_days', { count: number(told.length) })}</summary>${list}</details>` : list}</div>`;
}
