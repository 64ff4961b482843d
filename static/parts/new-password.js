// A new password and the same again, with the hint at its strength: after a code, on two screens.
import { h, html } from '../vendor/preact.js';
import { check } from '../checks.js';
import { t } from '../i18n.js';
import { PasswordField } from './password-field.js';
import { Strength } from './strength.js';

/** @param {{ form: import('../forms.js').Form }} props with the fields of the two, and username and email to compare with */
export function NewPassword({ form }) {
  /** @param {string} name */
  const blurred = (name) => () => {
    if (form.values[name].peek() !== '') form.wrong[name].value ??= check(name, form.all());
  };
  return html`
    ${h(PasswordField, {
      name: 'password', label: t('password.new'), form, autocomplete: 'new-password', hint: t('register.password_hint'),
      onBlur: blurred('password'), below: h(Strength, { form }),
    })}
    ${h(PasswordField, {
      name: 'password_confirmation', label: t('password.new_again'), form, autocomplete: 'new-password', onBlur: blurred('password_confirmation'),
    })}`;
}
