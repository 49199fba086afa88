import type { Question, SeenByArm } from "./question.ts";
import { placesOf } from "./segmentation-places.ts";

/** Shares of draws: anywhere, on the segmentation, on its border. As nnActive's random-label2 and random-label (science page, 11.4). */
export const FOREGROUND_33 = [4, 1, 1] as const;
export const FOREGROUND_66 = [1, 1, 1] as const;

/** Of a nucleus' diameter. */
const REGION_WIDTH = 2;

/**
 * Regions without end, as wide as two nuclei, everything in which is labelled. Each lies round a place that is drawn anywhere, on the
 * segmentation or on its border; volumes by their voxels of that kind. `segmentations`: of the volumes; the model's, or the truth.
 */
export function* foregroundAware(
  { volumes, diameterUm, random }: SeenByArm,
  segmentations: readonly Uint32Array[],
  shares: readonly [number, number, number],
): Iterable<Question> {
  const [anywhere, inside, border] = shares;
  const places = segmentations.map((labels, volume) => placesOf(labels, volumes[volume].shapeZyx));
  const draw = (lists: readonly { readonly length: number; at(index: number): number | undefined }[]) => {
    const total = lists.reduce((sum, { length }) => sum + length, 0);
    if (total === 0) return null;
    let index = random.below(total);
    for (const [volume, list] of lists.entries()) {
      if (index < list.length) return { volume, voxel: list.at(index) ?? 0 };
      index -= list.length;
    }
    return null;
  };
  const everywhere = volumes.map(({ segmentation }) => ({ length: segmentation.length, at: (index: number) => index }));
  while (true) {
    const kind = random.uniform() * (anywhere + inside + border);
    const place =
      (kind < anywhere ? null : draw(places.map((of) => (kind < anywhere + inside ? of.inside : of.border)))) ??
      draw(everywhere);
    if (!place) return;
    const { shapeZyx, voxelSizeZyx } = volumes[place.volume];
    const row = Math.floor(place.voxel / shapeZyx[2]);
    const at = [Math.floor(row / shapeZyx[1]), row % shapeZyx[1], place.voxel % shapeZyx[2]];
    const half = (axis: number) => Math.max(1, Math.round((REGION_WIDTH * diameterUm) / 2 / voxelSizeZyx[axis]));
    const low = (axis: number) => Math.max(0, at[axis] - half(axis));
    const high = (axis: number) => Math.min(shapeZyx[axis], at[axis] + half(axis));
    const box = { minZyx: [low(0), low(1), low(2)], maxZyx: [high(0), high(1), high(2)] } as const;
    yield { kind: "region", volume: place.volume, box };
  }
}
