// Which square of a picture is kept: plain geometry, in the picture's own pixels. No canvas, no events.

/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ left: number, top: number, zoom: number }} Crop `zoom` 1 is the largest square that fits */

/** @param {Size} picture */
const shorter = ({ width, height }) => Math.min(width, height);

/** How far it makes sense to go in: below 96 pixels there is nothing left to show. @param {Size} picture */
export const largestZoom = (picture) => Math.max(1, Math.min(8, shorter(picture) / 96));

/** The length of a side. @param {Size} picture @param {Crop} crop */
export const sideOf = (picture, { zoom }) => shorter(picture) / zoom;

/** @param {Size} picture @returns {Crop} the middle */
export function middleOf(picture) {
  const side = shorter(picture);
  return { left: (picture.width - side) / 2, top: (picture.height - side) / 2, zoom: 1 };
}

/** @param {Size} picture @param {Crop} crop @returns {Crop} the nearest that lies within the picture */
function within(picture, crop) {
  const side = sideOf(picture, crop);
  /** @param {number} at @param {number} length */
  const held = (at, length) => Math.max(0, Math.min(length - side, at));
  return { left: held(crop.left, picture.width), top: held(crop.top, picture.height), zoom: crop.zoom };
}

/**
 * @param {Size} picture @param {Crop} crop
 * @param {number} right @param {number} down in sides: 0.5 is half of what is seen
 */
export function moved(picture, crop, right, down) {
  const side = sideOf(picture, crop);
  return within(picture, { ...crop, left: crop.left + right * side, top: crop.top + down * side });
}

/**
 * @param {Size} picture @param {Crop} crop @param {number} zoom
 * @param {number} [x] @param {number} [y] the point that stays where it is, 0 to 1 across what is seen
 */
export function zoomed(picture, crop, zoom, x = 0.5, y = 0.5) {
  const next = Math.max(1, Math.min(largestZoom(picture), zoom));
  const shrunk = sideOf(picture, crop) - sideOf(picture, { ...crop, zoom: next });
  return within(picture, { left: crop.left + x * shrunk, top: crop.top + y * shrunk, zoom: next });
}

/** Where the middle of what is seen lies, in per cent. @param {Size} picture @param {Crop} crop */
export function placeOf(picture, crop) {
  const half = sideOf(picture, crop) / 2;
  return {
    across: Math.round(((crop.left + half) / picture.width) * 100),
    down: Math.round(((crop.top + half) / picture.height) * 100),
    zoom: Math.round(crop.zoom * 100),
  };
}
