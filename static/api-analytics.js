// The figures: the calls of the analysts' page. Each answer names its zone, its open day and the position of the
// ledger up to which it counts.
import { call } from './api.js';

/**
 * @template {keyof import('./api.js').Paths} P
 * @typedef {import('./api.js').Answer<P, 'get'>} Answer
 */
/** @typedef {Answer<'/api/v1/analytics/daily'>} Daily */
/** @typedef {Daily['days'][number]} DailyDay */
/** @typedef {Answer<'/api/v1/analytics/retention'>} Retention */
/** @typedef {Retention['cohorts'][number]} Cohort */
/** @typedef {Answer<'/api/v1/analytics/products'>} Products */
/** @typedef {Products['days'][number]} ProductDay */
/** @typedef {Answer<'/api/v1/analytics/active'>} Active the open day */
/** @typedef {Pick<Daily, 'timezone' | 'today' | 'as_of_position' | 'from' | 'to'>} Told what every answer over days says of itself */
/** @typedef {import('./analytics/range.js').Span} Span */
/** @typedef {'daily' | 'retention' | 'products'} Figures */

/** @param {Figures} figures @param {Span} span */
export const pathOf = (figures, { from, to }) => `/api/v1/analytics/${figures}?${new URLSearchParams({ from, to })}`;

/** The open day. @param {AbortSignal} signal @returns {Promise<Active>} */
export const getActive = (signal) => call('GET', '/api/v1/analytics/active', { signal });

/** @param {Span} span @param {AbortSignal} signal @returns {Promise<Daily>} */
export const getDaily = (span, signal) => call('GET', pathOf('daily', span), { signal });

/** @param {Span} span @param {AbortSignal} signal @returns {Promise<Retention>} */
export const getRetention = (span, signal) => call('GET', pathOf('retention', span), { signal });

/** @param {Span} span @param {AbortSignal} signal @returns {Promise<Products>} */
export const getProducts = (span, signal) => call('GET', pathOf('products', span), { signal });
