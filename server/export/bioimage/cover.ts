import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { encodePng } from "./png.ts";

/** Side of each of the two panes: together 2 : 1, as the site wants its covers. */
const PANE = 256;
/** Between the panes and round them. */
const GAP = 4;

/**
 * The cover: on the left the test image, brightest voxel along z; on the right the same with what the network says of foreground
 * laid over it in the colour of proposals.
 */
export function drawCover(
  { shapeZyx, values }: { readonly shapeZyx: Zyx; readonly values: Float32Array },
  foreground: Float32Array,
): Uint8Array {
  const image = brightestAlongZ(shapeZyx, values);
  const least = Math.min(...image);
  const most = Math.max(...image, least + 1);
  const seen = brightestAlongZ(shapeZyx, foreground);
  const [, height, width] = shapeZyx;
  const scale = (PANE - 2 * GAP) / Math.max(height, width);
  const rgb = new Uint8Array(2 * PANE * PANE * 3);
  for (const pane of [0, 1])
    for (let y = 0; y < PANE; y++)
      for (let x = 0; x < PANE; x++) {
        const row = Math.floor((y - PANE / 2) / scale + height / 2);
        const column = Math.floor((x - PANE / 2) / scale + width / 2);
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        const at = row * width + column;
        const grey = (255 * (image[at] - least)) / (most - least);
        const share = pane === 1 ? 0.6 * seen[at] : 0;
        const [r, g, b] = [0, 1, 2].map((channel) => (1 - share) * grey + share * PROPOSAL_RGB[channel]);
        rgb.set([r, g, b], ((y * 2 + pane) * PANE + x) * 3);
      }
  return encodePng(2 * PANE, PANE, rgb);
}

const PROPOSAL_RGB = [64, 192, 255] as const;

function brightestAlongZ([depth, height, width]: Zyx, values: Float32Array): Float32Array {
  const flat = values.slice(0, height * width);
  for (let z = 1; z < depth; z++)
    for (let i = 0; i < flat.length; i++) flat[i] = Math.max(flat[i], values[z * flat.length + i]);
  return flat;
}
