import { createPixelArray, type PixelArray, type PixelType, type Zyx } from "./voxel-space.ts";

/** `mean` for intensities, `mode` for labels: a mean of two labels would be a third nucleus. */
export type Reduction = "mean" | "mode";

/**
 * One coarser box from a finer one. At the far faces, where the shape is odd, only the voxels that exist are counted.
 * C order z, y, x; `stepZyx` is 1 or 2 per axis.
 */
export function reduceBox(
  type: PixelType,
  pixels: PixelArray,
  shapeZyx: Zyx,
  stepZyx: Zyx,
  reduction: Reduction,
): { pixels: PixelArray; shapeZyx: Zyx } {
  const [sizeZ, sizeY, sizeX] = shapeZyx;
  const [stepZ, stepY, stepX] = stepZyx;
  const out: Zyx = [Math.ceil(sizeZ / stepZ), Math.ceil(sizeY / stepY), Math.ceil(sizeX / stepX)];
  const result = createPixelArray(type, out[0] * out[1] * out[2]);
  const round = type !== "float32";
  const values = new Float64Array(8);
  let at = 0;
  for (let z = 0; z < sizeZ; z += stepZ) {
    const zEnd = Math.min(z + stepZ, sizeZ);
    for (let y = 0; y < sizeY; y += stepY) {
      const yEnd = Math.min(y + stepY, sizeY);
      for (let x = 0; x < sizeX; x += stepX) {
        const xEnd = Math.min(x + stepX, sizeX);
        let count = 0;
        for (let vz = z; vz < zEnd; vz++)
          for (let vy = y; vy < yEnd; vy++) {
            const row = (vz * sizeY + vy) * sizeX;
            for (let vx = x; vx < xEnd; vx++) values[count++] = pixels[row + vx];
          }
        result[at++] = reduction === "mode" ? modeOf(values, count) : meanOf(values, count, round);
      }
    }
  }
  return { pixels: result, shapeZyx: out };
}

/** Integers round half up, towards +∞ for negative ones too: a constant image stays that constant. */
function meanOf(values: Float64Array, count: number, round: boolean): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i];
  const mean = sum / count;
  return round ? Math.floor(mean + 0.5) : mean;
}

/** The commonest value; in a draw the label before the background, then the smaller label, so that the result is one. */
function modeOf(values: Float64Array, count: number): number {
  let best = values[0];
  let bestVotes = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i];
    if (value === best && bestVotes > 0) continue;
    let votes = 1;
    for (let j = i + 1; j < count; j++) if (values[j] === value) votes++;
    const wins = votes > bestVotes || (votes === bestVotes && value !== 0 && (best === 0 || value < best));
    if (wins) {
      best = value;
      bestVotes = votes;
    }
  }
  return best;
}
