// The console's own rules, without a browser: how a pasted text becomes products to list, how a view of the list becomes an
// address, and what of two edits at once is a conflict.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filtersOf, placeOf, questionOf } from '../../static/merchant/filters.js';
import { compare } from '../../static/merchant/merge.js';
import { takeApart } from '../../static/merchant/pasted.js';

test('what was pasted is taken apart at its links, each with the coupon behind it', () => {
  const coupon = 'https://uland.taobao.com/coupon/edetail?e=1';
  /** @param {string} text */
  const found = (text) => takeApart(text).map(({ line, item, coupon: own }) => [line, item, own]);
  const item = 'https://item.taobao.com/item.htm?id=1';
  assert.deepEqual(found(''), []);
  assert.deepEqual(found(` \n${item}\r\n\n${item}2`), [[2, item, ''], [4, `${item}2`, '']]);
  for (const between of [' ', '\t', ',', ' ， ', '，'])
    assert.deepEqual(found(`${item}${between}${coupon}`), [[1, item, coupon]], JSON.stringify(between));
  assert.deepEqual(found(`${coupon} ${item}`), [[1, item, coupon]], 'a coupon in front');
  assert.deepEqual(found(`${item}\n${coupon}`), [[1, item, coupon]], 'a coupon in a line of its own');
  assert.deepEqual(found(`${item} https://t.example/c`), [[1, item, 'https://t.example/c']], 'any other link behind an item');
  assert.deepEqual(found(coupon), [[1, coupon, '']], 'a coupon alone is sent, to be refused');
  assert.deepEqual(found('【淘宝】https://m.tb.cn/h.5xYz?tk=a CZ1 「标题」点击链接直接打开'), [[1, 'https://m.tb.cn/h.5xYz?tk=a CZ1 「标题」点击链接直接打开', '']]);
  assert.deepEqual(found('item.taobao.com/item.htm?id=7'), [[1, 'item.taobao.com/item.htm?id=7', '']], 'without its scheme');
  assert.deepEqual(found('https://taobao.com@evil.example/x'), [[1, 'https://taobao.com@evil.example/x', '']], 'nothing is mended');
  assert.deepEqual(found(`${item}２３`), [[1, `${item}２３`, '']], 'a wide digit is not cut off');
  assert.deepEqual(found('hello'), [[1, '', '']]);
});

test('a view of the list is an address and back, and nonsense in one is passed over', () => {
  const filters = { q: '红 茶', category: '01890000-0000-7000-8000-000000000000', status: 'listed', info: 'failed', sort: 'price', after: 'abc' };
  assert.deepEqual(filtersOf(new URL(placeOf(filters), 'http://shop.test').searchParams), filters);
  const none = { q: '', category: '', status: '', info: '', sort: '-listed_at', after: '' };
  assert.equal(placeOf(none), '/store');
  assert.deepEqual(filtersOf(new URLSearchParams('status=sold&sort=colour&category=x&info=1&next=y')), none);
  assert.deepEqual([...questionOf(filters)], [['q', '红 茶'], ['category_id', filters.category], ['status', 'listed'], ['info_status', 'failed'], ['sort', 'price']]);
});

test('of two edits, what does not touch is taken over, and what does is a conflict', () => {
  const base = { title: 'a', price: '1.00', status: 'listed' };
  assert.deepEqual(compare(base, { ...base, price: '2.00' }, { ...base, title: 'b' }), { untouched: ['price'], touched: [] });
  assert.deepEqual(compare(base, { ...base, title: 'c' }, { ...base, title: 'b' }), { untouched: [], touched: ['title'] });
  assert.deepEqual(compare(base, { ...base, title: 'b' }, { ...base, title: ' b ' }), { untouched: ['title'], touched: [] }, 'both the same');
});
