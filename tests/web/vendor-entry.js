// What the page may import from its one vendored module. Bundled by vendor.mjs; nothing here is served.
// One module, one relative path: no import map, which a strict CSP would have to allow by hash.
import { h } from 'preact';
import htm from 'htm';

export { h, render, Fragment } from 'preact';
export { useEffect, useId, useRef, useState, useMemo } from 'preact/hooks';
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from '@preact/signals';
/** Template for plain elements; components go through h(), where tsc sees their props. */
export const html = htm.bind(h);
