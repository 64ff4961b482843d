// The years of a shop that never was, for the mock server: people who register, come back and drift away with the
// rhythm of the week and of the feasts, and what they list. Every number comes from the same simulated people, so the
// figures agree with one another; every day comes from its own date alone, so they are the same on every run.

const DAY_MS = 86_400_000;
/** @param {string} date */
export const dayNumber = (date) => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
/** @param {number} day */
export const dateOf = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);
/** Monday is 0. @param {number} day */
export const weekday = (day) => (day + 3) % 7;

/** A stream of numbers in [0, 1) of its own for every seed (mulberry32). @param {number} seed */
export function chance(seed) {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How busy a day of the calendar is: sales days above, the Spring Festival below. @param {number} day */
function feast(day) {
  const date = dateOf(day).slice(5);
  if (date === '11-11') return 2.6;
  if (date === '06-18') return 2.1;
  if (date === '12-12') return 1.6;
  if (date >= '11-05' && date <= '11-10') return 1.35;
  return date >= '02-08' && date <= '02-18' ? 0.45 : 1;
}
const week = [1.04, 1, 0.98, 0.99, 1.08, 1.3, 1.22];
/** A number around a mean, never negative. @param {() => number} random @param {number} mean */
const around = (random, mean) => Math.max(0, Math.round(mean + Math.sqrt(mean) * (random() + random() + random() - 1.5) * 1.6));

export const FIRST = dayNumber('2024-09-02');

/**
 * @param {number} today
 * @returns {{ registrations: number[], active: number[], fresh: number[], wau: number[], mau: number[], cohorts: Map<number, { size: number, weeks: number[] }>, products: ReturnType<typeof productsOf>[] }} by day since FIRST
 */
export function simulate(today) {
  const days = today - FIRST + 1;
  const [active, fresh, registrations, wau, mau] = [0, 0, 0, 0, 0].map(() => Array(days).fill(0));
  // How likely a visit is on each day, for the keenest; the open day is not over.
  const busy = active.map((_, at) => week[weekday(FIRST + at)] ** 1.4 * Math.sqrt(feast(FIRST + at)) * (at === days - 1 ? 0.42 : 1));
  /** @type {Map<number, { size: number, weeks: number[] }>} */
  const cohorts = new Map();
  for (let born = 0; born < days; born += 1) {
    const random = chance(FIRST + born);
    const growth = 9 + 30 * (1 - Math.exp(-born / 420));
    const over = born === days - 1 ? 0.42 : 1;
    registrations[born] = around(random, growth * week[weekday(FIRST + born)] * feast(FIRST + born) * over);
    const monday = FIRST + born - weekday(FIRST + born);
    const cohort = cohorts.get(monday) ?? { size: 0, weeks: [] };
    cohorts.set(monday, cohort);
    cohort.size += registrations[born];
    for (let one = 0; one < registrations[born]; one += 1) follow(lifeOf(random, born, busy), monday - FIRST, { active, fresh, wau, mau, days }, cohort.weeks);
  }
  const products = Array.from({ length: days }, (_, at) => productsOf(FIRST + at, active[at], at === days - 1));
  return { registrations, active, fresh, wau, mau, cohorts, products };
}

/** The days on which somebody is active. @param {() => number} random @param {number} born @param {number[]} busy */
function lifeOf(random, born, busy) {
  const [loyal, keen] = [random(), random()];
  const stays = loyal < 0.5 ? 1 + random() * 6 : loyal < 0.85 ? 8 + random() * 70 : 120 + random() * 900;
  const life = random() < 0.96 ? [born] : [];
  for (let day = born + 1; day < Math.min(busy.length, born + stays); day += 1) {
    if (random() < (0.05 + keen * 0.3) * busy[day]) life.push(day);
  }
  return life;
}

/** @param {number[]} life @param {number} monday @param {{ active: number[], fresh: number[], wau: number[], mau: number[], days: number }} counted @param {number[]} weeks */
function follow(life, monday, { active, fresh, wau, mau, days }, weeks) {
  if (life.length > 0) fresh[life[0]] += 1;
  let [lastWeek, seven, thirty] = [-1, -1, -1];
  for (const day of life) {
    active[day] += 1;
    const since = Math.floor((day - monday) / 7);
    if (since !== lastWeek) weeks[since] = (weeks[since] ?? 0) + 1;
    lastWeek = since;
    // Counted in every window that ends up to 6, or 29, days later, once in each.
    for (let end = Math.max(day, seven + 1); end <= Math.min(days - 1, day + 6); end += 1) wau[end] += 1;
    for (let end = Math.max(day, thirty + 1); end <= Math.min(days - 1, day + 29); end += 1) mau[end] += 1;
    [seven, thirty] = [day + 6, day + 29];
  }
}

/** @param {number} day @param {number} active @param {boolean} open */
function productsOf(day, active, open) {
  const random = chance(day + 1_000_000);
  const listed = around(random, active * 0.11);
  // One bad week, in which the shops' pages had changed.
  const bad = dateOf(day) >= '2026-10-12' && dateOf(day) <= '2026-10-15';
  const failed = Math.min(listed, around(random, listed * (bad ? 0.38 : 0.06)));
  const pending = open ? Math.min(listed - failed, 3) : Math.min(listed - failed, random() < 0.1 ? 1 : 0);
  const deleted = Math.min(listed, around(random, listed * 0.09));
  const median = listed - failed - pending > 0 ? Math.round((3.2 + random() * 2.4 + (bad ? 38 : 0)) * 1000) / 1000 : null;
  return {
    listed, fetched: listed - failed - pending, failed, deleted: around(random, listed * 0.08), restored: random() < 0.2 ? 1 : 0,
    of_listed: { fetched: listed - failed - pending, failed, pending, deleted }, median_seconds_to_fetch: median,
  };
}
