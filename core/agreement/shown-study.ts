import type { ProblemFields } from "../problem.ts";
import type { VoxelBox } from "../volume/voxel-space.ts";
import type { ConsensusMethod, StudyBeginning, StudyState } from "./blind-study.ts";
import type { StudyResult } from "./study-result.ts";

/** A study as one person may know it: while people draw, of themselves alone how far they are. */
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
  /** By whom the layers are, and who is done: for owners alone. After closing the adjudicator opens layers too, without names. */
  readonly layers: readonly ShownLayer[] | null;
  /** The reader's own. */
  readonly own: { readonly volumeId: string; readonly isDone: boolean } | null;
  readonly consensus: ConsensusMethod | null;
  readonly createdAt: Date;
}

export interface ShownLayer {
  readonly number: number;
  /** Null where the reader must not know. */
  readonly name: string | null;
  readonly isDone: boolean;
  /** Null while the layer is open to its annotator alone. */
  readonly volumeId: string | null;
}

export interface ComparedStudy extends ShownStudy {
  readonly result: StudyResult | null;
}
