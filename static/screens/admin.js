// Who may do what: everybody who holds a role, anybody else by their name, and each role to give or take. Nothing
// happens without a question, and what was done can be undone where it is told.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { changeRole, getPeople } from '../api-account.js';
import { focusSoon, useForm } from '../forms.js';
import { date, t } from '../i18n.js';
import { Confirm } from '../parts/confirm.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { Heading } from '../parts/shell.js';
import { asProblem } from '../problem.js';
import { go } from '../router.js';
import { endedBy, refresh } from '../session.js';

/** @typedef {import('../api-account.js').Person} Person */
/** @typedef {import('../api-account.js').Role} Role */
/** @typedef {{ person: Person, role: Role, grant: boolean }} Change */

/** @type {[Role, import('../i18n.js').Key, import('../i18n.js').Key][]} */
const roles = [
  ['admin', 'role.admin', 'admin.may_admin'],
  ['auditor', 'role.auditor', 'admin.may_auditor'],
  ['analyst', 'role.analyst', 'admin.may_analyst'],
];
/** @param {Role} role */
const nameOf = (role) => t(/** @type {import('../i18n.js').Key} */ (`role.${role}`));

/** @param {{ me: import('../session.js').Me }} props */
export function Admin({ me }) {
  const people = useSignal(/** @type {Person[] | null} */ (null));
  const found = useSignal('');
  const problem = useSignal(/** @type {import('../problem.js').Problem | null} */ (null));
  const asked = useSignal(/** @type {(Change & { twice: boolean }) | null} */ (null));
  const done = useSignal(/** @type {Change | null} */ (null));
  const busy = useSignal(false);
  const form = useForm({ identifier: '' });

  /** @param {() => Promise<void>} work */
  async function doing(work) {
    if (busy.peek()) return;
    busy.value = true;
    problem.value = null;
    try {
      await work();
    } catch (thrown) {
      const said = asProblem(thrown);
      asked.value = null;
      if (!endedBy(said)) problem.value = said;
    } finally {
      busy.value = false;
    }
  }

  /** @param {string} identifier */
  const search = (identifier) => doing(async () => {
    people.value = (await getPeople(identifier)).people;
    found.value = identifier;
    done.value = null;
  });
  useEffect(() => void search(''), []);

  /** @param {Change} change */
  const carryOut = (change) => doing(async () => {
    const after = await changeRole(change.grant ? 'PUT' : 'DELETE', change.person.user_id, change.role);
    people.value = (people.peek() ?? []).map((one) => (one.user_id === after.user_id ? after : one));
    asked.value = null;
    done.value = change;
    if (after.user_id !== me.user_id) return;
    await refresh();
    if (!after.roles.includes('admin')) go('/account', { replace: true });
  });

  /** @param {Change} change */
  function ask(change) {
    done.value = null;
    asked.value = { ...change, twice: false };
  }

  function confirmed() {
    const change = asked.peek();
    if (!change) return;
    const mine = change.person.user_id === me.user_id && change.role === 'admin' && !change.grant;
    if (mine && !change.twice) asked.value = { ...change, twice: true };
    else void carryOut(change);
  }

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const typed = form.values.identifier.peek().trim();
    if (typed === '') form.point([{ field: 'identifier', code: 'required' }]);
    else void search(typed);
  }

  function everybody() {
    form.clear();
    void search('');
    focusSoon('identifier');
  }

  return html`<div class="admin wide">
    ${h(Heading, { text: t('admin.title'), lead: t('admin.lead') })}
    <dl class="role-words">${roles.map(([role, name, may]) => html`<div key=${role}><dt>${t(name)}</dt><dd>${t(may)}</dd></div>`)}</dl>
    <form class="search" method="get" noValidate role="search" onSubmit=${submit}>
      ${h(Field, { name: 'identifier', label: t('admin.search'), form, autocomplete: 'off', spellless: true, hint: t('admin.search_hint') })}
      <button class="button second" type="submit" aria-disabled=${busy.value ? 'true' : undefined}>${h(Icon, { name: 'search' })}${t('admin.search_go')}</button>
    </form>
    ${h(ProblemNotice, { problem: problem.value, about: 'roles' })}
    ${done.value && h(Done, { change: done.value, busy: busy.value, onUndo: (change) => (mayLock(change, me) ? ask(change) : void carryOut(change)) })}
    ${people.value && h(People, { people: people.value, found: found.value, me, onAsk: ask, onEverybody: everybody })}
    ${asked.value && h(Question, { key: asked.value.twice ? 'twice' : 'once', change: asked.value, mine: asked.value.person.user_id === me.user_id, busy: busy.value, onYes: confirmed, onNo: () => { asked.value = null; } })}
  </div>`;
}

