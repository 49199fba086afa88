import { sql } from "drizzle-orm";
import { z } from "zod";
import { auditEvent } from "../../../db/schema/index.ts";
import { auditFilterSchema, readAuditPage } from "../../audit/read-audit-log.ts";
import { verifyChain } from "../../audit/verify-chain.ts";
import { administratorProcedure, projectProcedure, router } from "../../trpc.ts";

const ROWS_OF_A_PAGE = 50;

const pageSchema = z.object({
  filter: auditFilterSchema.default({}),
  /** Position of the last row that the page has; later rows come first. */
  cursor: z.int().min(1).nullish(),
});

export const auditRouter = router({
  /** Everything that was written down. */
  ofInstallation: administratorProcedure
    .input(pageSchema.extend({ ofProjectId: z.uuid().optional() }))
    .query(async ({ ctx, input }) => {
      const { rows, next } = await readAuditPage(ctx.services.db, {
        filter: input.filter,
        projectId: input.ofProjectId,
        before: input.cursor ?? undefined,
        rows: ROWS_OF_A_PAGE,
      });
      return { rows: rows.map(({ id, previousHash, hash, ...row }) => row), next };
    }),

  /** What happened in one project, for its owners: without addresses, which are for administrators. */
  ofProject: projectProcedure("owner")
    .input(pageSchema)
    .query(async ({ ctx, input }) => {
      const { rows, next } = await readAuditPage(ctx.services.db, {
        filter: input.filter,
        projectId: ctx.projectId,
        before: input.cursor ?? undefined,
        rows: ROWS_OF_A_PAGE,
      });
      return { rows: rows.map(({ id, previousHash, hash, clientAddress, requestId, ...row }) => row), next };
    }),

  /** Projects that rows name, also those that are gone, under the last name written down. */
  projects: administratorProcedure.query(async ({ ctx }) => {
    const { rows } = await ctx.services.db.execute<{ id: string; name: string }>(sql`
      select distinct on (project_id) project_id as id, coalesce(project_name, '') as name
      from ${auditEvent} where project_id is not null order by project_id, position desc limit 2000`);
    return rows.sort((a, b) => a.name.localeCompare(b.name));
  }),

  /** Whether every row still is what was written, and follows from the one before it. */
  verify: administratorProcedure.query(({ ctx }) => verifyChain(ctx.services.db)),
});
