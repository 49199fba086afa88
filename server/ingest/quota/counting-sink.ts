import { Problem, type ProblemFields } from "../../../core/problem.ts";
import type { BlobSink } from "../pyramid/write-pyramid.ts";

export interface CountingSink extends BlobSink {
  /** Bytes that were put since it was asked last. */
  takeCount(): number;
}

/** Counts what is stored, and refuses what goes beyond the bound before it is written. */
export function countingSink(
  blobs: BlobSink,
  bound: { readonly bytes: number; readonly problem: ProblemFields } | null,
): CountingSink {
  let total = 0;
  let taken = 0;
  return {
    async put(key, bytes) {
      total += bytes.length;
      if (bound && total > bound.bytes) throw new Problem(bound.problem);
      return blobs.put(key, bytes);
    },
    takeCount() {
      const count = total - taken;
      taken = total;
      return count;
    },
  };
}
