// The analytics routes of the HTTP contract, for the mock server, over the days of mock-year.mjs. Whoever registers
// here counts in the open day, as with the real server. Figures for analysts and admins only, JSON or CSV.
import { Refusal } from './mock-accounts.mjs';
import { dateOf, dayNumber, FIRST, simulate, weekday } from './mock-year.mjs';

/** @typedef {import('./mock-accounts.mjs').Asked} Asked */
/** @typedef {import('./mock-accounts.mjs').Answer} Answer */
/** @typedef {import('./mock-accounts.mjs').Account} Account */

const timezone = 'Asia/Shanghai';
/** The open day. */
const todayThere = () => dayNumber(new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(new Date()));
/** About as many events as a shop of this size writes. @param {number} day */
const positionAt = (day) => Math.max(0, (day - FIRST + 1) * 431 + 17);

/** @param {{ accounts: Account[], whose: (request: import('./mock-accounts.mjs').Request) => { account: Account } }} state @returns {import('./mock-accounts.mjs').Routes} */
export function analyticsRoutes({ accounts, whose }) {
  let year = { of: 0, figures: /** @type {ReturnType<typeof simulate> | null} */ (null) };
  /** @param {number} today */
  function figures(today) {
    if (year.of !== today || !year.figures) year = { of: today, figures: simulate(today) };
    return /** @type {ReturnType<typeof simulate>} */ (year.figures);
  }

  /** @param {number} day @param {number} today */
  function dailyOf(day, today) {
    const { registrations, active, fresh, wau, mau } = figures(today);
    const at = day - FIRST;
    const here = day === today ? accounts.length : 0;
    const final = day < today;
    const revision = !final ? 0 : day % 83 === 24 ? 2 : day % 199 === 101 ? 3 : 1;
    return {
      date: dateOf(day), registrations: (registrations[at] ?? 0) + here, active_users: (active[at] ?? 0) + here, new_users: (fresh[at] ?? 0) + here,
      returning_users: (active[at] ?? 0) - (fresh[at] ?? 0), weekly_active_users: (wau[at] ?? 0) + here, monthly_active_users: (mau[at] ?? 0) + here, final, revision,
      cause: revision < 2 ? null : revision === 2 ? 'late_event' : 'corrected', timezone: final ? timezone : null, counted_to: final ? positionAt(day) : null,
      closed_at: final ? `${dateOf(day)}T16:00:3${day % 10}.120Z` : null,
    };
  }

  /** @param {Asked} asked @param {number} usual how many days without `from` */
  function frame({ url, request }, usual) {
    if (!whose(request).account.roles.some((role) => role === 'analyst' || role === 'admin')) throw new Refusal(403, 'forbidden');
    const today = todayThere();
    const wrong = [...url.searchParams].some(([key, value]) => !['from', 'to', 'at'].includes(key) || !/^\d{4}-\d\d-\d\d$/.test(value) || dateOf(dayNumber(value)) !== value);
    if (wrong) throw new Refusal(400, 'invalid_query');
    const to = url.searchParams.has('to') ? dayNumber(url.searchParams.get('to') ?? '') : today;
    const from = url.searchParams.has('from') ? dayNumber(url.searchParams.get('from') ?? '') : to - usual + 1;
    if (from > to || to - from > 365) throw new Refusal(400, 'invalid_query');
    const days = Array.from({ length: Math.max(0, Math.min(to, today) - from + 1) }, (_, at) => from + at);
    return { today, from, to, days, told: { timezone, today: dateOf(today), from: dateOf(from), to: dateOf(to), as_of_position: positionAt(today) + accounts.length } };
  }

  return {
    'GET /api/v1/analytics/active': (asked) => {
      const { today, told: { timezone: zone, today: open, as_of_position } } = frame(asked, 1);
      const one = dailyOf(today, today);
      return { status: 200, json: {
        timezone: zone, today: open, at: open, as_of_position, dau: one.active_users, wau: one.weekly_active_users, mau: one.monthly_active_users,
        new_users: one.new_users, returning_users: one.returning_users, final: false, revision: 0, counted_to: null,
      } };
    },
    'GET /api/v1/analytics/daily': (asked) => {
      const { today, days, told } = frame(asked, 30);
      const rows = days.map((day) => dailyOf(day, today));
      return answer(asked, 'daily', told, rows, { ...told, days: rows });
    },
    'GET /api/v1/analytics/products': (asked) => {
      const { today, days, told } = frame(asked, 30);
      const none = { listed: 0, fetched: 0, failed: 0, deleted: 0, restored: 0, of_listed: { fetched: 0, failed: 0, pending: 0, deleted: 0 }, median_seconds_to_fetch: null };
      const rows = days.map((day) => ({ date: dateOf(day), ...(figures(today).products[day - FIRST] ?? none) }));
      const flat = rows.map(({ of_listed, ...row }) => ({ ...row, ...Object.fromEntries(Object.entries(of_listed).map(([key, value]) => [`of_listed_${key}`, value])) }));
      return answer(asked, 'products', told, flat, { ...told, days: rows, total: totalOf(rows) });
    },
    'GET /api/v1/analytics/retention': (asked) => {
      const { today, from, to, told } = frame(asked, 84);
      const mondays = [];
      for (let monday = from - weekday(from); monday <= Math.min(to, today); monday += 7) mondays.push(monday);
      const cohorts = mondays.map((monday) => {
        const cohort = figures(today).cohorts.get(monday) ?? { size: 0, weeks: [] };
        const begun = Math.floor((today - monday) / 7) + 1;
        const here = monday + 7 > today ? accounts.length : 0;
        const weeks = Array.from({ length: begun }, (_, week) => ({ week, people: (cohort.weeks[week] ?? 0) + here, complete: monday + 7 * (week + 1) <= today }));
        return { week: dateOf(monday), registrations: cohort.size + here, weeks };
      });
      const rows = cohorts.flatMap(({ week, registrations, weeks }) => weeks.map((cell) => ({ cohort_week: week, registrations, ...cell })));
      return answer(asked, 'retention', told, rows, { ...told, cohorts });
    },
  };
}

