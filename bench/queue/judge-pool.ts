import type { PredictedInstance } from "../../core/contract/predicted-instance.ts";
import { runsOfLabels } from "../../core/labels/label-runs.ts";
import { findObjects } from "../../core/labels/object-boxes.ts";
import { countSharedVoxels } from "../../core/query/overlap-counts.ts";
import { brickBox, indexInBrick } from "../../core/volume/brick.ts";
import { voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import { type GatheredProposals, Gathering } from "../../server/trainer/blocks/gather-findings.ts";
import { judgeBlock } from "../../server/trainer/blocks/judge-block.ts";
import type { SeenPool } from "./seen-pools.ts";

/** Smaller true objects are fragments. */
const FRAGMENT_VOXELS = 100;
const RIGHT_IOU = 0.5;

/** Proposals of one pool, as the product makes them, beside the truth. */
export interface JudgedPool {
  readonly pool: string;
  /** What may be asked about: not cut by the border. */
  readonly nuclei: readonly JudgedNucleus[];
  readonly candidates: readonly JudgedCandidate[];
  /** True nuclei that no proposal has with an IoU of 0.5; those that the border cuts are left out. */
  readonly missed: readonly number[];
  /** Of `missed`, those that lie in proposals by more than half. */
  readonly missedInside: readonly number[];
  readonly truths: number;
  /** As stored: ids of the instances. */
  readonly labels: Uint32Array;
}

export interface JudgedNucleus {
  readonly instance: PredictedInstance;
  /** True nuclei that it holds by more than half, or that hold it so: who is asked about it sees them. */
  readonly shows: readonly number[];
  /** No true nucleus has an IoU of 0.5 with it. */
  readonly isWrong: boolean;
}

export interface JudgedCandidate {
  readonly instance: PredictedInstance;
  /** The true nucleus that holds more than half of it; 0: none. */
  readonly holder: number;
}

export function judgePool(seen: SeenPool): JudgedPool {
  const { block, truth, window, outlineUm, sight } = seen;
  const findings = judgeBlock(block, outlineUm, { classifier: null, window, sight });
  if (!findings) throw new Error("a whole volume is settled");
  const gathering = new Gathering(block.region);
  gathering.add(findings);
  return compare(seen.pool, gathering.finish(), truth, block.region.shapeZyx);
}

function compare(pool: string, gathered: GatheredProposals, truth: Uint32Array, shapeZyx: Zyx): JudgedPool {
  const found = wholeImage(gathered, shapeZyx);
  const { shared, firstVoxels, secondVoxels } = countSharedVoxels(
    runsOfLabels(found, shapeZyx),
    runsOfLabels(truth, shapeZyx),
  );
  const nucleusIds = new Set(gathered.instances.flatMap(({ id, kind }) => (kind === "nucleus" ? [id] : [])));
  const right = new Set<number>();
  const matched = new Set<number>();
  const coveredBy = new Map<number, number>();
  for (const [id, row] of shared)
    for (const [label, both] of row) {
      const [own, other] = [firstVoxels.get(id) ?? 0, secondVoxels.get(label) ?? 0];
      if (!nucleusIds.has(id)) continue;
      coveredBy.set(label, (coveredBy.get(label) ?? 0) + both);
      if (both < RIGHT_IOU * (own + other - both)) continue;
      right.add(id);
      matched.add(label);
    }
  const truths = findObjects(truth, shapeZyx).filter(
    ({ voxels, box }) =>
      voxels >= FRAGMENT_VOXELS && box.minZyx.every((min, axis) => min > 0 && box.maxZyx[axis] < shapeZyx[axis]),
  );
  const missed = truths.filter(({ label }) => !matched.has(label));
  const asked = gathered.instances.filter(({ touchesBorder }) => !touchesBorder);
  return {
    pool,
    nuclei: asked
      .filter(({ kind }) => kind === "nucleus")
      .map((instance) => ({
        instance,
        isWrong: !right.has(instance.id),
        shows: [...(shared.get(instance.id) ?? [])].flatMap(([label, both]) => {
          const least = Math.min(firstVoxels.get(instance.id) ?? 0, secondVoxels.get(label) ?? 0);
          return both > least / 2 ? [label] : [];
        }),
      })),
    candidates: asked
      .filter(({ kind }) => kind === "candidate")
      .map((instance) => ({ instance, holder: holderOf(shared.get(instance.id), firstVoxels.get(instance.id) ?? 0) })),
    missed: missed.map(({ label }) => label),
    missedInside: missed
      .filter(({ label, voxels }) => (coveredBy.get(label) ?? 0) > voxels / 2)
      .map(({ label }) => label),
    truths: truths.length,
    labels: found,
  };
}

function holderOf(row: ReadonlyMap<number, number> | undefined, voxels: number): number {
  for (const [label, both] of row ?? []) if (both > voxels / 2) return label;
  return 0;
}

function wholeImage({ brickKeys, readBrick }: GatheredProposals, shapeZyx: Zyx): Uint32Array {
  const image = new Uint32Array(voxelCount(shapeZyx));
  for (const key of brickKeys) {
    const brick = readBrick(key);
    const { minZyx, maxZyx } = brickBox(key, shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++)
          image[(z * shapeZyx[1] + y) * shapeZyx[2] + x] = brick[indexInBrick(z, y, x)];
  }
  return image;
}
