import { formatLengthUm, scaleBarLength } from "../geometry/scale-bar-length.ts";
import { overlayFont } from "./overlay-style.ts";

const MAX_PX = 120;

/** As `panels/scale-bar.tsx` shows it, at the lower right. `zoom`: CSS pixels per µm; `note`: where that holds, if not everywhere. */
export function drawScaleBar(
  context: CanvasRenderingContext2D,
  sizePx: { readonly widthPx: number; readonly heightPx: number },
  zoom: number,
  note = "",
): void {
  const { lengthUm, widthPx: barPx } = scaleBarLength(zoom, MAX_PX);
  const text = `${formatLengthUm(lengthUm)}${note}`;
  context.font = overlayFont;
  const width = Math.max(barPx, context.measureText(text).width) + 12;
  const left = sizePx.widthPx - 8 - width;
  const top = sizePx.heightPx - 6 - 26;
  context.fillStyle = "rgba(12, 14, 17, 0.72)";
  context.beginPath();
  context.roundRect(left, top, width, 26, 3);
  context.fill();
  context.fillStyle = "#d5dae0";
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.fillText(text, left + width / 2, top + 9);
  context.textAlign = "start";
  const from = left + (width - barPx) / 2;
  context.strokeStyle = "#e8ecf0";
  context.lineWidth = 1.25;
  context.beginPath();
  context.moveTo(from, top + 17);
  context.lineTo(from, top + 21.5);
  context.lineTo(from + barPx, top + 21.5);
  context.lineTo(from + barPx, top + 17);
  context.stroke();
}