/** @param {{ listed: number, fetched: number, failed: number, deleted: number, restored: number, of_listed: Record<string, number>, median_seconds_to_fetch: number | null }[]} rows */
function totalOf(rows) {
  /** @param {(row: typeof rows[number]) => number} of */
  const sum = (of) => rows.reduce((total, row) => total + of(row), 0);
  const medians = rows.flatMap(({ median_seconds_to_fetch }) => (median_seconds_to_fetch === null ? [] : [median_seconds_to_fetch])).sort((one, other) => one - other);
  return {
    listed: sum((row) => row.listed), fetched: sum((row) => row.fetched), failed: sum((row) => row.failed), deleted: sum((row) => row.deleted), restored: sum((row) => row.restored),
    of_listed: Object.fromEntries(['fetched', 'failed', 'pending', 'deleted'].map((key) => [key, sum((row) => row.of_listed[key])])),
    median_seconds_to_fetch: medians[Math.floor(medians.length / 2)] ?? null,
  };
}

/** @param {Asked} asked @param {string} name @param {{ from: string, to: string, timezone: string, as_of_position: number }} told @param {Record<string, unknown>[]} rows @param {unknown} json @returns {Answer} */
function answer({ request }, name, told, rows, json) {
  if (!String(request.headers.accept).startsWith('text/csv')) return { status: 200, json };
  const head = Object.keys(rows[0] ?? {});
  const lines = [[...head, 'timezone', 'as_of_position'], ...rows.map((row) => [...head.map((key) => row[key] ?? ''), told.timezone, told.as_of_position])];
  return {
    status: 200, bytes: Buffer.from(`\ufeff${lines.map((line) => `${line.join(',')}\r\n`).join('')}`),
    headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="zhanggui-${name}-${told.from}-${told.to}.csv"` },
  };
}
