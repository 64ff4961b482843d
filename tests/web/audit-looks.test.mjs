// The auditors' page in each language and each theme, wide and narrow: axe finds nothing and nothing is cut off, with
// a question refused, a proof right and wrong, a slider moved, and what is held.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeFindings, grant, logIn, looks, refuse, registered, tooWide, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */

/** How to come to each state, one after another. @type {Record<string, (page: Page) => Promise<unknown>>} */
const states = {
  'the search': async (page) => { await page.goto('/audit'); await page.locator('.rows a').first().waitFor(); },
  'all filters': async (page) => { await page.click('.rare summary'); await page.locator('#audit-request_id').waitFor(); },
  'nothing found': async (page) => { await page.goto('/audit?correlation_id=none'); await page.locator('#nothing').waitFor(); },
  'a refusal': async (page) => {
    await refuse(page, '**/api/v1/audit/events?**', 503, 'unavailable');
    await page.goto('/audit');
    await page.locator('[role=alert]').waitFor();
    await page.unroute('**/api/v1/audit/events?**');
  },
  'an event': async (page) => {
    // The reader's own, which nobody else erases meanwhile.
    const { user_id } = await page.evaluate(() => fetch('/api/v1/me', { headers: { Accept: 'application/json' } }).then((answer) => answer.json()));
    await page.goto(`/audit?event_type=account.registered&aggregate_id=${user_id}`);
    await page.click('.rows a >> nth=0');
    await page.locator('#payload-title').waitFor();
  },
  'a question': async (page) => { await page.click('#reveal'); await page.locator('dialog[open]').waitFor(); },
  'personal data': async (page) => { await page.click('#confirm-yes'); await page.locator('#revealed').waitFor(); },
  'a proof': async (page) => {
    await page.click('#check-proof');
    await page.locator('#verdict[data-verdict=good]').waitFor();
    for (const summary of await page.locator('#proof summary').all()) await summary.click();
  },
  'a wrong proof': async (page) => {
    await page.route('**/proofs/inclusion?**', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...await answer.json(), event: '{}' } });
    });
    await page.click('#check-proof');
    await page.locator('#verdict[data-verdict=bad]').waitFor();
    await page.unroute('**/proofs/inclusion?**');
  },
  'a stream': async (page) => { await page.click('#to-stream'); await page.locator('#moment[aria-busy=false]').waitFor(); },
  'two points': async (page) => {
    await page.fill('#compare-since', '0');
    await page.click('#compare');
    await page.locator('#compare-stop').waitFor();
    await page.locator('#moment[aria-busy=false]').waitFor();
  },
  'checkpoints': async (page) => { await page.goto('/audit?view=checkpoint'); await page.locator('#hold-newest').waitFor(); },
  'what is held': async (page) => {
    await page.click('#hold-newest');
    await page.click('#hold-key');
    await page.click('#check-growth');
    await page.locator('#growth[data-verdict=good]').waitFor();
    for (const summary of await page.locator('.paste summary').all()) await summary.click();
    await page.click('#hold-pasted');
    await page.locator('#hold-checkpoint-wrong').waitFor();
  },
  'who looked': async (page) => { await page.goto('/audit?view=reveals'); await page.locator('.looks li').first().waitFor(); },
  'an export': async (page) => {
    await page.goto('/audit?view=export&event_type=account.registered');
    await Promise.all([page.waitForEvent('download'), page.click('#export-start')]);
    await page.locator('#export-done').waitFor();
  },
};

for (const { locale, colorScheme } of looks) {
  test(`the audit is sound in ${locale}, ${colorScheme}`, async () => {
    const person = await registered();
    await grant(person, 'auditor');
    await visit({ locale, colorScheme, tolerated: /503/ }, async (page) => {
      await logIn(page, person);
      const findings = [];
      for (const [name, come] of Object.entries(states)) {
        await come(page);
        // What is half faded while it changes has half the contrast.
        await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))));
        for (const width of [1440, 360]) {
          await page.setViewportSize({ width, height: 900 });
          findings.push(...(await tooWide(page)).map((what) => `${name} at ${width}: ${what}`), ...(await axeFindings(page)).map((what) => `${name} at ${width}: ${what}`));
        }
        await page.setViewportSize({ width: 1440, height: 900 });
      }
      assert.deepEqual(findings, []);
    });
  });
}
