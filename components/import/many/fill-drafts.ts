import type { VolumeDraft } from "../import-draft.ts";

/** What is filled into many drafts at once. */
export type Filling =
  | { readonly kind: "specimen"; readonly text: string }
  /** A regular expression looked for in each name: its first group, else all that it finds. */
  | { readonly kind: "specimen-pattern"; readonly pattern: string }
  | { readonly kind: "voxel-size"; readonly fields: readonly [string, string, string] };

/** Why a pattern cannot be used, or null. */
export function patternObjection(pattern: string): string | null {
  try {
    new RegExp(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The draft with the answer in it; as it was where the pattern finds nothing in its name. */
export function fillDraft<T extends VolumeDraft>(draft: T, filling: Filling): T {
  if (filling.kind === "voxel-size") return { ...draft, voxelSizeZyx: filling.fields };
  if (filling.kind === "specimen") return { ...draft, specimen: filling.text };
  const found = new RegExp(filling.pattern).exec(draft.name);
  return found ? { ...draft, specimen: found[1] ?? found[0] } : draft;
}
