import type { Distribution } from "../../core/morphometry/distribution/distribution.ts";

/** What the page of shapes shows. */
export interface ShownDistribution {
  readonly distribution: Distribution | null;
  readonly leftOut: { readonly cut: number; readonly "under-resolved": number; readonly "not-measured": number };
}
