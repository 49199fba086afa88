import type { ConsensusMethod } from "../../../core/agreement/blind-study.ts";
import type { StudyResult } from "../../../core/agreement/study-result.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { FrozenState } from "../../collab/frozen/frozen-labels.ts";
import type { Environment } from "../../env.ts";
import type { LabelExtent } from "../../ingest/labels/label-statistics.ts";

/** What the server asks of the process that compares layers. It changes nothing that is there, and may be asked again. */
interface LayersTask {
  readonly environment: Pick<Environment, "dataRoot" | "s3">;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly box: VoxelBox;
  /** In the order of their numbers. */
  readonly layers: readonly FrozenState[];
}

export interface CompareTask extends LayersTask {
  readonly kind: "compare";
  /** The image of current proposals of the study's volume, and its labels; null: nothing is proposed. */
  readonly model: { readonly prefix: string; readonly labels: FrozenState } | null;
}

export interface AgreeTask extends LayersTask {
  readonly kind: "agree";
  readonly method: ConsensusMethod;
  /** Where the label image of the consensus goes; ends in `/`. */
  readonly prefix: string;
}

export type StudyTask = CompareTask | AgreeTask;

export interface ComparedLayers {
  readonly kind: "compare";
  readonly result: StudyResult;
}

export interface AgreedLayers {
  readonly kind: "agree";
  readonly nuclei: readonly { readonly votes: number; readonly extent: LabelExtent }[];
}

export type StudyAnswer = ComparedLayers | AgreedLayers;
