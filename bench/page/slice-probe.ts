import type { Page } from "@playwright/test";

/** Milliseconds since the page was asked for. */
export interface SliceTimes {
  /** Every part of the slice shows the image, at whatever level. */
  readonly coarse: number;
  /** Every part shows it at the level that the screen deserves. */
  readonly sharp: number;
}

declare global {
  interface Window {
    sliceTimes: Promise<SliceTimes>;
  }
}

/** Runs in the page before the product does: times of the XY slice, from navigation or from the last click. */
function installSliceProbe(): void {
  /** A part without any brighter texel is still missing. */
  const DARK = 4;
  const PARTS = 8;
  let startedAt = 0;
  let coarse = Number.NaN;
  let tell: (times: SliceTimes) => void = () => {};
  const begin = (at: number) => {
    startedAt = at;
    coarse = Number.NaN;
    window.sliceTimes = new Promise((resolve) => {
      tell = resolve;
    });
  };
  begin(0);
  addEventListener("click", (event) => begin(event.timeStamp), true);
  const isLit = ({ data, width, height }: ImageData, column: number, row: number): boolean => {
    const end = (part: number, size: number) => Math.floor(((part + 1) * size) / PARTS);
    for (let y = Math.floor((row * height) / PARTS); y < end(row, height); y++)
      for (let x = Math.floor((column * width) / PARTS); x < end(column, width); x++)
        if (data[4 * (y * width + x)] > DARK) return true;
    return false;
  };
  const isWhole = (image: ImageData): boolean => {
    for (let part = 0; part < PARTS * PARTS; part++)
      if (!isLit(image, part % PARTS, Math.floor(part / PARTS))) return false;
    return true;
  };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (
    this: CanvasRenderingContext2D,
    ...args: [image: ImageData, x: number, y: number, ...dirty: number[]]
  ) {
    Reflect.apply(put, this, args);
    const { canvas } = this;
    if (canvas.dataset.role !== "slice" || !canvas.closest('[data-pane="xy"]')) return;
    const whole = isWhole(args[0]);
    const began = startedAt;
    // Handled after this frame's layout and paint; the state is written right after the pixels.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      if (began !== startedAt) return;
      const sinceStart = performance.now() - startedAt;
      if (whole && Number.isNaN(coarse)) coarse = sinceStart;
      if (whole && canvas.dataset.state === "sharp") tell({ coarse, sharp: sinceStart });
    };
    channel.port2.postMessage(null);
  };
}

export const addSliceProbe = (page: Page) => page.addInitScript(installSliceProbe);

const BOUND_MS = 60_000;

export async function sliceTimes(page: Page): Promise<SliceTimes> {
  return Promise.race([
    page.evaluate(() => window.sliceTimes),
    new Promise<never>((_resolve, reject) =>
      setTimeout(() => reject(new Error(`no sharp slice within ${BOUND_MS} ms`)), BOUND_MS).unref(),
    ),
  ]);
}
