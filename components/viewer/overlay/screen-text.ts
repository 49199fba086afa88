import { overlayFont } from "./overlay-style.ts";

/** Text on a dark plate, readable over any image. */
export function drawPlate(context: CanvasRenderingContext2D, text: string, x: number, y: number, color: string): void {
  context.font = overlayFont;
  context.textBaseline = "middle";
  const width = context.measureText(text).width;
  context.fillStyle = "rgba(12, 14, 17, 0.78)";
  context.beginPath();
  context.roundRect(x, y - 8, width + 10, 16, 3);
  context.fill();
  context.fillStyle = color;
  context.fillText(text, x + 5, y + 0.5);
}