/** @param {Change} change @param {import('../session.js').Me} me */
const mayLock = ({ person, role, grant }, me) => person.user_id === me.user_id && role === 'admin' && !grant;

/** @param {{ change: Change, busy: boolean, onUndo: (change: Change) => void }} props */
function Done({ change, busy, onUndo }) {
  const { person, role, grant } = change;
  return h(Notice, { kind: 'good' }, html`<p id="role-done">${t(grant ? 'admin.granted' : 'admin.revoked', { name: person.username, role: nameOf(role) })}
    ${' '}<button type="button" class="link-button" id="undo" aria-disabled=${busy ? 'true' : undefined} onClick=${() => onUndo({ person, role, grant: !grant })}>${t('admin.undo')}</button></p>`);
}

/** @param {{ change: Change & { twice: boolean }, mine: boolean, busy: boolean, onYes: () => void, onNo: () => void, key?: string }} props */
function Question({ change, mine, busy, onYes, onNo }) {
  const { person, role, grant, twice } = change;
  const words = { name: person.username, role: nameOf(role) };
  const last = { busy, onYes, onNo };
  if (grant) return h(Confirm, { ...last, title: t('admin.grant_title', words), text: t('admin.grant_text', words), yes: t('admin.grant') });
  if (twice) return h(Confirm, { ...last, title: t('admin.own_title'), text: t('admin.own_text'), yes: t('admin.own_yes'), grave: true });
  return h(Confirm, { ...last, title: t('admin.revoke_title', words), text: t(mine && role === 'admin' ? 'admin.revoke_own_text' : 'admin.revoke_text', words), yes: t('admin.revoke'), grave: true });
}

/** @param {{ people: Person[], found: string, me: import('../session.js').Me, onAsk: (change: Change) => void, onEverybody: () => void }} props */
function People({ people, found, me, onAsk, onEverybody }) {
  /** @param {Person} person @param {Role} role */
  const toggle = (person, role) => {
    const held = person.roles.includes(role);
    return html`<button type="button" class="role" key=${role} aria-pressed=${held ? 'true' : 'false'} data-role=${role}
      aria-label=${t('admin.role_of', { name: person.username, role: nameOf(role) })} onClick=${() => onAsk({ person, role, grant: !held })}
      >${h(Icon, { name: held ? 'check' : 'plus' })}${nameOf(role)}</button>`;
  };
  return html`<section class="card people" aria-labelledby="people-title">
    <div class="people-head"><h2 id="people-title">${found ? t('admin.found') : t('admin.everybody')}</h2>
      ${found && html`<button type="button" class="link-button" id="everybody" onClick=${onEverybody}>${t('admin.show_everybody')}</button>`}</div>
    <p class="for-ears" role="status">${t('admin.count', { count: people.length })}</p>
    ${people.length === 0
      ? html`<p class="nobody" id="nobody">${found ? t('admin.nobody', { name: found }) : t('admin.no_roles')}</p>`
      : html`<ul>${people.map((person) => html`<li key=${person.user_id} data-person=${person.username}>
          <div class="people-who"><b>${person.username}</b>${person.user_id === me.user_id && html`<span class="badge">${t('admin.you')}</span>`}
            <p class="fine">${t('account.member_since')} ${date(person.created_at)}</p></div>
          <div class="roles" role="group" aria-label=${t('admin.roles_of', { name: person.username })}>${roles.map(([role]) => toggle(person, role))}</div>
        </li>`)}</ul>`}
  </section>`;
}
