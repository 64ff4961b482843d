// My picture: chosen or dropped, cropped to a square, sent with a bar that tells how far, or taken away again.
import { h, html, useEffect, useSignal } from '../vendor/preact.js';
import { deleteAvatar, putAvatar } from '../api-account.js';
import { focusSoon } from '../forms.js';
import { t } from '../i18n.js';
import { Avatar } from '../parts/avatar.js';
import { Icon } from '../parts/icons.js';
import { Notice, ProblemNotice } from '../parts/notice.js';
import { asProblem, fieldWords, Problem } from '../problem.js';
import { endedBy, me as current } from '../session.js';
import { middleOf } from './crop.js';
import { Cropper } from './cropper.js';
import { accepted, cropped, pictureOf } from './picture-file.js';
import { Section } from './section.js';

/** @typedef {{ picture: ImageBitmap, kind: string }} Chosen */

/** @param {{ me: import('../session.js').Me }} props */
export function Picture({ me }) {
  const chosen = useSignal(/** @type {Chosen | null} */ (null));
  const crop = useSignal({ left: 0, top: 0, zoom: 1 });
  const sending = useSignal(/** @type {{ share: number, stop: AbortController } | null} */ (null));
  const problem = useSignal(/** @type {Problem | null} */ (null));
  const refused = useSignal('');
  const done = useSignal(/** @type {'saved' | 'removed' | null} */ (null));
  useEffect(() => () => sending.peek()?.stop.abort(), []);

  /** @param {File | undefined} file */
  async function choose(file) {
    if (!file || sending.peek()) return;
    problem.value = done.value = null;
    refused.value = '';
    const picture = await pictureOf(file);
    if (typeof picture === 'string') {
      close();
      refused.value = picture;
      return;
    }
    crop.value = middleOf(picture);
    chosen.value = { picture, kind: file.type };
    focusSoon('crop');
  }

  function close() {
    chosen.value?.picture.close();
    chosen.value = null;
  }

  async function send() {
    const held = chosen.peek();
    if (!held || sending.peek()) return;
    const stop = new AbortController();
    sending.value = { share: 0, stop };
    problem.value = null;
    focusSoon('avatar-stop');
    try {
      const square = await cropped(held.picture, crop.peek(), held.kind);
      const { avatar_url } = await putAvatar(square, (share) => { sending.value = { share, stop }; }, stop.signal);
      if (current.peek()) current.value = { .../** @type {import('../session.js').Me} */ (current.peek()), avatar_url };
      close();
      done.value = 'saved';
      focusSoon('avatar-file');
    } catch (thrown) {
      if (stop.signal.aborted) focusSoon('avatar-send');
      else tell(asProblem(thrown));
    } finally {
      sending.value = null;
    }
  }

  /** @param {Problem} said */
  function tell(said) {
    if (!endedBy(said)) problem.value = said;
  }

  async function remove() {
    problem.value = done.value = null;
    refused.value = '';
    try {
      await deleteAvatar();
      if (current.peek()) current.value = { .../** @type {import('../session.js').Me} */ (current.peek()), avatar_url: null };
      done.value = 'removed';
      focusSoon('avatar-file');
    } catch (thrown) {
      tell(asProblem(thrown));
    }
  }

  const about = problem.value?.errors.find(({ field }) => field === 'avatar');
  return h(Section, { id: 'picture', title: t('avatar.title'), lead: t('avatar.lead') }, html`
    ${done.value && h(Notice, { kind: 'good' }, html`<p>${t(done.value === 'saved' ? 'avatar.saved' : 'avatar.removed')}</p>`)}
    ${refused.value && h(Notice, { kind: 'bad' }, html`<p>${t(refusals[refused.value])}</p>`)}
    ${about ? h(Notice, { kind: 'bad' }, html`<p>${fieldWords(about)}</p>`) : h(ProblemNotice, { problem: problem.value, about: 'avatar' })}
    ${chosen.value
      ? html`<div class="panel">
          ${h(Cropper, { picture: chosen.value.picture, crop })}
          ${sending.value && h(Progress, { share: sending.value.share })}
          <div class="actions">${sending.value
            ? html`<button type="button" class="button second" id="avatar-stop" key="stop" onClick=${() => sending.peek()?.stop.abort()}>${t('avatar.stop')}</button>`
            : html`<button type="button" class="button" id="avatar-send" key="send" onClick=${send}>${t('avatar.save')}</button>
                <button type="button" class="button second" key="cancel" onClick=${() => { close(); focusSoon('avatar-file'); }}>${t('shell.cancel')}</button>`}</div>
        </div>`
      : h(DropZone, { me, onFile: choose, onRemove: remove })}`);
}

/** @type {Record<string, import('../i18n.js').Key>} */
const refusals = { kind: 'avatar.wrong_kind', too_large: 'problem.avatar.too_large', out_of_range: 'field.avatar.out_of_range', invalid_format: 'field.avatar.invalid_format' };

/** @param {{ share: number }} props */
function Progress({ share }) {
  const percent = Math.round(share * 100);
  // All is sent before the server has looked at it.
  return html`<div class="progress">
    <label for="avatar-progress">${share < 1 ? t('avatar.sending', { percent }) : t('avatar.looking')}</label>
    <progress id="avatar-progress" max="100" value=${share < 1 ? percent : undefined}></progress>
  </div>`;
}

/** @param {{ me: import('../session.js').Me, onFile: (file: File | undefined) => void, onRemove: () => void }} props */
function DropZone({ me, onFile, onRemove }) {
  const over = useSignal(false);
  /** @param {DragEvent} event @param {boolean} entering */
  function dragged(event, entering) {
    event.preventDefault();
    over.value = entering;
  }
  return html`<div class="drop" data-over=${over.value ? '' : undefined}
    onDragEnter=${(/** @type {DragEvent} */ event) => dragged(event, true)} onDragOver=${(/** @type {DragEvent} */ event) => dragged(event, true)}
    onDragLeave=${(/** @type {DragEvent} */ event) => dragged(event, false)}
    onDrop=${(/** @type {DragEvent} */ event) => { dragged(event, false); onFile(event.dataTransfer?.files[0]); }}>
    ${h(Avatar, { me, size: 72 })}
    <div class="drop-words">
      <p class="drop-actions">
        <input type="file" class="for-ears" id="avatar-file" accept=${accepted} aria-describedby="avatar-hint"
          onChange=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => {
            onFile(event.currentTarget.files?.[0]);
            // So that choosing the same file again is noticed, too.
            event.currentTarget.value = '';
          }} />
        <label class="button second" for="avatar-file">${h(Icon, { name: 'picture' })}${t(me.avatar_url ? 'avatar.other' : 'avatar.choose')}</label>
        ${me.avatar_url && html`<button type="button" class="link-button" id="avatar-remove" onClick=${onRemove}>${t('avatar.remove')}</button>`}
      </p>
      <p class="hint" id="avatar-hint">${t('avatar.hint')}</p>
    </div>
  </div>`;
}
