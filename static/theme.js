// The theme: automatic (the system's), light or dark. The colours themselves are in style.css, which uses
// light-dark() and follows the data-theme attribute set here.
import { signal } from './vendor/preact.js';
import { remember } from './storage.js';

/** @typedef {'auto' | 'light' | 'dark'} Theme */

export const theme = signal(/** @type {Theme} */ (document.documentElement.dataset.theme ?? 'auto'));

/** @type {Record<Theme, Theme>} */
const following = { auto: 'light', light: 'dark', dark: 'auto' };

export function nextTheme() {
  theme.value = following[theme.value];
  document.documentElement.dataset.theme = theme.value;
  remember('theme', theme.value);
}
