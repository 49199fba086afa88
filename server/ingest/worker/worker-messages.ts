import type { FileContents } from "../../../core/import/file-contents.ts";
import type { FirstLook } from "../../../core/import/first-look.ts";
import type { LabelFacts } from "../../../core/import/label-facts.ts";
import type { LabelParts } from "../../../core/import/label-findings.ts";
import type { SourceFile } from "../../../core/import/source-file.ts";
import type { ProblemFields } from "../../../core/problem.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { QualityCard, StoredLevel } from "../../../db/schema/volume.ts";
import type { Environment } from "../../env.ts";
import type { LabelExtent } from "../labels/label-statistics.ts";
import type { ImageChoice } from "../voxels/volume-source.ts";

/**
 * What the server and its import process say to each other. One process does one task and ends: a hostile file can
 * take down that process, not the server, and its memory is given back whole.
 */
export type OriginTask = FileOrigin | { readonly kind: "sample"; readonly seed: number; readonly share: number };

export interface FileOrigin {
  readonly kind: "file";
  readonly file: string;
  readonly fileName: string;
  readonly choice: ImageChoice;
}

/** What a person is shown before anything is kept. */
export interface LookTask {
  readonly kind: "look";
  /** That the labels must have. */
  readonly shapeZyx: Zyx;
  /** Null where nobody knows it yet. */
  readonly voxelSizeZyx: Zyx | null;
  readonly image: FileOrigin | null;
  readonly labels: { readonly origin: FileOrigin; readonly colours: boolean } | null;
}

/** An OME-Zarr at an address. */
export interface FetchTask {
  readonly kind: "fetch";
  readonly address: string;
  readonly folder: string;
  /** Whose addresses may be private: see address/guarded-client.ts. */
  readonly privateHosts: readonly string[];
  readonly maxBytes: number;
}

export interface LabelTask {
  readonly origin: OriginTask;
  /** Blob prefix of the label image, ends in `/`. */
  readonly prefix: string;
  readonly name: string;
  /** Relative path from the label image to its image. */
  readonly sourceImage: string;
  readonly status: "accepted" | "proposed";
  readonly parts?: LabelParts;
  readonly colours?: boolean;
  readonly facts?: LabelFacts;
  /** Also write the bricks of the finest level there; null for none. */
  readonly basePrefix: string | null;
}

/** A channel that is kept beside the labelled one. */
export interface ChannelTask {
  /** Place in the file, from 0. */
  readonly index: number;
  readonly name: string;
  readonly color: string | null;
  readonly prefix: string;
}

export interface ImageTask {
  readonly origin: OriginTask;
  readonly prefix: string;
  readonly others: readonly ChannelTask[];
}

export interface ImportTask {
  readonly kind: "import";
  readonly environment: Pick<Environment, "dataRoot" | "s3">;
  readonly name: string;
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  readonly scratchFolder: string;
  readonly image: ImageTask | null;
  readonly labels: LabelTask | null;
  /** What may be stored, and what is said where the volume becomes more; null = no bound. */
  readonly storedBound: { readonly bytes: number; readonly problem: ProblemFields } | null;
}

export type WorkerTask =
  | { readonly kind: "inspect"; readonly file: string; readonly fileName: string }
  | LookTask
  | FetchTask
  | ImportTask;

export interface ImageReport {
  readonly kind: "image-written";
  readonly levels: readonly StoredLevel[];
  readonly quality: QualityCard;
  /** Of the channels beside the labelled one. */
  readonly others: readonly { readonly index: number; readonly quality: QualityCard }[];
  /** Null for what no file holds. */
  readonly source: SourceFile | null;
  /** Put into the store for it and its other channels. */
  readonly storedBytes: number;
}

export interface LabelReport {
  readonly kind: "labels-written";
  readonly extents: readonly LabelExtent[];
  /** The file's ids that are not the stored ones. */
  readonly renamed: Readonly<Record<string, number>>;
  /** Labels of the file, where each connected part became a nucleus. */
  readonly partsOf?: number;
  /** By the file's ids; null where the file says nothing but the voxels. */
  readonly facts: LabelFacts | null;
  readonly source: SourceFile | null;
  /** Put into the store for them. */
  readonly storedBytes: number;
}

export type WorkerReport =
  | { readonly kind: "inspected"; readonly contents: FileContents }
  | { readonly kind: "looked"; readonly look: FirstLook }
  | { readonly kind: "fetching"; readonly doneChunks: number; readonly allChunks: number; readonly bytes: number }
  | { readonly kind: "fetched"; readonly bytes: number }
  | { readonly kind: "progress"; readonly done: number; readonly phase: string }
  | ImageReport
  | LabelReport
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly problem: ProblemFields };
