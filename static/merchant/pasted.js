// What somebody pasted, taken apart into products to list: a link in each line, the text that the Taobao app shares, or
// both, each with a coupon link behind it or without one. Nothing is judged or mended here: every piece is sent as it
// stands, from where its link begins to where the next one does, and the server says what it thinks of it.

/**
 * @typedef {object} Pasted
 * @property {number} line from 1
 * @property {string} text the line
 * @property {string} item the piece with the link to the item, '' where the line has no link
 * @property {string} coupon the piece with the link to its coupon, '' where none was pasted
 */

/** How many products are listed at once at most; a file is the better way for more. */
export const MOST = 100;

const beginning = /https?:\/\/|(?<![\w./@-])(?:[a-z0-9-]+\.)+[a-z]{2,}\/(?=\S)/gi;
/** Taobao's hosts that hand out coupons and show no items. */
const couponHosts = /^(?:uland|s\.click|temai|mos\.m)\.taobao\.com$|(?:^|\.)alimama\.com$/i;
const taobaoHosts = /(?:^|\.)(?:taobao\.com|tmall\.com|tmall\.hk|tb\.cn)$/i;

/** @param {string} piece */
const hostOf = (piece) => piece.replace(/^https?:\/\//i, '').match(/^[^/?#\s]*/)?.[0] ?? '';
/** @param {string} piece */
const isCoupon = (piece) => couponHosts.test(hostOf(piece)) || /^[^?#]*\/coupon/i.test(piece.replace(/^https?:\/\//i, ''));
/** @param {string} piece */
const isItem = (piece) => taobaoHosts.test(hostOf(piece)) && !isCoupon(piece);

/** @param {string} text @returns {string[]} each from the beginning of a link to that of the next */
function pieces(text) {
  const starts = [...text.matchAll(beginning)].map(({ index }) => index);
  return starts.map((start, at) => text.slice(start, starts[at + 1]).replace(/[\s,，;；|]+$/, ''));
}

/** @param {string} text @returns {Pasted[]} in the order of the lines; empty lines are passed over */
export function takeApart(text) {
  /** @type {Pasted[]} */
  const found = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const place = { line: at + 1, text: line.trim() };
    const links = pieces(line);
    const before = found.at(-1);
    if (links.length === 0) found.push({ ...place, item: '', coupon: '' });
    // A coupon in a line of its own belongs to the item above it.
    else if (links.length === 1 && isCoupon(links[0]) && before?.item && before.coupon === '') before.coupon = links[0];
    else found.push(...ofLine(place, links));
  }
  return found;
}

/** @param {{ line: number, text: string }} place @param {string[]} links @returns {Pasted[]} */
function ofLine(place, links) {
  /** @type {Pasted[]} */
  const found = [];
  let early = '';
  for (const link of links) {
    const last = found.at(-1);
    if (isItem(link)) {
      found.push({ ...place, item: link, coupon: early });
      early = '';
    } else if (last && last.coupon === '') last.coupon = link;
    else if (isCoupon(link) && early === '') early = link;
    else found.push({ ...place, item: link, coupon: '' });
  }
  if (early !== '') found.push({ ...place, item: early, coupon: '' });
  return found;
}
