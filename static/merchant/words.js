// How the console writes what it shows often: a product's name, money, counts and short dates.
import { language, t } from '../i18n.js';

/** @typedef {import('../api-merchant.js').Product} Product */

/** @param {Product} product the title, or else what there is to know it by */
export const nameOf = ({ title, taobao_item_id, taobao_url }) => title ?? t('merchant.item', { id: taobao_item_id ?? taobao_url.replace('https://', '') });

/** @param {string} price yuan with two decimals */
export const money = (price) => new Intl.NumberFormat(language.value, { style: 'currency', currency: 'CNY', currencyDisplay: 'narrowSymbol' }).format(Number(price));

/** @param {number} count */
export const number = (count) => new Intl.NumberFormat(language.value).format(count);

/** @param {string} when RFC 3339 */
export const shortDate = (when) => new Intl.DateTimeFormat(language.value, { year: 'numeric', month: 'short', day: 'numeric' }).format(new Date(when));
