import type { inferRouterOutputs } from "@trpc/server";
import type { NucleusRow } from "../../../../components/editor/editor-contract.ts";
import { CAME_WITH_FILE } from "../../../../components/editor/panel/nucleus-words.ts";
import { labelStatuses } from "../../../../core/labels/label-status.ts";
import { reviewStates } from "../../../../core/review/review-state.ts";
import type { Zyx } from "../../../../core/volume/voxel-space.ts";
import type { AppRouter } from "../../../../server/index.ts";

export type NucleusColumns = inferRouterOutputs<AppRouter>["nucleus"]["list"];

const triple = (values: readonly number[], at: number): Zyx => [values[at], values[at + 1], values[at + 2]];

/** The server's columns as rows of the list. */
export function nucleusRowsOf(columns: NucleusColumns, voxelSizeZyx: Zyx): NucleusRow[] {
  const voxelUm3 = voxelSizeZyx[0] * voxelSizeZyx[1] * voxelSizeZyx[2];
  return columns.label.map((label, i) => ({
    label,
    number: columns.number[i],
    status: labelStatuses[columns.status[i]] ?? "accepted",
    className: columns.className[i],
    volumeUm3: columns.voxels[i] * voxelUm3,
    centroidZyx: triple(columns.centroidZyx, i * 3),
    box: { minZyx: triple(columns.boxZyx, i * 6), maxZyx: triple(columns.boxZyx, i * 6 + 3) },
    uncertainty: columns.uncertainty[i],
    by: columns.people[columns.by[i]]?.name ?? CAME_WITH_FILE,
    changedAt: columns.changedAtMs[i] === 0 ? "" : new Date(columns.changedAtMs[i]).toISOString(),
    origin: columns.origin[i],
    review: reviewStates[columns.review[i]] ?? "none",
  }));
}
