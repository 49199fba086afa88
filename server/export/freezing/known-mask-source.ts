import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import { buildKnownMask, knownMaskReach } from "../../../core/labels/known-mask.ts";
import { isTruth } from "../../../core/labels/label-status.ts";
import { BRICK_SIZE } from "../../../core/volume/brick.ts";
import { boxShape, intersectBoxes, type VoxelBox, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { VolumeSource } from "../../ingest/voxels/volume-source.ts";
import type { StoredImage } from "../frozen/stored-image.ts";

const shifted = ({ minZyx, maxZyx }: VoxelBox, [z, y, x]: Zyx): VoxelBox => ({
  minZyx: [minZyx[0] - z, minZyx[1] - y, minZyx[2] - x],
  maxZyx: [maxZyx[0] - z, maxZyx[1] - y, maxZyx[2] - x],
});

/**
 * The mask of known voxels of a frozen volume, for the pyramid writer: made brick by brick with as much round each as
 * decides about it, so that memory is a few bricks.
 */
export function createKnownMaskSource(
  manifest: SnapshotManifest,
  labels: StoredImage,
  proposals: StoredImage | null,
): VolumeSource {
  const { shapeZyx, voxelSizeZyx } = manifest;
  const truthLabels = new Set(manifest.nuclei.filter(({ status }) => isTruth(status)).map(({ label }) => label));
  const rejected = new Set(manifest.rejectedProposals ?? []);
  const reach = knownMaskReach(voxelSizeZyx);

  async function knownIn(box: VoxelBox): Promise<Uint8Array> {
    const around = intersectBoxes(
      {
        minZyx: [box.minZyx[0] - reach[0], box.minZyx[1] - reach[1], box.minZyx[2] - reach[2]],
        maxZyx: [box.maxZyx[0] + reach[0], box.maxZyx[1] + reach[1], box.maxZyx[2] + reach[2]],
      },
      wholeBox(shapeZyx),
    );
    if (!around) throw new RangeError("the box lies outside the volume");
    const [painted, proposed] = await Promise.all([labels.readBox(around), proposals?.readBox(around)]);
    const completeBoxes = manifest.boxes.flatMap(({ box: vouched }) => {
      const part = intersectBoxes(vouched, around);
      return part ? [shifted(part, around.minZyx)] : [];
    });
    const known = buildKnownMask({
      shapeZyx: boxShape(around),
      voxelSizeZyx,
      labels: Uint32Array.from(painted),
      truthLabels,
      undecidedProposals: proposed?.map((value) => (value !== 0 && !rejected.has(value) ? 1 : 0)) ?? null,
      rejectedProposals: proposed?.map((value) => (rejected.has(value) ? 1 : 0)) ?? null,
      completeBoxes,
    });
    return cutOut(known, around, box);
  }

  return {
    shapeZyx,
    pixelType: "uint8",
    blockZy: [BRICK_SIZE, BRICK_SIZE],
    async read(zMin, zMax, yMin, yMax) {
      const [, , width] = shapeZyx;
      const rows = (zMax - zMin) * (yMax - yMin);
      const band = new Uint8Array(rows * width);
      for (let xMin = 0; xMin < width; xMin += BRICK_SIZE) {
        const xMax = Math.min(width, xMin + BRICK_SIZE);
        const known = await knownIn({ minZyx: [zMin, yMin, xMin], maxZyx: [zMax, yMax, xMax] });
        for (let row = 0; row < rows; row++)
          band.set(known.subarray(row * (xMax - xMin), (row + 1) * (xMax - xMin)), row * width + xMin);
      }
      return band;
    },
  };
}

function cutOut(values: Uint8Array, from: VoxelBox, box: VoxelBox): Uint8Array {
  const [, height, width] = boxShape(from);
  const [depth, rows, columns] = boxShape(box);
  const part = new Uint8Array(depth * rows * columns);
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < rows; y++) {
      const start =
        ((z + box.minZyx[0] - from.minZyx[0]) * height + y + box.minZyx[1] - from.minZyx[1]) * width +
        (box.minZyx[2] - from.minZyx[2]);
      part.set(values.subarray(start, start + columns), (z * rows + y) * columns);
    }
  return part;
}
