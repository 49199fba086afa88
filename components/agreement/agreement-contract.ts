import type { ConsensusMethod, StudyBeginning, StudyState } from "../../core/agreement/blind-study.ts";
import type { StudyResult } from "../../core/agreement/study-result.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { VoxelBox } from "../../core/volume/voxel-space.ts";

/** A study as its reader may know it. */
export interface ShownStudy {
  readonly id: string;
  readonly volumeId: string;
  readonly volumeName: string;
  readonly box: VoxelBox;
  readonly beginsWith: StudyBeginning;
  readonly state: StudyState;
  /** 0…1 while comparing. */
  readonly progress: number;
  readonly problem: ProblemFields | null;
  readonly adjudicatorId: string;
  readonly adjudicator: string;
  readonly annotators: number;
  /** Null where the reader must not know them. */
  readonly layers: readonly ShownLayer[] | null;
  readonly own: { readonly volumeId: string; readonly isDone: boolean } | null;
  readonly consensus: ConsensusMethod | null;
  readonly createdAt: Date;
}

export interface ShownLayer {
  readonly number: number;
  readonly name: string | null;
  readonly isDone: boolean;
  readonly volumeId: string | null;
}

export interface ComparedStudy extends ShownStudy {
  readonly result: StudyResult | null;
}
