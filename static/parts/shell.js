// The frame around every screen: skip link, wordmark, language and theme, footer. The docs page wears it too.
import { h, html, useEffect, useRef } from '../vendor/preact.js';
import { language, setLanguage, t } from '../i18n.js';
import { nextTheme, theme } from '../theme.js';
import { Icon } from './icons.js';

/** @typedef {import('../vendor/preact.js').ComponentChildren} ComponentChildren */

/** @param {{ links?: ComponentChildren, children?: ComponentChildren }} props */
export function Shell({ links, children }) {
  return html`
    <a class="skip" href="#main">${t('shell.skip')}</a>
    <header class="top">
      <div class="wide">
        <a class="wordmark" href="/"><img src="/static/logo.svg" width="34" height="34" alt="" /><span><b lang="zh-CN">掌柜</b> <i lang="en">zhanggui</i></span></a>
        ${links ? html`<nav class="top-links" aria-label=${t('shell.navigation')}>${links}</nav>` : html`<span class="top-links"></span>`}
        <div class="choices">${h(LanguageSwitch, null)}${h(ThemeSwitch, null)}</div>
      </div>
    </header>
    <main id="main" tabindex="-1">${children}</main>
    <footer class="bottom">
      <div class="wide">
        <p>${t('shell.motto')}</p>
        <p><a href="/docs">${t('shell.docs')}</a></p>
      </div>
    </footer>`;
}

function LanguageSwitch() {
  // With two languages, the switch is the name of the other one, written in it.
  const other = language.value === 'en' ? 'zh-CN' : 'en';
  return html`<button type="button" class="quiet" lang=${other} id="language" onClick=${() => setLanguage(other)}
    >${other === 'en' ? 'English' : '中文'}</button>`;
}

/** @type {Record<import('../theme.js').Theme, import('../i18n.js').Key>} */
const themeNames = { auto: 'theme.auto', light: 'theme.light', dark: 'theme.dark' };

function ThemeSwitch() {
  const name = t(themeNames[theme.value]);
  return html`<button type="button" class="icon-button" id="theme" aria-label=${name} title=${name} onClick=${nextTheme}
    >${h(Icon, { name: theme.value })}</button>`;
}

/**
 * The heading of a screen. A new screen is announced by moving the focus to its heading, and named in the title.
 * @param {{ text: string, lead?: string }} props
 */
export function Heading({ text, lead }) {
  const at = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => { document.title = `${text} · 掌柜 zhanggui`; }, [text]);
  // Not on the first screen of a load: there the browser starts at the top, where the skip link is.
  useEffect(() => { if (screensShown++ > 0) at.current?.focus({ preventScroll: true }); }, []);
  return html`<h1 tabindex="-1" ref=${at}>${text}</h1>${lead && html`<p class="lead">${lead}</p>`}`;
}

let screensShown = 0;
