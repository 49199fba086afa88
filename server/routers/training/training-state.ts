import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { checkpoint, project, trainer, trainingJob, volume } from "../../../db/schema/index.ts";
import { servesProject } from "../../auth/trainer-token.ts";
import { decisionsSinceTraining } from "../../jobs/decisions-since-training.ts";
import { trainingReadiness } from "../../jobs/training-readiness.ts";
import { projectProcedure } from "../../trpc.ts";

/** Everything the training panel shows beside the charts. */
export const trainingState = projectProcedure("viewer").query(async ({ ctx }) => {
  const { db } = ctx.services;
  const [settings] = await db.select().from(project).where(eq(project.id, ctx.projectId));
  const [current] = settings.currentCheckpointId
    ? await db
        .select({ origin: checkpoint.origin })
        .from(checkpoint)
        .where(eq(checkpoint.id, settings.currentCheckpointId))
    : [];
  const ofProject = eq(trainingJob.projectId, ctx.projectId);
  const jobs = await db
    .select({
      id: trainingJob.id,
      kind: trainingJob.kind,
      state: trainingJob.state,
      progress: trainingJob.progress,
      phase: trainingJob.phase,
      engine: trainingJob.engine,
      cancelRequested: trainingJob.cancelRequested,
      problem: trainingJob.problem,
      note: trainingJob.note,
      attempts: trainingJob.attempts,
      /** Nobody holds it, though somebody did: another trainer will go on. */
      orphaned: sql<boolean>`${trainingJob.state} = 'leased' and ${trainingJob.leaseExpiresAt} < now()`,
      createdAt: trainingJob.createdAt,
      finishedAt: trainingJob.finishedAt,
    })
    .from(trainingJob)
    .where(ofProject)
    .orderBy(desc(trainingJob.createdAt))
    .limit(20);
  // Those that would take its jobs: others would be named to people who wait for them in vain.
  const trainers = await db
    .select({
      name: trainer.name,
      engine: trainer.engine,
      words: trainer.words,
      /** It polls every few seconds; a busy one is seen at its heartbeats. */
      present: sql<boolean>`${trainer.lastSeenAt} > now() - interval '60 seconds' or exists (
        select 1 from training_job j where j.lease_owner = ${trainer.name} and j.state = 'leased' and j.lease_expires_at > now()) or exists (
        select 1 from prediction_block b where b.lease_owner = ${trainer.name} and b.state = 'leased' and b.lease_expires_at > now())`,
      lastSeenAt: trainer.lastSeenAt,
    })
    .from(trainer)
    .where(servesProject(trainer.tokenHash, ctx.projectId))
    .orderBy(desc(trainer.lastSeenAt))
    .limit(20);
  const [waitingElsewhere] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(trainingJob)
    .where(and(inArray(trainingJob.state, ["queued", "leased"]), sql`${trainingJob.projectId} <> ${ctx.projectId}`));
  const specimens = await db
    .select({
      specimen: volume.specimen,
      volumes: sql<number>`count(*)::int`,
      keptOut: sql<boolean>`bool_or(${volume.keptOut})`,
    })
    .from(volume)
    .where(and(eq(volume.projectId, ctx.projectId), eq(volume.state, "ready")))
    .groupBy(volume.specimen)
    .orderBy(volume.specimen);
  return {
    specimens,
    readiness: await trainingReadiness(ctx.services, ctx.projectId),
    jobs,
    trainers,
    waitingElsewhere: waitingElsewhere.count,
    decisions: await decisionsSinceTraining(db, ctx.projectId),
    retrainAfterDecisions: settings.retrainAfterDecisions,
    autoRetrain: settings.autoRetrain,
    trainMinutes: settings.trainMinutes,
    currentCheckpointId: settings.currentCheckpointId,
    currentOrigin: current?.origin ?? null,
    autoBegin: settings.autoBegin,
  };
});
