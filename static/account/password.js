// A new password: a code first, by email or SMS, then the password twice. This page stays logged in; every other ends.
import { h, html, useSignal } from '../vendor/preact.js';
import { postVerification, putPassword } from '../api-account.js';
import { check } from '../checks.js';
import { aboutTheCode, digitsOf, useCode } from '../codes.js';
import { focusBack, focusSoon, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { ChannelChoice } from '../parts/channel.js';
import { CodeField } from '../parts/code-field.js';
import { NewPassword } from '../parts/new-password.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { asProblem } from '../problem.js';
import { alone, endedBy, renewed } from '../session.js';
import { Section } from './section.js';

/** @param {{ me: import('../session.js').Me }} props */
export function PasswordChange({ me }) {
  const code = useCode();
  const form = useForm({ channel: 'email', username: me.username, email: me.email, code: '', password: '', password_confirmation: '' }, 'change-');
  const step = useSignal(/** @type {'closed' | 'channel' | 'password' | 'done'} */ ('closed'));

  async function send() {
    const channel = /** @type {import('../api-account.js').Channel} */ (form.values.channel.peek());
    const sent = await code.send(async () => {
      const { verification_id: id, ...told } = await postVerification({ channel, purpose: 'change_password' });
      return { id, ...told };
    });
    if (!sent) return;
    form.set('code', '');
    form.tell(null);
    step.value = 'password';
    focusBack(form.id('code'));
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const sent = code.sent.peek();
    if (form.busy.peek() || !sent) return;
    const all = { ...form.all(), code: digitsOf(form.values.code.peek()) };
    const wrong = ['code', 'password', 'password_confirmation'].flatMap((field) => check(field, all) ?? []);
    form.tell(null);
    form.point(wrong);
    if (wrong.length > 0) return;
    form.busy.value = true;
    try {
      const [password, password_confirmation] = [form.values.password.peek(), form.values.password_confirmation.peek()];
      await alone(() => putPassword({ verification_id: sent.id, code: all.code, password, password_confirmation }));
      await renewed();
      close('done');
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (endedBy(problem)) return;
      if (!form.point(aboutTheCode(problem))) form.tell(problem);
    } finally {
      form.busy.value = false;
    }
  }

  /** @param {'closed' | 'done'} as */
  function close(as) {
    code.reset();
    form.clear();
    step.value = as;
    focusSoon('change-password-open');
  }

  const busy = code.busy.value;
  const asked = code.sent.value;
  return h(Section, { id: 'security', title: t('password.label'), lead: t('change.lead') }, html`
    ${step.value === 'done' && h(Notice, { kind: 'good' }, html`<p>${t('change.done')}</p>`)}
    ${(step.value === 'closed' || step.value === 'done') && html`<button type="button" class="button second" id="change-password-open"
      onClick=${() => { step.value = 'channel'; focusSoon(form.id('channel-email')); }}>${t('change.go')}</button>`}
    ${step.value === 'channel' && html`<form class="panel" method="post" noValidate onSubmit=${(/** @type {SubmitEvent} */ event) => { event.preventDefault(); void send(); }}>
      ${h(ChannelChoice, { form, email: me.email, phone: me.phone })}
      ${h(ProblemNotice, { problem: code.problem.value, about: 'sending' })}
      <div class="actions"><button class="button" type="submit" aria-disabled=${busy ? 'true' : undefined}>${t(busy ? 'code.sending' : 'code.send')}</button>
        <button class="button second" type="button" onClick=${() => close('closed')}>${t('shell.cancel')}</button></div>
    </form>`}
    ${step.value === 'password' && asked && html`<form class="panel" method="post" noValidate onSubmit=${submit} aria-busy=${form.busy.value ? 'true' : undefined}>
      <input type="text" autocomplete="username" value=${me.username} hidden readonly />
      ${h(CodeField, { form, code, onResend: send, words: t('code.sent_to', { where: asked.destination ?? '' }) })}
      ${h(NewPassword, { form })}
      ${h(ProblemNotice, { problem: form.problem.value })}
      <div class="actions"><button class="button" type="submit" aria-disabled=${form.busy.value ? 'true' : undefined}>${t(form.busy.value ? 'change.busy' : 'change.go')}</button>
        <button class="button second" type="button" onClick=${() => close('closed')}>${t('shell.cancel')}</button></div>
    </form>`}`);
}
