import { and, asc, desc, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { Problem } from "../../../core/problem.ts";
import { nameSchema } from "../../../core/text/name.ts";
import { project, trainerToken, trainerTokenProject } from "../../../db/schema/index.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import { hashToken } from "../../auth/token-hash.ts";
import { issueTrainerToken } from "../../auth/trainer-token.ts";
import { expireLeasesOf } from "../../jobs/expire-leases-of.ts";
import { administratorProcedure, publicUrlOf } from "../../trpc.ts";

const MAX_PROJECTS = 300;

/** Trainers that may dial in, each with the projects that it serves; null: all. The hash names a token; nothing can be made of it. */
export const trainerTokens = administratorProcedure.query(async ({ ctx }) => {
  const { db } = ctx.services;
  const tokens = await db
    .select({
      tokenId: trainerToken.tokenHash,
      name: trainerToken.name,
      allProjects: trainerToken.allProjects,
      createdAt: trainerToken.createdAt,
      lastSeenAt: trainerToken.lastSeenAt,
    })
    .from(trainerToken)
    .where(isNull(trainerToken.revokedAt))
    .orderBy(desc(trainerToken.createdAt));
  const served = await db
    .select({ tokenId: trainerTokenProject.tokenHash, id: project.id, name: project.name })
    .from(trainerTokenProject)
    .innerJoin(project, eq(project.id, trainerTokenProject.projectId))
    .orderBy(asc(project.name), asc(project.id));
  return tokens.map(({ allProjects, ...token }) => ({
    ...token,
    projects: allProjects
      ? null
      : served.filter(({ tokenId }) => tokenId === token.tokenId).map(({ id, name }) => ({ id, name })),
  }));
});

/** Names only, to choose from: what is in a project stays its members' business. */
export const projectNames = administratorProcedure.query(({ ctx }) =>
  ctx.services.db
    .select({ id: project.id, name: project.name })
    .from(project)
    .where(isNull(project.deskOf))
    .orderBy(asc(project.name), asc(project.id)),
);

/** The token is shown once. */
export const createTrainerToken = administratorProcedure
  .input(
    z.object({
      name: nameSchema(60),
      /** Null: all projects, also those to come. */
      projectIds: z.array(z.uuid()).min(1).max(MAX_PROJECTS).nullable().default(null),
    }),
  )
  .mutation(async ({ ctx, input: { name, projectIds } }) => {
    const token = await ctx.services.db.transaction(async (tx) => {
      const made = await issueTrainerToken(tx, name, ctx.user.id, projectIds);
      const scope = projectIds === null ? "all projects" : `${projectIds.length} projects`;
      const details = { name, tokenId: shownId(hashToken(made)), scope };
      await recordAudit(tx, { act: "trainer-token.made", by: ctx.user.id, details });
      return made;
    });
    return { token, url: publicUrlOf(ctx) };
  });

/** Enough of the hash to tell tokens of one name apart in the audit log. */
const shownId = (tokenHash: string): string => tokenHash.slice(0, 12);

/** Ends the tokens of its jobs as well; another trainer can claim these at once. */
export const revokeTrainerToken = administratorProcedure
  .input(z.object({ tokenId: z.string().length(64) }))
  .mutation(({ ctx, input }) =>
    ctx.services.db.transaction(async (tx) => {
      const [revoked] = await tx
        .update(trainerToken)
        .set({ revokedAt: new Date() })
        .where(and(eq(trainerToken.tokenHash, input.tokenId), isNull(trainerToken.revokedAt)))
        .returning({ name: trainerToken.name });
      if (!revoked) throw new Problem({ tag: "token-unknown", what: "There is no such token." });
      const details = { name: revoked.name, tokenId: shownId(input.tokenId) };
      await recordAudit(tx, { act: "trainer-token.revoked", by: ctx.user.id, details });
      await expireLeasesOf(tx, input.tokenId);
    }),
  );
