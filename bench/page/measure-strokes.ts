import type { Page } from "@playwright/test";
import { createSeededRandom } from "../../core/simulator/seeded-random.ts";
import { EditorPage } from "../../e2e/pages/editor-page.ts";

const COLUMNS = 10;
const SEEN_BOUND_MS = 20_000;
/** People lift the pen between strokes; drawn at random, so that strokes do not fall into step with frames. */
const PAUSE_MS = [150, 350] as const;
const STROKE_PX = 12;
const STROKE_MOVES = 4;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const sliceBox = async (page: Page) => {
  const box = await page.locator('[data-pane="xy"] [data-role="slice"]').boundingBox();
  if (!box) throw new Error("the page shows no XY slice");
  return box;
};

/** What a page says of its connection and of what did not arrive. */
const saysOf = async (page: Page): Promise<string> => {
  const texts = await page.locator('[data-testid="save-state"], [role="alert"]').allInnerTexts();
  return texts.join(" | ").replaceAll("\n", " ");
};

export async function openSharp(page: Page, volumeUrl: string): Promise<void> {
  await new EditorPage(page).open(volumeUrl);
  await page.locator('[data-pane="xy"] [data-role="slice"][data-state="sharp"]').waitFor();
}

/**
 * Milliseconds from the release of the pointer in one page to the paint of its voxels in the other's XY slice, of strokes
 * in fresh places of the same slice, each a new nucleus.
 */
export async function measureStrokes(painter: Page, watcher: Page, count: number): Promise<number[]> {
  const random = createSeededRandom(count);
  const [own, other] = [await sliceBox(painter), await sliceBox(watcher)];
  const rows = Math.ceil(count / COLUMNS);
  const times: number[] = [];
  await painter.keyboard.press("b");
  for (let i = 0; i < count; i++) {
    const right = ((i % COLUMNS) + 0.5) / COLUMNS;
    const down = (Math.floor(i / COLUMNS) + 0.5) / rows;
    await watcher.evaluate(([x, y]) => window.strokeProbe.watch(x, y), [
      other.x + right * other.width,
      other.y + down * other.height,
    ] as const);
    const [x, y] = [own.x + right * own.width, own.y + down * own.height];
    await painter.keyboard.press("n");
    await painter.mouse.move(x - STROKE_PX / 2, y);
    await painter.mouse.down();
    await painter.mouse.move(x + STROKE_PX / 2, y, { steps: STROKE_MOVES });
    await painter.mouse.up();
    const seenAt = await Promise.race([
      watcher.evaluate(() => window.strokeProbe.seen),
      pause(SEEN_BOUND_MS).then(() => Number.NaN),
    ]);
    if (Number.isNaN(seenAt))
      throw new Error(
        `stroke ${i + 1} was not seen within ${SEEN_BOUND_MS} ms; painter: ${await saysOf(painter)}; watcher: ${await saysOf(watcher)}`,
      );
    times.push(seenAt - (await painter.evaluate(() => window.strokeProbe.releasedAt)));
    await pause(PAUSE_MS[0] + random.uniform() * (PAUSE_MS[1] - PAUSE_MS[0]));
  }
  return times;
}
