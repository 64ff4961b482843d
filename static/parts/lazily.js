// A screen whose module is loaded when it is first shown, so that the first page does not pay for it. Should the
// network fail, it says so and offers to try again.
import { h, html, useEffect, useState } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Notice } from './notice.js';

/**
 * @param {{ load: () => Promise<(props: any) => import('../vendor/preact.js').VNode | null>, me?: import('../session.js').Me, key?: string }} props
 * the rest is the screen's
 */
export function Lazily({ load, ...props }) {
  const [screen, setScreen] = useState(/** @type {{ is: any } | null} */ (null));
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    load().then((is) => wanted && setScreen({ is }), () => wanted && setFailed(true));
    return () => { wanted = false; };
  }, [load]);
  if (screen) return h(screen.is, props);
  // Nothing for the moment it takes: a flash of a spinner would be more unrest than help.
  if (!failed) return html`<div class="entry wide" aria-busy="true"></div>`;
  return html`<div class="entry wide"><section class="card">
    ${h(Notice, { kind: 'bad' }, html`<p>${t('problem.unreachable')}</p>`)}
    <p class="actions"><button type="button" class="button" onClick=${() => location.reload()}>${t('shell.reload')}</button></p>
  </section></div>`;
}

/** Adds a style sheet that few screens need. @param {string} href @returns {Promise<void>} when it is there */
export function stylesheet(href) {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(`no style sheet at ${href}`));
    };
    link.href = href;
    document.head.append(link);
  });
}
