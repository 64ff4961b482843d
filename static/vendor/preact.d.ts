// Types of preact.js for tsc. Built by tests/web/vendor.mjs.
import type { VNode } from 'preact';
export { h, render, Fragment } from 'preact';
export type { VNode, ComponentChildren, RefObject } from 'preact';
export { useEffect, useId, useRef, useState, useMemo } from 'preact/hooks';
export { signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect } from '@preact/signals';
export type { Signal, ReadonlySignal } from '@preact/signals';
/** Template for plain elements; components go through h(), where tsc sees their props. */
export declare function html(strings: TemplateStringsArray, ...values: unknown[]): VNode;
