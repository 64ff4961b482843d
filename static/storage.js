// Remembers small choices in the browser. Storage may be refused (private windows, policies); then nothing
// is remembered and nothing breaks.

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try { localStorage.setItem(`zhanggui.${name}`, value); } catch { /* not remembered */ }
}

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try { return localStorage.getItem(`zhanggui.${name}`); } catch { return null; }
}

/** For this tab only, and gone when it closes. @param {string} name @param {string | null} value */
export function rememberInTab(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(`zhanggui.${name}`);
    else sessionStorage.setItem(`zhanggui.${name}`, value);
  } catch { /* not remembered */ }
}

/** @param {string} name @returns {string | null} */
export function recallInTab(name) {
  try { return sessionStorage.getItem(`zhanggui.${name}`); } catch { return null; }
}
