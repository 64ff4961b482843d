// The charts' arithmetic, without a browser: round numbers on an axis, days of the calendar and which of them are
// labelled, outlines, where keys lead, and names that must not overlap.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayNumber, dayOf, daysIn, dayTicks, isDay, plusDays } from '../../static/charts/days.js';
import { apart } from '../../static/charts/marks.js';
import { across, along, placeOf } from '../../static/charts/moves.js';
import { barsPath, bottoms, linePath, lonely } from '../../static/charts/paths.js';
import { bandAt, clockSteps, levelOf, linear, SHADES, ticks } from '../../static/charts/scale.js';

/** @param {string} from @param {number} count */
const run = (from, count) => Array.from({ length: count }, (_, at) => plusDays(from, at));

test('an axis ends at a round number that is not below the largest value, in no more steps than there is room for', () => {
  assert.deepEqual(ticks(0, 4), [0, 1]);
  assert.deepEqual(ticks(1, 4), [0, 1]);
  assert.deepEqual(ticks(3, 4), [0, 1, 2, 3]);
  assert.deepEqual(ticks(85, 4), [0, 50, 100]);
  assert.deepEqual(ticks(100, 4), [0, 50, 100]);
  assert.deepEqual(ticks(4051, 4), [0, 2000, 4000, 6000]);
  for (let top = 0; top < 3000; top += 1) {
    for (const most of [2, 4, 7]) {
      const marks = ticks(top, most);
      assert.ok(marks[marks.length - 1] >= top && marks.length - 1 <= most && marks.every(Number.isInteger), `${top} in ${most}: ${marks}`);
    }
  }
});

test('an axis of durations steps as a clock does', () => {
  assert.deepEqual(ticks(47, 4, clockSteps), [0, 15, 30, 45, 60]);
  assert.deepEqual(ticks(200, 4, clockSteps), [0, 60, 120, 180, 240]);
  assert.deepEqual(ticks(0.4, 4, clockSteps), [0, 1]);
});

test('values and bands find their places, and places their bands', () => {
  const y = linear(50, 200, 0);
  assert.deepEqual([0, 25, 50].map(y), [200, 100, 0]);
  assert.equal(linear(0, 200, 0)(0), 200);
  assert.deepEqual([-5, 0, 9.9, 10, 99, 400].map((place) => bandAt(place, 0, 100, 10)), [0, 0, 0, 1, 9, 9]);
});

test('days are days of the calendar, leap years and ends of years too', () => {
  assert.equal(plusDays('2024-02-28', 1), '2024-02-29');
  assert.equal(plusDays('2025-02-28', 1), '2025-03-01');
  assert.equal(plusDays('2026-01-01', -1), '2025-12-31');
  assert.equal(daysIn('2026-01-01', '2026-12-31'), 365);
  assert.equal(daysIn('2024-01-01', '2024-12-31'), 366);
  for (let day = dayNumber('2000-01-01'); day < dayNumber('2030-01-01'); day += 1) assert.equal(dayNumber(dayOf(day)), day);
  for (const good of ['2026-11-26', '2024-02-29', '9998-12-31']) assert.ok(isDay(good), good);
  for (const bad of ['', '2026-02-30', '2025-02-29', '2026-13-01', '26-11-2026', '2026-1-1', '1999-12-31', '2026-11-26T00:00']) assert.ok(!isDay(bad), bad);
});

test('days are labelled as densely as there is room, at days people know', () => {
  /** @param {string[]} days @param {number} day @param {number} month */
  const labels = (days, day, month) => dayTicks(days, { day, month }).map(({ at }) => days[at]);
  assert.deepEqual(labels(run('2026-11-20', 7), 8, 11), run('2026-11-20', 7));
  assert.deepEqual(labels(run('2026-10-28', 30), 8, 11), ['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23']);
  assert.deepEqual(labels(run('2025-11-27', 365), 8, 12), ['2025-12-01', ...Array.from({ length: 11 }, (_, at) => `2026-${String(at + 1).padStart(2, '0')}-01`)]);
  assert.deepEqual(labels(run('2025-11-27', 365), 3, 4), ['2026-01-01', '2026-04-01', '2026-07-01', '2026-10-01']);
  for (let count = 1; count <= 366; count += 1) {
    for (const room of [1, 3, 6, 20]) {
      const found = dayTicks(run('2026-01-02', count), { day: room, month: room });
      assert.ok(found.length >= 1 && found.length <= room, `${count} days in ${room}`);
    }
  }
  assert.deepEqual(dayTicks([], { day: 5, month: 5 }), []);
});

