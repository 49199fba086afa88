import type { NetworkConfig } from "../../core/checkpoint/network-config.ts";
import type { AboutModel } from "../../core/checkpoint/packed-model.ts";
import type { CanonicalSize, InstanceThresholds } from "../../core/checkpoint/trained-model.ts";
import type { ClickAnswer, ClickQuestion } from "../../core/click/answer-clicks.ts";
import type { EdgeQuestion } from "../../core/click/region-by-edges.ts";
import type { IntensityWindow } from "../../core/perception/intensity-window.ts";
import type { LookAround } from "../../core/perception/look-around.ts";
import type { ProblemFields } from "../../core/problem.ts";
import type { VoxelSpace } from "../../core/volume/voxel-space.ts";

/** What the page asks of the segmenting worker, and what comes back. `id` is unique per worker. */
export type SegmentRequest = { readonly id: number } & (
  | {
      readonly kind: "open";
      readonly packed: Uint8Array<ArrayBuffer>;
      readonly volume: VoxelSpace;
      readonly window: IntensityWindow;
      readonly binaries: WasmBinaries;
    }
  | { readonly kind: "size"; readonly image: Float32Array<ArrayBuffer>; readonly space: VoxelSpace }
  | {
      readonly kind: "answer";
      readonly look: LookAround;
      readonly image: Float32Array | null;
      readonly question: ClickQuestion;
    }
  | { readonly kind: "edges"; readonly question: EdgeQuestion }
);

/** Addresses of what the engine consists of. */
export interface WasmBinaries {
  readonly plain: string;
  readonly simd: string;
  readonly threads: string;
}

/** What the page has to know of the model to plan looks. */
export interface OpenedModel {
  readonly about: AboutModel;
  readonly config: NetworkConfig;
  readonly thresholds: InstanceThresholds;
  readonly canonical: CanonicalSize | null;
  /** Of the model itself; where it has none, of what is said about it. */
  readonly outlineUm: number | null;
  readonly engine: EngineReport;
}

export interface EngineReport {
  readonly backend: "wasm" | "webgl";
  /** Of one pass over the tile of a click. */
  readonly passMs: number;
}

export type SegmentResult = {
  readonly open: OpenedModel;
  /** µm; null where the image shows no blobs. */
  readonly size: number | null;
  readonly answer: ClickAnswer | null;
  readonly edges: Uint8Array | null;
};

export type SegmentReply =
  | { readonly id: number; readonly result: SegmentResult[keyof SegmentResult] }
  | { readonly id: number; readonly problem: ProblemFields };
