import { and, desc, eq, gte, ne, sql } from "drizzle-orm";
import { Problem } from "../../core/problem.ts";
import type { Transaction } from "../../db/client.ts";
import { claim, decision, prediction, proposal, user } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { countPlantedAnswer } from "../vigilance/planted-answers.ts";
import { whileNothingIsReplaced } from "./replacement-lock.ts";

export type DecisionKind = "accepted" | "corrected" | "rejected";

export interface Deciding {
  readonly projectId: string;
  readonly volumeId: string;
  readonly labelValue: number;
  readonly userId: string;
}

type ProposalRow = typeof proposal.$inferSelect;

const one = (table: typeof proposal | typeof claim, { volumeId, labelValue }: Deciding) =>
  and(eq(table.volumeId, volumeId), eq(table.labelValue, labelValue));

/**
 * Writes down what a person decided, with checkpoint, snapshot and score of the question, and frees the claim. The
 * voxels and the status are the person's own records; this is the history of the questions. Deciding again (redo,
 * accepted and then corrected) is another row.
 */
export async function decide(services: Services, given: Deciding & { kind: DecisionKind }): Promise<void> {
  await whileNothingIsReplaced(services, given.volumeId, async (tx) => {
    const row = await lockProposal(tx, given);
    if (row.state === given.kind) return;
    await refuseIfHeldByAnother(tx, given);
    if (row.planted) {
      await settlePlanted(tx, given);
      return;
    }
    await tx.update(proposal).set({ state: given.kind }).where(one(proposal, given));
    await writeDecision(tx, given, row, given.kind);
    await tx.delete(claim).where(one(claim, given));
  });
  publish(services, given, "decided");
}

/**
 * No decision is written, as nothing of a planted one counts anywhere: an answer to a question of the queue is added to what the
 * project answered. What was clicked, or accepted together with others, was no question.
 */
async function settlePlanted(tx: Transaction, given: Deciding & { kind: DecisionKind }): Promise<void> {
  const [asked] = await tx
    .delete(claim)
    .where(and(one(claim, given), eq(claim.userId, given.userId)))
    .returning({ userId: claim.userId });
  const [settled] = await tx
    .update(proposal)
    .set({ state: "replaced" })
    .where(and(one(proposal, given), eq(proposal.state, "undecided")))
    .returning({ labelValue: proposal.labelValue });
  if (asked && settled) await countPlantedAnswer(tx, given.projectId, given.kind);
}

/** Back into the queue, for others first. */
export async function skip(services: Services, given: Deciding): Promise<void> {
  await whileNothingIsReplaced(services, given.volumeId, async (tx) => {
    const row = await lockProposal(tx, given);
    if (!row.planted) await writeDecision(tx, given, row, "skipped");
    await tx.delete(claim).where(and(one(claim, given), eq(claim.userId, given.userId)));
  });
  publish(services, given, "skipped");
}

/** The person undid the act: the proposal is open again, unless a newer prediction has taken its place. */
export async function undoDecision(services: Services, given: Deciding): Promise<void> {
  await whileNothingIsReplaced(services, given.volumeId, async (tx) => {
    const row = await lockProposal(tx, given);
    if (row.planted || row.state === "undecided" || row.state === "replaced") return;
    const [of] = await tx
      .select({ current: prediction.current })
      .from(prediction)
      .where(eq(prediction.id, row.predictionId));
    await tx
      .update(proposal)
      .set({ state: of?.current ? "undecided" : "replaced" })
      .where(one(proposal, given));
    await writeDecision(tx, given, row, "undone");
  });
  publish(services, given, "undone");
}

async function lockProposal(tx: Transaction, given: Deciding): Promise<ProposalRow> {
  const [row] = await tx.select().from(proposal).where(one(proposal, given)).for("update");
  if (!row)
    throw new Problem({
      tag: "proposal-unknown",
      what: "This proposal does not exist in this volume.",
      where: `label ${given.labelValue}`,
      hint: "Reload the page: the proposals may have been replaced.",
    });
  return row;
}

async function refuseIfHeldByAnother(tx: Transaction, given: Deciding): Promise<void> {
  const [holder] = await tx
    .select({ name: user.name })
    .from(claim)
    .innerJoin(user, eq(user.id, claim.userId))
    .where(and(one(claim, given), ne(claim.userId, given.userId), gte(claim.expiresAt, sql`now()`)));
  if (holder)
    throw new Problem({
      tag: "proposal-held",
      what: `${holder.name} is looking at this proposal now.`,
      hint: "Undo your change, or talk to them; Next brings you another one.",
    });
}

async function writeDecision(
  tx: Transaction,
  given: Deciding,
  row: ProposalRow,
  kind: DecisionKind | "skipped" | "undone",
): Promise<void> {
  const [source] = await tx.select().from(prediction).where(eq(prediction.id, row.predictionId));
  const [held] = await tx
    .select({ audit: claim.audit, wrongProbability: claim.wrongProbability })
    .from(claim)
    .where(and(one(claim, given), eq(claim.userId, given.userId)));
  const [before] = held
    ? [held]
    : // Redone or decided again: the question it answers is still the audit item it was.
      await tx
        .select({ audit: decision.audit, wrongProbability: decision.wrongProbability })
        .from(decision)
        .where(
          and(
            eq(decision.volumeId, given.volumeId),
            eq(decision.labelValue, given.labelValue),
            eq(decision.userId, given.userId),
          ),
        )
        .orderBy(desc(decision.createdAt))
        .limit(1);
  await tx.insert(decision).values({
    projectId: given.projectId,
    volumeId: given.volumeId,
    labelValue: given.labelValue,
    userId: given.userId,
    kind,
    audit: before?.audit ?? false,
    checkpointId: source?.checkpointId ?? null,
    snapshotId: source?.snapshotId ?? null,
    predictionId: row.predictionId,
    uncertainty: row.uncertainty,
    doubt: row.doubt,
    wrongProbability: before?.wrongProbability ?? null,
  });
}

function publish({ events }: Services, given: Deciding, what: "decided" | "skipped" | "undone"): void {
  const { projectId, volumeId, labelValue } = given;
  if (what === "skipped") {
    events.publish({ topic: "queue", projectId });
    return;
  }
  events.publish({ topic: "queue", projectId, decided: true });
  // Whoever shows the list takes it out: it is asked for again where one comes back only.
  events.publish({ topic: "proposals", projectId, volumeId, ...(what === "decided" && { settled: labelValue }) });
}