test('a line leaves out what is not known, and what stands alone is named', () => {
  /** @param {number} at */
  const x = (at) => at * 10;
  /** @param {number} value */
  const y = (value) => 100 - value;
  assert.equal(linePath([1, 2, null, 4, 5], x, y), 'M0 99L10 98M30 96L40 95');
  assert.equal(linePath([1, 2, 3], x, y, 1), 'M10 98L20 97');
  assert.equal(linePath([1, 2, 3], x, y, 0, 0), 'M0 99');
  assert.equal(linePath([], x, y), '');
  assert.deepEqual(lonely([1, null, 3, null, 5, 6, null, 8]), [0, 2, 7]);
});

test('bars stand on one another, and have a gap where there is room for one', () => {
  assert.deepEqual(bottoms([[1, 2], [3, 4], [5, 6]]), [[0, 0], [1, 2], [4, 6]]);
  /** @param {number} at */
  const x = (at) => at * 10 + 5;
  /** @param {number} value */
  const y = (value) => 100 - value;
  assert.equal(barsPath([10, 0, 20], [0, 0, 5], x, 10, y), 'M1.2 100h7.6V90H1.2ZM21.2 95h7.6V75H21.2Z');
  assert.equal(barsPath([10], [0], (at) => at + 0.5, 1, y), 'M0 100h1.3V90H0Z');
});

test('keys walk a row to its ends and not beyond, and other keys are left alone', () => {
  assert.deepEqual(['ArrowLeft', 'ArrowRight', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => along(key, 10, 30)), [9, 11, 3, 17, 0, 29]);
  assert.deepEqual([along('ArrowLeft', 0, 30), along('ArrowRight', 29, 30), along('PageUp', 27, 30)], [0, 29, 29]);
  for (const key of ['Tab', 'a', 'Enter', 'toString']) assert.equal(along(key, 3, 30), null, key);
});

test('keys walk a heat map in both directions, from any cell, and stay in it', () => {
  const lengths = [4, 3, 2, 1];
  assert.deepEqual([0, 3, 4, 6, 9].map((cell) => placeOf(lengths, cell)), [[0, 0], [0, 3], [1, 0], [1, 2], [3, 0]]);
  assert.equal(across('ArrowDown', 3, lengths), 6, 'a shorter row keeps its last cell');
  assert.equal(across('ArrowUp', 4, lengths), 0);
  assert.equal(across('ArrowRight', 3, lengths), 3);
  assert.equal(across('End', 4, lengths), 6);
  assert.equal(across('PageDown', 2, lengths), 9);
  for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'])
    for (let cell = 0; cell < 10; cell += 1) assert.ok(Number(across(key, cell, lengths)) >= 0 && Number(across(key, cell, lengths)) < 10, `${key} from ${cell}`);
  assert.equal(across('Tab', 3, lengths), null);
});

test('every share has a shade', () => {
  assert.deepEqual([0, 0.049, 0.05, 0.3, 0.99, 1, 1.2].map(levelOf), [0, 0, 1, 4, 6, 6, 6]);
  assert.equal(SHADES.length, 7);
});

test('names at the ends of lines keep apart and inside', () => {
  assert.deepEqual(apart([10, 100, 180], 200), [10, 100, 180]);
  assert.deepEqual(apart([100, 100, 100], 200), [100, 115, 130]);
  assert.deepEqual(apart([200, 200, 200], 200), [170, 185, 200]);
});
