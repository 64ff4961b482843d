// A password with a button that shows what was typed: better than typing it blindly and wrongly.
import { h, html, useState } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Field } from './field.js';
import { Icon } from './icons.js';

/** @param {Omit<import('./field.js').FieldProps, 'type' | 'beside' | 'spellless'>} props */
export function PasswordField(props) {
  const [shown, setShown] = useState(false);
  return h(Field, {
    ...props,
    type: shown ? 'text' : 'password',
    spellless: true,
    beside: html`<button type="button" class="inset" aria-pressed=${shown ? 'true' : 'false'}
      aria-label=${t('password.show')} aria-controls=${props.form.id(props.name)} title=${shown ? t('password.hide') : t('password.show')}
      onClick=${() => setShown(!shown)}>${h(Icon, { name: shown ? 'eyeOff' : 'eye' })}</button>`,
  });
}
