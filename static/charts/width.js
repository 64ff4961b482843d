// How wide an element is now: charts are drawn at the size they are shown, so that their words are never scaled.
import { useEffect, useRef, useState } from '../vendor/preact.js';

/** @returns {[import('../vendor/preact.js').RefObject<HTMLDivElement | null>, number]} the width is 0 until it is known */
export function useWidth() {
  const at = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!at.current) return undefined;
    const watching = new ResizeObserver(([{ contentRect }]) => setWidth(Math.floor(contentRect.width)));
    watching.observe(at.current);
    return () => watching.disconnect();
  }, []);
  return [at, width];
}
