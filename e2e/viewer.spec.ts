import { type Browser, expect, type Page, test } from "@playwright/test";
import type { Zyx } from "../core/volume/voxel-space.ts";
import { serveViewer, type ViewerServer } from "./viewer-harness/serve-viewer.ts";
import { volumes } from "./viewer-harness/synthetic-nuclei.ts";

/** The viewer by itself on a synthetic volume, judged by its pixels. Slices are 2.5 times as thick as voxels are wide. */

let server: ViewerServer;

test.beforeAll(async () => {
  server = await serveViewer();
});
test.afterAll(() => server.close());
test.beforeEach(() => {
  server.asked.length = 0;
  server.failing = () => false;
});

async function open(page: Page, volume: "small" | "big" = "small"): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${server.url}?volume=${volume}`);
  for (const plane of ["xy", "xz", "yz"])
    await expect(page.locator(`[data-pane="${plane}"] [data-role="slice"]`)).toHaveAttribute("data-state", "sharp", {
      timeout: 60_000,
    });
}

type Plane = "xy" | "xz" | "yz";

/** Where a voxel lies on the screen, from the definition: µm from the centre times zoom. */
async function screenOf(page: Page, plane: Plane, voxelZyx: Zyx): Promise<{ x: number; y: number }> {
  return page.evaluate(
    ([plane, voxel]) => {
      const [u, v] = { xy: [2, 1], xz: [2, 0], yz: [0, 1] }[plane as Plane];
      const box = document.querySelector(`[data-pane="${plane}"]`)!.getBoundingClientRect();
      const { zoom, centerUmZyx } = window.harness.view.get();
      const size = window.harness.volume.voxelSizeZyx;
      const at = (axis: number) => (Number(voxel[axis]) * size[axis] - centerUmZyx[axis]) * zoom;
      return { x: box.left + box.width / 2 + at(u), y: box.top + box.height / 2 + at(v) };
    },
    [plane, voxelZyx] as const,
  );
}

/** Colour of the slice canvas at a voxel, without the lines above it. */
async function colourAt(page: Page, plane: Plane, voxelZyx: Zyx): Promise<number[]> {
  const { x, y } = await screenOf(page, plane, voxelZyx);
  return page.evaluate(
    ([plane, x, y]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`[data-pane="${plane}"] [data-role="slice"]`)!;
      const box = canvas.getBoundingClientRect();
      const column = Math.floor(((Number(x) - box.left) / box.width) * canvas.width);
      const row = Math.floor(((Number(y) - box.top) / box.height) * canvas.height);
      return [...canvas.getContext("2d")!.getImageData(column, row, 1, 1).data];
    },
    [plane, x, y] as const,
  );
}

const saturation = ([r, g, b]: number[]): number => Math.max(r, g, b) - Math.min(r, g, b);

const { nuclei } = volumes.small;
const middleNucleus = nuclei[45];
const showNucleus = (page: Page, center: Zyx) => page.evaluate((zyx) => window.harness.view.flyTo(zyx, 20), center);

test("shows image and nuclei in all three panes at the right place, labels beyond 16 bits among them", async ({
  page,
}) => {
  await open(page);
  for (const { centerZyx } of [nuclei[0], middleNucleus, nuclei[30]]) {
    await showNucleus(page, centerZyx);
    for (const plane of ["xy", "xz", "yz"] as const) {
      // Labels come after the image: wait for the colour.
      await expect.poll(async () => saturation(await colourAt(page, plane, centerZyx))).toBeGreaterThan(15);
      // The same place is grey as soon as its label is hidden, and bright as it is inside of a nucleus.
      await page.evaluate(
        (all) => window.harness.change({ hidden: all }),
        nuclei.map(({ label }) => label),
      );
      await expect.poll(async () => saturation(await colourAt(page, plane, centerZyx))).toBe(0);
      expect((await colourAt(page, plane, centerZyx))[0]).toBeGreaterThan(120);
      await page.evaluate(() => window.harness.change({ hidden: [] }));
    }
  }
});

test("a coarse picture is asked for first, then the bricks next to the crosshair", async ({ page }) => {
  await open(page);
  expect(Number(server.asked[0].split("/")[0])).toBeGreaterThan(0);
  const fine = server.asked.filter((chunk) => chunk.startsWith("0/"));
  expect(fine.length).toBeGreaterThan(3);
  expect(new Set(fine).size).toBe(fine.length); // none twice
});

test("a click picks in every pane and links the crosshairs; a drag does not pick", async ({ page }) => {
  await open(page);
  for (const plane of ["xy", "xz", "yz"] as const) {
    await showNucleus(page, middleNucleus.centerZyx);
    const target: Zyx = [
      middleNucleus.centerZyx[0] + 1,
      middleNucleus.centerZyx[1] + 2,
      middleNucleus.centerZyx[2] - 2,
    ];
    await expect.poll(async () => saturation(await colourAt(page, plane, middleNucleus.centerZyx))).toBeGreaterThan(15);
    const { x, y } = await screenOf(page, plane, target);
    await page.mouse.click(x, y);
    const pick = await page.evaluate(() => window.harness.picks.at(-1));
    expect(pick?.pane).toBe(plane);
    expect([pick?.label, pick?.proposal]).toContain(middleNucleus.label);
    const { crosshairZyx } = await page.evaluate(() => window.harness.view.get());
    const across = { xy: 0, xz: 1, yz: 2 }[plane];
    for (const axis of [0, 1, 2])
      expect(Math.abs(crosshairZyx[axis] - (axis === across ? middleNucleus.centerZyx : target)[axis])).toBeLessThan(
        0.6,
      );
    for (const [other, axis] of [
      ["xy", 0],
      ["xz", 1],
      ["yz", 2],
    ] as const)
      await expect(page.getByTestId(`slice-${other}`)).toContainText(` ${Math.floor(crosshairZyx[axis]) + 1} / `);
  }
  const before = await page.evaluate(() => window.harness.picks.length);
  const from = await screenOf(page, "xy", middleNucleus.centerZyx);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 40, from.y + 10, { steps: 4 });
  await page.mouse.up();
  expect(await page.evaluate(() => window.harness.picks.length)).toBe(before);
});

test("wheel turns slices, ctrl and wheel zooms at the cursor, the middle button and space pan", async ({ page }) => {
  await open(page);
  const view = () => page.evaluate(() => window.harness.view.get());
  const start = await screenOf(page, "xz", [20, 100, 80]);
  await page.mouse.move(start.x, start.y);
  const first = Math.floor((await view()).crosshairZyx[1]);
  await page.mouse.wheel(0, 100);
  await expect.poll(async () => Math.floor((await view()).crosshairZyx[1])).toBe(first + 1);
  await page.mouse.wheel(0, -300);
  await expect.poll(async () => Math.floor((await view()).crosshairZyx[1])).toBeLessThan(first);

  const { zoom } = await view();
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  await expect.poll(async () => (await view()).zoom).toBeGreaterThan(zoom * 1.5);
  const zoomed = await screenOf(page, "xz", [20, 100, 80]);
  expect(Math.hypot(zoomed.x - start.x, zoomed.y - start.y)).toBeLessThan(1); // the mouse stands on whole pixels

  await page.mouse.down({ button: "middle" });
  await page.mouse.move(start.x + 30, start.y - 20, { steps: 3 });
  await page.mouse.up({ button: "middle" });
  const panned = await screenOf(page, "xz", [20, 100, 80]);
  expect(panned.x - start.x).toBeCloseTo(30, 0);
  expect(panned.y - start.y).toBeCloseTo(-20, 0);

  await page.keyboard.down("Space");
  await page.mouse.down();
  await page.mouse.move(start.x, start.y, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.up("Space");
  const back = await screenOf(page, "xz", [20, 100, 80]);
  expect(Math.hypot(back.x - start.x, back.y - start.y)).toBeLessThan(1);
  expect(await page.evaluate(() => window.harness.log)).not.toContain("move");
});

test("a stroke is on the screen in the frame of its event, and Escape ends it", async ({ page }) => {
  await open(page);
  await showNucleus(page, middleNucleus.centerZyx);
  await expect.poll(async () => saturation(await colourAt(page, "xy", middleNucleus.centerZyx))).toBeGreaterThan(15);
  await page.evaluate(() => window.harness.change({ paint: true, opacity: 1, ring: true }));
  const from = await screenOf(page, "xy", middleNucleus.centerZyx);
  await page.mouse.move(from.x - 60, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y, { steps: 5 });
  // One frame, no more.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const [r, g, b] = await colourAt(page, "xy", middleNucleus.centerZyx);
  expect([r > 220, g < 40, b < 40]).toEqual([true, true, true]);
  for (const plane of ["xz", "yz"] as const)
    expect((await colourAt(page, plane, middleNucleus.centerZyx))[0]).toBeGreaterThan(220);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  const log = await page.evaluate(() => window.harness.log);
  expect(log.filter((entry) => entry !== "move")).toEqual(["down", "cancel"]);
});

/** Share of a pane's pixels that are coloured, and that are bright. */
async function pixelShares(page: Page, pane: string): Promise<{ coloured: number; bright: number }> {
  const png = (await page.locator(`[data-pane="${pane}"]`).screenshot()).toString("base64");
  return page.evaluate(async (data) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    let coloured = 0;
    let bright = 0;
    for (let i = 0; i < pixels.length; i += 4) {
      const [r, g, b] = [pixels[i], pixels[i + 1], pixels[i + 2]];
      if (Math.max(r, g, b) - Math.min(r, g, b) > 50) coloured++;
      if (Math.min(r, g, b) > 110) bright++;
    }
    return { coloured: (4 * coloured) / pixels.length, bright: (4 * bright) / pixels.length };
  }, png);
}

test("3D shows the image at once and the nuclei as surfaces; a click there picks one", async ({ page }) => {
  await open(page);
  await expect.poll(async () => (await pixelShares(page, "3d")).coloured, { timeout: 60_000 }).toBeGreaterThan(0.1);
  const pane = (await page.locator('[data-pane="3d"]').boundingBox())!;
  await page.mouse.click(pane.x + pane.width / 2, pane.y + pane.height / 2);
  const pick = await page.evaluate(() => window.harness.picks.at(-1));
  expect(pick?.pane).toBe("3d");
  const hit = nuclei.find(({ label }) => label === (pick!.label || pick!.proposal))!;
  const r2 = hit.centerZyx.reduce((sum, c, axis) => sum + ((pick!.voxelZyx[axis] - c) / hit.radiusZyx[axis]) ** 2, 0);
  expect(r2).toBeGreaterThan(0.5);
  expect(r2).toBeLessThan(1.4); // on its surface, to a voxel

  // What is flown to stands in the middle of the 3D pane too, however far from the middle of the volume.
  const far = nuclei.reduce((a, b) => (b.centerZyx[2] > a.centerZyx[2] ? b : a));
  await page.evaluate(
    ([hidden, at]) => {
      window.harness.change({ hidden });
      window.harness.view.flyTo(at, 4);
    },
    [nuclei.map(({ label }) => label).filter((label) => label !== far.label), far.centerZyx] as const,
  );
  await expect
    .poll(async () => {
      await page.mouse.click(pane.x + pane.width / 2, pane.y + pane.height / 2);
      return page.evaluate(() => window.harness.picks.at(-1)?.label || window.harness.picks.at(-1)?.proposal);
    })
    .toBe(far.label);

  await page.evaluate(
    (all) => window.harness.change({ hidden: all }),
    nuclei.map(({ label }) => label),
  );
  await expect.poll(async () => (await pixelShares(page, "3d")).coloured, { timeout: 60_000 }).toBeLessThan(0.05);
  for (const mode of ["mip", "shaded"] as const) {
    await page.evaluate((volumeRendering) => window.harness.view.set({ volumeRendering }), mode);
    await expect.poll(async () => (await pixelShares(page, "3d")).bright, { timeout: 60_000 }).toBeGreaterThan(0.05);
  }
  await page.evaluate(() => window.harness.view.set({ volumeRendering: "off" }));
  await expect.poll(async () => (await pixelShares(page, "3d")).bright, { timeout: 60_000 }).toBeLessThan(0.02);
});

test("a painted nucleus appears in 3D when the hand rests", async ({ page }) => {
  await open(page);
  const all = nuclei.map(({ label }) => label);
  await page.evaluate((hidden) => {
    window.harness.change({ hidden });
    window.harness.view.set({ volumeRendering: "off" });
  }, all);
  await expect.poll(async () => (await pixelShares(page, "3d")).coloured, { timeout: 60_000 }).toBeLessThan(0.03);
  await page.evaluate(() => {
    for (let z = 2; z < 38; z++) window.harness.labels.paintDisc([z, 100, 130], 90, 4_000_000_000);
  });
  await expect.poll(async () => (await pixelShares(page, "3d")).coloured, { timeout: 60_000 }).toBeGreaterThan(0.06);
});

test("the script of the 3D pane is asked for once a slice is on the screen, or alone when 3D is all there is to see", async ({
  page,
}) => {
  const scripts: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/scene-pane")) scripts.push(request.url());
  });
  server.failing = () => true;
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${server.url}?volume=small`);
  const chunk = () => server.asked[0];
  await expect.poll(() => server.asked.filter((name) => name === chunk()).length).toBeGreaterThan(1); // asked twice by now
  expect(scripts).toEqual([]);
  server.failing = () => false;
  const state = page.locator('[data-pane="xy"] [data-role="slice"]');
  await expect(state).toHaveAttribute("data-state", "sharp");
  await expect.poll(() => scripts.length).toBe(1);
  await expect(page.locator('[data-pane="3d"] [data-role="scene"]')).toBeAttached();

  server.failing = () => true;
  await page.goto(`${server.url}?volume=big`);
  await page.waitForFunction(() => "harness" in window);
  await page.evaluate(() => window.harness.view.set({ maximisedPane: "3d" }));
  await expect.poll(() => scripts.length).toBe(2);
});

