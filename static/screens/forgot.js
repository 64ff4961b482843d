// A forgotten password: a code to the address of the account, if there is one, then a new password. Whatever is
// typed, the same is said, so that nobody learns here who has an account.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { confirmReset, postReset } from '../api-account.js';
import { check, checkFilled } from '../checks.js';
import { aboutTheCode, digitsOf, useCode } from '../codes.js';
import { focusSoon, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { CaptchaField, useCaptcha } from '../parts/captcha-field.js';
import { ChannelChoice } from '../parts/channel.js';
import { CodeField } from '../parts/code-field.js';
import { Field } from '../parts/field.js';
import { NewPassword } from '../parts/new-password.js';
import { ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { asProblem } from '../problem.js';
import { go } from '../router.js';
import { lastUsername, me } from '../session.js';

export function Forgot() {
  const code = useCode();
  const identifier = useSignal(lastUsername.peek());
  const asking = useSignal(true);
  useEffect(() => { if (me.value) go('/account#security', { replace: true }); }, [me.value]);
  return html`<div class="entry wide"><section class="card">
    ${asking.value
      ? h(Ask, { key: 'ask', code, identifier, onSent: () => { asking.value = false; } })
      : h(Renew, { key: 'renew', code, identifier, onAgain: () => { asking.value = true; } })}
    <p class="aside"><a href="/login">${t('forgot.back')}</a></p>
  </section></div>`;
}

/**
 * @typedef {object} StepProps
 * @property {import('../codes.js').CodeState} code
 * @property {import('../vendor/preact.js').Signal<string>} identifier
 * @property {string} [key]
 */

/** @param {StepProps & { onSent: () => void }} props */
function Ask({ code, identifier, onSent }) {
  const form = useForm({ identifier: identifier.peek(), channel: code.sent.peek()?.channel ?? 'email', captcha_answer: '' });
  const captcha = useCaptcha(form);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (code.busy.peek()) return;
    const all = form.all();
    const [typed, captcha_answer] = [all.identifier.trim(), all.captcha_answer.trim()];
    const missing = checkFilled({ identifier: typed, captcha_answer });
    form.point(missing);
    code.problem.value = null;
    if (missing.length > 0) return;
    const channel = /** @type {import('../api-account.js').Channel} */ (all.channel);
    const sent = await code.send(async () => {
      const { reset_id: id, ...told } = await postReset({ identifier: typed, channel, captcha_id: captcha.id(), captcha_answer });
      return { id, ...told };
    });
    if (sent) {
      identifier.value = typed;
      onSent();
      return;
    }
    // The server takes an answer once, right or wrong.
    void captcha.renew();
    const problem = /** @type {import('../problem.js').Problem | null} */ (code.problem.peek());
    if (problem?.code === 'captcha_failed') {
      code.problem.value = null;
      form.point([{ field: 'captcha_answer', code: 'captcha_failed' }]);
    } else form.point(problem?.errors ?? []);
  }

  const busy = code.busy.value;
  return html`
    ${h(Heading, { text: t('forgot.title'), lead: t('forgot.lead') })}
    ${h(ProblemNotice, { problem: code.problem.value, about: 'sending' })}
    <form method="post" noValidate onSubmit=${submit} aria-busy=${busy ? 'true' : undefined}>
      ${h(Field, { name: 'identifier', label: t('login.identifier'), form, autocomplete: 'username', spellless: true })}
      ${h(ChannelChoice, { form })}
      ${h(CaptchaField, { form, captcha })}
      <button class="button" type="submit" aria-disabled=${busy ? 'true' : undefined}>${t(busy ? 'code.sending' : 'code.send')}</button>
    </form>`;
}

/** @param {StepProps & { onAgain: () => void }} props */
function Renew({ code, identifier, onAgain }) {
  const typed = identifier.peek();
  const form = useForm({ code: '', password: '', password_confirmation: '', username: '', email: '', [nameOf(typed)]: typed });
  useEffect(() => focusSoon('code'), []);

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
      await confirmReset(sent.id, { code: all.code, password, password_confirmation });
      lastUsername.value = typed;
      go('/login?from=reset', { replace: true });
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (!form.point(aboutTheCode(problem))) form.tell(problem);
    } finally {
      form.busy.value = false;
    }
  }

  const busy = form.busy.value;
  return html`
    ${h(Heading, { text: t('forgot.new_title') })}
    ${h(ProblemNotice, { problem: form.problem.value })}
    <form method="post" noValidate onSubmit=${submit} aria-busy=${busy ? 'true' : undefined}>
      <input type="text" autocomplete="username" value=${typed} hidden readonly />
      ${h(CodeField, { form, code, onResend: onAgain, words: t(code.sent.value?.channel === 'sms' ? 'forgot.sent_sms' : 'forgot.sent_email', { name: typed }) })}
      ${h(NewPassword, { form })}
      <button class="button" type="submit" aria-disabled=${busy ? 'true' : undefined}>${t(busy ? 'change.busy' : 'forgot.go')}</button>
    </form>`;
}

/** Which of a person's names it is, for the hint that a password should not hold it. @param {string} typed */
const nameOf = (typed) => (typed.includes('@') ? 'email' : 'username');
