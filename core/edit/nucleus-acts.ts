import type { LabelStatus } from "../labels/label-status.ts";
import { Problem } from "../problem.ts";
import type { VoxelBox } from "../volume/voxel-space.ts";
import type { EditAct, EditedLabels, LabelDocument, LabelValue } from "./label-document.ts";
import { collectNucleusVoxels } from "./nucleus-voxels.ts";

/** Acts on whole nuclei: what the keys and the list do. */

/** The status that counts: what somebody wrote, else `accepted`, as painted by a person. */
export const statusOf = (document: Pick<LabelDocument, "fieldsOf">, label: LabelValue): LabelStatus =>
  (document.fieldsOf(label).status as LabelStatus | undefined) ?? "accepted";

export const setStatusAct = (label: LabelValue, status: LabelStatus): EditAct => ({
  name: `mark as ${status}`,
  records: [{ kind: "field", label, field: "status", value: status }],
});

/** A key for "not done yet" and back. A finished nucleus that came from a proposal and was changed stays `corrected`. */
export function toggleUnfinishedAct(document: LabelDocument, label: LabelValue): EditAct {
  if (statusOf(document, label) !== "unfinished") return setStatusAct(label, "unfinished");
  return setStatusAct(label, document.fieldsOf(label).origin ? "corrected" : "accepted");
}

export const setClassAct = (label: LabelValue, className: string | null): EditAct => ({
  name: className ? `class ${className}` : "clear class",
  records: [{ kind: "field", label, field: "class", value: className }],
});

/** Erases every voxel of the nucleus and of what was merged into it. `knownBox` is where the nucleus list saw it. */
export async function deleteNucleusAct(
  document: EditedLabels,
  label: LabelValue,
  knownBox: VoxelBox | null,
  signal?: AbortSignal,
): Promise<EditAct> {
  const voxels = await collectNucleusVoxels(document, document.membersOf(label), knownBox, signal);
  if (voxels.count === 0) throw nucleusGone(label);
  return { name: "delete nucleus", records: [{ kind: "paint", label: 0, runs: voxels.toRuns() }] };
}

export const nucleusGone = (label: LabelValue): Problem =>
  new Problem({
    tag: "nucleus-gone",
    what: "This nucleus has no voxels.",
    where: `nucleus ${label}`,
    hint: "Paint it first; if it was there, somebody may have deleted it meanwhile.",
  });

/** Two nuclei become one by an edge; no voxel changes, so it can be taken apart exactly. */
export function mergeAct(document: EditedLabels, one: LabelValue, other: LabelValue): EditAct {
  const a = document.canonicalLabel(one);
  const b = document.canonicalLabel(other);
  if (a === b)
    throw new Problem({ tag: "already-one", what: "Both clicks are on the same nucleus.", hint: "Click another one." });
  return { name: "merge", records: [{ kind: "merge", a: Math.min(a, b), b: Math.max(a, b) }] };
}

/** Takes one painted part out of a merged group: all its edges go. */
export const unmergeAct = (document: EditedLabels, label: LabelValue): EditAct => ({
  name: "undo merge",
  records: document.mergeEdgesOf(label).map(([a, b]) => ({ kind: "unmerge" as const, a, b })),
});

/** The groups that remain when every edge at `label` goes, smallest label first: what else falls apart. */
export function partsAfterUnmerge(document: LabelDocument, label: LabelValue): LabelValue[][] {
  const members = document.membersOf(label);
  const rest = members.filter((member) => member !== label);
  const parts: LabelValue[][] = [[label]];
  const seen = new Set<LabelValue>([label]);
  for (const start of rest) {
    if (seen.has(start)) continue;
    const part: LabelValue[] = [];
    const open = [start];
    seen.add(start);
    while (open.length > 0) {
      const at = open.pop() as LabelValue;
      part.push(at);
      for (const edge of document.mergeEdgesOf(at))
        for (const end of edge)
          if (!seen.has(end)) {
            seen.add(end);
            open.push(end);
          }
    }
    parts.push(part.sort((p, q) => p - q));
  }
  return parts;
}
