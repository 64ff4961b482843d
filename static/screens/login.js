// Logging in. A captcha appears only once the server asks for one; every refusal has words and a next step.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { checkFilled } from '../checks.js';
import { focusSoon, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { CaptchaField, useCaptcha } from '../parts/captcha-field.js';
import { Field } from '../parts/field.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { PasswordField } from '../parts/password-field.js';
import { Heading } from '../parts/shell.js';
import { asProblem } from '../problem.js';
import { go, place, safeNext } from '../router.js';
import { lastUsername, logIn, me } from '../session.js';

export function Login() {
  const form = useForm({ username: lastUsername.peek(), password: '', captcha_answer: '' });
  const captcha = useCaptcha(form);
  const captchaWanted = useSignal(false);
  const { query } = place.value;
  const next = safeNext(query.get('next'));

  useEffect(() => { if (me.value) go(next, { replace: true }); }, [me.value]);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (form.busy.peek()) return;
    const { password, ...typed } = form.all();
    const [username, captcha_answer] = [typed.username.trim(), typed.captcha_answer.trim()];
    const missing = checkFilled(captchaWanted.peek() ? { username, password, captcha_answer } : { username, password });
    form.tell(null);
    form.point(missing);
    if (missing.length > 0) return;
    form.busy.value = true;
    try {
      await logIn({ username, password, ...(captchaWanted.peek() && { captcha_id: captcha.id(), captcha_answer }) });
    } catch (thrown) {
      refused(asProblem(thrown));
    } finally {
      form.busy.value = false;
    }
  }

  /** @param {import('../problem.js').Problem} problem */
  function refused(problem) {
    form.point(problem.errors);
    if (problem.code === 'captcha_required') {
      captchaWanted.value = true;
      focusSoon('captcha_answer');
    } else if (problem.code === 'captcha_failed') {
      captchaWanted.value = true;
      form.point([{ field: 'captcha_answer', code: 'captcha_failed' }]);
      void captcha.renew();
      return;
    } else if (captchaWanted.peek()) {
      // The server takes an answer once, right or wrong.
      void captcha.renew();
    }
    if (problem.code === 'invalid_credentials') {
      form.set('password', '');
      focusSoon('password');
    }
    form.tell(problem);
  }

  return html`<div class="entry wide"><section class="card">
    ${h(Heading, { text: t('login.title'), lead: t('login.lead') })}
    ${query.get('from') === 'register' && h(Notice, { kind: 'good' }, html`<p>${t('login.registered')}</p>`)}
    ${query.get('from') === 'reset' && h(Notice, { kind: 'good' }, html`<p>${t('login.reset')}</p>`)}
    ${query.get('from') === 'logout' && h(Notice, { kind: 'good' }, html`<p>${t('login.logged_out')}</p>`)}
    ${query.has('next') && !form.problem.value && h(Notice, { kind: 'plain' }, html`<p>${t('login.first')}</p>`)}
    ${h(ProblemNotice, { problem: form.problem.value })}
    <form method="post" noValidate onSubmit=${submit} aria-busy=${form.busy.value ? 'true' : undefined}>
      ${h(Field, { name: 'username', label: t('login.identifier'), form, autocomplete: 'username', spellless: true })}
      ${h(PasswordField, { name: 'password', label: t('password.label'), form, autocomplete: 'current-password' })}
      ${captchaWanted.value && h(CaptchaField, { form, captcha })}
      <button class="button" type="submit" aria-disabled=${form.busy.value ? 'true' : undefined}>${form.busy.value ? t('login.busy') : t('login.go')}</button>
    </form>
    <p class="aside"><a href="/forgot">${t('login.forgot')}</a></p>
    <p class="aside">${t('login.no_account')} <a href="/register">${t('register.go')}</a></p>
  </section></div>`;
}
