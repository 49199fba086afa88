import type { ProposedClass } from "../../core/classes/proposed-class.ts";
import type { LabelValue } from "../../core/edit/label-document.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Decision } from "../editor/editor-contract.ts";
import type { DecisionStore } from "./decision-sender.ts";

/** What a person is asked: is this a nucleus, and is it outlined well? */
export interface ReviewQuestion {
  readonly labelValue: number;
  readonly predictionId: string;
  /** `candidate`: a place where a nucleus may have been missed. */
  readonly kind: "nucleus" | "candidate";
  readonly minZyx: Zyx;
  readonly maxZyx: Zyx;
  readonly voxels: number;
  /** 0…1, larger is asked earlier; null for imported proposals. */
  readonly uncertainty: number | null;
  /** How likely it is that the nucleus needs a correction, or is none, by the answers so far; null for candidates and imported proposals. */
  readonly wrongProbability: number | null;
  /** Of how many answers in this project that is learned; below some twenty it is mostly what other images said. */
  readonly answersBefore: number;
  /** In words, e.g. "two passes split it". */
  readonly reason: string;
  /** Null where its model tells no classes. */
  readonly proposedClass: ProposedClass | null;
}

/** State of the shared queue beside the question. */
export interface QueueFacts {
  readonly waiting: number;
  /** Proposals that the volume's border cuts: nobody is asked about them. */
  readonly cutByBorder: number;
  readonly elsewhere: readonly { readonly volumeId: string; readonly name: string; readonly waiting: number }[];
  readonly holders: readonly { readonly labelValue: number; readonly userId: string; readonly name: string }[];
  /** `isGuess`: of a model that has never seen images of this project. */
  readonly prediction: {
    readonly source: "model" | "import" | "study";
    readonly isGuess: boolean;
    /** What the model's outlines were moved by to lie where people draw; + is outside. */
    readonly outlineUm: number | null;
    readonly createdAt: Date;
  } | null;
  /** Proposals judged since the labels were last frozen for a training. */
  readonly decisions: number;
  readonly retrainAfterDecisions: number;
  readonly autoRetrain: boolean;
  /** About one of so many questions is a planted wrong one; 0: none is. */
  readonly plantEvery: number;
}

/** The server's side of the queue. All reject with a Problem or a network error. */
export interface ReviewPorts {
  /** `first` is asked before all others where it may be asked. */
  next(skipped: readonly number[], first?: LabelValue): Promise<ReviewQuestion | null>;
  /** False: the claim has lapsed. */
  keep(labelValue: number): Promise<boolean>;
  /** Fire and forget, also while the page goes away. */
  release(): void;
  skip(labelValue: number): Promise<void>;
  decide(labelValue: number, decision: Decision): Promise<void>;
  undo(labelValue: number): Promise<void>;
  /** The call came to no decision and is made again later; `tries`: how often it failed so far. */
  mayTryAgain(error: unknown, tries: number): boolean;
  /** Decisions of this person on this volume that the server has not heard of. */
  readonly decisions: DecisionStore;
  problemOf(error: unknown): ProblemFields;
}
