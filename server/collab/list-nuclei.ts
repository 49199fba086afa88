import { and, eq, inArray } from "drizzle-orm";
import { type LabelStatus, labelStatuses } from "../../core/labels/label-status.ts";
import { proposal, user } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { liveVolumesOf } from "./live-volumes.ts";

/**
 * All nuclei of a volume in columns: thousands of rows in a few hundred kilobytes. Merged nuclei are one row under their
 * canonical label. Index i of every column is one nucleus; triples are z, y, x.
 */
export interface NucleusColumns {
  readonly label: number[];
  readonly voxels: number[];
  /** 3 per nucleus, voxels, one decimal. */
  readonly centroidZyx: number[];
  /** 6 per nucleus, half-open. */
  readonly boxZyx: number[];
  /** Index into `labelStatuses`. */
  readonly status: number[];
  readonly className: (string | null)[];
  readonly origin: (string | null)[];
  /** 0…1 of the proposal it came from; null when drawn by hand. */
  readonly uncertainty: (number | null)[];
  /** Index into `people`; -1 where it came with the file and nobody has touched it. */
  readonly by: number[];
  /** Milliseconds since 1970; 0 where `by` is -1. */
  readonly changedAtMs: number[];
  readonly people: { readonly id: string; readonly name: string }[];
}

/** R56: a nucleus without a status, painted by a person or imported as accepted, counts as accepted. */
export const effectiveStatus = (status: string | undefined): LabelStatus =>
  labelStatuses.find((known) => known === status) ?? "accepted";

export async function listNuclei(services: Services, volumeId: string): Promise<NucleusColumns> {
  const live = await liveVolumesOf(services).get(volumeId);
  const table = await live.labels.upToDate();
  const { facts } = live.room.fold;
  const { partition } = facts;
  const uncertainties = await readUncertainties(services, volumeId);
  const people = new Map<string, number>();
  const columns: NucleusColumns = {
    label: [],
    voxels: [],
    centroidZyx: [],
    boxZyx: [],
    status: [],
    className: [],
    origin: [],
    uncertainty: [],
    by: [],
    changedAtMs: [],
    people: [],
  };
  const listed = new Set<number>();
  for (const label of table.labels()) {
    const canonical = partition.canonical(label);
    if (listed.has(canonical)) continue;
    listed.add(canonical);
    const members = partition.members(canonical);
    const extent = table.extentOf(members);
    if (!extent) continue;
    const fields = facts.fieldsOf(canonical);
    columns.label.push(canonical);
    columns.voxels.push(extent.voxels);
    columns.centroidZyx.push(...extent.centroidZyx.map((v) => Math.round(v * 10) / 10));
    columns.boxZyx.push(...extent.box.minZyx, ...extent.box.maxZyx);
    columns.status.push(labelStatuses.indexOf(effectiveStatus(fields.status)));
    columns.className.push(fields.class ?? null);
    columns.origin.push(fields.origin ?? null);
    columns.uncertainty.push(uncertainties.get(canonical) ?? null);
    let last: { userId: string; at: Date } | null = null;
    for (const member of members) {
      const touch = live.room.touches.get(member);
      if (touch && (!last || touch.at > last.at)) last = touch;
    }
    if (last && !people.has(last.userId)) people.set(last.userId, people.size);
    columns.by.push(last ? (people.get(last.userId) ?? -1) : -1);
    columns.changedAtMs.push(last ? last.at.getTime() : 0);
  }
  return { ...columns, people: await readNames(services, [...people.keys()]) };
}

async function readUncertainties({ db }: Services, volumeId: string): Promise<Map<number, number>> {
  const rows = await db
    .select({ label: proposal.labelValue, uncertainty: proposal.uncertainty })
    .from(proposal)
    .where(and(eq(proposal.volumeId, volumeId), inArray(proposal.state, ["accepted", "corrected"])));
  return new Map(
    rows.flatMap(({ label, uncertainty }) => (uncertainty === null ? [] : [[label, uncertainty] as const])),
  );
}

async function readNames({ db }: Services, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: user.id, name: user.name })
    .from(user)
    .where(inArray(user.id, [...ids]));
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return ids.map((id) => ({ id, name: names.get(id) ?? "" }));
}
