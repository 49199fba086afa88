import { launchBrowser, openWindow } from "./page/bench-browser.ts";
import { openProduct } from "./page/bench-product.ts";
import { serveBlank } from "./page/blank-server.ts";
import { importLargeVolume } from "./page/large-volume.ts";
import { median } from "./page/quantile.ts";
import { ms, numberAfter, report } from "./page/report.ts";
import { addSliceProbe, type SliceTimes, sliceTimes } from "./page/slice-probe.ts";

/*
 * First slice of a 512 × 512 × 128 uint16 volume after opening the editor: `node --import tsx bench/first-slice.ts
 * [--runs 5]`. By its address in a browser that has nothing cached, and by a click on the project page; beside them, the
 * first paint of an empty page in such a browser.
 */
const COMMAND = "node --import tsx bench/first-slice.ts";
const MUST_MS = 1500;

const runs = numberAfter("--runs", 5);
const browser = await launchBrowser();
const blank = await serveBlank();
try {
  const bench = await openProduct(browser);
  try {
    const volumeId = await importLargeVolume(bench);
    const stored = await bench.owner.storageState();
    await bench.owner.close();
    const byAddress: SliceTimes[] = [];
    const byClick: SliceTimes[] = [];
    const empty: number[] = [];
    for (let run = 0; run < runs; run++) {
      const cold = await openWindow(browser, stored);
      const page = await cold.newPage();
      await addSliceProbe(page);
      await page.goto(`${bench.product.address}/volumes/${volumeId}`, { waitUntil: "commit" });
      byAddress.push(await sliceTimes(page));
      await cold.close();

      const browsing = await openWindow(browser, stored);
      const project = await browsing.newPage();
      await addSliceProbe(project);
      await project.goto(`${bench.product.address}/projects/${bench.projectId}`);
      const open = project.getByRole("link", { name: "Open", exact: true });
      await open.waitFor();
      await open.click();
      byClick.push(await sliceTimes(project));
      await browsing.close();

      const nothing = await openWindow(browser);
      const bare = await nothing.newPage();
      await bare.goto(blank.address);
      await bare.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
      empty.push(await bare.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
      await nothing.close();
    }
    const summary = (times: readonly SliceTimes[]) => ({
      coarseMs: median(times.map(({ coarse }) => coarse)),
      sharpMs: median(times.map(({ sharp }) => sharp)),
      slowestSharpMs: Math.max(...times.map(({ sharp }) => sharp)),
    });
    const [address, click] = [summary(byAddress), summary(byClick)];
    report({ runs, byAddress: address, byClick: click, emptyPageMs: median(empty), all: { byAddress, byClick } }, [
      {
        what: "first slice of 512 × 512 × 128 uint16 after opening the editor",
        must: `≤ ${MUST_MS} ms`,
        command: COMMAND,
        figure:
          `by address, nothing cached: coarse ${ms(address.coarseMs)}, sharp ${ms(address.sharpMs)}; by a click on the project page: ` +
          `coarse ${ms(click.coarseMs)}, sharp ${ms(click.sharpMs)} (medians of ${runs}); first paint of an empty page: ${ms(median(empty))}`,
      },
    ]);
    process.exitCode = address.coarseMs <= MUST_MS && click.coarseMs <= MUST_MS ? 0 : 1;
  } finally {
    await bench.product.stop();
  }
} finally {
  await blank.close();
  await browser.close();
}
