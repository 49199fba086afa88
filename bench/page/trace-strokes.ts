import type { Browser, Page } from "@playwright/test";
import { createSeededRandom } from "../../core/simulator/seeded-random.ts";
import { frameScripts } from "./frame-scripts.ts";

const MOVES = 40;
/** A hand that outlines a nucleus moves this far between two frames. */
const MOVE_PX = 7;
const MARGIN_PX = 12;

/** Seeded scribbles inside a box of the page, traced by Chromium; milliseconds of script per frame while pressed. */
export async function traceStrokes(
  browser: Browser,
  page: Page,
  box: { x: number; y: number; width: number; height: number },
  strokes: number,
  beforeStroke: () => Promise<void> = async () => {},
): Promise<number[]> {
  const random = createSeededRandom(strokes);
  const inside = (value: number, start: number, size: number): number =>
    Math.min(start + size - MARGIN_PX, Math.max(start + MARGIN_PX, value));
  await browser.startTracing(page, { categories: ["devtools.timeline"] });
  for (let stroke = 0; stroke < strokes; stroke++) {
    await beforeStroke();
    let x = inside(box.x + random.uniform() * box.width, box.x, box.width);
    let y = inside(box.y + random.uniform() * box.height, box.y, box.height);
    let direction = random.uniform() * 2 * Math.PI;
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let move = 0; move < MOVES; move++) {
      direction += (random.uniform() - 0.5) * 1.2;
      x = inside(x + MOVE_PX * Math.cos(direction), box.x, box.width);
      y = inside(y + MOVE_PX * Math.sin(direction), box.y, box.height);
      await page.mouse.move(x, y);
    }
    await page.mouse.up();
  }
  return frameScripts(JSON.parse((await browser.stopTracing()).toString("utf8")));
}
