// Registering: each field says what is wrong with it as soon as that is known, and again, in the same place,
// when the server says it. A new account is logged in at once.
import { h, html, useEffect } from '../vendor/preact.js';
import { postRegister } from '../api.js';
import { useAvailability } from '../availability.js';
import { check, checkAll } from '../checks.js';
import { useForm } from '../forms.js';
import { t } from '../i18n.js';
import { CaptchaField, useCaptcha } from '../parts/captcha-field.js';
import { Field } from '../parts/field.js';
import { ProblemNotice } from '../parts/notice.js';
import { PasswordField } from '../parts/password-field.js';
import { Heading } from '../parts/shell.js';
import { Strength } from '../parts/strength.js';
import { asProblem } from '../problem.js';
import { go } from '../router.js';
import { lastUsername, logIn, me } from '../session.js';

export function Register() {
  const form = useForm({ username: '', email: '', phone: '', password: '', password_confirmation: '', captcha_answer: '' });
  const captcha = useCaptcha(form);
  useEffect(() => { if (me.value) go('/account', { replace: true }); }, [me.value]);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (form.busy.peek()) return;
    const all = form.all();
    const wrong = checkAll(all);
    form.tell(null);
    form.point(wrong);
    if (wrong.length > 0) return;
    form.busy.value = true;
    try {
      const { username, email, phone, password, password_confirmation, captcha_answer } = all;
      await postRegister({
        username: username.trim(), email: email.trim(), phone: phone.trim(), password, password_confirmation,
        captcha_id: captcha.id(), captcha_answer: captcha_answer.trim(),
      });
      lastUsername.value = username.trim();
      // Should logging in fail, the account is there all the same: let the reader do it.
      await logIn({ username: username.trim(), password }).catch(() => go('/login?from=register', { replace: true }));
    } catch (thrown) {
      refused(asProblem(thrown));
    } finally {
      form.busy.value = false;
    }
  }

  /** @param {import('../problem.js').Problem} problem */
  function refused(problem) {
    if (problem.code === 'captcha_failed') {
      form.point([{ field: 'captcha_answer', code: 'captcha_failed' }]);
      void captcha.renew();
      return;
    }
    // The server takes an answer once, and looks at it only when the form itself is in order.
    if (problem.status === 409) void captcha.renew();
    form.tell(problem);
    form.point(problem.errors.map(({ field, code, message }) =>
      ({ field, code: problem.code === 'already_taken' ? 'already_taken' : code, message })));
  }

  return html`<div class="entry roomy wide"><section class="card">
    ${h(Heading, { text: t('register.title'), lead: t('register.lead') })}
    ${h(ProblemNotice, { problem: form.problem.value })}
    <form method="post" noValidate onSubmit=${submit} aria-busy=${form.busy.value ? 'true' : undefined}>
      ${h(UniqueField, { name: 'username', label: t('register.username'), form, autocomplete: 'username', hint: t('register.username_hint') })}
      ${h(UniqueField, { name: 'email', label: t('register.email'), form, autocomplete: 'email', inputmode: 'email', type: 'email' })}
      ${h(UniqueField, { name: 'phone', label: t('register.phone'), form, autocomplete: 'tel', inputmode: 'tel', type: 'tel', hint: t('register.phone_hint') })}
      ${h(PasswordField, { name: 'password', label: t('password.label'), form, autocomplete: 'new-password', hint: t('register.password_hint'), onBlur: blurred(form, 'password'), below: h(Strength, { form }) })}
      ${h(PasswordField, { name: 'password_confirmation', label: t('register.password_again'), form, autocomplete: 'new-password', onBlur: blurred(form, 'password_confirmation') })}
      ${h(CaptchaField, { form, captcha })}
      <button class="button" type="submit" aria-disabled=${form.busy.value ? 'true' : undefined}>${form.busy.value ? t('register.busy') : t('register.go')}</button>
    </form>
    <p class="aside">${t('register.have_account')} <a href="/login">${t('login.go')}</a></p>
  </section></div>`;
}

/** @param {import('../parts/field.js').FieldProps & { name: string }} props a field nobody else may have the same value in */
function UniqueField(props) {
  const name = /** @type {import('../api.js').UniqueField} */ (props.name);
  const standing = useAvailability(name, props.form).value;
  const status = standing === 'idle' || props.form.wrong[name].value ? null : {
    text: t(standing === 'asking' ? 'availability.asking' : standing === 'available' ? 'availability.available' : takenWords[name]),
    good: standing === 'available',
  };
  return h(Field, { ...props, spellless: true, status, onBlur: blurred(props.form, name) });
}

/** @type {Record<import('../api.js').UniqueField, import('../i18n.js').Key>} */
const takenWords = { username: 'field.username.already_taken', email: 'field.email.already_taken', phone: 'field.phone.already_taken' };

/**
 * On leaving a field that was filled in: an empty one is not wrong yet, the reader may be passing by.
 * @param {import('../forms.js').Form} form @param {string} name
 */
const blurred = (form, name) => () => {
  if (form.values[name].peek() !== '') form.wrong[name].value ??= check(name, form.all());
};