test("without WebGL a sentence stands in the 3D pane and the slices work", async ({ page }) => {
  await page.addInitScript(() => {
    const original = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
      return kind.startsWith("webgl") ? null : Reflect.apply(original, this, [kind, ...rest]);
    } as typeof original;
  });
  await open(page);
  await expect(page.getByText("no WebGL 2")).toBeVisible();
  await showNucleus(page, middleNucleus.centerZyx);
  await expect.poll(async () => saturation(await colourAt(page, "xy", middleNucleus.centerZyx))).toBeGreaterThan(15);
});

test("pieces that do not arrive are named, and come when asked for again", async ({ page }) => {
  server.failing = (chunk) => chunk.startsWith("0/0/1/");
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(server.url);
  await expect(page.getByRole("alert")).toContainText("did not arrive", { timeout: 30_000 });
  server.failing = () => false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("alert")).toBeHidden();
  await expect(page.locator('[data-pane="xy"] [data-role="slice"]')).toHaveAttribute("data-state", "sharp");
});

interface TraceEvent {
  readonly name: string;
  readonly dur?: number;
  readonly ts: number;
  readonly args?: { readonly data?: { readonly type?: string } };
}

/** Script of pointer moves, or of the wheel, and animation frames, ms per frame, from a Chromium trace. */
async function scriptPerFrame(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
  type: "pointermove" | "wheel" = "pointermove",
): Promise<number[]> {
  await browser.startTracing(page, { categories: ["devtools.timeline"] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const frames: number[] = [];
  let handlersUs = 0;
  for (const event of traceEvents.filter((e) => e.dur !== undefined).sort((a, b) => a.ts - b.ts)) {
    if (event.name === "EventDispatch" && event.args?.data?.type === type) handlersUs += event.dur!;
    // A turn of the wheel may go on to draw in the frames after it.
    if (event.name === "FireAnimationFrame" && (handlersUs > 0 || type === "wheel")) {
      frames.push((handlersUs + event.dur!) / 1000);
      handlersUs = 0;
    }
  }
  return frames.sort((a, b) => a - b);
}

test("painting in a 512 × 512 × 128 volume leaves the frame to the browser", async ({ page, browser }, info) => {
  test.setTimeout(180_000);
  await page.addInitScript(() => {
    // When the first slice canvas says that it shows something, since the navigation began.
    const watch = new MutationObserver(() => {
      performance.mark("first-slice");
      watch.disconnect();
    });
    watch.observe(document, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
  });
  await open(page, "big");
  const firstSliceMs = await page.evaluate(() => performance.getEntriesByName("first-slice")[0].startTime);
  await page.evaluate(() => window.harness.change({ paint: true, ring: true }));
  const center = await screenOf(page, "xy", [64, 256, 256]);
  await page.mouse.move(center.x, center.y);
  await page.mouse.down();
  const frames = await scriptPerFrame(browser, page, async () => {
    for (let i = 0; i < 150; i++)
      await page.mouse.move(center.x + 90 * Math.sin(i / 9), center.y + 70 * Math.sin(i / 7));
  });
  await page.mouse.up();
  const p95 = frames[Math.floor(frames.length * 0.95)];
  for (const description of [
    `script per painted frame, ${frames.length} frames: p95 ${p95.toFixed(2)} ms`,
    `first slice ${firstSliceMs.toFixed(0)} ms after the page was asked for`,
  ])
    info.annotations.push({ type: "figure", description });
  expect(frames.length).toBeGreaterThan(30);
  // The bars are 8 ms and 1.5 s on free cores; a test machine may be busy with other things.
  expect(p95).toBeLessThan(25);
  expect(firstSliceMs).toBeLessThan(8000);
});

const meanDifference = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;

/** Of a PNG: its size, and what the wishes ask of its pixels. */
async function readPicture(page: Page, pane: Plane | "3d" | undefined, at: readonly (readonly [number, number])[]) {
  return page.evaluate(
    async ([pane, at]) => {
      const picture = (await window.harness.open.viewer!.picture(pane))!;
      const bitmap = await createImageBitmap(picture);
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const pixel = (x: number, y: number) => [
        ...data.subarray(4 * (y * bitmap.width + x), 4 * (y * bitmap.width + x) + 3),
      ];
      // The longest light line of the lowest rows is the scale bar.
      let barPx = 0;
      for (let y = bitmap.height - 40; y < bitmap.height; y++)
        for (let x = bitmap.width >> 1, run = 0; x < bitmap.width; x++) {
          run = Math.min(...pixel(x, y)) > 170 ? run + 1 : 0;
          barPx = Math.max(barPx, run);
        }
      return {
        type: picture.type,
        width: bitmap.width,
        height: bitmap.height,
        colours: at.map(([x, y]) => pixel(Math.round(x), Math.round(y))),
        barPx,
      };
    },
    [pane, at] as const,
  );
}

test("a picture shows what the panes show, at twice their size, with a bar as long as it says", async ({ page }) => {
  await open(page);
  await showNucleus(page, middleNucleus.centerZyx);
  for (const plane of ["xy", "yz"] as const) {
    await expect.poll(async () => saturation(await colourAt(page, plane, middleNucleus.centerZyx))).toBeGreaterThan(15);
    const box = (await page.locator(`[data-pane="${plane}"]`).boundingBox())!;
    // Beside the crosshair, which goes through the middle.
    const place: Zyx = [
      middleNucleus.centerZyx[0] + 1.2,
      middleNucleus.centerZyx[1] + 2.4,
      middleNucleus.centerZyx[2] - 2.6,
    ];
    const { x, y } = await screenOf(page, plane, place);
    const picture = await readPicture(page, plane, [[2 * (x - box.x), 2 * (y - box.y)]]);
    expect(picture.type).toBe("image/png");
    expect(Math.abs(picture.width - 2 * box.width)).toBeLessThan(2);
    expect(Math.abs(picture.height - 2 * box.height)).toBeLessThan(2);
    const shown = await colourAt(page, plane, place);
    for (const [i, value] of picture.colours[0].entries()) expect(Math.abs(value - shown[i])).toBeLessThan(3);
    // The longest of 1, 2, 5 × 10ⁿ µm within 120 CSS pixels.
    const { zoom } = await page.evaluate(() => window.harness.view.get());
    const lengths = [-2, -1, 0, 1, 2, 3].flatMap((ten) => [1, 2, 5].map((one) => one * 10 ** ten * zoom));
    const barPx = Math.max(...lengths.filter((px) => px <= 120));
    expect(Math.abs(picture.barPx - 2 * barPx)).toBeLessThan(6);
  }
  const viewer = (await page.locator("[data-pane]").first().locator("..").boundingBox())!;
  const all = await readPicture(page, undefined, []);
  expect(Math.abs(all.width - 2 * viewer.width)).toBeLessThan(4);
  expect(Math.abs(all.height - 2 * viewer.height)).toBeLessThan(4);
});

test("3D is cut open, isolated and shows its slices; what is cut away is not clicked", async ({ page }) => {
  await open(page);
  const set = (scene: object) =>
    page.evaluate((to) => {
      const { view } = window.harness;
      view.set({ volumeRendering: "off", scene: { ...view.get().scene, ...to } });
    }, scene);
  const coloured = async () => (await pixelShares(page, "3d")).coloured;
  await set({});
  await expect.poll(coloured, { timeout: 60_000 }).toBeGreaterThan(0.1);
  const whole = await coloured();

  // A slab of the slices behind the middle: what is clicked lies in it.
  const { shapeZyx } = volumes.small;
  const clip = { minZyx: [Math.floor(shapeZyx[0] / 2), 0, 0], maxZyx: shapeZyx };
  await set({ clip });
  const pane = (await page.locator('[data-pane="3d"]').boundingBox())!;
  for (const [dx, dy] of [
    [0, 0],
    [40, -30],
    [-60, 20],
    [20, 50],
  ])
    await page.mouse.click(pane.x + pane.width / 2 + dx, pane.y + pane.height / 2 + dy);
  const picks = await page.evaluate(() => window.harness.picks);
  expect(picks.length).toBeGreaterThan(0);
  for (const { voxelZyx } of picks) expect(voxelZyx[0]).toBeGreaterThanOrEqual(clip.minZyx[0]);

  // One thin slice of all nuclei shows less of them than all of the volume does.
  await page.evaluate(() => window.harness.view.set({ selectedLabel: 0, selectedProposal: 0 }));
  await set({
    clip: { minZyx: [0, 0, Math.floor(shapeZyx[2] / 2)], maxZyx: [...shapeZyx.slice(0, 2), shapeZyx[2] / 2 + 3] },
  });
  await expect.poll(coloured, { timeout: 60_000 }).toBeLessThan(whole / 3);

  // One nucleus is much less than all; and without slices nothing is grey.
  await page.evaluate((label) => window.harness.view.set({ selectedLabel: label }), middleNucleus.label);
  await set({ clip: null, isIsolated: true });
  await expect.poll(coloured, { timeout: 60_000 }).toBeLessThan(whole / 4);
  const bright = async () => (await pixelShares(page, "3d")).bright;
  const dark = await bright();
  await set({ showsSlices: true });
  await expect.poll(bright, { timeout: 60_000 }).toBeGreaterThan(3 * dark);
  await set({ showsSlices: false, isIsolated: false });
  await expect.poll(coloured, { timeout: 60_000 }).toBeGreaterThan(whole * 0.8);

  // A quarter turn is another view, and back it is the same one.
  const thumb = () =>
    page.evaluate(async () => {
      const bitmap = await createImageBitmap((await window.harness.open.viewer!.picture("3d"))!);
      const context = new OffscreenCanvas(64, 64).getContext("2d")!;
      context.drawImage(bitmap, 0, 0, 64, 64);
      return [...context.getImageData(0, 0, 64, 64).data];
    });
  const turn = (rad: number) => page.evaluate((by) => window.harness.open.viewer!.turn(by, by / 2), rad);
  const before = await thumb();
  await turn(0.9);
  const turned = await thumb();
  await turn(-0.9);
  const back = await thumb();
  expect(meanDifference(before, turned)).toBeGreaterThan(4 * meanDifference(before, back));
});

test("a film turns once round, knows its length, and leaves the camera where it was", async ({ page }) => {
  test.setTimeout(120_000);
  await open(page);
  await page.evaluate(() => window.harness.view.set({ volumeRendering: "off" }));
  await expect.poll(async () => (await pixelShares(page, "3d")).coloured, { timeout: 60_000 }).toBeGreaterThan(0.1);
  const film = await page.evaluate(async () => {
    const shares: number[] = [];
    const blob = await window.harness.open.viewer!.film({
      signal: new AbortController().signal,
      onProgress: (share) => shares.push(share),
    });
    const video = document.createElement("video");
    video.muted = true;
    video.src = URL.createObjectURL(blob);
    await new Promise((resolve, reject) => {
      video.onloadeddata = resolve;
      video.onerror = reject;
    });
    const { duration, videoWidth, videoHeight } = video;
    const frameAt = async (seconds: number) => {
      await new Promise((resolve) => {
        video.onseeked = resolve;
        video.currentTime = seconds;
      });
      const context = new OffscreenCanvas(64, 64).getContext("2d")!;
      context.drawImage(video, 0, 0, 64, 64);
      return [...context.getImageData(0, 0, 64, 64).data];
    };
    const frames = [await frameAt(0.01), await frameAt(duration / 4), await frameAt(duration - 0.05)];
    return { type: blob.type, shares, duration, videoWidth, videoHeight, frames };
  });
  const pane = (await page.locator('[data-pane="3d"]').boundingBox())!;
  expect(film.type).toBe("video/webm");
  expect(film.duration).toBeGreaterThan(7.5);
  expect(film.duration).toBeLessThan(12);
  expect(film.shares.at(-1)).toBe(1);
  expect(film.videoWidth % 2).toBe(0);
  expect(Math.abs(film.videoWidth / film.videoHeight - pane.width / pane.height)).toBeLessThan(0.02);
  const [first, quarter, last] = film.frames;
  // A quarter round is another view; all round is the first one again.
  expect(meanDifference(first, quarter)).toBeGreaterThan(2 * meanDifference(first, last));

  // Stopped, it ends with the signal's reason.
  const reason = await page.evaluate(async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort("enough"), 300);
    return window.harness.open.viewer!.film({ signal: abort.signal, onProgress() {} }).catch(String);
  });
  expect(reason).toBe("enough");
});

test("zoomed in, a map says where one is, and a click in it looks elsewhere", async ({ page }) => {
  await open(page);
  const map = page.getByTestId("map-xy");
  await expect(map).toBeHidden();
  await page.evaluate(() => window.harness.view.set({ zoom: window.harness.view.get().zoom * 6 }));
  await expect(map).toBeVisible();
  const box = (await map.boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.25, box.y + box.height * 0.7);
  const { centerUmZyx } = await page.evaluate(() => window.harness.view.get());
  const { shapeZyx, voxelSizeZyx } = volumes.small;
  expect(centerUmZyx[2] / (shapeZyx[2] * voxelSizeZyx[2])).toBeCloseTo(0.25, 1);
  expect(centerUmZyx[1] / (shapeZyx[1] * voxelSizeZyx[1])).toBeCloseTo(0.7, 1);
  expect(await page.evaluate(() => window.harness.picks)).toEqual([]);
  // It is no black rectangle.
  const light = await map.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 1 && value > 40).length;
  });
  expect(light).toBeGreaterThan(200);
  await page.evaluate(() => window.harness.view.set({ miniMap: false }));
  await expect(map).toBeHidden();
});

