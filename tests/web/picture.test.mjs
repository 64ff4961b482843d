// My picture: chosen or dropped, cropped by mouse, finger and keyboard, sent with a bar, stopped, refused, removed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { focused, logIn, refuse, registered, tabTo, useBrowser, visit } from './browser.mjs';

useBrowser();

/** @typedef {import('./browser.mjs').Page} Page */

/**
 * A picture of four quarters: red, green, blue, white; made by the browser, in which it is chosen.
 * @param {Page} page @param {{ width?: number, height?: number, type?: string }} [how]
 */
async function picture(page, { width = 800, height = 400, type = 'image/png' } = {}) {
  const base64 = await page.evaluate(([w, h, kind]) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [Number(w), Number(h)];
    const brush = canvas.getContext('2d');
    for (const [at, colour] of ['#f00', '#0f0', '#00f', '#fff'].entries()) {
      if (brush) brush.fillStyle = colour;
      brush?.fillRect((at % 2) * canvas.width / 2, Math.floor(at / 2) * canvas.height / 2, canvas.width / 2, canvas.height / 2);
    }
    return canvas.toDataURL(String(kind)).split(',')[1];
  }, [width, height, type]);
  return { name: `me.${type.split('/')[1]}`, mimeType: type, buffer: Buffer.from(base64, 'base64') };
}

/** @param {Page} page @param {Parameters<typeof picture>[1]} [how] */
async function choose(page, how) {
  await page.setInputFiles('#avatar-file', await picture(page, how));
  await page.waitForFunction(() => document.activeElement?.id === 'crop');
}

/** What is seen of the picture at a point, 0 to 1 across and down, as "r,g,b". @param {Page} page @param {number} x @param {number} y */
const seenAt = (page, x, y) => page.evaluate(([across, down]) => {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('.stage canvas'));
  const dot = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(1, 1).getContext('2d'));
  dot.drawImage(canvas, across * canvas.width, down * canvas.height, 1, 1, 0, 0, 1, 1);
  return [...dot.getImageData(0, 0, 1, 1).data].slice(0, 3).join();
}, [x, y]);

for (const type of ['image/png', 'image/jpeg', 'image/webp']) {
  test(`a picture (${type}) is cropped to a square, sent, shown in both places and removed`, async () => {
    const person = await registered();
    await visit({}, async (page) => {
      await logIn(page, person);
      await choose(page, { type });
      const [sent] = await Promise.all([page.waitForRequest((request) => request.method() === 'PUT'), page.click('#avatar-send')]);
      assert.equal(sent.headers()['content-type'], type === 'image/jpeg' ? type : 'image/png');
      await page.getByText('Your new picture is in place.').waitFor();
      const pictures = page.locator('img.avatar');
      assert.ok(await pictures.count() >= 2);
      for (const shown of await pictures.all()) {
        await shown.evaluate((image) => /** @type {HTMLImageElement} */ (image).decode());
        const size = await shown.evaluate((image) => [/** @type {HTMLImageElement} */ (image).naturalWidth, /** @type {HTMLImageElement} */ (image).naturalHeight]);
        assert.equal(size[0], size[1], 'it is square');
      }
      assert.equal(await focused(page), 'avatar-file');
      await page.reload();
      await page.locator('.person img.avatar').waitFor();
      await page.click('#avatar-remove');
      await page.getByText('Your picture is removed.').waitFor();
      assert.equal(await page.locator('img.avatar').count(), 0);
    });
  });
}

test('the square is moved and zoomed by dragging and the wheel, and never leaves the picture', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await choose(page);
    assert.equal(await seenAt(page, 0.1, 0.1), '255,0,0');
    assert.equal(await seenAt(page, 0.9, 0.1), '0,255,0');
    await page.locator('#crop').scrollIntoViewIfNeeded();
    const box = await page.locator('#crop').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 20, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 220, box.y + 120, { steps: 4 });
    await page.mouse.up();
    assert.equal(await seenAt(page, 0.9, 0.1), '255,0,0', 'the left half is seen');
    assert.equal(await seenAt(page, 0.1, 0.9), '0,0,255');
    const top = await page.evaluate(() => scrollY);
    await page.mouse.move(box.x + box.width * 0.9, box.y + box.height * 0.9);
    await page.mouse.wheel(0, -600);
    await page.waitForFunction(() => Number(/** @type {HTMLInputElement} */ (document.getElementById('crop-zoom')).value) > 2);
    assert.equal(await seenAt(page, 0.9, 0.9), '0,0,255', 'what is under the pointer stays there');
    assert.equal(await page.evaluate(() => scrollY), top, 'the page does not scroll');
  });
});

