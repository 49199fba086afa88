import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { depositPlaces, recordNumberOf } from "../../../core/publication/deposit.ts";
import { datasetVersion, deposit } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { costlyCall } from "../../call-rate.ts";
import { atMost, projectProcedure } from "../../trpc.ts";
import { nudgeDeposits } from "../../zenodo/deposit-queue.ts";
import { describedBy } from "../../zenodo/described-version.ts";
import { openRepositoryToken } from "../../zenodo/repository-tokens.ts";
import { originOf } from "../../zenodo/zenodo-of.ts";
import { detailsOf } from "./find-deposit.ts";

/**
 * Begins the draft of a frozen version, which is then sent file by file; asked again, it is the same one. `earlierRecord`: number,
 * address or DOI of a record of the signed-in person that it is a new version of; empty for a record of its own.
 */
export const makeDraft = projectProcedure("owner")
  .use(atMost(costlyCall("zenodo.makeDraft", 10, 60)))
  .input(z.object({ versionId: z.uuid(), place: z.enum(depositPlaces), earlierRecord: z.string().trim().max(200) }))
  .mutation(async ({ ctx, input: { versionId, place, earlierRecord } }) => {
    const { services, projectId, user } = ctx;
    const newVersionOf = earlierRecord === "" ? null : recordNumberOf(earlierRecord);
    if (earlierRecord !== "" && newVersionOf === null)
      throw new Problem({
        tag: "not-a-record",
        what: "This is no record of Zenodo.",
        where: "earlierRecord",
        hint: "Give its number, its DOI (10.5281/zenodo.…) or its address.",
      });
    const id = await services.db.transaction(async (tx) => {
      const [version] = await tx
        .select()
        .from(datasetVersion)
        .where(and(eq(datasetVersion.id, versionId), eq(datasetVersion.projectId, projectId)))
        .for("update");
      if (!version)
        throw new Problem({
          tag: "no-such-version",
          what: "This dataset version is not there.",
          hint: "Reload the page.",
        });
      originOf(services, place);
      describedBy(version);
      await openRepositoryToken(services, user.id, place);
      const isThis = and(eq(deposit.versionId, versionId), eq(deposit.place, place));
      const [there] = await tx.select().from(deposit).where(isThis);
      if (there) return there.id;
      const values = { projectId, versionId, version: version.version, place, newVersionOf, createdBy: user.id };
      const [row] = await tx.insert(deposit).values(values).returning();
      const details = { ...detailsOf(row), ...(newVersionOf && { newVersionOf }) };
      await recordAudit(tx, { act: "deposit.begun", by: user.id, projectId, details });
      return row.id;
    });
    services.events.publish({ topic: "deposit", projectId });
    nudgeDeposits(services);
    return { id };
  });
