import { type LabelRuns, runsOfLabels } from "../../../core/labels/label-runs.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import type { ProbabilityMaps } from "../../../core/perception/probability-maps.ts";
import { boxSeenFrom, isSameBox, type VoxelBox, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { type Region, regionOf } from "../bricks/region.ts";
import { type RegionInstances, segmentRegion } from "../instances/instances.ts";
import { passesOf, perceiveBox } from "../perceive/seer.ts";
import { MeanMaps } from "../predict/predict.ts";
import { sizeOfNucleiUm, surroundingsZyx } from "./around-places.ts";
import type { ProposingModel, VolumeToPropose } from "./volume-to-propose.ts";

/** What the model sees in a block: its core and a margin round it. All arrays are of the region's shape. */
export interface PerceivedBlock {
  readonly region: Region;
  /** As if the volume were no larger than the region, where it is to be believed whatever lies beyond. */
  readonly seenAs: Region;
  /** Seen from the region. */
  readonly core: VoxelBox;
  /** Mean over the passes. */
  readonly maps: ProbabilityMaps;
  /** As stored. */
  readonly image: Float32Array;
  /** The image, as stored, wherever it decides about places in the core: more of it than the region, or less. */
  readonly surroundings: { readonly box: VoxelBox; readonly image: Float32Array };
  readonly labelled: Uint32Array;
  /** Not 0 where people have labelled. */
  readonly forbidden: Uint8Array;
  readonly found: RegionInstances;
  /** Instances of each pass by itself. */
  readonly passLabels: readonly LabelRuns[];
}

export interface BlockToSee {
  readonly core: VoxelBox;
  readonly marginZyx: Zyx;
  /** There is no room for a larger margin: what lies beyond is taken for the volume's end. */
  readonly isLastTry: boolean;
}

export async function perceiveBlock(
  { seer, sight, maxTileVoxels, window }: ProposingModel,
  volume: VolumeToPropose,
  { core, marginZyx, isLastTry }: BlockToSee,
  hooks: { onProgress(share: number): void; signal: AbortSignal },
): Promise<PerceivedBlock> {
  const { sideUm, thresholds } = sight;
  const box = growBox(core, marginZyx, volume.shapeZyx);
  const region = regionOf(box, volume);
  const seenAs = isLastTry ? regionOf(wholeBox(region.shapeZyx), region) : region;
  const labelled = await volume.readLabelled(box);
  const forbidden = new Uint8Array(labelled.length);
  for (let i = 0; i < forbidden.length; i++) if (labelled[i] !== 0) forbidden[i] = 1;
  const passes = passesOf(seer, volume, { sideUm });
  const mean = new MeanMaps();
  const passLabels: LabelRuns[] = [];
  for await (const { maps } of perceiveBox(seer, volume, box, {
    window,
    sideUm,
    maxTileVoxels,
    signal: hooks.signal,
    onTile: (done, total) => hooks.onProgress((passLabels.length + done / total) / (passes + 1)),
  })) {
    mean.add(maps);
    passLabels.push(runsOfLabels(segmentRegion(maps, seenAs, thresholds, forbidden).labels, region.shapeZyx));
  }
  const maps = mean.mean();
  const found = segmentRegion(maps, seenAs, thresholds, forbidden);
  const image = await volume.readImage(box);
  const around = growBox(core, surroundingsZyx(region.voxelSizeZyx, sizeOfNucleiUm(sight)), volume.shapeZyx);
  const surroundings = { box: around, image: isSameBox(around, box) ? image : await volume.readImage(around) };
  return {
    region,
    seenAs,
    core: boxSeenFrom(core, box.minZyx),
    maps,
    image,
    surroundings,
    labelled,
    forbidden,
    found,
    passLabels,
  };
}
