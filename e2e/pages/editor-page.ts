import { expect, type Locator, type Page } from "@playwright/test";

type Pane = "xy" | "yz" | "xz" | "3d";
/** CSS pixels right of and below the middle of a pane. */
export type PanePoint = readonly [right: number, down: number];
/** Between the channels of a pixel; the image is grey, labels are not. */
const COLOURED = 25;

/** The editor as a person uses it: panes by their name, tools by their keys. */
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
    await expect(this.page.getByText("Saved", { exact: true })).toBeVisible({ timeout: 60_000 });
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

  tab(name: "Nuclei" | "Queue" | "Comments" | "Boxes" | "History" | "View"): Promise<void> {
    return this.page.getByRole("tab", { name }).click();
  }

  async #box(pane: Pane): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await this.page.locator(`[data-pane="${pane}"]`).boundingBox();
    if (!box) throw new Error(`the pane ${pane} is not on the page`);
    return box;
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

  async drag(pane: Pane, path: readonly PanePoint[], steps = 6): Promise<void> {
    const points = await Promise.all(path.map(([right, down]) => this.#at(pane, right, down)));
    await this.page.mouse.move(...points[0]);
    await this.page.mouse.down();
    for (const point of points.slice(1)) await this.page.mouse.move(...point, { steps });
    await this.page.mouse.up();
  }

  /** Starts a new nucleus with the brush. */
  async paintNucleus(pane: Pane, path: readonly PanePoint[]): Promise<void> {
    await this.page.keyboard.press("b");
    await this.page.keyboard.press("n");
    await this.drag(pane, path);
  }

  /** What the header says about the own edits. */
  get saveState(): Locator {
    return this.page.getByTestId("save-state");
  }

  /** A nucleus in the list, by its label. */
  row(label: number): Locator {
    return this.rows.and(this.page.locator(`[data-label="${label}"]`));
  }

  get rows(): Locator {
    return this.page.getByRole("option");
  }

  /** Whether a label is drawn over the image at each of these points of the XY pane. */
  async areColoured(points: readonly PanePoint[]): Promise<boolean[]> {
    const at = await Promise.all(points.map(([right, down]) => this.#at("xy", right, down)));
    const pixels = await this.page.locator('[data-pane="xy"] [data-role="slice"]').evaluate((element, places) => {
      const canvas = element as HTMLCanvasElement;
      const box = canvas.getBoundingClientRect();
      return places.map(([x, y]) => {
        const column = Math.floor(((x - box.left) / box.width) * canvas.width);
        const row = Math.floor(((y - box.top) / box.height) * canvas.height);
        return [...(canvas.getContext("2d")?.getImageData(column, row, 1, 1).data.slice(0, 3) ?? [])];
      });
    }, at);
    return pixels.map((rgb) => Math.max(...rgb) - Math.min(...rgb) > COLOURED);
  }

  /** Where the XY slice is brightest, over about the size of a nucleus, away from its edges. */
  async brightestPlace(): Promise<PanePoint> {
    return this.page.locator('[data-pane="xy"] [data-role="slice"]').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d")?.getImageData(0, 0, width, height) ?? { data: [] };
      const reach = Math.round(width / 60);
      let [best, at] = [-1, [0, 0]];
      for (let y = 4 * reach; y < height - 4 * reach; y += 3)
        for (let x = 4 * reach; x < width - 4 * reach; x += 3) {
          let sum = 0;
          for (let v = y - reach; v <= y + reach; v += 2)
            for (let u = x - reach; u <= x + reach; u += 2) {
              const [red, green, blue] = data.slice((v * width + u) * 4, (v * width + u) * 4 + 3);
              // Labels are coloured: what is labelled is not looked for.
              sum += Math.max(red, green, blue) - Math.min(red, green, blue) > 10 ? 0 : green;
            }
          if (sum > best) [best, at] = [sum, [x, y]];
        }
      const scale = canvas.getBoundingClientRect().width / width;
      return [(at[0] - width / 2) * scale, (at[1] - height / 2) * scale] as const;
    });
  }

  queueCard(): Locator {
    return this.page.getByLabel("Question");
  }
}
