import { expect, type Locator, type Page } from "@playwright/test";

type Pane = "xy" | "yz" | "xz" | "3d";
const PANE_ORDER: readonly Pane[] = ["xy", "yz", "xz", "3d"];

/** The editor as a person uses it: panes by their place, tools by their keys. */
export class EditorPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(volumeUrl: string): Promise<void> {
    await this.page.goto(volumeUrl);
    await this.isReady();
  }

  async isReady(): Promise<void> {
    await expect(this.page.getByText("Saved", { exact: true })).toBeVisible({ timeout: 30_000 });
    await expect(this.page.getByText(/^\d[\d,]* nucle(us|i)$/)).toBeVisible({ timeout: 30_000 });
  }

  async saved(): Promise<void> {
    await expect(this.page.getByText("Saved", { exact: true })).toBeVisible();
  }

  /** Number under the list of nuclei: the server's count over the whole volume. */
  async nuclei(): Promise<number> {
    await this.tab("Nuclei");
    const text = await this.page.getByText(/^\d[\d,]* nucle(us|i)$/).innerText();
    return Number(text.replace(/\D/g, ""));
  }

  tab(name: "Nuclei" | "Queue" | "Boxes" | "View"): Promise<void> {
    return this.page.getByRole("tab", { name }).click();
  }

  async #box(pane: Pane): Promise<{ x: number; y: number; width: number; height: number }> {
    // XY and YZ above, XZ and 3D below: their titles stand in the panes' upper left corners.
    const boxes = await this.page.locator("canvas").evaluateAll((canvases) =>
      canvases
        .map((canvas) => canvas.getBoundingClientRect())
        .filter((box) => box.width > 100 && box.height > 100)
        .map(({ x, y, width, height }) => ({ x, y, width, height })),
    );
    boxes.sort((a, b) => a.y - b.y || a.x - b.x);
    const distinct = boxes.filter((box, i) => i === 0 || box.x !== boxes[i - 1].x || box.y !== boxes[i - 1].y);
    return distinct[PANE_ORDER.indexOf(pane)];
  }

  /** `right` and `down` in CSS pixels from the pane's middle. */
  async #at(pane: Pane, right: number, down: number): Promise<[number, number]> {
    const box = await this.#box(pane);
    return [box.x + box.width / 2 + right, box.y + box.height / 2 + down];
  }

  async hover(pane: Pane, right = 0, down = 0): Promise<void> {
    await this.page.mouse.move(...(await this.#at(pane, right, down)));
  }

  async click(pane: Pane, right = 0, down = 0): Promise<void> {
    await this.page.mouse.click(...(await this.#at(pane, right, down)));
  }

  async drag(pane: Pane, path: readonly (readonly [right: number, down: number])[], steps = 6): Promise<void> {
    const points = await Promise.all(path.map(([right, down]) => this.#at(pane, right, down)));
    await this.page.mouse.move(...points[0]);
    await this.page.mouse.down();
    for (const point of points.slice(1)) await this.page.mouse.move(...point, { steps });
    await this.page.mouse.up();
  }

  /** Starts a new nucleus with the brush. */
  async paintNucleus(pane: Pane, path: readonly (readonly [right: number, down: number])[]): Promise<void> {
    await this.page.keyboard.press("b");
    await this.page.keyboard.press("n");
    await this.drag(pane, path);
  }

  queueCard(): Locator {
    return this.page.getByLabel("Question");
  }
}
