import { setImmediate } from "node:timers/promises";
import { binFeaturesIn, featureBlocks } from "../../../core/forest/bin-features.ts";
import { featureReach } from "../../../core/forest/features.ts";
import { addVotes, LEAF_VALUES } from "../../../core/forest/forest.ts";
import type { ForestModel } from "../../../core/forest/forest-model.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import { type IntensityWindow, normaliseImage } from "../../../core/perception/intensity-window.ts";
import type { ProbabilityMaps } from "../../../core/perception/probability-maps.ts";
import type { ImageSource } from "../../../core/volume/image-source.ts";
import { boxSeenFrom, boxShape, type VoxelBox, voxelCount } from "../../../core/volume/voxel-space.ts";
import { forEachRow } from "../bricks/region.ts";

/** Parts of the forest, each of which says for itself what it sees, as the symmetries of a network do. */
export const FOREST_PASSES = 4;

export interface ForestPredictOptions {
  readonly window: IntensityWindow;
  readonly maxPasses?: number;
  readonly signal?: AbortSignal;
  readonly onTile?: (done: number, total: number) => void;
}

/**
 * What a pixel classifier sees in a box of a volume: one pass for each part of its trees. The same to the last bit however the
 * volume is cut into boxes.
 */
export async function* predictForestBox(
  { forest, sigmasUm }: Pick<ForestModel, "forest" | "sigmasUm">,
  source: ImageSource,
  box: VoxelBox,
  { window, maxPasses, signal, onTile }: ForestPredictOptions,
): AsyncGenerator<{ readonly maps: ProbabilityMaps }> {
  const parts = Math.min(FOREST_PASSES, forest.roots.length);
  const passes = Math.min(parts, maxPasses ?? parts);
  const reach = featureReach(source.voxelSizeZyx, sigmasUm);
  const shapeZyx = boxShape(box);
  const voxels = voxelCount(shapeZyx);
  const maps = Array.from({ length: passes }, () => ({
    shapeZyx,
    foreground: new Float32Array(voxels),
    distance: new Float32Array(voxels),
    boundary: new Float32Array(voxels),
  }));
  const blocks = featureBlocks(box, source, sigmasUm);
  for (const [index, block] of blocks.entries()) {
    signal?.throwIfAborted();
    const seen = growBox(block, reach, source.shapeZyx);
    const values = normaliseImage(await source.readImage(seen), window);
    const bins = binFeaturesIn({ values, seen, voxelSizeZyx: source.voxelSizeZyx }, block, sigmasUm, forest.edges);
    for (let pass = 0; pass < passes; pass++) {
      const sums = new Float32Array(voxelCount(boxShape(block)) * LEAF_VALUES);
      addVotes(forest, bins, sums, { firstTree: pass, everyTree: passes });
      const trees = Math.ceil((forest.roots.length - pass) / passes);
      const { foreground, distance, boundary } = maps[pass];
      let at = 0;
      forEachRow(boxSeenFrom(block, box.minZyx), shapeZyx, (first, end) => {
        for (let i = first; i < end; i++, at += LEAF_VALUES) {
          foreground[i] = sums[at] / (255 * trees);
          boundary[i] = sums[at + 1] / (255 * trees);
          distance[i] = sums[at + 2] / (255 * trees);
        }
      });
      // Heartbeats and cancellation get their turn.
      await setImmediate();
    }
    onTile?.(index + 1, blocks.length);
  }
  for (const pass of maps) yield { maps: pass };
}
