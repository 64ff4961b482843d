// The figures: the calls of the analysts' page. Each answer names its zone, its open day and the position of the
// ledger up to which it counts.
import { call } from './api.js';

/** @typedef {{ timezone: string, today: string, as_of_position: number }} Told what every answer says of itself */
/**
 * @typedef {{ date: string, registrations: number, active_users: number, new_users: number, returning_users: number,
 *   weekly_active_users: number, monthly_active_users: number, final: boolean, revision: number,
 *   cause: 'late_event' | 'corrected' | null, counted_to: number | null, closed_at: string | null }} DailyDay
 */
/** @typedef {Told & { from: string, to: string, days: DailyDay[] }} Daily */
/** @typedef {{ week: number, people: number, complete: boolean }} CohortWeek */
/** @typedef {{ week: string, registrations: number, weeks: CohortWeek[] }} Cohort */
/** @typedef {Told & { from: string, to: string, cohorts: Cohort[] }} Retention */
/** @typedef {{ fetched: number, failed: number, pending: number, deleted: number }} OfListed */
/**
 * @typedef {{ listed: number, fetched: number, failed: number, deleted: number, restored: number, of_listed: OfListed,
 *   median_seconds_to_fetch: number | null }} Funnel
 */
/** @typedef {Funnel & { date: string }} ProductDay */
/** @typedef {Told & { from: string, to: string, days: ProductDay[], total: Funnel }} Products */
/** @typedef {Told & { at: string, dau: number, wau: number, mau: number, new_users: number, returning_users: number, final: boolean, revision: number }} Active */
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
