// The API reference at /docs: draws /openapi.json, the document the server generates from its own code. Made
// here rather than taken from a ready viewer, since those bring megabytes, inline scripts and other hosts.
import { h, html, render, useSignal } from './vendor/preact.js';
import { Operation } from './docs/operation.js';
import { anchorOf, matches, operationsByTag } from './docs/document.js';
import { Prose } from './docs/prose.js';
import { Shape } from './docs/shape.js';
import { loadWords, t } from './i18n.js';
import { Notice } from './parts/notice.js';
import { Heading, Shell } from './parts/shell.js';

/** @param {{ api: import('./docs/document.js').Api }} props */
function Reference({ api }) {
  const wanted = useSignal('');
  const groups = operationsByTag(api)
    .map(({ tag, operations }) => ({ tag, operations: operations.filter((operation) => matches(operation, wanted.value)) }))
    .filter(({ operations }) => operations.length > 0);
  const schemas = Object.entries(api.components?.schemas ?? {})
    .filter(([name]) => name.toLowerCase().includes(wanted.value.toLowerCase().trim()));
  const count = groups.reduce((sum, { operations }) => sum + operations.length, 0);

  return html`<div class="reference wide">
    <nav class="index" aria-label=${t('docs.contents')}>
      <label for="filter">${t('docs.filter')}</label>
      <div class="frame"><input id="filter" type="search" autocomplete="off" spellcheck="false" value=${wanted.value}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => { wanted.value = event.currentTarget.value; }} /></div>
      <p class="hint" aria-live="polite">${t('docs.count', { count })}</p>
      <div class="index-list" tabindex="0" role="group" aria-label=${t('docs.contents')}>
      ${groups.map(({ tag, operations }) => html`<p class="index-tag">${tag || t('docs.other')}</p><ul>
        ${operations.map((operation) => html`<li><a href=${`#${anchorOf(operation)}`}
          ><span class="method" data-method=${operation.method}>${operation.method}</span><span>${shortened(operation.path)}</span></a></li>`)}</ul>`)}
      ${schemas.length > 0 && html`<p class="index-tag"><a href="#schemas">${t('docs.schemas')}</a></p>`}
      </div>
    </nav>
    <div class="pages">
      ${h(Heading, { text: t('docs.title'), lead: t('docs.lead') })}
      <p class="fine">${api.info.title} ${api.info.version} · OpenAPI ${api.openapi} · <a href="/openapi.json">/openapi.json</a></p>
      ${groups.map(({ tag, operations }) => html`<section class="group" aria-label=${tag || t('docs.other')}>
        <h2>${tag || t('docs.other')}</h2>
        ${operations.map((operation) => h(Operation, { api, operation, key: anchorOf(operation) }))}</section>`)}
      ${schemas.length > 0 && html`<section class="group" aria-labelledby="schemas"><h2 id="schemas">${t('docs.schemas')}</h2>
        ${schemas.map(([name, schema]) => html`<article class="card" id=${`schema-${name}`} key=${name}>
          <h3><code>${name}</code></h3>${h(Prose, { text: schema.description })}
          ${h(Shape, { schema })}</article>`)}</section>`}
    </div>
  </div>`;
}

/** Nearly every path starts the same; the index has no room to say so each time. @param {string} path */
const shortened = (path) => path.replace(/^\/api\/v\d+(?=\/)/, '');

/** @param {{ api: import('./docs/document.js').Api | null }} props */
const Page = ({ api }) => h(Shell, null, api
  ? h(Reference, { api })
  : html`<div class="entry wide">${h(Notice, { kind: 'bad' }, html`<p>${t('docs.unreadable')}</p>`)}</div>`);

const [api] = await Promise.all([
  fetch('/openapi.json', { headers: { Accept: 'application/json' } })
    .then((answer) => (answer.ok ? answer.json() : null)).catch(() => null),
  loadWords(),
]);
const root = document.getElementById('app');
if (root) render(h(Page, { api }), root);
// The place a link points to did not exist when the browser looked for it: let it look again.
if (location.hash) location.replace(location.hash);
