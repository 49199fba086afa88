import type { ViewerEngine } from "../engine/viewer-engine.ts";
import type { PaneId } from "../viewer-contract.ts";

const GROUND = "#23272d"; // between the panes

/** For print: a screen with fewer pixels per CSS pixel gives a sharp picture too. */
const LEAST_SCALE = 2;

/** PNG of the panes as they lie on the page, or of one. Null where none is shown. */
export async function picturePanes(engine: ViewerEngine, only?: PaneId): Promise<Blob | null> {
  const shown = [...engine.panes]
    .filter(([id]) => only === undefined || id === only)
    .map(([, pane]) => ({ pane, box: pane.host.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.height > 0);
  if (shown.length === 0) return null;
  const left = Math.min(...shown.map(({ box }) => box.left));
  const top = Math.min(...shown.map(({ box }) => box.top));
  const scale = Math.max(LEAST_SCALE, window.devicePixelRatio);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(scale * (Math.max(...shown.map(({ box }) => box.right)) - left));
  canvas.height = Math.round(scale * (Math.max(...shown.map(({ box }) => box.bottom)) - top));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle = GROUND;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const { pane, box } of shown) {
    context.save();
    context.setTransform(scale, 0, 0, scale, scale * (box.left - left), scale * (box.top - top));
    context.beginPath();
    context.rect(0, 0, box.width, box.height);
    context.clip();
    pane.drawInto(context, scale);
    context.restore();
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
