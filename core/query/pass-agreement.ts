import type { ScoreFacts } from "../contract/predicted-instance.ts";
import type { LabelObject } from "../labels/object-boxes.ts";
import { boxShape, type VoxelBox, type Zyx } from "../volume/voxel-space.ts";
import { countSharedVoxels, type OverlapCounts } from "./overlap-counts.ts";

const MATCH_IOU = 0.5;
/** Bits of the histogram below: 2^passes counters. */
const MAX_PASSES = 16;

export interface PassAgreement {
  /** u2 */
  readonly shapeDisagreement: number;
  /** u3 */
  readonly existenceDoubt: number;
  readonly facts: ScoreFacts;
}

/** One pass: its own instances, and how they lie over the reported ones. */
interface Pass {
  readonly labels: Uint32Array;
  readonly counts: OverlapCounts;
  /** Reported label -> the object that matches it with IoU > 0.5; unique at that threshold. */
  readonly matches: ReadonlyMap<number, number>;
  /** Reported labels that hold the majority of two or more objects. */
  readonly split: ReadonlySet<number>;
  /** Reported labels that share, each with more than half of it, one object with another label. */
  readonly merged: ReadonlySet<number>;
}

/** How alike the passes over one volume see each object of `reported`. */
export function comparePasses(
  reported: Uint32Array,
  objects: readonly LabelObject[],
  passLabels: readonly Uint32Array[],
  shapeZyx: Zyx,
): Map<number, PassAgreement> {
  if (passLabels.length < 1 || passLabels.length > MAX_PASSES)
    throw new RangeError(`1…${MAX_PASSES} passes, got ${passLabels.length}`);
  const passes = passLabels.map((labels) => readPass(reported, labels));
  const agreement = new Map<number, PassAgreement>();
  for (const object of objects) {
    const matched = passes.flatMap((pass) => {
      const label = pass.matches.get(object.label);
      return label === undefined ? [] : [{ labels: pass.labels, label }];
    });
    const count = (has: (pass: Pass) => boolean) => passes.filter(has).length;
    agreement.set(object.label, {
      shapeDisagreement: matched.length < 2 ? 1 : meanPairwiseDistance(matched, object.box, shapeZyx),
      existenceDoubt: 1 - matched.length / passes.length,
      facts: {
        passes: passes.length,
        matched: matched.length,
        split: count((pass) => pass.split.has(object.label)),
        merged: count((pass) => pass.merged.has(object.label)),
      },
    });
  }
  return agreement;
}

function readPass(reported: Uint32Array, labels: Uint32Array): Pass {
  const counts = countSharedVoxels(reported, labels);
  const matches = new Map<number, number>();
  const parts = new Map<number, number>();
  /** Object of the pass -> reported labels it covers by more than half. */
  const covers = new Map<number, number[]>();
  for (const [label, row] of counts.shared)
    for (const [found, shared] of row) {
      const labelVoxels = counts.firstVoxels.get(label) ?? 0;
      const foundVoxels = counts.secondVoxels.get(found) ?? 0;
      if (shared > MATCH_IOU * (labelVoxels + foundVoxels - shared)) matches.set(label, found);
      if (shared > foundVoxels / 2) parts.set(label, (parts.get(label) ?? 0) + 1);
      // The definition speaks of the matched object; one over two equal nuclei matches neither with IoU > 0.5, so the
      // object that covers most of the nucleus stands for it.
      if (shared > labelVoxels / 2) covers.set(found, [...(covers.get(found) ?? []), label]);
    }
  return {
    labels,
    counts,
    matches,
    split: new Set([...parts].flatMap(([label, number]) => (number >= 2 ? [label] : []))),
    merged: new Set([...covers.values()].flatMap((several) => (several.length >= 2 ? several : []))),
  };
}

/** Mean over all pairs of matched objects of 1 - IoU. Matches overlap the box by more than half, not all of it. */
function meanPairwiseDistance(
  matched: readonly { labels: Uint32Array; label: number }[],
  box: VoxelBox,
  shapeZyx: Zyx,
): number {
  // An object with IoU > 0.5 is below twice the size: half a box to each side holds all that is not bizarre.
  const reach = boxShape(box).map((size) => Math.ceil(size / 2));
  const range = (axis: 0 | 1 | 2) => [
    Math.max(0, box.minZyx[axis] - reach[axis]),
    Math.min(shapeZyx[axis], box.maxZyx[axis] + reach[axis]),
  ];
  const [z0, z1] = range(0);
  const [y0, y1] = range(1);
  const [x0, x1] = range(2);
  // How many voxels belong to exactly this set of passes; one walk over the voxels serves all pairs.
  const histogram = new Uint32Array(1 << matched.length);
  for (let z = z0; z < z1; z++)
    for (let y = y0; y < y1; y++) {
      const line = (z * shapeZyx[1] + y) * shapeZyx[2];
      for (let i = line + x0; i < line + x1; i++) {
        let set = 0;
        for (let k = 0; k < matched.length; k++) if (matched[k].labels[i] === matched[k].label) set |= 1 << k;
        histogram[set]++;
      }
    }
  let sum = 0;
  let pairs = 0;
  for (let a = 0; a < matched.length; a++)
    for (let b = a + 1; b < matched.length; b++) {
      let both = 0;
      let either = 0;
      for (let set = 1; set < histogram.length; set++) {
        const inA = (set >> a) & 1;
        const inB = (set >> b) & 1;
        if (inA | inB) either += histogram[set];
        if (inA & inB) both += histogram[set];
      }
      sum += 1 - both / either;
      pairs++;
    }
  return sum / pairs;
}
