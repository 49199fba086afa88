import type { ProposedClass } from "../../core/classes/proposed-class.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";

/** Whether an item is an audit stays in the data: the person must not know. */
export interface Question {
  readonly labelValue: number;
  readonly predictionId: string;
  readonly kind: "nucleus" | "candidate";
  readonly minZyx: Zyx;
  readonly maxZyx: Zyx;
  readonly centroidZyx: Zyx;
  readonly voxels: number;
  readonly uncertainty: number | null;
  /** How likely it is that the nucleus needs a correction, or is none; null for candidates and imported proposals. */
  readonly wrongProbability: number | null;
  /** Of how many answers in this project that is learned; below some twenty it is mostly what other images said. */
  readonly answersBefore: number;
  readonly reason: string;
  /** Null where its model tells no classes. */
  readonly proposedClass: ProposedClass | null;
}
