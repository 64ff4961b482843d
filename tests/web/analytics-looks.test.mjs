// The analysts' page in each language and each theme, wide and narrow: axe finds nothing and nothing is cut off,
// with a table open, a day pointed out, dates refused, and a year of days.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeFindings, grant, logIn, looks, refuse, registered, tooWide, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */

/** How to come to each state, one after another. @type {Record<string, (page: Page) => Promise<unknown>>} */
const states = {
  'thirty days': async (page) => { await page.goto('/analytics'); await page.locator('#figures[aria-busy=false]').waitFor(); },
  'a table': async (page) => {
    await page.click('#reach-numbers summary');
    await page.click('#retention-numbers summary');
    await page.locator('#retention-numbers td').first().waitFor();
  },
  'a day pointed out': async (page) => { await page.locator('#reach-cursor').focus(); await page.keyboard.press('Home'); await page.locator('#reach .tip').waitFor(); },
  'a cell pointed out': async (page) => { await page.locator('#retention-cursor').focus(); await page.keyboard.press('End'); await page.locator('#retention .tip').waitFor(); },
  'a year': async (page) => { await page.goto('/analytics?days=365'); await page.locator('#figures[aria-busy=false]').waitFor(); },
  'no days': async (page) => { await page.goto('/analytics?from=2001-01-01&to=2001-01-31'); await page.locator('#funnel .nothing').waitFor(); },
  'dates refused': async (page) => { await page.goto('/analytics?from=2026-02-02&to=2026-02-01'); await page.locator('#range-to-wrong').waitFor(); },
  'a question refused': async (page) => {
    await refuse(page, '**/api/v1/analytics/daily**', 503, 'unavailable');
    await page.goto('/analytics?days=7');
    await page.locator('#reach [role=alert]').waitFor();
    await page.unroute('**/api/v1/analytics/daily**');
  },
};

for (const { locale, colorScheme } of looks) {
  test(`the figures are sound in ${locale}, ${colorScheme}`, async () => {
    const person = await registered();
    await grant(person, 'analyst');
    await visit({ locale, colorScheme, tolerated: /503/ }, async (page) => {
      await logIn(page, person);
      const findings = [];
      for (const [name, come] of Object.entries(states)) {
        await come(page);
        findings.push(...(await tooWide(page)).map((what) => `${name} at 1440: ${what}`));
        await page.setViewportSize({ width: 360, height: 740 });
        findings.push(...(await tooWide(page)).map((what) => `${name} at 360: ${what}`));
        findings.push(...(await axeFindings(page)).map((what) => `${name}: ${what}`));
        await page.setViewportSize({ width: 1440, height: 900 });
      }
      assert.deepEqual(findings, []);
    });
  });
}