test("the brightest of a thick slab shows a nucleus from beside it, its label does not, and turning the wheel stays fast", async ({
  page,
  browser,
}, info) => {
  test.setTimeout(180_000);
  await open(page);
  // In the slice after a nucleus, where no other one is.
  const { centerZyx, radiusZyx } = nuclei[1];
  const beside: Zyx = [Math.ceil(centerZyx[0] + radiusZyx[0] + 1) + 0.5, centerZyx[1], centerZyx[2]];
  await showNucleus(page, beside);
  await expect.poll(async () => (await colourAt(page, "xy", beside))[0]).toBeLessThan(90);
  const thicknessUm = 2 * (beside[0] - centerZyx[0] + 2) * volumes.small.voxelSizeZyx[0];
  await page.evaluate((um) => window.harness.view.set({ projection: { isOn: true, thicknessUm: um } }), thicknessUm);
  await expect.poll(async () => (await colourAt(page, "xy", beside))[0]).toBeGreaterThan(120);
  expect(saturation(await colourAt(page, "xy", beside))).toBeLessThan(10);

  await open(page, "big");
  const center = await screenOf(page, "xy", [64, 256, 256]);
  await page.mouse.move(center.x, center.y);
  const turn = () =>
    scriptPerFrame(
      browser,
      page,
      async () => {
        for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i % 20 < 10 ? 90 : -90);
      },
      "wheel",
    );
  let aloneP95: number | undefined;
  for (const slices of [0, 11, 41]) {
    await page.evaluate(
      (um) => window.harness.view.set({ projection: { isOn: um > 0, thicknessUm: um || 1 } }),
      slices * volumes.big.voxelSizeZyx[0],
    );
    await expect(page.locator('[data-pane="xy"] [data-role="slice"]')).toHaveAttribute("data-state", "sharp");
    const frames = await turn();
    const p95 = frames[Math.floor(frames.length * 0.95)];
    aloneP95 ??= p95;
    info.annotations.push({
      type: "figure",
      description: `script per frame while slices turn, slab of ${slices || 1}: p95 ${p95.toFixed(2)} ms`,
    });
    // The bar is 8 ms on free cores; a test machine may be busy with other things, which slow a single slice as well.
    expect(p95).toBeLessThan(Math.max(30, 2 * aloneP95));
  }
});
