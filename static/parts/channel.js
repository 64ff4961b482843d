// By which way a code should come: two large radio buttons, with the address where it is known.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from './icons.js';

/** @typedef {import('../api-account.js').Channel} Channel */

/** @param {{ form: import('../forms.js').Form, email?: string, phone?: string }} props the form has a field `channel` */
export function ChannelChoice({ form, email, phone }) {
  const chosen = form.values.channel.value;
  /** @param {Channel} channel @param {'mail' | 'phone'} icon @param {string} words @param {string} [address] */
  const way = (channel, icon, words, address) => {
    const id = form.id(`channel-${channel}`);
    return html`<label class="way" for=${id}>
      <input type="radio" id=${id} name=${form.id('channel')} value=${channel} checked=${chosen === channel}
        onChange=${() => form.set('channel', channel)} />
      ${h(Icon, { name: icon })}<span class="way-words"><b>${words}</b>${address && html`<span>${address}</span>`}</span>
    </label>`;
  };
  return html`<fieldset class="ways">
    <legend>${t('channel.label')}</legend>
    ${way('email', 'mail', t('channel.email'), email)}
    ${way('sms', 'phone', t('channel.sms'), phone)}
  </fieldset>`;
}
