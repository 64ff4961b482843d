// The way through time: one step of the slider is one event of the stream, 0 is before the first. The browser's own
// range control brings the arrows, Home and End; what stands at the step is said with it.
import { h, html } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { number } from './formats.js';

/**
 * @param {object} props
 * @param {number} props.step
 * @param {number} props.last
 * @param {number | null} props.since the other point, where two are compared
 * @param {string} props.words what stands at the step
 * @param {(step: number) => void} props.onStep
 */
export function Slider({ step, last, since, words, onStep }) {
  /** @param {string} id @param {import('../i18n.js').Key} name @param {'first' | 'left' | 'right' | 'last'} icon @param {number} to */
  const jump = (id, name, icon, to) => html`<button type="button" class="icon-button" id=${id} aria-label=${t(name)} title=${t(name)}
    aria-disabled=${to === step ? 'true' : undefined} onClick=${() => onStep(to)}>${h(Icon, { name: icon })}</button>`;
  return html`<div class="slider">
    <label for="step">${t('audit.step_of', { step: number(step), last: number(last) })}</label>
    <div class="slider-row">
      ${jump('step-first', 'audit.step_first', 'first', 0)}
      ${jump('step-back', 'audit.step_back', 'left', Math.max(0, step - 1))}
      <input type="range" id="step" min="0" max=${last} step="1" value=${step} list=${since === null ? undefined : 'step-marks'} aria-valuetext=${`${t('audit.step_of', { step: number(step), last: number(last) })}: ${words}`}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => onStep(Number(event.currentTarget.value))} />
      ${since !== null && html`<datalist id="step-marks"><option value=${since}></option></datalist>`}
      ${jump('step-on', 'audit.step_on', 'right', Math.min(last, step + 1))}
      ${jump('step-last', 'audit.step_last', 'last', last)}
    </div>
  </div>`;
}
