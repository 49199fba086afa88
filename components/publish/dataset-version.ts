import type { ProblemFields } from "../../core/problem.ts";

/** A dataset version as the page shows it. */
export interface DatasetVersion {
  readonly id: string;
  readonly version: number;
  readonly state: "freezing" | "ready" | "failed";
  /** 0…1 while freezing. */
  readonly progress: number;
  readonly problem: ProblemFields | null;
  /** Who made it. */
  readonly by: string;
  readonly createdAt: Date;
  /** Holds only nuclei that a second person approved. */
  readonly approvedOnly: boolean;
  /** Model that belongs to it; null where there is none. */
  readonly checkpointId: string | null;
  /** Null until it is ready. */
  readonly contents: {
    readonly licence: string;
    /** Formats that it cannot be had in, and why. */
    readonly refused: readonly { readonly format: string; readonly why: string }[];
    readonly annotators: readonly { readonly name: string; readonly nuclei: number }[];
    readonly volumes: readonly {
      readonly name: string;
      readonly specimen: string;
      readonly split: "train" | "test";
      readonly nuclei: number;
      readonly unfinishedNuclei: number;
      /** 0…1 */
      readonly knownShare: number;
      readonly image: "there" | "kept" | "gone";
    }[];
  } | null;
}
