import { and, desc, eq, gte, sql } from "drizzle-orm";
import { z } from "zod";
import { writtenAnswer } from "../../../core/contract/api-transformer.ts";
import { labelValueSchema } from "../../../core/contract/voxel-shapes.ts";
import type { ProposalColumns } from "../../../core/labels/proposal-columns.ts";
import { claim, decision, prediction, proposal, user } from "../../../db/schema/index.ts";
import { router, volumeProcedure } from "../../trpc.ts";
import { plantSealsOf } from "../../vigilance/plant-seals.ts";

const labelInput = z.object({ labelValue: labelValueSchema });

const columns = {
  labelValue: proposal.labelValue,
  predictionId: proposal.predictionId,
  kind: proposal.kind,
  state: proposal.state,
  minZyx: proposal.minZyx,
  maxZyx: proposal.maxZyx,
  centroidZyx: proposal.centroidZyx,
  voxels: proposal.voxels,
  uncertainty: proposal.uncertainty,
  reason: proposal.reason,
  className: proposal.proposedClass,
  classProbability: proposal.classProbability,
};

/** The label image that the browser shows, or null before the first prediction. Chunks: `/zarr/<volumeId>/<path>/0/c/…`. `seals`: of what is planted in it (core/vigilance). */
const current = volumeProcedure("viewer").query(async ({ ctx, input }) => {
  const [row] = await ctx.services.db
    .select({
      id: prediction.id,
      source: prediction.source,
      checkpointId: prediction.checkpointId,
      snapshotId: prediction.snapshotId,
      createdAt: prediction.createdAt,
    })
    .from(prediction)
    .where(and(eq(prediction.volumeId, input.volumeId), eq(prediction.current, true)));
  if (!row) return null;
  const seals = await plantSealsOf(ctx.services.db, input.volumeId);
  return { ...row, path: `predictions/${row.id}/labels.ome.zarr`, seals };
});

const listed = {
  labelValue: proposal.labelValue,
  isCandidate: sql`${proposal.kind} = 'candidate'`,
  touchesBorder: proposal.touchesBorder,
  centroidZyx: proposal.centroidZyx,
  minZyx: proposal.minZyx,
  maxZyx: proposal.maxZyx,
  voxels: proposal.voxels,
  uncertainty: proposal.uncertainty,
  reason: proposal.reason,
  className: proposal.proposedClass,
  classProbability: proposal.classProbability,
  heldBy: user.name,
} satisfies Record<keyof ProposalColumns, unknown>;

/** The database writes the answer: ten thousand rows would be walked three times here. */
const columnsAsJson = sql<string>`json_build_object(${sql.join(
  Object.entries(listed).flatMap(([name, column]) => [
    sql`${name}::text`,
    sql`coalesce(json_agg(${column} order by ${proposal.labelValue}), '[]')`,
  ]),
  sql`, `,
)})::text`;

/** Open proposals of a volume, and who looks at them. */
const list = volumeProcedure("viewer").query(async ({ ctx, input }) => {
  const [{ json }] = await ctx.services.db
    .select({ json: columnsAsJson })
    .from(proposal)
    .leftJoin(
      claim,
      and(
        eq(claim.volumeId, proposal.volumeId),
        eq(claim.labelValue, proposal.labelValue),
        gte(claim.expiresAt, sql`now()`),
      ),
    )
    .leftJoin(user, eq(user.id, claim.userId))
    .where(and(eq(proposal.volumeId, input.volumeId), eq(proposal.state, "undecided")));
  return writtenAnswer<ProposalColumns>(json);
});

/** The open proposal under a clicked label value; `heldBy` when somebody else is looking at it. */
const at = volumeProcedure("viewer")
  .input(labelInput)
  .query(async ({ ctx, input }) => {
    const [row] = await ctx.services.db
      .select({ ...columns, heldBy: user.name, heldById: claim.userId })
      .from(proposal)
      .leftJoin(
        claim,
        and(
          eq(claim.volumeId, proposal.volumeId),
          eq(claim.labelValue, proposal.labelValue),
          gte(claim.expiresAt, sql`now()`),
        ),
      )
      .leftJoin(user, eq(user.id, claim.userId))
      .where(
        and(
          eq(proposal.volumeId, input.volumeId),
          eq(proposal.labelValue, input.labelValue),
          eq(proposal.state, "undecided"),
        ),
      );
    if (!row) return null;
    const { heldById, ...rest } = row;
    return { ...rest, heldBy: heldById === ctx.user.id ? null : rest.heldBy };
  });

/** Everything that was ever decided about one proposal, newest first: prediction, checkpoint and snapshot it came from. */
const history = volumeProcedure("viewer")
  .input(labelInput)
  .query(({ ctx, input }) =>
    ctx.services.db
      .select({
        kind: decision.kind,
        by: user.name,
        checkpointId: decision.checkpointId,
        snapshotId: decision.snapshotId,
        uncertainty: decision.uncertainty,
        createdAt: decision.createdAt,
      })
      .from(decision)
      .innerJoin(user, eq(user.id, decision.userId))
      .where(and(eq(decision.volumeId, input.volumeId), eq(decision.labelValue, input.labelValue)))
      .orderBy(desc(decision.createdAt)),
  );

export const proposalRouter = router({ current, list, at, history });
