// Leaving for good: what happens is listed first, and it takes the name typed out and the password to do it.
import { h, html, useSignal } from '../vendor/preact.js';
import { deleteMe } from '../api-account.js';
import { checkFilled } from '../checks.js';
import { focusSoon, useForm } from '../forms.js';
import { t } from '../i18n.js';
import { Field } from '../parts/field.js';
import { ProblemNotice } from '../parts/notice.js';
import { PasswordField } from '../parts/password-field.js';
import { asProblem } from '../problem.js';
import { go } from '../router.js';
import { alone, depart, endedBy } from '../session.js';
import { Section } from './section.js';

/** @param {{ me: import('../session.js').Me }} props */
export function Leaving({ me }) {
  const form = useForm({ confirmed_username: '', password: '' }, 'leave-');
  const open = useSignal(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (form.busy.peek()) return;
    const { confirmed_username, password } = form.all();
    const wrong = checkFilled({ confirmed_username, password });
    if (confirmed_username !== '' && confirmed_username.trim().normalize() !== me.username.normalize()) wrong.unshift({ field: 'confirmed_username', code: 'mismatch' });
    form.tell(null);
    form.point(wrong);
    if (wrong.length > 0) return;
    form.busy.value = true;
    try {
      await alone(() => deleteMe(password));
      go('/', { replace: true });
      depart(me.username);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (endedBy(problem)) return;
      if (problem.code === 'invalid_credentials') {
        form.set('password', '');
        form.point([{ field: 'password', code: 'invalid_credentials' }]);
      } else {
        form.point(problem.errors);
        form.tell(problem);
      }
    } finally {
      form.busy.value = false;
    }
  }

  function cancel() {
    form.clear();
    open.value = false;
    focusSoon('leave-open');
  }

  return h(Section, { id: 'leave', title: t('leave.title'), lead: t('leave.lead'), grave: true }, html`
    ${open.value ? html`
      <ul class="consequences">
        <li>${t('leave.key')}</li>
        <li>${t('leave.names')}</li>
        <li>${t('leave.ledger')}</li>
        <li>${t('leave.sessions')}</li>
        <li>${t('leave.final')} <a href="#data">${t('leave.export_first')}</a></li>
      </ul>
      <form class="panel" method="post" noValidate onSubmit=${submit} aria-busy=${form.busy.value ? 'true' : undefined}>
        ${h(Field, { name: 'confirmed_username', label: t('leave.type_name', { username: me.username }), form, autocomplete: 'off', spellless: true })}
        ${h(PasswordField, { name: 'password', label: t('password.label'), form, autocomplete: 'current-password' })}
        ${h(ProblemNotice, { problem: form.problem.value, about: 'leaving' })}
        <div class="actions"><button class="button grave" type="submit" id="leave-now" aria-disabled=${form.busy.value ? 'true' : undefined}>${t(form.busy.value ? 'leave.busy' : 'leave.now')}</button>
          <button class="button second" type="button" onClick=${cancel}>${t('shell.cancel')}</button></div>
      </form>`
    : html`<button type="button" class="button second grave" id="leave-open" onClick=${() => { open.value = true; focusSoon('leave-confirmed_username'); }}>${t('leave.go')}</button>`}`);
}
