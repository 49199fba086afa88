import type { FileContents } from "../../../core/import/file-contents.ts";
import type { LabelMode } from "../../../core/import/import-request.ts";
import type { ProblemFields } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { QualityCard, StoredLevel } from "../../../db/schema/volume.ts";
import type { Environment } from "../../env.ts";
import type { LabelExtent } from "../labels/label-statistics.ts";
import type { ImageChoice } from "../volume-source.ts";

/**
 * What the server and its import process say to each other. One process does one task and ends: a hostile file can
 * take down that process, not the server, and its memory is given back whole.
 */
export type OriginTask =
  | { readonly kind: "file"; readonly file: string; readonly fileName: string; readonly choice: ImageChoice }
  | { readonly kind: "sample"; readonly seed: number; readonly share: number };

export interface LabelTask {
  readonly origin: OriginTask;
  readonly mode: LabelMode;
  /** Blob prefix of the label image, ends in `/`. */
  readonly prefix: string;
  readonly name: string;
  readonly sourceImage: string;
  /** Also write bricks at `<volume>/base/<key>`. */
  readonly basePrefix: string | null;
  /** Give every label a new value from the volume's counter. */
  readonly renameAll: boolean;
}

export type WorkerTask =
  | { readonly kind: "inspect"; readonly file: string; readonly fileName: string }
  | {
      readonly kind: "import";
      readonly environment: Pick<Environment, "dataRoot" | "s3">;
      readonly name: string;
      readonly shapeZyx: Zyx;
      readonly voxelSizeZyx: Zyx;
      readonly scratchFolder: string;
      readonly image: { readonly origin: OriginTask; readonly prefix: string } | null;
      readonly labels: LabelTask | null;
    };

export type WorkerReport =
  | { readonly kind: "inspected"; readonly contents: FileContents }
  | { readonly kind: "progress"; readonly done: number; readonly phase: string }
  /** Asks for so many label values; answered by `LabelValues`. */
  | { readonly kind: "need-label-values"; readonly count: number }
  | {
      readonly kind: "image-written";
      readonly levels: readonly StoredLevel[];
      readonly quality: QualityCard;
      readonly sha256: string | null;
    }
  | {
      readonly kind: "labels-written";
      readonly extents: readonly LabelExtent[];
      readonly renamed: Readonly<Record<string, number>>;
    }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly problem: ProblemFields };

export interface LabelValues {
  readonly kind: "label-values";
  readonly first: number;
}
