// Choosing a square of a picture: by dragging, pinching and the wheel, by the arrow keys, + and −, and by buttons for
// whoever can do neither. Drawn on a canvas, so that nothing but the page itself needs to be loadable.
import { h, html, useEffect, useRef } from '../vendor/preact.js';
import { t } from '../i18n.js';
import { Icon } from '../parts/icons.js';
import { largestZoom, moved, placeOf, sideOf, zoomed } from './crop.js';

/** @typedef {import('./crop.js').Crop} Crop */

const STEP = 0.08;
/** Twice as many pixels as are seen, for sharp screens. */
const PIXELS = 560;

/**
 * @param {object} props
 * @param {ImageBitmap} props.picture
 * @param {import('../vendor/preact.js').Signal<Crop>} props.crop
 */
export function Cropper({ picture, crop }) {
  const stage = useRef(/** @type {HTMLDivElement | null} */ (null));
  const large = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const preview = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const seen = crop.value;

  useEffect(() => {
    for (const canvas of [large.current, preview.current]) if (canvas) drawCrop(canvas, picture, seen);
  }, [picture, seen]);
  useEffect(() => {
    const at = stage.current;
    if (!at) return undefined;
    /** By hand, since only a listener that is not passive may keep the page from scrolling. @param {WheelEvent} event */
    const turn = (event) => {
      event.preventDefault();
      const box = at.getBoundingClientRect();
      crop.value = zoomed(picture, crop.peek(), crop.peek().zoom * Math.exp(-event.deltaY / 400),
        (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    at.addEventListener('wheel', turn, { passive: false });
    return () => at.removeEventListener('wheel', turn);
  }, [picture]);

  /** @param {number} right @param {number} down */
  const move = (right, down) => { crop.value = moved(picture, crop.peek(), right, down); };
  /** @param {number} factor */
  const zoom = (factor) => { crop.value = zoomed(picture, crop.peek(), crop.peek().zoom * factor); };

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => move(-STEP, 0), ArrowRight: () => move(STEP, 0), ArrowUp: () => move(0, -STEP), ArrowDown: () => move(0, STEP),
    '+': () => zoom(1.15), '=': () => zoom(1.15), '-': () => zoom(1 / 1.15),
  };
  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {'left' | 'right' | 'up' | 'down'} way @param {string} words @param {number} right @param {number} down */
  const arrow = (way, words, right, down) => html`<button type="button" class="icon-button" data-way=${way} aria-label=${words} title=${words}
    onClick=${() => move(right * STEP, down * STEP)}>${h(Icon, { name: way })}</button>`;
  return html`<div class="cropper">
    <div class="stage" ref=${stage} id="crop" tabindex="0" role="application" aria-label=${t('avatar.stage')} aria-describedby="crop-help crop-place"
      onKeyDown=${pressed} ...${useFingers(crop, picture)}>
      <canvas ref=${large} width=${PIXELS} height=${PIXELS}></canvas><span class="stage-mask" aria-hidden="true"></span>
    </div>
    <div class="crop-side">
      <div class="crop-look"><canvas ref=${preview} width="144" height="144" aria-hidden="true"></canvas><p class="hint">${t('avatar.look')}</p></div>
      <label for="crop-zoom">${t('avatar.zoom')}</label>
      <input type="range" id="crop-zoom" min="1" max=${largestZoom(picture)} step="0.01" value=${seen.zoom} aria-valuetext=${`${placeOf(picture, seen).zoom} %`}
        onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ event) => { crop.value = zoomed(picture, crop.peek(), Number(event.currentTarget.value)); }} />
      <div class="crop-arrows" role="group" aria-label=${t('avatar.move')}>
        ${arrow('left', t('avatar.left'), -1, 0)}${arrow('up', t('avatar.up'), 0, -1)}${arrow('down', t('avatar.down'), 0, 1)}${arrow('right', t('avatar.right'), 1, 0)}
      </div>
      <p class="hint" id="crop-help">${t('avatar.help')}</p>
      <p class="for-ears" id="crop-place" aria-live="polite">${t('avatar.place', placeOf(picture, seen))}</p>
    </div>
  </div>`;
}

/**
 * One finger or the mouse moves, two fingers zoom.
 * @param {import('../vendor/preact.js').Signal<Crop>} crop @param {ImageBitmap} picture
 */
function useFingers(crop, picture) {
  const down = useRef(/** @type {Map<number, { x: number, y: number }>} */ (new Map()));
  const spread = () => {
    const [one, other] = [...down.current.values()];
    return other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
  };
  /** @param {PointerEvent} event */
  const lift = (event) => { down.current.delete(event.pointerId); };
  return {
    /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
    onPointerDown(event) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    /** @param {PointerEvent & { currentTarget: HTMLElement }} event */
    onPointerMove(event) {
      const before = down.current.get(event.pointerId);
      if (!before) return;
      const [{ width }, apart, fingers] = [event.currentTarget.getBoundingClientRect(), spread(), down.current.size];
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      // Two fingers that move together move the picture; each then does half of it.
      let next = moved(picture, crop.peek(), (before.x - event.clientX) / width / fingers, (before.y - event.clientY) / width / fingers);
      if (apart > 0) next = zoomed(picture, next, next.zoom * (spread() / apart));
      crop.value = next;
    },
    onPointerUp: lift,
    onPointerCancel: lift,
  };
}

/** @param {HTMLCanvasElement} canvas @param {ImageBitmap} picture @param {Crop} crop */
export function drawCrop(canvas, picture, crop) {
  const side = sideOf(picture, crop);
  const brush = canvas.getContext('2d');
  if (!brush) return;
  brush.imageSmoothingQuality = 'high';
  brush.clearRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, crop.left, crop.top, side, side, 0, 0, canvas.width, canvas.height);
}
