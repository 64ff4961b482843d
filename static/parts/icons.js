// The page's icons: 20 × 20, drawn with the text's colour, and silent to screen readers, because each stands
// beside words or in a button that has a name.
import { html } from '../vendor/preact.js';

const paths = {
  auto: 'M10 3a7 7 0 1 0 0 14V3Z M10 3a7 7 0 0 1 0 14',
  light: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z M10 2v1.6 M10 16.4V18 M2 10h1.6 M16.4 10H18 M4.3 4.3l1.2 1.2 M14.5 14.5l1.2 1.2 M15.7 4.3l-1.2 1.2 M5.5 14.5l-1.2 1.2',
  dark: 'M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z',
  eye: 'M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10Z M10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
  eyeOff: 'M3 3l14 14 M8.2 4.7A8 8 0 0 1 10 4.5c5.2 0 8.2 5.5 8.2 5.5a15 15 0 0 1-2.3 2.9 M5.3 5.8A14.5 14.5 0 0 0 1.8 10S4.8 15.5 10 15.5a8.3 8.3 0 0 0 4.3-1.2',
  refresh: 'M16.5 4v4h-4 M16.2 8A6.6 6.6 0 1 0 16.6 11.5',
  check: 'M4 10.5l4 4 8-9',
  warning: 'M10 3 2 16.5h16L10 3Z M10 8.5v3.5 M10 14.2v.1',
  note: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4Z M10 9.2v4.4 M10 6.4v.1',
  devices: 'M3 4.5h10.5v7.5H3Z M1.5 15h8 M12.5 8.5H18v8h-5.5Z',
  person: 'M10 3.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4Z M3.5 17c.6-3.5 3.2-5 6.5-5s5.9 1.5 6.5 5',
  mail: 'M2.5 4.5h15v11h-15Z M2.5 5.5 10 11l7.5-5.5',
  phone: 'M6 2.5h8v15H6Z M9.2 14.8h1.6',
  lock: 'M4.5 9h11v8h-11Z M6.8 9V6.4a3.2 3.2 0 0 1 6.4 0V9',
  picture: 'M2.5 4h15v12h-15Z M2.5 13.5l4.2-4 3.3 3 3-2.6 4.5 4 M12.8 7.2v.1',
  file: 'M10 3v9 M6.5 9 10 12.5 13.5 9 M3.5 13.5v3h13v-3',
  door: 'M11.5 3H4v14h7.5 M8.5 10h9 M14.5 7l3 3-3 3',
  search: 'M8.7 3a5.7 5.7 0 1 0 0 11.4A5.7 5.7 0 0 0 8.7 3Z M13 13l4.2 4.2',
  left: 'M12.5 4.5 7 10l5.5 5.5',
  right: 'M7.5 4.5 13 10l-5.5 5.5',
  up: 'M4.5 12.5 10 7l5.5 5.5',
  down: 'M4.5 7.5 10 13l5.5-5.5',
  cross: 'M5 5l10 10 M15 5 5 15',
  plus: 'M10 4v12 M4 10h12',
  minus: 'M4 10h12',
  pencil: 'M12.5 4 16 7.5 7.5 16H4v-3.5Z M10.7 5.8l3.5 3.5',
  trash: 'M3.5 5.5h13 M8 5.5V3.5h4v2 M5.5 5.5l.7 11h7.6l.7-11 M8.5 8.5v5 M11.5 8.5v5',
  upload: 'M10 12.5v-9 M6.5 7 10 3.5 13.5 7 M3.5 13.5v3h13v-3',
  link: 'M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1 M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1',
  list: 'M7 5h10 M7 10h10 M7 15h10 M3.2 5h.1 M3.2 10h.1 M3.2 15h.1',
  clock: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4Z M10 6v4.2l2.8 1.8',
  copy: 'M7 7h9.5v9.5H7Z M13 7V3.5H3.5V13H7',
  first: 'M14 4.5 8.5 10l5.5 5.5 M5.5 4.5v11',
  last: 'M6 4.5l5.5 5.5L6 15.5 M14.5 4.5v11',
  stop: 'M5.5 5.5h9v9h-9Z',
};

/** @param {{ name: keyof typeof paths }} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"
    fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"
    ><path d=${paths[name]} fill=${name === 'auto' ? undefined : 'none'} /></svg>`;
}