test('the square is moved and zoomed by keys alone, and the place is told', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await choose(page);
    for (let presses = 0; presses < 10; presses += 1) await page.keyboard.press('ArrowRight');
    assert.equal(await seenAt(page, 0.1, 0.1), '0,255,0', 'the right half is seen');
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await page.keyboard.press('-');
    await page.locator('#crop-place', { hasText: 'Zoom 115 %' }).waitFor();
    await tabTo(page, 'crop-zoom');
    await page.keyboard.press('End');
    await page.locator('#crop-place', { hasText: /Zoom 41[67] %/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await tabTo(page, 'avatar-send');
    await page.keyboard.press('Enter');
    await page.getByText('Your new picture is in place.').waitFor();
  });
});

test('two fingers zoom', async () => {
  const person = await registered();
  await visit({ hasTouch: true, viewport: { width: 390, height: 800 } }, async (page) => {
    await logIn(page, person);
    await choose(page);
    await page.locator('#crop').scrollIntoViewIfNeeded();
    const box = await page.locator('#crop').boundingBox();
    assert.ok(box);
    const client = await page.context().newCDPSession(page);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    /** @param {'touchStart' | 'touchMove'} type @param {number} apart */
    const fingers = (type, apart) => client.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x: x - apart, y, id: 1 }, { x: x + apart, y, id: 2 }] });
    await fingers('touchStart', 25);
    for (const apart of [30, 40, 50]) await fingers('touchMove', apart);
    await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await page.waitForFunction(() => Number(/** @type {HTMLInputElement} */ (document.getElementById('crop-zoom')).value) > 1.5);
  });
});

test('sending shows how far it is, and can be stopped and begun again', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    // Noise does not compress, so there is something to send.
    const noise = await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 600;
      const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      const dots = brush.createImageData(600, 600);
      for (let row = 0; row < 600; row += 1) crypto.getRandomValues(dots.data.subarray(row * 2400, row * 2400 + 2400));
      brush.putImageData(dots, 0, 0);
      return canvas.toDataURL('image/png').split(',')[1];
    });
    await page.setInputFiles('#avatar-file', { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(noise, 'base64') });
    await page.locator('#crop').waitFor();
    const client = await page.context().newCDPSession(page);
    /** @param {number} uploadThroughput */
    const network = (uploadThroughput) => client.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
    await client.send('Network.enable');
    await network(120_000);
    await page.click('#avatar-send');
    await page.waitForFunction(() => {
      const bar = /** @type {HTMLProgressElement | null} */ (document.getElementById('avatar-progress'));
      return bar && bar.value > 0 && bar.value < 100;
    });
    assert.match(await page.locator('.progress label').textContent() ?? '', /^Sending: \d+ %$/);
    assert.equal(await focused(page), 'avatar-stop');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'avatar-send');
    assert.equal(await page.locator('.progress').count(), 0);
    assert.equal(await page.locator('img.avatar').count(), 0);
    await network(-1);
    await page.click('#avatar-send');
    await page.getByText('Your new picture is in place.').waitFor();
  });
});

test('a file that is no picture, too large, damaged or of too many pixels is refused in words', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    let asked = 0;
    page.on('request', (request) => { asked += Number(request.method() === 'PUT'); });
    await logIn(page, person);
    for (const [file, words] of /** @type {const} */ ([
      [{ name: 'me.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') }, 'not a PNG, JPEG or WebP'],
      [{ name: 'me.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') }, 'not a PNG, JPEG or WebP'],
      [{ name: 'me.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(5 * 1024 * 1024 + 1) }, 'too large'],
      [{ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from('no picture') }, 'damaged'],
      [await picture(page, { width: 4097, height: 10 }), 'too many pixels'],
    ])) {
      await page.setInputFiles('#avatar-file', file);
      await page.getByRole('alert').getByText(words).waitFor();
      assert.equal(await page.locator('#crop').count(), 0);
    }
    assert.equal(asked, 0, 'nothing was sent');
  });
});

test('what the server refuses is told, and the crop is still there', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    await choose(page);
    for (const [status, code, words] of /** @type {const} */ ([[413, 'too_large', 'too large'], [415, 'unsupported_media_type', 'not a PNG'], [429, 'too_many_requests', 'a lot in a short time']])) {
      await refuse(page, '**/api/v1/me/avatar', status, code);
      await page.click('#avatar-send');
      await page.getByRole('alert').getByText(words).waitFor();
      await page.unroute('**/api/v1/me/avatar');
    }
    await page.click('#avatar-send');
    await page.getByText('Your new picture is in place.').waitFor();
  });
});

test('a picture can be dropped', async () => {
  const person = await registered();
  await visit({}, async (page) => {
    await logIn(page, person);
    const { buffer } = await picture(page);
    const dropped = await page.evaluateHandle((base64) => {
      const carried = new DataTransfer();
      carried.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], 'me.png', { type: 'image/png' }));
      return carried;
    }, buffer.toString('base64'));
    await page.dispatchEvent('.drop', 'dragenter', { dataTransfer: dropped });
    assert.equal(await page.locator('.drop[data-over]').count(), 1);
    await page.dispatchEvent('.drop', 'drop', { dataTransfer: dropped });
    await page.locator('#crop').waitFor();
  });
});
