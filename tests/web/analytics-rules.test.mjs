// The analysts' page's own rules, without a browser: which days an address means, what is wrong with two dates, and
// how periods are compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, changeOfLast, changeOfMeans, changeOfSums, mean, meanRetention, openFrom, pairs, weeklyMean } from '../../static/analytics/changes.js';
import { addressOf, before, choiceOf, cohortSpan, spanOf, wrongWith } from '../../static/analytics/range.js';
import { daysIn } from '../../static/charts/days.js';

/** @param {string} query */
const choice = (query) => choiceOf(new URLSearchParams(query));

test('an address is a choice of days, and a choice an address', () => {
  assert.deepEqual(choice(''), { days: 30, from: '', to: '', compare: true });
  assert.deepEqual(choice('days=365&compare=no'), { days: 365, from: '', to: '', compare: false });
  assert.deepEqual(choice('days=12'), choice(''), 'no preset');
  assert.deepEqual(choice('from=2026-01-01&to=2026-01-31'), { days: null, from: '2026-01-01', to: '2026-01-31', compare: true });
  for (const query of ['', 'days=7', 'days=90&compare=no', 'from=2026-01-01&to=2026-01-31', 'from=2026-01-01&to=2026-01-31&compare=no'])
    assert.equal(addressOf(choice(query)), query ? `/analytics?${query}` : '/analytics');
});

test('a preset ends today, and the period before is as long and ends the day before', () => {
  const span = spanOf(choice('days=7'), '2026-03-03');
  assert.deepEqual(span, { from: '2026-02-25', to: '2026-03-03' });
  assert.deepEqual(before(span), { from: '2026-02-18', to: '2026-02-24' });
  assert.deepEqual(before({ from: '2024-01-01', to: '2024-12-31' }), { from: '2022-12-31', to: '2023-12-31' });
  for (const days of [7, 30, 90, 365]) {
    const one = spanOf(choice(`days=${days}`), '2026-11-26');
    assert.deepEqual([daysIn(one.from, one.to), daysIn(before(one).from, before(one).to)], [days, days]);
  }
});

test('cohorts are of twelve weeks at least, and of no more days than the server answers', () => {
  const { from, to } = cohortSpan({ from: '2026-11-20', to: '2026-11-26' });
  assert.deepEqual([daysIn(from, to), to], [84, '2026-11-26']);
  assert.deepEqual(cohortSpan({ from: '2026-01-01', to: '2026-11-26' }), { from: '2026-01-01', to: '2026-11-26' });
});

test('what is wrong with two dates is said at the field it is wrong in', () => {
  /** @param {string} from @param {string} to */
  const wrong = (from, to) => wrongWith(from, to, '2026-11-26').map(({ field, code }) => `${field} ${code}`);
  assert.deepEqual(wrong('2026-11-26', '2026-11-26'), []);
  assert.deepEqual(wrong('', ''), ['from required', 'to required']);
  assert.deepEqual(wrong('2026-02-30', '2026-11-27'), ['from no_date', 'to in_future']);
  assert.deepEqual(wrong('2026-11-02', '2026-11-01'), ['to before_from']);
  assert.deepEqual(wrong('2025-11-26', '2026-11-26'), [], '366 days');
  assert.deepEqual(wrong('2025-11-25', '2026-11-26'), ['to too_many_days']);
});

const days = [{ n: 10, closed: true }, { n: 20, closed: true }, { n: 1, closed: false }];
const earlier = [{ n: 8, closed: true }, { n: 16, closed: true }, { n: 99, closed: true }];

test('only closed days are compared, each with its counterpart', () => {
  const both = pairs(days, earlier, ({ closed }) => closed);
  assert.deepEqual(changeOfSums(both, ({ n }) => n), { now: 30, then: 24, share: 0.25 });
  assert.deepEqual(changeOfMeans(both, ({ n }) => n), { now: 15, then: 12, share: 0.25 });
  assert.deepEqual(changeOfLast(both, ({ n }) => n), { now: 20, then: 16, share: 0.25 });
  for (const none of [changeOfSums, changeOfMeans, changeOfLast]) assert.equal(none([], ({ n }) => n), null);
  assert.equal(pairs(days, earlier.slice(0, 1), ({ closed }) => closed).length, 1);
  assert.deepEqual(change(3, 0), { now: 3, then: 0, share: null });
});

test('the open days are those after the last closed one, and in a new shop only today', () => {
  /** @param {boolean[]} finals */
  const from = (...finals) => openFrom(finals.map((final, at) => ({ date: `2026-11-0${at + 1}`, final })), '2026-11-03');
  assert.equal(from(true, true, false), 2);
  assert.equal(from(true, false, false), 1, 'yesterday is not closed yet');
  assert.equal(from(false, true, false), 2, 'the shop opened on the second');
  assert.equal(from(false, false, false), 2);
  assert.equal(from(false, false), 2, 'a range that ended before the shop began');
  assert.equal(from(true, true), 2);
});

test('the mean of seven days takes the days before the first where they are known', () => {
  assert.deepEqual(weeklyMean([1, 2, 3, 4, 5, 6, 7, 8]), [null, null, null, null, null, null, 4, 5]);
  assert.deepEqual(weeklyMean([7, 7], [99, 7, 7, 7, 7, 7, 7]), [7, 7]);
  assert.deepEqual(weeklyMean([]), []);
  assert.equal(mean([]), null);
});

test('the mean of cohorts weighs people and leaves out weeks that are not over', () => {
  /** @param {number} week @param {number} people @param {boolean} complete */
  const cell = (week, people, complete) => ({ week, people, complete });
  assert.deepEqual(meanRetention([
    { registrations: 100, weeks: [cell(0, 100, true), cell(1, 50, true), cell(2, 1, false)] },
    { registrations: 300, weeks: [cell(0, 300, true), cell(1, 60, true)] },
    { registrations: 10, weeks: [cell(0, 2, false)] },
  ]), [1, 0.275, null]);
  assert.deepEqual(meanRetention([]), []);
});
