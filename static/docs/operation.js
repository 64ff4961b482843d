// One operation of the API: what it is called with and what it answers.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { anchorOf, resolve } from './document.js';
import { Prose } from './prose.js';
import { Shape, Type } from './shape.js';

/** @typedef {import('./document.js').Api} Api */

/** @param {{ api: Api, operation: import('./document.js').OperationOf, key?: string }} props */
export function Operation({ api, operation }) {
  const anchor = anchorOf(operation);
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(api, parameter));
  const body = operation.requestBody && resolve(api, operation.requestBody);
  return html`<article class="card operation" id=${anchor}>
    <h3><a href=${`#${anchor}`}><span class="method" data-method=${operation.method}>${operation.method}</span> <code>${operation.path}</code></a></h3>
    ${(operation.security ?? []).length > 0 && html`<p class="badge">${t('docs.needs_login')}</p>`}
    ${operation.deprecated && html`<p class="badge">${t('docs.deprecated')}</p>`}
    ${h(Prose, { text: operation.summary })}
    ${operation.description !== operation.summary && h(Prose, { text: operation.description })}
    ${parameters.length > 0 && html`<h4>${t('docs.parameters')}</h4>${h(Parameters, { parameters })}`}
    ${body && html`<h4>${t('docs.body')}</h4>${h(Contents, { content: body.content })}`}
    <h4>${t('docs.answers')}</h4>
    <dl class="answers">${Object.entries(operation.responses ?? {}).map(([status, answer]) => {
      const known = resolve(api, answer);
      return html`<div key=${status}><dt data-status=${status[0]}>${status}</dt><dd>${h(Prose, { text: known.description })}${h(Contents, { content: known.content })}</dd></div>`;
    })}</dl>
  </article>`;
}

/** @param {{ content?: import('./document.js').Content }} props */
function Contents({ content }) {
  return html`${Object.entries(content ?? {}).map(([kind, { schema }]) => html`<div class="content" key=${kind}>
    <p class="fine">${kind}</p>${schema && h(Shape, { schema })}</div>`)}`;
}

/** @param {{ parameters: import('./document.js').Parameter[] }} props */
function Parameters({ parameters }) {
  return html`<div class="fields" tabindex="0" role="group" aria-label=${t('docs.parameters')}><table>
    <thead><tr><th scope="col">${t('docs.field')}</th><th scope="col">${t('docs.type')}</th><th scope="col">${t('docs.meaning')}</th></tr></thead>
    <tbody>${parameters.map(({ name, in: where, required, schema, description }) => html`<tr key=${name}>
      <th scope="row"><code>${name}</code> <span class="fine">${where}${required ? '' : `, ${t('docs.optional')}`}</span></th>
      <td>${schema && h(Type, { schema })}</td><td>${h(Prose, { text: description })}</td></tr>`)}</tbody>
  </table></div>`;
}
