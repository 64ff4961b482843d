// My account: who I am here, my picture, my password, this session, my data, and the way out for good.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { Contacts } from '../account/contacts.js';
import { CurrentSession } from '../account/current-session.js';
import { Export } from '../account/export.js';
import { Leaving } from '../account/leaving.js';
import { PasswordChange } from '../account/password.js';
import { Picture } from '../account/picture.js';
import { t } from '../i18n.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icons.js';
import { Notice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { outOfReach } from '../session.js';

const sections = /** @type {const} */ ([
  ['about', 'person', 'account.identity'],
  ['picture', 'picture', 'avatar.title'],
  ['security', 'lock', 'password.label'],
  ['session', 'devices', 'account.session'],
  ['data', 'file', 'export.title'],
  ['leave', 'cross', 'leave.title'],
]);

/** @param {{ me: import('../session.js').Me }} props */
export function Account({ me }) {
  const reading = useReading();
  return html`<div class="rooms wide">
    <nav class="side" aria-label=${t('account.sections')}>
      <ul>${sections.map(([id, icon, words]) => html`<li><a href=${`#${id}`} aria-current=${reading === id ? 'true' : undefined}
        >${h(Icon, { name: icon })}${t(words)}</a></li>`)}</ul>
    </nav>
    <div class="room">
      <div class="person">
        ${h(Avatar, { me, size: 72 })}
        <div>${h(Heading, { text: t('account.title') })}<p class="lead" id="who">${me.username}</p></div>
      </div>
      ${outOfReach.value && h(Notice, { kind: 'plain' }, html`<p>${t('account.out_of_reach')}</p>`)}
      ${h(Contacts, { me })}
      ${h(Picture, { me })}
      ${h(PasswordChange, { me })}
      ${h(CurrentSession, { me })}
      ${h(Export, null)}
      ${h(Leaving, { me })}
    </div>
  </div>`;
}

/** The section that the menu marks: the first one in the upper half of the window. @returns {string} its id */
function useReading() {
  const reading = useSignal('about');
  useEffect(() => {
    const seen = new Set();
    const watch = new IntersectionObserver((changes) => {
      for (const { target, isIntersecting } of changes) seen[isIntersecting ? 'add' : 'delete'](target.id);
      reading.value = sections.find(([id]) => seen.has(id))?.[0] ?? reading.peek();
    }, { rootMargin: '-10% 0px -55%' });
    for (const [id] of sections) watch.observe(/** @type {Element} */ (document.getElementById(id)));
    // The browser looked for it before this screen was drawn.
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
    return () => watch.disconnect();
  }, []);
  return reading.value;
}
