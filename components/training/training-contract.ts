import type { CheckpointMetrics } from "../../core/contract/checkpoint-metrics.ts";
import type { ClassScores } from "../../core/contract/class-scores.ts";
import type { ProblemFields } from "../../core/problem.ts";

/** What the training panel shows; times are moments of the server. */
export interface TrainingJob {
  readonly id: string;
  readonly kind: "train" | "predict";
  readonly state: "queued" | "leased" | "done" | "failed" | "cancelled";
  /** 0…1 */
  readonly progress: number;
  readonly phase: string;
  readonly engine: string | null;
  readonly cancelRequested: boolean;
  readonly problem: ProblemFields | null;
  /** What people should know of how it began, such as another model than they expect. */
  readonly note: string | null;
  readonly attempts: number;
  /** Its trainer went silent: another one goes on from the last checkpoint. */
  readonly orphaned: boolean;
  readonly createdAt: Date;
}

export interface TrainerSeen {
  readonly name: string;
  readonly engine: string | null;
  readonly words: string;
  readonly present: boolean;
}

export interface SpecimenSide {
  readonly specimen: string;
  readonly volumes: number;
  readonly keptOut: boolean;
}

export interface TrainingState {
  readonly readiness: {
    readonly nuclei: number;
    /** Only nuclei that a second person approved are counted, and learned from. */
    readonly approvedOnly: boolean;
    readonly validationPlaces: number;
    readonly missing: readonly string[];
    readonly advice: readonly string[];
  };
  /** A specimen is trained on or kept out as a whole. */
  readonly specimens: readonly SpecimenSide[];
  /** Newest first. */
  readonly jobs: readonly TrainingJob[];
  readonly trainers: readonly TrainerSeen[];
  /** Jobs of other projects that wait or run. */
  readonly waitingElsewhere: number;
  readonly decisions: number;
  readonly retrainAfterDecisions: number;
  readonly autoRetrain: boolean;
  readonly trainMinutes: number;
  /** Null before the first proposals. */
  readonly currentCheckpointId: string | null;
  readonly currentOrigin: CheckpointOrigin | null;
  /** The first round starts by itself. */
  readonly autoBegin: boolean;
}

/** `product`: it came with the product, and has seen no image of this project. */
export type CheckpointOrigin = "training" | "product";

/** What a training begins with: the current model's weights, those that come with the product, or none. */
export type TrainingStart = "current" | "product" | "nothing";

export interface MetricPoint {
  readonly step: number;
  readonly elapsedSeconds: number;
  readonly loss: number | null;
  readonly validationAp50: number | null;
  readonly validationAp75: number | null;
}

export interface CheckpointRow {
  readonly id: string;
  readonly origin: CheckpointOrigin;
  readonly snapshotId: string | null;
  /** Whose weights it went on from; null where it began with none. */
  readonly parentId: string | null;
  readonly metrics: CheckpointMetrics | null;
  /** Null where its trainer knew of no classes. */
  readonly classes: ClassScores | null;
  readonly nucleiLabelled: number;
  /** It learned from nuclei alone that a second person approved; null where its snapshot is gone. */
  readonly approvedOnly: boolean | null;
  readonly activeMinutes: number;
  readonly promoted: boolean;
  readonly current: boolean;
  readonly cancelled: boolean | null;
  readonly engine: string | null;
  readonly trainedBy: string | null;
  readonly createdAt: Date;
}

/** What became of questions that were drawn at random among the proposals that are shown now. */
export interface AuditSample {
  readonly accepted: number;
  readonly corrected: number;
  readonly rejected: number;
}

export interface CurvePoint {
  readonly checkpointId: string;
  readonly snapshotId: string | null;
  readonly nucleiLabelled: number;
  readonly activeMinutes: number;
  readonly ap50: number;
  readonly ap75: number;
  readonly dice: number;
  readonly keptOutNuclei: number;
  readonly createdAt: Date;
}
