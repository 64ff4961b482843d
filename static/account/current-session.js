// This session: since when, that it is the only one, and the way out.
import { h, html, useSignal } from '../vendor/preact.js';
import { dateAndTime, t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { ProblemNotice } from '../parts/notice.js';
import { asProblem } from '../problem.js';
import { go } from '../router.js';
import { logOut } from '../session.js';
import { Section } from './section.js';

/** @param {{ me: import('../session.js').Me }} props */
export function CurrentSession({ me }) {
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));
  async function leave() {
    try {
      await logOut();
      go('/login?from=logout');
    } catch (thrown) {
      problem.value = asProblem(thrown);
    }
  }
  return h(Section, { id: 'session', title: t('account.session'), lead: t('account.one_client') }, html`
    <dl class="facts">
      <div><dt>${t('account.logged_in_at')}</dt><dd><time datetime=${new Date(me.login_time).toISOString()}>${dateAndTime(me.login_time)}</time></dd></div>
    </dl>
    ${h(ProblemNotice, { problem: problem.value })}
    <button type="button" class="button second" id="logout" onClick=${leave}>${h(Icon, { name: 'door' })}${t('account.log_out')}</button>`);
}
