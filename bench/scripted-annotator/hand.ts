import type { Page } from "@playwright/test";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { EditorPage } from "../../e2e/pages/editor-page.ts";
import type { RealVolume } from "../simulator/real-kinds.ts";
import type { Yx } from "./plan-strokes.ts";

/** Pixels of the wheel for a slice, as the panes have it. */
const WHEEL_PER_SLICE = 80;
const DRAWN_WITHIN_MS = 30_000;

/**
 * A hand over the XY pane of the editor, by real keys and pointer events. It counts its acts: a key, a click, a drag, or a turn of
 * the wheel through as many slices as are wanted, each is one.
 */
export class Hand {
  readonly page: Page;
  readonly #space: RealVolume;
  readonly #url: string;
  /** CSS pixels for a µm. */
  readonly #zoom: number;
  #middleZyx: Zyx = [0, 0, 0];
  #slice = 0;
  #paneMiddle: Yx = [0, 0];
  acts = 0;
  strokes = 0;

  constructor(page: Page, space: RealVolume, url: string, zoom: number) {
    this.page = page;
    this.#space = space;
    this.#url = url;
    this.#zoom = zoom;
  }

  /** Opens the editor with this place in the middle: what comes before the first act. */
  async lookAt(placeZyx: Zyx): Promise<void> {
    this.#middleZyx = placeZyx.map((at) => at + 0.5) as unknown as Zyx;
    const at = this.#middleZyx.join(",");
    await this.page.goto("about:blank");
    await this.page.goto(`${this.#url}#at=${at}&zoom=${this.#zoom}&centre=${at}`);
    await new EditorPage(this.page).isReady();
    const offer = this.page.getByTestId("tour-offer");
    if (await offer.isVisible()) await offer.getByRole("button").last().click();
    this.#slice = placeZyx[0];
    const box = await this.page.locator('[data-pane="xy"]').boundingBox();
    if (!box) throw new Error("the pane xy is not on the page");
    this.#paneMiddle = [box.y + box.height / 2, box.x + box.width / 2];
    await this.page.mouse.move(this.#paneMiddle[1], this.#paneMiddle[0]);
    [this.acts, this.strokes] = [0, 0];
  }

  async key(key: string): Promise<void> {
    this.acts++;
    await this.page.keyboard.press(key);
  }

  async toSlice(z: number): Promise<void> {
    if (z === this.#slice) return;
    this.acts++;
    await this.page.mouse.wheel(0, (z - this.#slice) * WHEEL_PER_SLICE);
    this.#slice = z;
    await this.#aFrame();
  }

  async click(yx: Yx): Promise<void> {
    this.acts++;
    await this.page.mouse.click(...this.#at(yx));
  }

  async stroke(path: readonly Yx[]): Promise<void> {
    this.acts++;
    this.strokes++;
    await this.page.mouse.move(...this.#at(path[0]));
    await this.page.mouse.down();
    for (const place of path.slice(1)) await this.page.mouse.move(...this.#at(place));
    await this.page.mouse.up();
  }

  /** Until a change of shape or what clicks have found is shown with its size. */
  async isShown(what: "shape-bar" | "segment-bar"): Promise<void> {
    const bar = this.page.getByTestId(what);
    const size = what === "segment-bar" ? bar.getByTestId("segment-size") : bar.getByText(/voxel|no change/i).first();
    await size.waitFor({ timeout: DRAWN_WITHIN_MS });
  }

  /** Enter, and it is painted. */
  async keep(what: "shape-bar" | "segment-bar"): Promise<void> {
    await this.key("Enter");
    await this.page.getByTestId(what).waitFor({ state: "detached", timeout: DRAWN_WITHIN_MS });
  }

  /** Everything is on the screen and with the server. */
  async isSaved(): Promise<void> {
    await this.#aFrame();
    await this.#aFrame();
    await this.page.getByText("Saved", { exact: true }).waitFor({ timeout: DRAWN_WITHIN_MS });
  }

  #at([y, x]: Yx): [x: number, y: number] {
    const [, uy, ux] = this.#space.voxelSizeZyx;
    const [paneY, paneX] = this.#paneMiddle;
    return [paneX + (x - this.#middleZyx[2]) * ux * this.#zoom, paneY + (y - this.#middleZyx[1]) * uy * this.#zoom];
  }

  #aFrame(): Promise<unknown> {
    return this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}
