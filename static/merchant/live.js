// Hears of every change of the store as it happens (server-sent events) and, while the stream cannot be had, asks again
// every few seconds instead. A stream is no use of the session; asking is, so that is done only while somebody is here.
import { signal } from '../vendor/preact.js';
import { Problem } from '../problem.js';
import { endedBy, isAttended, outOfReach } from '../session.js';

/** @typedef {import('../api-merchant.js').Product} Product */
/** @typedef {{ name: string, product_count: number, categories: import('../api-merchant.js').Category[] }} StoreNews */
/**
 * @typedef {object} Hearers
 * @property {(product: Product & { deleted: boolean }) => void} onProduct
 * @property {(store: StoreNews) => void} onStore
 * @property {() => void} onMissed something may have changed that was not told: look again
 */
/** @typedef {'starting' | 'live' | 'asking' | 'offline'} Reach */

const ASK_MS = 4000;
const RETRY_MS = 15_000;

/** @param {Hearers} hearers */
export function createLive({ onProduct, onStore, onMissed }) {
  const reach = signal(/** @type {Reach} */ ('starting'));
  /** @type {EventSource | null} */
  let stream = null;
  /** The newest position that was heard of; a stream opened anew goes on from there. */
  let heard = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let asking;
  let stopped = false;

  /** @param {MessageEvent<string>} event */
  function read(event) {
    heard = event.lastEventId || heard;
    return JSON.parse(event.data);
  }

  function open() {
    clearTimeout(retry);
    stream?.close();
    if (stopped) return;
    const opened = new EventSource(`/api/v1/store/events${heard && `?${new URLSearchParams({ after: heard })}`}`);
    stream = opened;
    opened.addEventListener('ready', (event) => {
      const isFirst = heard === '';
      read(event);
      reach.value = 'live';
      clearInterval(asking);
      asking = undefined;
      // What happened between loading the list and now is in no message.
      if (isFirst) onMissed();
    });
    opened.addEventListener('product', (event) => onProduct(read(event)));
    opened.addEventListener('store', (event) => onStore(read(event)));
    opened.addEventListener('reset', (event) => { read(event); onMissed(); });
    opened.addEventListener('session', (event) => {
      opened.close();
      endedBy(new Problem({ status: 401, code: JSON.parse(event.data).code }));
    });
    opened.addEventListener('replaced', () => {
      // Several windows of one person: this one asks, until it is looked at again.
      opened.close();
      ask();
    });
    opened.addEventListener('error', () => {
      ask();
      // The browser tries again by itself unless it was refused.
      if (opened.readyState === EventSource.CLOSED && !stopped) retry = setTimeout(open, RETRY_MS);
    });
  }

  function ask() {
    reach.value = navigator.onLine ? 'asking' : 'offline';
    if (asking || stopped) return;
    asking = setInterval(() => { if (isAttended() && navigator.onLine) onMissed(); }, ASK_MS);
  }

  const online = () => {
    if (reach.peek() === 'offline') reach.value = 'asking';
    onMissed();
    open();
  };
  const offline = () => { reach.value = 'offline'; };
  const seen = () => { if (document.visibilityState === 'visible' && stream?.readyState === EventSource.CLOSED) open(); };

  return {
    reach,
    start() {
      addEventListener('online', online);
      addEventListener('offline', offline);
      document.addEventListener('visibilitychange', seen);
      open();
    },
    stop() {
      stopped = true;
      clearTimeout(retry);
      clearInterval(asking);
      stream?.close();
      removeEventListener('online', online);
      removeEventListener('offline', offline);
      document.removeEventListener('visibilitychange', seen);
    },
    /** In words: what is shown may be out of date. */
    isAway: () => reach.value === 'offline' || outOfReach.value,
  };
}
