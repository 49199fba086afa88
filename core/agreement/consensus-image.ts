import { findObjects, growBox } from "../labels/object-boxes.ts";
import { boxShape, unionOfBoxes, type VoxelBox, type Zyx } from "../volume/voxel-space.ts";
import type { ConsensusMethod } from "./blind-study.ts";
import { majorityConsensus } from "./consensus.ts";
import { clusterObjects } from "./object-clusters.ts";
import { staple } from "./staple.ts";

/** A nucleus of the consensus. */
export interface AgreedNucleus {
  /** Its value in the image, from 1. */
  readonly id: number;
  readonly votes: number;
}

export interface ConsensusImage {
  /** Of the box, z, y, x. */
  readonly labels: Uint32Array;
  readonly nuclei: readonly AgreedNucleus[];
}

/** Voxels round a nucleus that STAPLE sees besides it: all background would make everybody look specific. */
const STAPLE_MARGIN = 2;

/**
 * What the annotators agree on, inside of the box: nuclei that half of them have, or more. `majority`: voxels that more than half of those who have the
 * nucleus drew. `staple`: voxels that are of the nucleus more likely than not, estimated in a crop round each from all annotators;
 * a voxel that two nuclei would have stays with the one that comes first.
 */
export function consensusImage(layers: readonly Uint32Array[], shapeZyx: Zyx, method: ConsensusMethod): ConsensusImage {
  const clusters = clusterObjects(layers);
  const agreed = majorityConsensus(layers, clusters).filter(({ verdict }) => verdict !== "dropped");
  const boxes = layers.map((layer) => new Map(findObjects(layer, shapeZyx).map(({ label, box }) => [label, box])));
  const labels = new Uint32Array(layers[0]?.length ?? 0);
  const nuclei: AgreedNucleus[] = [];
  for (const { cluster, votes, voxels } of agreed) {
    const id = nuclei.length + 1;
    const own = method === "majority" ? voxels : stapleVoxels(layers, shapeZyx, boxes, cluster);
    let painted = 0;
    for (const i of own) {
      if (labels[i] !== 0) continue;
      labels[i] = id;
      painted++;
    }
    if (painted > 0) nuclei.push({ id, votes });
  }
  return { labels, nuclei };
}

/** Indices of the grid. */
function stapleVoxels(
  layers: readonly Uint32Array[],
  shapeZyx: Zyx,
  boxes: readonly ReadonlyMap<number, VoxelBox>[],
  cluster: readonly number[],
): number[] {
  const own = cluster.flatMap((label, number) => boxes[number].get(label) ?? []);
  const margin: Zyx = [STAPLE_MARGIN, STAPLE_MARGIN, STAPLE_MARGIN];
  const indices = indicesOf(growBox(own.reduce(unionOfBoxes), margin, shapeZyx), shapeZyx);
  // Of people who have no such nucleus nothing is known of its outline.
  const masks = cluster.flatMap((label, number) =>
    label === 0 ? [] : [Uint8Array.from(indices, (i) => (layers[number][i] === label ? 1 : 0))],
  );
  const { probability } = staple(masks);
  return [...indices].filter((_, at) => probability[at] > 0.5);
}

function indicesOf(frame: VoxelBox, [, rows, columns]: Zyx): Uint32Array {
  const [depth, height, width] = boxShape(frame);
  const indices = new Uint32Array(depth * height * width);
  let to = 0;
  for (let z = frame.minZyx[0]; z < frame.maxZyx[0]; z++)
    for (let y = frame.minZyx[1]; y < frame.maxZyx[1]; y++)
      for (let x = frame.minZyx[2]; x < frame.maxZyx[2]; x++, to++) indices[to] = (z * rows + y) * columns + x;
  return indices;
}
