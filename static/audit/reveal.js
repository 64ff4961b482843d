// Opening what is sealed: a deliberate press, a question that says it will be recorded, and only then the request.
import { h, html, useSignal } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Confirm } from '../parts/confirm.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { useDoing } from './asking.js';

/**
 * @param {object} props
 * @param {boolean} props.sealed whether there is something to open
 * @param {boolean} props.open whether it is open
 * @param {() => Promise<void>} props.onReveal
 * @param {() => void} props.onHide
 */
export function Reveal({ sealed, open, onReveal, onHide }) {
  const asked = useSignal(false);
  const { busy, problem, doing } = useDoing();
  const reveal = () => doing(async () => {
    try {
      await onReveal();
    } finally {
      asked.value = false;
    }
  });
  if (open) {
    return h(Notice, { kind: 'plain' }, html`<p id="revealed">${t('audit.revealed_now')}
      ${' '}<button type="button" class="link-button" id="hide" onClick=${onHide}>${t('audit.hide')}</button></p>`);
  }
  return html`${h(ProblemNotice, { problem: problem.value, about: 'audit' })}
    ${sealed && html`<p class="reveal"><button type="button" class="button second" id="reveal" onClick=${() => { asked.value = true; }}>${h(Icon, { name: 'eye' })}${t('audit.reveal')}</button>
      <span class="fine">${t('audit.reveal_hint')}</span></p>`}
    ${asked.value && h(Confirm, { title: t('audit.reveal_title'), text: t('audit.reveal_text'), yes: t('audit.reveal_yes'), busy: busy.value, onYes: reveal, onNo: () => { asked.value = false; } })}`;
}
