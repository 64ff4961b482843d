// My account: who I am here, how I can be reached, this session, and the way out.
import { h, html, useSignal } from '../vendor/preact.js';
import { date, dateAndTime, lookUp, t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { asProblem } from '../problem.js';
import { go } from '../router.js';
import { logOut, outOfReach } from '../session.js';

/** @param {{ me: import('../session.js').Me }} props */
export function Account({ me }) {
  return html`<div class="rooms wide">
    <nav class="side" aria-label=${t('account.sections')}>
      <ul><li><a href="/account" aria-current="page">${h(Icon, { name: 'person' })}${t('account.title')}</a></li></ul>
    </nav>
    <div class="room">
      <div class="person">
        ${me.avatar_url
          ? html`<img class="avatar" src=${me.avatar_url} width="72" height="72" alt="" />`
          : html`<span class="avatar" aria-hidden="true">${[...me.username][0].toUpperCase()}</span>`}
        <div>${h(Heading, { text: t('account.title') })}<p class="lead" id="who">${me.username}</p></div>
      </div>
      ${outOfReach.value && h(Notice, { kind: 'plain' }, html`<p>${t('account.out_of_reach')}</p>`)}
      ${h(Identity, { me })}
      ${h(Session, { me })}
    </div>
  </div>`;
}

/** @param {{ me: import('../session.js').Me }} props */
function Identity({ me }) {
  const roles = me.roles.map((role) => lookUp(`role.${role}`) ?? role);
  return html`<section class="card" aria-labelledby="identity">
    <h2 id="identity">${t('account.identity')}</h2>
    <dl class="facts">
      <div><dt>${t('register.username')}</dt><dd>${me.username}</dd></div>
      <div><dt>${t('register.email')}</dt><dd><span>${me.email}</span>${h(Badge, { verified: me.email_verified })}</dd></div>
      <div><dt>${t('register.phone')}</dt><dd><span>${me.phone}</span>${h(Badge, { verified: me.phone_verified })}</dd></div>
      <div><dt>${t('account.roles')}</dt><dd>${roles.length > 0 ? roles.join(t('account.and')) : t('account.no_roles')}</dd></div>
      <div><dt>${t('account.member_since')}</dt><dd><time datetime=${me.created_at}>${date(me.created_at)}</time></dd></div>
    </dl>
  </section>`;
}

/** @param {{ verified: boolean }} props */
function Badge({ verified }) {
  return html`<span class="badge" data-good=${verified ? '' : undefined}>${t(verified ? 'account.verified' : 'account.unverified')}</span>`;
}

/** @param {{ me: import('../session.js').Me }} props */
function Session({ me }) {
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));
  async function leave() {
    try {
      await logOut();
      go('/login?from=logout');
    } catch (thrown) {
      problem.value = asProblem(thrown);
    }
  }
  return html`<section class="card" aria-labelledby="session">
    <h2 id="session">${t('account.session')}</h2>
    <dl class="facts">
      <div><dt>${t('account.logged_in_at')}</dt><dd><time datetime=${new Date(me.login_time).toISOString()}>${dateAndTime(me.login_time)}</time></dd></div>
    </dl>
    <p class="hint">${t('account.one_client')}</p>
    ${h(ProblemNotice, { problem: problem.value })}
    <button type="button" class="button second" id="logout" onClick=${leave}>${t('account.log_out')}</button>
  </section>`;
}
