import type { NetworkConfig } from "../checkpoint/network-config.ts";
import { poolingFactor } from "../checkpoint/network-layout.ts";
import { boxToResample } from "../volume/resample.ts";
import {
  intersectBoxes,
  type VoxelBox,
  type VoxelSpace,
  voxelCount,
  wholeBox,
  type Zyx,
} from "../volume/voxel-space.ts";
import { type Sight, seenSpace } from "./canonical-size.ts";
import { boxOfTile } from "./tiles.ts";

/** What a network is shown of a volume round some places: one tile, so that an answer takes a part of a second. */
export interface LookAround {
  /** The grid that the network sees the volume on. */
  readonly seen: VoxelSpace;
  /** Of that grid, on the lattice of its pooling boxes; it may reach beyond the volume, where the volume is mirrored. */
  readonly tile: VoxelBox;
  /** Of that grid: the voxels that the tile shows. */
  readonly shown: VoxelBox;
  /** Of the volume's own grid: what has to be read for it. */
  readonly image: VoxelBox;
  /** Of the volume's own grid: where the answer holds. */
  readonly box: VoxelBox;
}

/** To each side of the places, in nucleus diameters: a nucleus and what it touches. */
export const MARGIN_DIAMETERS = 1.5;
/** A tile of so many voxels takes about twice as long as the first one of a click, and 200 MB. */
export const MAX_TILE_VOXELS = 240_000;

/**
 * The tile round some voxels with `marginDiameters` to every side; null where it would be too large. `placesZyx` are in voxels of
 * the volume.
 */
export function lookAround(
  config: NetworkConfig,
  sight: Sight,
  volume: VoxelSpace,
  placesZyx: readonly Zyx[],
  marginDiameters = MARGIN_DIAMETERS,
): LookAround | null {
  const seen = seenSpace(volume, sight.sideUm);
  const factor = poolingFactor(config);
  const marginUm = marginDiameters * usualDiameterUm(sight);
  const along = (axis: 0 | 1 | 2) => {
    const [own, size] = [volume.voxelSizeZyx[axis], seen.voxelSizeZyx[axis]];
    const ums = placesZyx.map((place) => (place[axis] + 0.5) * own);
    const [first, last] = [Math.min(...ums) - marginUm, Math.max(...ums) + marginUm];
    const up = (voxels: number) => Math.max(1, Math.ceil(voxels / factor[axis] - 1e-6)) * factor[axis];
    const length = Math.min(up((last - first) / size), up(seen.shapeZyx[axis]));
    const middle = Math.round(((first + last) / 2 / size - length / 2) / factor[axis]) * factor[axis];
    const min = Math.max(0, Math.min(middle, up(seen.shapeZyx[axis]) - length));
    return [min, min + length] as const;
  };
  const ends = [along(0), along(1), along(2)];
  const tile: VoxelBox = {
    minZyx: [ends[0][0], ends[1][0], ends[2][0]],
    maxZyx: [ends[0][1], ends[1][1], ends[2][1]],
  };
  const length = (axis: 0 | 1 | 2) => ends[axis][1] - ends[axis][0];
  if (voxelCount([length(0), length(1), length(2)]) > MAX_TILE_VOXELS) return null;
  const shown = boxOfTile(seen.shapeZyx, tile);
  return {
    seen,
    tile,
    shown,
    image: sight.sideUm === null ? shown : boxToResample(volume, seen, shown),
    box:
      sight.sideUm === null
        ? (intersectBoxes(tile, wholeBox(volume.shapeZyx)) as VoxelBox)
        : ownBox(volume, seen, tile),
  };
}

/** Where no size is known, the median's of those that the model learned from: a tenth of it is the least volume of a nucleus. */
export const usualDiameterUm = ({ diameterUm, thresholds }: Sight): number =>
  diameterUm ?? Math.cbrt((60 * thresholds.minVolumeUm3) / Math.PI);

/** Voxels of the volume whose values on the seen grid all lie in the tile. */
function ownBox(volume: VoxelSpace, seen: VoxelSpace, tile: VoxelBox): VoxelBox {
  const ends = ([0, 1, 2] as const).map((axis) => {
    const ratio = seen.voxelSizeZyx[axis] / volume.voxelSizeZyx[axis];
    const first = tile.minZyx[axis] === 0 ? 0 : Math.ceil((tile.minZyx[axis] + 2) * ratio) + 1;
    const end = Math.floor((tile.maxZyx[axis] - 2) * ratio) - 1;
    return [first, tile.maxZyx[axis] >= seen.shapeZyx[axis] ? volume.shapeZyx[axis] : end];
  });
  return { minZyx: [ends[0][0], ends[1][0], ends[2][0]], maxZyx: [ends[0][1], ends[1][1], ends[2][1]] };
}
