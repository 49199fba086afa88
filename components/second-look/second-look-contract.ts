import type { LabelValue } from "../../core/edit/label-document.ts";
import type { LabelStatus } from "../../core/labels/label-status.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";

/** A nucleus that a second person is asked to look at, as it was when they were asked. */
export interface SecondLookQuestion {
  readonly label: LabelValue;
  readonly box: VoxelBox;
  readonly voxels: number;
  readonly className: string | null;
  readonly status: LabelStatus;
  /** Who touched it last; null: it came with the file. */
  readonly by: string | null;
  /** Of its voxels and class: goes with the answer. */
  readonly fingerprint: string;
}

/** What was said of a nucleus, the newest first. */
export interface SaidOfNucleus {
  readonly kind: "approved" | "sent-back" | "taken-back" | "answered";
  readonly by: string;
  readonly userId: string;
  readonly note: string;
  readonly at: Date;
}

export interface NucleusReview {
  readonly fingerprint: string;
  /** The person drew, corrected or accepted it. */
  readonly isOwn: boolean;
  readonly said: readonly SaidOfNucleus[];
}

/** Who looks at what, and how many nuclei stand how. */
export interface SecondLookFacts {
  /** False: the project asks nobody. */
  readonly isAskedFor: boolean;
  readonly waiting: number;
  readonly approved: number;
  readonly sentBack: readonly { readonly label: LabelValue; readonly by: string; readonly box: VoxelBox }[];
  readonly holders: readonly { readonly label: LabelValue; readonly userId: string; readonly name: string }[];
}

type Seen = Pick<SecondLookQuestion, "label" | "fingerprint">;

/** The server's side. All reject with a Problem or a network error. */
export interface SecondLookPorts {
  next(skipped: readonly LabelValue[]): Promise<SecondLookQuestion | null>;
  /** False: the claim has lapsed. */
  keep(label: LabelValue): Promise<boolean>;
  /** Fire and forget, also while the page goes away. */
  release(): void;
  approve(seen: Seen): Promise<void>;
  sendBack(seen: Seen, note: string): Promise<void>;
  takeBack(label: LabelValue): Promise<void>;
  answer(label: LabelValue, note: string): Promise<void>;
  /** As the nucleus is now; null where it is gone. */
  look(label: LabelValue): Promise<NucleusReview | null>;
  problemOf(error: unknown): ProblemFields;
}

export const MAX_NOTE_LENGTH = 1000;
