// From a file somebody chose to a picture that can be cropped, and from there to what is sent. Says no, in a field
// error's code, before anything is sent that the server would refuse.
import { sideOf } from './crop.js';
import { drawCrop } from './cropper.js';

const kinds = ['image/png', 'image/jpeg', 'image/webp'];
/** What a file input offers. */
export const accepted = kinds.join(',');
const MOST_BYTES = 5 * 1024 * 1024;
const MOST_PIXELS = 4096;
/** Twice the size it is kept at, so that the server has something to choose from. */
const SENT_PIXELS = 1024;

/** @param {File} file @returns {Promise<ImageBitmap | 'kind' | 'too_large' | 'out_of_range' | 'invalid_format'>} */
export async function pictureOf(file) {
  if (!kinds.includes(file.type)) return 'kind';
  if (file.size > MOST_BYTES) return 'too_large';
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return 'invalid_format';
  return Math.max(picture.width, picture.height) > MOST_PIXELS ? 'out_of_range' : picture;
}

/**
 * The square as a file of its own. What the camera wrote beside the picture (where, when, with what) stays behind.
 * @param {ImageBitmap} picture @param {import('./crop.js').Crop} crop @param {string} kind of the file it came from
 * @returns {Promise<Blob>}
 */
export function cropped(picture, crop, kind) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.max(1, Math.min(SENT_PIXELS, Math.round(sideOf(picture, crop))));
  drawCrop(canvas, picture, crop);
  // A photo stays one; anything else may have transparent parts or sharp edges.
  const type = kind === 'image/jpeg' ? kind : 'image/png';
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be written'))), type, 0.92);
  });
}
