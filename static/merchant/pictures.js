// Pictures of products stay where Taobao keeps them. Which hosts those are is written into the page's policy (pages.rs),
// so a picture from elsewhere is not even asked for: a placeholder stands for it, as for one that fails to load.
import { h, html, useState } from '../vendor/preact.js';
import { Icon } from '../parts/icons.js';

const hosts = ['alicdn.com', 'taobaocdn.com', 'tbcdn.cn'];

/** @param {string | null} address @returns {boolean} whether the policy lets it in */
export function isPicture(address) {
  if (!address || !URL.canParse(address)) return false;
  const { protocol, hostname, port, username } = new URL(address);
  return protocol === 'https:' && port === '' && username === '' && hosts.some((host) => hostname.endsWith(`.${host}`));
}

/** Decoration: the title stands beside it. @param {{ address: string | null }} props */
export function Picture({ address }) {
  const [failed, setFailed] = useState('');
  return address && isPicture(address) && failed !== address
    ? html`<img class="thumb" src=${address} alt="" width="56" height="56" loading="lazy" decoding="async" referrerpolicy="no-referrer"
        onError=${() => setFailed(address)} />`
    : html`<span class="thumb" aria-hidden="true">${h(Icon, { name: 'picture' })}</span>`;
}
