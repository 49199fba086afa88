import { and, desc, eq } from "drizzle-orm";
import { type DescribedField, missingFor } from "../../../core/publication/missing-fields.ts";
import { describeLicence } from "../../../core/publication/spdx/describe-licence.ts";
import { datasetVersion, deposit, user } from "../../../db/schema/index.ts";
import { projectProcedure } from "../../trpc.ts";
import { describe } from "../../zenodo/described-version.ts";

/**
 * What of a project lies at Zenodo, or is on its way there, newest first; and of each frozen version that does not say all that Zenodo
 * asks for, what it lacks.
 */
export const listDeposits = projectProcedure("viewer").query(async ({ ctx }) => {
  const { db } = ctx.services;
  const rows = await db
    .select({ deposit, by: user.name })
    .from(deposit)
    .leftJoin(user, eq(user.id, deposit.createdBy))
    .where(eq(deposit.projectId, ctx.projectId))
    .orderBy(desc(deposit.createdAt), desc(deposit.id));
  const versions = await db
    .select({ id: datasetVersion.id, description: datasetVersion.description })
    .from(datasetVersion)
    .where(and(eq(datasetVersion.projectId, ctx.projectId), eq(datasetVersion.state, "ready")));
  const lacking = versions.flatMap(({ id, description }): { versionId: string; fields: DescribedField[] }[] => {
    const fields = missingFor("Zenodo", describe(description).described, describeLicence);
    return fields.length > 0 ? [{ versionId: id, fields }] : [];
  });
  const deposits = rows.map(({ deposit: row, by }) => ({
    id: row.id,
    versionId: row.versionId,
    version: row.version,
    place: row.place,
    state: row.state,
    progress: row.progress,
    bytes: row.bytes,
    problem: row.problem,
    newVersionOf: row.newVersionOf,
    recordId: row.recordId,
    doi: row.doi,
    page: row.page,
    publishedAt: row.publishedAt,
    by,
    isOwn: row.createdBy === ctx.user.id,
  }));
  return { deposits, lacking };
});
