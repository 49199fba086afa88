import { setImmediate } from "node:timers/promises";
import { featureBlocks, forEachFeatureIn, writeBins } from "../../../core/forest/bin-features.ts";
import { EDGES, quantileEdges } from "../../../core/forest/feature-bins.ts";
import { featureCount, featureReach } from "../../../core/forest/features.ts";
import { LEAF_VALUES } from "../../../core/forest/forest.ts";
import { growBox } from "../../../core/labels/object-boxes.ts";
import { cropBox } from "../../../core/volume/image-source.ts";
import { boxShape, containsPoint, type VoxelBox, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import type { PreparedVolume } from "../data/prepared-volume.ts";
import { VOXEL_CLASS } from "./draw-voxels.ts";

/** Features of the drawn voxels, of all volumes one after the other, as bins; the edges of these follow from their values. */
export async function measureVoxels(
  volumes: readonly PreparedVolume[],
  indices: readonly Uint32Array[],
  sigmasUm: readonly number[],
  signal?: AbortSignal,
): Promise<{ edges: Float32Array; bins: Uint8Array }> {
  const features = featureCount(sigmasUm.length);
  const count = indices.reduce((sum, some) => sum + some.length, 0);
  const values = Array.from({ length: features }, () => new Float32Array(count));
  let first = 0;
  for (const [v, { volume, image }] of volumes.entries()) {
    const { shapeZyx, voxelSizeZyx } = volume;
    const reach = featureReach(voxelSizeZyx, sigmasUm);
    for (const block of featureBlocks(wholeBox(shapeZyx), volume, sigmasUm)) {
      signal?.throwIfAborted();
      const { inBlock, places } = findInBlock(indices[v], block, shapeZyx);
      if (places.length === 0) continue;
      const seen = growBox(block, reach, shapeZyx);
      const given = { values: cropBox(image, shapeZyx, seen, Float32Array), seen, voxelSizeZyx };
      forEachFeatureIn(given, block, sigmasUm, (map, feature) => {
        for (let k = 0; k < places.length; k++) values[feature][first + places[k]] = map[inBlock[k]];
      });
      // Heartbeats and cancellation get their turn.
      await setImmediate();
    }
    first += indices[v].length;
  }
  const edges = new Float32Array(features * EDGES);
  const bins = new Uint8Array(count * features);
  values.forEach((column, feature) => {
    edges.set(quantileEdges(column.slice()), feature * EDGES);
    writeBins(column, edges, { feature, features }, bins);
  });
  return { edges, bins };
}

/** Which of the voxels lie in a block, and where in it. */
function findInBlock(
  indices: Uint32Array,
  block: VoxelBox,
  [, height, width]: Zyx,
): { readonly inBlock: readonly number[]; readonly places: readonly number[] } {
  const inBlock: number[] = [];
  const places: number[] = [];
  const [, blockHeight, blockWidth] = boxShape(block);
  const [z0, y0, x0] = block.minZyx;
  for (let k = 0; k < indices.length; k++) {
    const x = indices[k] % width;
    const y = Math.floor(indices[k] / width) % height;
    const z = Math.floor(indices[k] / (width * height));
    if (!containsPoint(block, z, y, x)) continue;
    places.push(k);
    inBlock.push(((z - z0) * blockHeight + y - y0) * blockWidth + x - x0);
  }
  return { inBlock, places };
}

/** What leaves say: foreground, gap, distance into the nucleus. */
export function targetsOf(
  volumes: readonly PreparedVolume[],
  indices: readonly Uint32Array[],
  classes: Uint8Array,
): Float32Array {
  const targets = new Float32Array(classes.length * LEAF_VALUES);
  let k = 0;
  for (const [v, { volume, distance }] of volumes.entries())
    for (const i of indices[v]) {
      targets[k * LEAF_VALUES] = volume.labels[i] === 0 ? 0 : 1;
      targets[k * LEAF_VALUES + 1] = classes[k] === VOXEL_CLASS.gap ? 1 : 0;
      targets[k * LEAF_VALUES + 2] = distance[i];
      k++;
    }
  return targets;
}

/** Cubes of a nucleus' diameter, numbered from 0 on: voxels of one of them tell too much about each other. */
export function placesOf(
  volumes: readonly PreparedVolume[],
  indices: readonly Uint32Array[],
  diameterUm: number,
): Uint32Array {
  const numbers = new Map<string, number>();
  const places: number[] = [];
  for (const [v, { volume }] of volumes.entries()) {
    const [, height, width] = volume.shapeZyx;
    const [sizeZ, sizeY, sizeX] = volume.voxelSizeZyx.map((size) => size / diameterUm);
    for (const i of indices[v]) {
      const z = Math.floor(i / (width * height));
      const y = Math.floor(i / width) % height;
      const x = i % width;
      const key = `${v} ${Math.floor(z * sizeZ)} ${Math.floor(y * sizeY)} ${Math.floor(x * sizeX)}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      places.push(number);
    }
  }
  return Uint32Array.from(places);
}
