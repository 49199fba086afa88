import type { ScoreFacts } from "../contract/predicted-instance.ts";
import { type LabelRuns, runsOfLabels } from "../labels/label-runs.ts";
import type { LabelObject } from "../labels/object-boxes.ts";
import type { Zyx } from "../volume/voxel-space.ts";
import { boundaryDoubt } from "./boundary-doubt.ts";
import { comparePasses } from "./pass-agreement.ts";
import { wallDoubts } from "./wall-doubt.ts";

/** What a model said about one volume in several passes (symmetries of one model). */
export interface Passes {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /** Mean over the passes, 0…1. */
  readonly meanForeground: Float32Array;
  readonly meanBoundary: Float32Array;
  /** Instances of the mean maps: what is reported. */
  readonly reported: Uint32Array;
  /** Instances of each pass by itself. */
  readonly passLabels: readonly LabelRuns[];
}

export interface NucleusScores {
  readonly scores: { readonly u1: number; readonly u2: number; readonly u3: number; readonly u4: number };
  readonly facts: ScoreFacts;
}

/** u1…u4 of every reported object (science page, section 7.2). u5 needs the other volumes: see rank-pool.ts. */
export function scoreNuclei(passes: Passes, objects: readonly LabelObject[]): Map<number, NucleusScores> {
  const { shapeZyx, voxelSizeZyx, meanForeground, meanBoundary, reported } = passes;
  const agreement = comparePasses(runsOfLabels(reported, shapeZyx), objects, passes.passLabels);
  const walls = wallDoubts(reported, meanBoundary, shapeZyx);
  const foreground = { shapeZyx, voxelSizeZyx, probability: meanForeground };
  const scores = new Map<number, NucleusScores>();
  for (const object of objects) {
    const seen = agreement.get(object.label)!;
    const { facts } = seen;
    // A pass that both splits and joins counts once.
    const splitOrMerged = Math.min(facts.passes, facts.split + facts.merged) / facts.passes;
    scores.set(object.label, {
      scores: {
        u1: boundaryDoubt(reported, object, foreground),
        u2: seen.shapeDisagreement,
        u3: seen.existenceDoubt,
        u4: Math.max(splitOrMerged, walls.get(object.label) ?? 0),
      },
      facts,
    });
  }
  return scores;
}
