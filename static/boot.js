// Runs before the first paint, as a classic script in the head: puts the remembered theme and language on
// <html>, so that a dark page never flashes white and a screen reader starts in the right voice. The rules
// for choosing live here alone; theme.js and i18n.js read the result.
(() => {
  /** @param {string} name */
  const remembered = (name) => {
    // Storage may be refused (private windows, policies); the page then works without memory.
    try { return localStorage.getItem(name); } catch { return null; }
  };
  const root = document.documentElement;
  const theme = remembered('zhanggui.theme');
  root.dataset.theme = theme === 'light' || theme === 'dark' ? theme : 'auto';

  const kept = remembered('zhanggui.language');
  const wanted = kept ? [kept] : navigator.languages;
  // The first language the reader named that we have; else English, the likelier second language of the two.
  const found = wanted.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag === 'zh' || tag === 'en');
  root.lang = found === 'zh' ? 'zh-CN' : 'en';
})();
