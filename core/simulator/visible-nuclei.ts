import type { VoxelSpace } from "../volume/voxel-space.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";

/** Rose's criterion: contrast over noise, times the root of the voxels seen at once. Below it people see nothing. */
const LEAST_SEEN = 3.5;

/** Labels of the nuclei that can be seen in the noise, numbered 1…n; of all else nobody draws an outline. */
export function namedVisibleNuclei(
  labels: Uint32Array,
  light: Float32Array,
  { shapeZyx }: VoxelSpace,
  drawn: SimulatorDraw,
): Uint32Array {
  const width = shapeZyx[2];
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] > count) count = labels[i];
  const [voxels, inside, around, aroundVoxels] = [0, 1, 2, 3].map(() => new Float64Array(count + 1));
  const steps = [-2, 2, -2 * width, 2 * width];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label === 0) continue;
    voxels[label]++;
    inside[label] += light[i];
    for (let s = 0; s < 4; s++)
      if (labels[i + steps[s]] === 0) {
        around[label] += light[i + steps[s]];
        aroundVoxels[label]++;
      }
  }
  const scoreOf = (label: number): number => {
    const bright = (drawn.photons * inside[label]) / voxels[label];
    const dark = aroundVoxels[label] > 0 ? (drawn.photons * around[label]) / aroundVoxels[label] : 0;
    return ((bright - dark) * Math.cbrt(voxels[label])) / Math.sqrt(bright + drawn.readNoise ** 2 * drawn.photons);
  };
  const scores: { label: number; score: number }[] = [];
  for (let label = 1; label <= count; label++) if (voxels[label] > 0) scores.push({ label, score: scoreOf(label) });
  const best = Math.max(...scores.map((one) => one.score));
  const visible = scores.filter((one) => one.score >= LEAST_SEEN || one.score === best).map(({ label }) => label);
  const names = new Uint32Array(count + 1);
  visible.forEach((label, i) => {
    names[label] = i + 1;
  });
  return labels.map((label) => names[label]);
}
