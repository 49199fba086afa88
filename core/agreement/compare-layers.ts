import { findObjects } from "../labels/object-boxes.ts";
import { boxShape, unionOfBoxes, type VoxelBox, type VoxelSpace, type Zyx } from "../volume/voxel-space.ts";
import { fleissKappa, krippendorffAlpha } from "./chance-corrected.ts";
import { comparePair, type PairAgreement } from "./compare-annotators.ts";
import { disagreementMap } from "./consensus.ts";
import { clusterObjects, type ObjectCluster } from "./object-clusters.ts";
import type { ComparedPair, DisagreementView, StudyNucleus, StudyResult } from "./study-result.ts";

/** What one annotator drew inside of the box. */
export interface DrawnLayer {
  /** Of the box, z, y, x; 0 = nothing. */
  readonly labels: Uint32Array;
  /** Null where the annotator named none. */
  readonly classOf: (label: number) => string | null;
}

export interface LayerComparison {
  readonly box: VoxelBox;
  readonly voxelSizeZyx: Zyx;
  readonly layers: readonly DrawnLayer[];
  /** What the model proposed in the box, and where nothing could be proposed as somebody had labelled before; null: no model. */
  readonly model: { readonly labels: Uint32Array; readonly isTaken: Uint8Array } | null;
  /** 0…1 */
  readonly onProgress?: (progress: number) => void;
}

/** Of the map's view: more shows nothing that a person could tell apart. */
const VIEW_SIDE = 160;

/** Everything that a study shows of its layers. Two layers at least. */
export function compareLayers({ box, voxelSizeZyx, layers, model, onProgress }: LayerComparison): StudyResult {
  const space: VoxelSpace = { shapeZyx: boxShape(box), voxelSizeZyx };
  const images = layers.map(({ labels }) => labels);
  const pairCount = (layers.length * (layers.length - 1)) / 2 + (model ? layers.length : 0);
  let done = 0;
  const told = <T>(value: T): T => {
    onProgress?.(++done / (pairCount + 2));
    return value;
  };
  const clusters = told(clusterObjects(images));
  const pairs: ComparedPair[] = [];
  for (let first = 0; first < layers.length; first++)
    for (let second = first + 1; second < layers.length; second++)
      pairs.push(told({ first, second, ...comparePair(images[first], images[second], space) }));
  const map = told(disagreementMap(images, clusters));
  return {
    annotators: layers.length,
    box,
    nuclei: images.map((_, number) => clusters.filter((cluster) => cluster[number] !== 0).length),
    pairs,
    kappa: fleissKappa(clusters.map((cluster) => [votes(cluster), layers.length - votes(cluster)])),
    alpha: krippendorffAlpha(clusters.map((cluster) => classesOf(cluster, layers))),
    clusters: describeClusters(clusters, layers, map, box),
    view: viewOf(map, space.shapeZyx),
    model: model && images.map((labels) => told(compareWithModel(labels, model, space))),
  };
}

const votes = (cluster: ObjectCluster): number => cluster.filter((label) => label !== 0).length;

const classesOf = (cluster: ObjectCluster, layers: readonly DrawnLayer[]): (string | null)[] =>
  cluster.map((label, number) => (label === 0 ? null : layers[number].classOf(label)));

/** In the order of `clusters`. */
function describeClusters(
  clusters: readonly ObjectCluster[],
  layers: readonly DrawnLayer[],
  map: Float32Array,
  { minZyx, maxZyx }: VoxelBox,
): StudyNucleus[] {
  const shapeZyx = boxShape({ minZyx, maxZyx });
  const [, rows, columns] = shapeZyx;
  const boxes = layers.map(({ labels }) => new Map(findObjects(labels, shapeZyx).map((one) => [one.label, one.box])));
  return clusters.map((labels) => {
    const own = labels.flatMap((label, number) => boxes[number].get(label) ?? []);
    const around = own.reduce(unionOfBoxes);
    const sum = [0, 0, 0];
    let [marks, voxels, disagreement] = [0, 0, 0];
    for (let z = around.minZyx[0]; z < around.maxZyx[0]; z++)
      for (let y = around.minZyx[1]; y < around.maxZyx[1]; y++)
        for (let x = around.minZyx[2]; x < around.maxZyx[2]; x++) {
          const i = (z * rows + y) * columns + x;
          let here = 0;
          for (let number = 0; number < labels.length; number++)
            if (labels[number] !== 0 && layers[number].labels[i] === labels[number]) here++;
          if (here === 0) continue;
          marks += here;
          voxels++;
          disagreement += map[i];
          for (const [axis, at] of [z, y, x].entries()) sum[axis] += here * at;
        }
    const moved = (zyx: readonly number[]): Zyx => [zyx[0] + minZyx[0], zyx[1] + minZyx[1], zyx[2] + minZyx[2]];
    return {
      labels,
      votes: votes(labels),
      centroidZyx: moved(sum.map((total) => Math.round(total / marks))),
      box: { minZyx: moved(around.minZyx), maxZyx: moved(around.maxZyx) },
      disagreement: disagreement / voxels,
      classes: [...new Set(classesOf(labels, layers).filter((name) => name !== null))].sort(),
    };
  });
}

function viewOf(map: Float32Array, [depth, height, width]: Zyx): DisagreementView {
  const step = Math.max(1, Math.ceil(Math.max(height, width) / VIEW_SIDE));
  const [rows, columns] = [Math.ceil(height / step), Math.ceil(width / step)];
  const percent = new Array<number>(rows * columns).fill(0);
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const at = Math.floor(y / step) * columns + Math.floor(x / step);
        percent[at] = Math.max(percent[at], Math.round(100 * map[i]));
      }
  return { rows, columns, stepYx: [step, step], percent };
}

/** A model proposes nothing where somebody had labelled: whoever has most of a nucleus there is not held against it. */
function compareWithModel(
  labels: Uint32Array,
  { labels: proposed, isTaken }: NonNullable<LayerComparison["model"]>,
  space: VoxelSpace,
): PairAgreement {
  const all = new Map<number, number>();
  const taken = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    all.set(labels[i], (all.get(labels[i]) ?? 0) + 1);
    if (isTaken[i]) taken.set(labels[i], (taken.get(labels[i]) ?? 0) + 1);
  }
  const asked = labels.map((label) => (2 * (taken.get(label) ?? 0) > (all.get(label) ?? 0) ? 0 : label));
  return comparePair(asked, proposed, space);
}
