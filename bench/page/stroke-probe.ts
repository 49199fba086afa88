import type { Page } from "@playwright/test";

/** All times in milliseconds since the epoch by the page's own monotonic clock, so that pages can be compared. */
interface StrokeProbe {
  releasedAt: number;
  /** Starts to watch the texel of the XY slice under a point of the window. */
  watch(clientX: number, clientY: number): void;
  /** When its new colour was on the canvas and the frame's work was done. */
  seen: Promise<number>;
}

declare global {
  interface Window {
    strokeProbe: StrokeProbe;
  }
}

/** Runs in the page before the product does. */
function installStrokeProbe(): void {
  const now = () => performance.timeOrigin + performance.now();
  /** Channels of a texel must differ by more: far above rounding, far below any label's colour. */
  const CHANGED = 8;
  let wanted: { canvas: HTMLCanvasElement; at: number; before: readonly number[]; tell(at: number): void } | null =
    null;
  const probe: StrokeProbe = {
    releasedAt: 0,
    seen: Promise.resolve(0),
    watch(clientX, clientY) {
      const canvas = document.querySelector<HTMLCanvasElement>('[data-pane="xy"] [data-role="slice"]');
      const context = canvas?.getContext("2d");
      if (!canvas || !context) throw new Error("the page shows no XY slice");
      const box = canvas.getBoundingClientRect();
      const x = Math.floor(((clientX - box.left) / box.width) * canvas.width);
      const y = Math.floor(((clientY - box.top) / box.height) * canvas.height);
      const before = [...context.getImageData(x, y, 1, 1).data];
      probe.seen = new Promise((tell) => {
        wanted = { canvas, at: 4 * (y * canvas.width + x), before, tell };
      });
    },
  };
  window.strokeProbe = probe;
  addEventListener("pointerup", (event) => (probe.releasedAt = performance.timeOrigin + event.timeStamp), true);
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (
    this: CanvasRenderingContext2D,
    ...args: [image: ImageData, x: number, y: number, ...dirty: number[]]
  ) {
    Reflect.apply(put, this, args);
    const { data } = args[0];
    if (wanted?.canvas !== this.canvas) return;
    const { at, before, tell } = wanted;
    if (!before.some((value, i) => Math.abs(value - data[at + i]) > CHANGED)) return;
    wanted = null;
    // A message posted in a frame's script is handled after that frame's layout and paint.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => tell(now());
    channel.port2.postMessage(null);
  };
}

export const addStrokeProbe = (page: Page) => page.addInitScript(installStrokeProbe);
