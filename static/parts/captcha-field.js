// The picture with four characters and the field for them. The picture is renewed when it runs out, on
// request, and whenever the server has used it up; each time the reader is told, since an answer typed to the
// old one is lost.
import { h, html, signal, useEffect, useMemo } from '../vendor/preact.js';
import { getCaptcha } from '../api.js';
import { t } from '../i18n.js';
import { asProblem, wordsOf } from '../problem.js';
import { Field } from './field.js';
import { Icon } from './icons.js';

/** @typedef {ReturnType<typeof createCaptcha>} CaptchaState */

/** @param {import('../forms.js').Form} form @returns {CaptchaState} */
export const useCaptcha = (form) => useMemo(() => createCaptcha(form), []);

/** @param {import('../forms.js').Form} form */
function createCaptcha(form) {
  const picture = signal(/** @type {import('../api.js').Captcha | null} */ (null));
  const problem = signal(/** @type {import('../problem.js').Problem | null} */ (null));
  const renewed = signal(false);
  return {
    picture, problem, renewed,
    /** Empty until a picture came: the server then asks for one. */
    id: () => picture.peek()?.captcha_id ?? '',
    async renew() {
      const again = picture.peek() !== null;
      try {
        picture.value = await getCaptcha();
        problem.value = null;
        // Not form.set(): what the server said about the last answer must stay to be read.
        form.values.captcha_answer.value = '';
        renewed.value = again;
      } catch (thrown) {
        problem.value = asProblem(thrown);
      }
    },
  };
}

/** @param {{ form: import('../forms.js').Form, captcha: CaptchaState }} props */
export function CaptchaField({ form, captcha }) {
  const picture = captcha.picture.value;
  useEffect(() => { if (!captcha.picture.peek()) void captcha.renew(); }, []);
  useEffect(() => {
    if (!picture) return undefined;
    const expire = () => {
      // A hidden page would fetch pictures for nobody; it catches up when it is looked at.
      if (document.visibilityState === 'visible' && Date.now() >= Date.parse(picture.expires_at)) void captcha.renew();
    };
    // At least a second: a client whose clock is ahead must not ask in a tight loop.
    const timer = setTimeout(expire, Math.max(1000, Date.parse(picture.expires_at) - Date.now()));
    document.addEventListener('visibilitychange', expire);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', expire);
    };
  }, [picture]);

  const problem = captcha.problem.value;
  const status = problem ? { text: wordsOf(problem), good: false }
    : captcha.renewed.value ? { text: t('captcha.renewed'), good: false } : null;
  const beside = html`<div class="picture">
    ${picture
      ? html`<img src=${picture.image_url} width="133" height="50" alt=${t('captcha.alt')} />`
      : html`<span class="blank" aria-hidden="true"></span>`}
    <button type="button" class="icon-button" aria-label=${t('captcha.refresh')} title=${t('captcha.refresh')}
      onClick=${() => captcha.renew()}>${h(Icon, { name: 'refresh' })}</button>
  </div>`;
  return html`<div class="captcha">${h(Field, {
    name: 'captcha_answer', label: t('captcha.label'), form, autocomplete: 'off', spellless: true, hint: t('captcha.hint'), status, beside,
  })}</div>`;
}
