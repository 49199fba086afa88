import { expect, it } from "vitest";
import { findClickedNucleus } from "../../../core/click/find-clicked-nucleus.ts";
import { TileEngine } from "../../../core/click/tile-engine.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { cropBox } from "../../../core/volume/image-source.ts";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { segmentInstances } from "../instances/instances.ts";
import { MeanMaps, predictSymmetries } from "../predict/predict.ts";
import { brightness, createTissue, TISSUE_THRESHOLDS } from "../testing/tissue.ts";

const shapeZyx: Zyx = [16, 52, 64];
const voxelSizeZyx: Zyx = [0.6, 0.25, 0.2];

it.each([
  ["on the volume's own grid", null],
  ["in cubes of a canonical size", 0.3],
] as [string, number | null][])(
  "one click finds the nucleus that the trainer proposes there, seen %s",
  async (_how, sideUm) => {
    const tissue = createTissue(5, { shapeZyx, voxelSizeZyx }, 34);
    const mean = new MeanMaps();
    for await (const { maps } of predictSymmetries(brightness, tissue.image, tissue, { sideUm })) mean.add(maps);
    const proposed = segmentInstances(mean.mean(), tissue, TISSUE_THRESHOLDS);
    const engine = new TileEngine(brightness, tissue, measureWindow(tissue.image));
    const read = {
      ...tissue,
      readImage: async (box: VoxelBox) => cropBox(tissue.image, shapeZyx, box, Float32Array),
      readForbidden: async (box: VoxelBox) => new Uint8Array(voxelCount(boxShape(box))),
    };
    // Balls of 0.9 to 1.5 µm radius, many of them touching.
    const sight = { sideUm, diameterUm: 2.4, thresholds: TISSUE_THRESHOLDS };
    const whole = findObjects(proposed, shapeZyx).filter(
      ({ box, voxels }) => voxels > 60 && box.minZyx.every((min, axis) => min > 0 && box.maxZyx[axis] < shapeZyx[axis]),
    );
    expect(whole.length).toBeGreaterThan(5);
    const ious: number[] = [];
    for (const { label, box } of whole) {
      const voxelZyx = middleOf(proposed, label, box, shapeZyx);
      const clicks = [{ voxelZyx, isInside: true }];
      const wish = { config: brightness.config, sight, clicks, outlineUm: 0, moveUm: 0 };
      const found = await findClickedNucleus(engine, read, wish, null);
      const nucleus = onVolume(found!.nucleus, found!.look.box, shapeZyx);
      ious.push(iou(nucleus, (i) => proposed[i] === label));
    }
    ious.sort((a, b) => a - b);
    expect(ious[ious.length >> 1]).toBeGreaterThan(0.9);
    expect(ious.filter((one) => one < 0.9).length).toBeLessThanOrEqual(ious.length / 5);
  },
);

/** The voxel of the object that is nearest to the middle of its box. */
function middleOf(labels: Uint32Array, label: number, { minZyx, maxZyx }: VoxelBox, [, rows, columns]: Zyx): Zyx {
  let best: Zyx = minZyx;
  let nearest = Number.POSITIVE_INFINITY;
  for (let z = minZyx[0]; z < maxZyx[0]; z++)
    for (let y = minZyx[1]; y < maxZyx[1]; y++)
      for (let x = minZyx[2]; x < maxZyx[2]; x++) {
        if (labels[(z * rows + y) * columns + x] !== label) continue;
        const away = Math.hypot(...[z, y, x].map((at, axis) => at + 0.5 - (minZyx[axis] + maxZyx[axis]) / 2));
        if (away < nearest) [nearest, best] = [away, [z, y, x]];
      }
  return best;
}

function onVolume(mask: Uint8Array, box: VoxelBox, shapeZyx: Zyx): Uint8Array {
  const whole = new Uint8Array(voxelCount(shapeZyx));
  let i = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, i++) whole[(z * shapeZyx[1] + y) * shapeZyx[2] + x] = mask[i];
  return whole;
}

function iou(mask: Uint8Array, isTruth: (i: number) => boolean): number {
  let [both, either] = [0, 0];
  mask.forEach((is, i) => {
    if (is && isTruth(i)) both++;
    if (is || isTruth(i)) either++;
  });
  return both / either;
}
