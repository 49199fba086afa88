import { eq } from "drizzle-orm";
import { z } from "zod";
import type { SnapshotManifest } from "../../../core/contract/snapshot-manifest.ts";
import type { Contribution } from "../../../core/history/contributions.ts";
import { type NucleusPeople, peopleOfNucleus } from "../../../core/history/nucleus-people.ts";
import { nucleusAuthor, type volume } from "../../../db/schema/index.ts";
import { readContributions } from "../../collab/base/contribution-rows.ts";
import type { Services } from "../../services.ts";
import { importedLabelsPrefix } from "../../storage/import-places.ts";

export interface ToldNucleus extends NucleusPeople {
  /** `drawn` by hand, `proposal` of a model, or `import` from a file. */
  readonly origin: "drawn" | "proposal" | "import";
}

type Frozen = SnapshotManifest["nuclei"][number];

/** Who did what to the nuclei of a frozen volume, by account, up to the place of the journal that the snapshot holds. */
export async function peopleOfVolume(
  { db, blobs }: Pick<Services, "db" | "blobs">,
  row: typeof volume.$inferSelect,
  upTo: number,
): Promise<(nucleus: Frozen) => ToldNucleus> {
  const contributions = byLabel(await readContributions(db, row.id, upTo));
  const authors = byLabel(
    await db
      .select({ label: nucleusAuthor.label, userId: nucleusAuthor.userId })
      .from(nucleusAuthor)
      .where(eq(nucleusAuthor.volumeId, row.id))
      .orderBy(nucleusAuthor.label, nucleusAuthor.userId),
  );
  const imported = row.baseLabels === "imported" ? await importedLabels(blobs, row.id) : new Set<number>();
  return (nucleus) => {
    const labels = [nucleus.label, ...(nucleus.merged ?? [])];
    const acts = labels.flatMap((label): readonly Contribution[] => contributions.get(label) ?? []);
    const isUnpainted = acts.length > 0 && acts.every(({ kind }) => kind !== "painted");
    const isImported =
      nucleus.origin === "import" ||
      labels.some((label) => imported.has(label)) ||
      (row.baseLabels === "imported" && imported.size === 0 && nucleus.origin === null && isUnpainted);
    const people = peopleOfNucleus({
      contributions: acts,
      isDrawn: nucleus.origin === null && !isImported && nucleus.by !== null,
      hasClass: nucleus.class !== null,
      authors: [...new Set(labels.flatMap((label) => (authors.get(label) ?? []).map(({ userId }) => userId)))],
      lastTouchedBy: nucleus.by,
    });
    if (isImported || nucleus.by === null) return { ...people, origin: "import" };
    return { ...people, origin: nucleus.origin === null ? "drawn" : "proposal" };
  };
}

function byLabel<T extends { readonly label: number }>(rows: readonly T[]): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const row of rows) {
    const there = found.get(row.label);
    if (there) there.push(row);
    else found.set(row.label, [row]);
  }
  return found;
}

const labelGroupSchema = z.object({
  attributes: z.object({
    ome: z.object({
      "image-label": z.object({ properties: z.array(z.object({ "label-value": z.int().min(1) })) }),
    }),
  }),
});

/** Labels that were there before anybody painted. */
async function importedLabels(blobs: Services["blobs"], volumeId: string): Promise<Set<number>> {
  const bytes = await blobs.get(`${importedLabelsPrefix(volumeId)}zarr.json`);
  const group = labelGroupSchema.safeParse(bytes && JSON.parse(Buffer.from(bytes).toString()));
  return new Set(group.data?.attributes.ome["image-label"].properties.map((one) => one["label-value"]));
}
