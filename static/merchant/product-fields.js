// The fields of a product that a merchant edits, as texts of a form, and what they are called.
import { t } from '../i18n.js';
import { money } from './words.js';

/** @typedef {import('../i18n.js').Key} Key */

/** @param {import('../api-merchant.js').Product} product @returns {Record<string, string>} by the names of the server's JSON */
export const fieldsOf = ({ title, price, category_id, status, coupon_url, taobao_url }) => ({
  title: title ?? '', price: price ?? '', category_id: category_id ?? '', status, coupon_url, taobao_url,
});

/** @type {Record<string, Key>} */
export const labels = {
  title: 'merchant.title', price: 'merchant.price_yuan', category_id: 'merchant.category', status: 'merchant.status', coupon_url: 'merchant.coupon', taobao_url: 'merchant.link',
};

/** A value as people read it. @param {string} name @param {string} value @param {import('../api-merchant.js').Category[]} categories */
export function shownValue(name, value, categories) {
  if (value === '') return name === 'category_id' ? t('merchant.no_category') : '–';
  if (name === 'category_id') return categories.find(({ category_id }) => category_id === value)?.name ?? value;
  if (name === 'status') return t(value === 'listed' ? 'merchant.listed' : 'merchant.delisted');
  if (name === 'price' && /^\d+(\.\d+)?$/.test(value)) return money(value);
  return value;
}
