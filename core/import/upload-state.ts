import type { ProblemFields } from "../problem.ts";

/** Whether what was uploaded, or is fetched from an address, can be looked into. */
export type UploadState =
  | { readonly kind: "ready" }
  /** Pieces are missing, and nobody here fetches them. */
  | { readonly kind: "incomplete"; readonly receivedBytes: number; readonly sizeBytes: number }
  | {
      readonly kind: "working";
      /** What is done, for a person. */
      readonly phase: string;
      /** Null where nobody knows. */
      readonly percent: number | null;
      readonly bytes: number;
    }
  /** Asked for once more, it goes on where it stopped. */
  | { readonly kind: "failed"; readonly problem: ProblemFields };
