import type { Zyx } from "../core/volume/voxel-space.ts";
import { EditorPage } from "../e2e/pages/editor-page.ts";
import { launchBrowser, openWindow } from "./page/bench-browser.ts";
import { openProduct, poll } from "./page/bench-product.ts";
import { importLargeVolume } from "./page/large-volume.ts";
import { median, quantile } from "./page/quantile.ts";
import { ms, numberAfter, report } from "./page/report.ts";
import { addSliceProbe, type SliceTimes, sliceTimes } from "./page/slice-probe.ts";

/*
 * A volume of 1024 × 1024 × 256 without any label, far more bricks than a page keeps: opening it, turning slices, the first
 * stroke. It is opened several times, each by its address in a browser that has nothing cached, and the median counts:
 * `node --import tsx bench/unlabelled-volume.ts [--side 1024] [--depth 256] [--slices 60] [--openings 5] [--json FILE]`
 */
const MUST = { coarseMs: 1500, sharpMs: 5000, frameMsP95: 50, brickRequests: 0, savedMs: 1000 };

const slices = numberAfter("--slices", 60);
const side = numberAfter("--side", 1024);
const shapeZyx: Zyx = [numberAfter("--depth", 256), side, side];
const openings = numberAfter("--openings", 5);
const COMMAND = `node --import tsx bench/unlabelled-volume.ts --side ${side} --depth ${shapeZyx[0]}`;
const browser = await launchBrowser();
try {
  const bench = await openProduct(browser);
  try {
    const volumeId = await importLargeVolume(bench, shapeZyx);
    const stored = await bench.owner.storageState();
    let brickRequests = 0;
    const opened: SliceTimes[] = [];
    const open = async () => {
      const window = await openWindow(browser, stored);
      const page = await window.newPage();
      page.on("request", (request) => {
        if (request.url().includes("/bricks/")) brickRequests++;
      });
      await addSliceProbe(page);
      await page.goto(`${bench.product.address}/volumes/${volumeId}`, { waitUntil: "commit" });
      opened.push(await sliceTimes(page));
      return page;
    };
    for (let i = 1; i < openings; i++) await (await open()).context().close();
    const page = await open();
    const coarseMs = median(opened.map(({ coarse }) => coarse));
    const sharpMs = median(opened.map(({ sharp }) => sharp));
    const editor = new EditorPage(page);
    await editor.saved();

    const slice = await page.locator('[data-pane="xy"] [data-role="slice"]').boundingBox();
    if (!slice) throw new Error("the page shows no XY slice");
    const middle = { x: slice.x + slice.width / 2, y: slice.y + slice.height / 2 };
    await page.mouse.move(middle.x, middle.y);
    const frames = page.evaluate(async (count) => {
      const waits: number[] = [];
      let last = performance.now();
      for (let i = 0; i < count; i++) {
        const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        waits.push(now - last);
        last = now;
      }
      return waits;
    }, slices * 6);
    for (let i = 0; i < slices; i++) {
      await page.mouse.wheel(0, 100);
      await page.waitForTimeout(100);
    }
    const frameMsP95 = quantile(await frames, 0.95);

    await page.keyboard.press("b");
    await page.keyboard.press("n");
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + 40, middle.y + 12, { steps: 5 });
    const released = performance.now();
    await page.mouse.up();
    await page
      .getByTestId("save-state")
      .filter({ hasText: "Saving" })
      .waitFor({ timeout: 500 })
      .catch(() => {});
    await editor.saved();
    const savedMs = performance.now() - released;
    await poll(
      "the nucleus",
      10_000,
      async () => (await bench.api.nucleus.list.query({ volumeId })).label.length === 1,
    );

    const figures = { coarseMs, sharpMs, frameMsP95, brickRequests, savedMs };
    report({ slices, shapeZyx, opened, ...figures }, [
      {
        what: `${side} × ${side} × ${shapeZyx[0]} without any label: open, turn slices, paint`,
        must: `coarse ≤ ${MUST.coarseMs} ms, sharp ≤ ${MUST.sharpMs} ms, frames p95 ≤ ${MUST.frameMsP95} ms, no request for labels, saved ≤ ${MUST.savedMs} ms`,
        command: COMMAND,
        figure:
          `coarse ${ms(coarseMs)}, sharp ${ms(sharpMs)}; frames p95 ${ms(frameMsP95)} at ten slices a second; ` +
          `${brickRequests} requests for labels; a stroke saved after ${ms(savedMs)}`,
      },
    ]);
    const isMissed = Object.entries(MUST).some(([name, bar]) => figures[name as keyof typeof MUST] > bar);
    process.exitCode = isMissed ? 1 : 0;
  } finally {
    await bench.product.stop();
  }
} finally {
  await browser.close();
}
