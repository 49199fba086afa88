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
  const seen = new Map<number, { voxels: number; light: number; around: number; aroundVoxels: number }>();
  const of = (label: number) => {
    const known = seen.get(label) ?? { voxels: 0, light: 0, around: 0, aroundVoxels: 0 };
    seen.set(label, known);
    return known;
  };
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    const nucleus = of(labels[i]);
    nucleus.voxels++;
    nucleus.light += light[i];
    for (const step of [-2, 2, -2 * width, 2 * width])
      if (labels[i + step] === 0) {
        nucleus.around += light[i + step];
        nucleus.aroundVoxels++;
      }
  }
  const score = ({ voxels, light, around, aroundVoxels }: ReturnType<typeof of>): number => {
    const inside = (drawn.photons * light) / voxels;
    const outside = aroundVoxels > 0 ? (drawn.photons * around) / aroundVoxels : 0;
    return ((inside - outside) * Math.cbrt(voxels)) / Math.sqrt(inside + drawn.readNoise ** 2);
  };
  const scores = [...seen].map(([label, nucleus]) => ({ label, score: score(nucleus) }));
  const best = Math.max(...scores.map((one) => one.score));
  const visible = scores.filter((one) => one.score >= LEAST_SEEN || one.score === best).map(({ label }) => label);
  const names = new Map(visible.sort((a, b) => a - b).map((label, i) => [label, i + 1]));
  return labels.map((label) => names.get(label) ?? 0);
}
