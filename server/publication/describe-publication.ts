import { and, asc, eq, inArray } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import { licenceConflict } from "../../core/publication/licences.ts";
import { EMPTY_PUBLICATION, type Publication } from "../../core/publication/publication.ts";
import type { Database, Transaction } from "../../db/client.ts";
import { publication, volume } from "../../db/schema/index.ts";

/** What a project's data sets say about themselves; fields that a later version has are empty in rows from before. */
export async function readPublication(
  db: Database | Transaction,
  projectId: string,
): Promise<{ readonly fields: Publication; readonly revision: number }> {
  const [row] = await db.select().from(publication).where(eq(publication.projectId, projectId));
  return { fields: { ...EMPTY_PUBLICATION, ...row?.fields }, revision: row?.revision ?? 0 };
}

/** Volumes that a data set would hold, with where their images come from. */
export const readOrigins = (db: Database | Transaction, projectId: string) =>
  db
    .select({ volumeId: volume.id, name: volume.name, specimen: volume.specimen, origin: volume.origin })
    .from(volume)
    .where(and(eq(volume.projectId, projectId), inArray(volume.state, ["ready"])))
    .orderBy(asc(volume.name), asc(volume.id));

/** A licence that the owners of somebody else's images do not allow is refused, by both names. */
export async function assertOriginsAllow(
  db: Database | Transaction,
  projectId: string,
  licence: string,
): Promise<void> {
  if (licence === "") return;
  for (const { name, origin } of await readOrigins(db, projectId)) {
    if (origin?.kind !== "others") continue;
    const conflict = licenceConflict(origin.licence, licence);
    if (conflict)
      throw new Problem({
        tag: "licence-conflict",
        what: `The images of ${name} are under ${origin.licence || "no licence"}, which does not go with ${licence}. ${conflict}`,
        where: name,
        hint: "Choose a licence that they allow, ask their owners, or delete the volume from this project.",
      });
  }
}
