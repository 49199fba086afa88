import type { NetworkConfig } from "../checkpoint/network-config.ts";
import { receptiveRadius } from "../checkpoint/network-layout.ts";
import type { InstanceThresholds, TrainedModel } from "../checkpoint/trained-model.ts";
import { findObjects } from "../labels/object-boxes.ts";
import type { ImageSource } from "../volume/image-source.ts";
import { cubicSpace } from "../volume/resample.ts";
import { boxShape, type VoxelSpace, voxelCount, type Zyx } from "../volume/voxel-space.ts";
import { estimateDiameterUm, middleBox } from "./estimate-diameter.ts";

/** A patch of three diameters is then what a step of a quarter of a second on two cores can hold. */
export const VOXELS_PER_DIAMETER = 16;
/** What thick slices may become, in voxels of the volume; a small one is seen in cubes in any case. */
const MAX_GROWTH = 4;
const SMALL_VOXELS = 16_000_000;

/** How a model is shown one volume. */
export interface Sight {
  /** Side of the cubes that the volume is seen in; null: on its own grid. */
  readonly sideUm: number | null;
  /** Null where the model does not ask for one. */
  readonly diameterUm: number | null;
  readonly thresholds: InstanceThresholds;
}

/** `givenDiameterUm` is what a person has set; without it the model's own, or the image's where the model has none. */
export const seeVolume = (
  model: SeeingModel,
  volume: VoxelSpace & { readonly image: Float32Array },
  givenDiameterUm: number | null = null,
): Sight => sightOf(model, givenDiameterUm ?? (looksForSize(model) ? estimateDiameterUm(volume.image, volume) : null));

/** The same for an image that is read where it is needed: not at all where the size is known. */
export async function seeSource(
  model: SeeingModel,
  source: ImageSource,
  givenDiameterUm: number | null = null,
): Promise<Sight> {
  if (givenDiameterUm !== null || !looksForSize(model)) return sightOf(model, givenDiameterUm);
  const box = middleBox(source.shapeZyx);
  const image = await source.readImage(box);
  return sightOf(model, estimateDiameterUm(image, { ...source, shapeZyx: boxShape(box) }));
}

type SeeingModel = Pick<TrainedModel, "canonical" | "thresholds">;

export const looksForSize = ({ canonical }: SeeingModel): boolean => canonical?.diameterFrom === "image";

/** `knownDiameterUm`: of this volume's nuclei; null: the model's own. */
export function sightOf({ canonical, thresholds }: SeeingModel, knownDiameterUm: number | null): Sight {
  if (!canonical) return { sideUm: null, diameterUm: null, thresholds };
  const diameterUm = knownDiameterUm ?? canonical.diameterUm;
  return {
    sideUm: diameterUm / canonical.voxelsPerDiameter,
    diameterUm,
    thresholds: scaleThresholds(thresholds, diameterUm / canonical.diameterUm),
  };
}

/** The smallest plausible nucleus is a tenth of the median one (tune-thresholds.ts), wherever a model comes from. */
const MEDIAN_PER_SMALLEST = 10;

/** About how large nuclei are to a model in a volume; null where it has seen none. */
export function nucleusDiameterUm({ diameterUm, thresholds }: Sight): number | null {
  const medianUm3 = MEDIAN_PER_SMALLEST * thresholds.minVolumeUm3;
  return diameterUm ?? (medianUm3 > 0 ? Math.cbrt((6 * medianUm3) / Math.PI) : null);
}

function scaleThresholds(thresholds: InstanceThresholds, factor: number): InstanceThresholds {
  const { minSeparationUm, minVolumeUm3, maxVolumeUm3 } = thresholds;
  return {
    ...thresholds,
    minSeparationUm: minSeparationUm * factor,
    minVolumeUm3: minVolumeUm3 * factor ** 3,
    maxVolumeUm3: Math.min(Number.MAX_VALUE, maxVolumeUm3 * factor ** 3),
  };
}

/** The grid that the network sees a volume on. */
export function seenSpace(space: VoxelSpace, sideUm: number | null): VoxelSpace {
  if (sideUm === null) return space;
  return cubicSpace(space, sideUm, Math.max(SMALL_VOXELS, MAX_GROWTH * voxelCount(space.shapeZyx)));
}

/** Voxels of the volume's own grid on each side that can influence what is said of a voxel. */
export function influenceRadius(config: NetworkConfig, { voxelSizeZyx }: VoxelSpace, sideUm: number | null): Zyx {
  const radius = receptiveRadius(config);
  if (sideUm === null) return radius;
  const along = (axis: 0 | 1 | 2) => Math.ceil((radius[axis] * sideUm) / voxelSizeZyx[axis]) + 1;
  return [along(0), along(1), along(2)];
}

/** Equivalent diameter of the median labelled nucleus; null without nuclei. */
export function labelledDiameterUm(volumes: readonly (VoxelSpace & { labels: Uint32Array })[]): number | null {
  const diameters = volumes
    .flatMap(({ labels, shapeZyx, voxelSizeZyx: [z, y, x] }) =>
      findObjects(labels, shapeZyx)
        // Cut by the border it says little about its size.
        .filter(({ box }) => box.minZyx.every((min, axis) => min > 0 && box.maxZyx[axis] < shapeZyx[axis]))
        .map(({ voxels }) => Math.cbrt((6 * voxels * z * y * x) / Math.PI)),
    )
    .sort((a, b) => a - b);
  return diameters[Math.floor(diameters.length / 2)] ?? null;
}
