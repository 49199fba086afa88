import { Problem } from "../../../core/problem.ts";
import { parseBoundedJson } from "../header/bounded-json.ts";
import type { EntryStore } from "../stores/entry-store.ts";
import { metadataBounds } from "./array-metadata.ts";

/** What a group says of itself, in either version of Zarr; empty where it says nothing. */
export async function attributesOf(store: EntryStore, group: string): Promise<Record<string, unknown>> {
  const prefix: `/${string}` = group ? `/${group}/` : "/";
  const v3 = await store.get(`${prefix}zarr.json`);
  const bytes = v3 ?? (await store.get(`${prefix}.zattrs`));
  const where = `${group ? `${group}/` : ""}${v3 ? "zarr.json" : ".zattrs"}`;
  if (!bytes) return {};
  let parsed: Record<string, unknown> | null;
  try {
    parsed = parseBoundedJson(bytes, metadataBounds) as Record<string, unknown> | null;
  } catch (cause) {
    throw new Problem(
      {
        tag: "ome-zarr-metadata",
        what: (cause as Error).message,
        where,
        hint: "Pack the OME-Zarr folder again.",
      },
      { cause },
    );
  }
  const attributes = v3 ? parsed?.attributes : parsed;
  return typeof attributes === "object" && attributes !== null ? (attributes as Record<string, unknown>) : {};
}
