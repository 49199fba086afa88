import type { Environment } from "../../env.ts";

/** What the bytes are, in the order in which pages show it. `labels` are also proposals and what was painted. */
export const storageKinds = ["images", "labels", "snapshots", "versions", "checkpoints", "uploads"] as const;
export type StorageKind = (typeof storageKinds)[number];

/** The row that the bytes belong to; the database knows its project. */
export type BytesOwner = "volume" | "snapshot" | "version" | "project" | "upload";

export interface MeasuredBytes {
  readonly kind: StorageKind;
  readonly owner: BytesOwner;
  readonly ownerId: string;
  readonly bytes: number;
}

export type UsageTask = Pick<Environment, "dataRoot" | "s3">;
export type UsageReport =
  | { readonly kind: "measured"; readonly measured: readonly MeasuredBytes[] }
  | { readonly kind: "failed"; readonly message: string };
