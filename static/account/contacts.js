// Who I am here and how I can be reached, with a way to show that an address is mine: a code sent to it.
import { h, html, useSignal } from '../vendor/preact.js';
import { confirmVerification, postVerification } from '../api-account.js';
import { check } from '../checks.js';
import { aboutTheCode, digitsOf, useCode } from '../codes.js';
import { focusBack, focusSoon, useForm } from '../forms.js';
import { date, lookUp, t } from '../i18n.js';
import { CodeField } from '../parts/code-field.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { asProblem } from '../problem.js';
import { endedBy, refresh } from '../session.js';
import { Section } from './section.js';

/** @typedef {import('../session.js').Me} Me */

/** @param {{ me: Me }} props */
export function Contacts({ me }) {
  const roles = me.roles.map((role) => lookUp(`role.${role}`) ?? role);
  return h(Section, { id: 'about', title: t('account.identity') }, html`<dl class="facts">
    <div><dt>${t('register.username')}</dt><dd>${me.username}</dd></div>
    ${h(Contact, { channel: 'email', label: t('register.email'), address: me.email, verified: me.email_verified })}
    ${h(Contact, { channel: 'sms', label: t('register.phone'), address: me.phone, verified: me.phone_verified })}
    <div><dt>${t('account.roles')}</dt><dd>${roles.length > 0 ? roles.join(t('account.and')) : t('account.no_roles')}</dd></div>
    <div><dt>${t('account.member_since')}</dt><dd><time datetime=${me.created_at}>${date(me.created_at)}</time></dd></div>
  </dl>`);
}

/** @param {{ channel: import('../api-account.js').Channel, label: string, address: string, verified: boolean }} props */
function Contact({ channel, label, address, verified }) {
  const code = useCode();
  const form = useForm({ code: '' }, `${channel}-`);
  const justVerified = useSignal(false);

  async function send() {
    const sent = await code.send(async () => {
      const { verification_id: id, ...told } = await postVerification({ channel, purpose: 'verify_contact' });
      return { id, ...told };
    });
    if (!sent) return;
    form.clear();
    focusBack(form.id('code'));
  }

  /** @param {SubmitEvent} event */
  async function confirm(event) {
    event.preventDefault();
    const [sent, typed] = [code.sent.peek(), digitsOf(form.values.code.peek())];
    if (form.busy.peek() || !sent) return;
    const wrong = check('code', { code: typed });
    form.tell(null);
    form.point(wrong ? [wrong] : []);
    if (wrong) return;
    form.busy.value = true;
    try {
      await confirmVerification(sent.id, typed);
      await refresh();
      justVerified.value = true;
      code.reset();
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (endedBy(problem)) return;
      if (!form.point(aboutTheCode(problem))) form.tell(problem);
    } finally {
      form.busy.value = false;
    }
  }

  function cancel() {
    code.reset();
    focusSoon(`verify-${channel}`);
  }

  const asked = code.sent.value;
  return html`<div><dt>${label}</dt><dd class="contact">
    <span class="contact-address">${address}</span>
    <span class="badge" data-good=${verified ? '' : undefined}>${verified && h(Icon, { name: 'check' })}${t(verified ? 'account.verified' : 'account.unverified')}</span>
    ${!verified && !asked && html`<button type="button" class="link-button" id=${`verify-${channel}`} aria-disabled=${code.busy.value ? 'true' : undefined}
      aria-label=${t('verify.go_for', { what: label })} onClick=${send}>${t(code.busy.value ? 'code.sending' : 'verify.go')}</button>`}
    ${!verified && asked && html`<form class="panel" method="post" noValidate onSubmit=${confirm} aria-label=${t('verify.go_for', { what: label })}>
      ${h(CodeField, { form, code, onResend: send, words: t('code.sent_to', { where: asked.destination ?? '' }) })}
      ${h(ProblemNotice, { problem: form.problem.value })}
      <div class="actions"><button class="button" type="submit" aria-disabled=${form.busy.value ? 'true' : undefined}>${t(form.busy.value ? 'code.checking' : 'verify.confirm')}</button>
        <button class="button second" type="button" onClick=${cancel}>${t('shell.cancel')}</button></div>
    </form>`}
    ${!verified && !asked && code.problem.value && html`<div class="panel-notice">${h(ProblemNotice, { problem: code.problem.value, about: 'sending' })}</div>`}
    ${verified && justVerified.value && html`<div class="panel-notice">${h(Notice, { kind: 'good' }, html`<p>${t(channel === 'email' ? 'verify.email_done' : 'verify.sms_done')}</p>`)}</div>`}
  </dd></div>`;
}
