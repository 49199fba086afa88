import type { ScoreFacts } from "../contract/predicted-instance.ts";
import { forEachShared, type LabelRuns, RunWriter } from "../labels/label-runs.ts";
import { growBox, type LabelObject } from "../labels/object-boxes.ts";
import { boxShape, type VoxelBox, type Zyx } from "../volume/voxel-space.ts";
import { countSharedVoxels } from "./overlap-counts.ts";

const MATCH_IOU = 0.5;
/** Pairs grow with their square. */
const MAX_PASSES = 16;

export interface PassAgreement {
  /** u2 */
  readonly shapeDisagreement: number;
  /** u3 */
  readonly existenceDoubt: number;
  readonly facts: ScoreFacts;
}

/** One pass: how its instances lie over the reported ones. */
interface Pass {
  readonly labels: LabelRuns;
  /** Reported label -> the object that matches it with IoU > 0.5; unique at that threshold. */
  readonly matches: ReadonlyMap<number, number>;
  /** Reported labels that hold the majority of two or more objects. */
  readonly split: ReadonlySet<number>;
  /** Reported labels that share, each with more than half of it, one object with another label. */
  readonly merged: ReadonlySet<number>;
}

/** How alike the passes over one volume see each object of `reported`. */
export function comparePasses(
  reported: LabelRuns,
  objects: readonly LabelObject[],
  passLabels: readonly LabelRuns[],
): Map<number, PassAgreement> {
  if (passLabels.length < 1 || passLabels.length > MAX_PASSES)
    throw new RangeError(`1…${MAX_PASSES} passes, got ${passLabels.length}`);
  const passes = passLabels.map((labels) => readPass(reported, labels));
  const distances = pairwiseDistances(objects, passes, reported.shapeZyx);
  const agreement = new Map<number, PassAgreement>();
  for (const [index, { label }] of objects.entries()) {
    const count = (has: (pass: Pass) => boolean) => passes.filter(has).length;
    const matched = count((pass) => pass.matches.has(label));
    agreement.set(label, {
      shapeDisagreement: matched < 2 ? 1 : distances[index],
      existenceDoubt: 1 - matched / passes.length,
      facts: {
        passes: passes.length,
        matched,
        split: count((pass) => pass.split.has(label)),
        merged: count((pass) => pass.merged.has(label)),
      },
    });
  }
  return agreement;
}

function readPass(reported: LabelRuns, labels: LabelRuns): Pass {
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
    matches,
    split: new Set([...parts].flatMap(([label, number]) => (number >= 2 ? [label] : []))),
    merged: new Set([...covers.values()].flatMap((several) => (several.length >= 2 ? several : []))),
  };
}

/** For each object the mean of 1 - IoU over all pairs of the objects that match it. Those overlap its box by more than half, not all of it. */
function pairwiseDistances(objects: readonly LabelObject[], passes: readonly Pass[], shapeZyx: Zyx): Float64Array {
  const ranges = objects.map(({ box }) => rangeOf(box, shapeZyx));
  const seen = passes.map((pass) => matchedRuns(pass, objects, ranges));
  const sums = new Float64Array(objects.length);
  const pairs = new Uint32Array(objects.length);
  const both = new Uint32Array(objects.length);
  for (let a = 0; a < passes.length; a++)
    for (let b = a + 1; b < passes.length; b++) {
      both.fill(0);
      forEachShared(seen[a].runs, seen[b].runs, (first, second, voxels) => {
        if (first === second) both[first - 1] += voxels;
      });
      for (let i = 0; i < objects.length; i++) {
        if (!passes[a].matches.has(objects[i].label) || !passes[b].matches.has(objects[i].label)) continue;
        sums[i] += 1 - both[i] / (seen[a].voxels[i] + seen[b].voxels[i] - both[i]);
        pairs[i]++;
      }
    }
  return sums.map((sum, i) => sum / pairs[i]);
}

/** An object with IoU > 0.5 is below twice the size: half a box to each side holds all that is not bizarre. */
function rangeOf(box: VoxelBox, shapeZyx: Zyx): VoxelBox {
  const [z, y, x] = boxShape(box).map((size) => Math.ceil(size / 2));
  return growBox(box, [z, y, x], shapeZyx);
}

/** What a pass has for the objects, each in its range; its label is the object's place in the list, from 1. */
function matchedRuns(
  { labels: { shapeZyx, starts, ends, labels }, matches }: Pass,
  objects: readonly LabelObject[],
  ranges: readonly VoxelBox[],
): { readonly runs: LabelRuns; readonly voxels: Uint32Array } {
  const [, rows, columns] = shapeZyx;
  const objectOf = new Map<number, number>();
  objects.forEach(({ label }, i) => {
    const found = matches.get(label);
    if (found !== undefined) objectOf.set(found, i);
  });
  const voxels = new Uint32Array(objects.length);
  const runs = new RunWriter();
  for (let k = 0; k < labels.length; k++) {
    const i = objectOf.get(labels[k]);
    if (i === undefined) continue;
    const { minZyx, maxZyx } = ranges[i];
    const row = Math.floor(starts[k] / columns);
    const z = Math.floor(row / rows);
    const y = row - z * rows;
    if (z < minZyx[0] || z >= maxZyx[0] || y < minZyx[1] || y >= maxZyx[1]) continue;
    const start = Math.max(starts[k], row * columns + minZyx[2]);
    const end = Math.min(ends[k], row * columns + maxZyx[2]);
    runs.add(start, end, i + 1);
    voxels[i] += Math.max(0, end - start);
  }
  return { runs: runs.finish(shapeZyx), voxels };
}
