import { and, desc, eq, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { proposedClassOf } from "../../core/classes/proposed-class.ts";
import { type QuestionKind, questionKindAfter } from "../../core/query/question-kind.ts";
import { calibrateDoubt, probabilityAt } from "../../core/query/wrong-probability.ts";
import { isPlantDue } from "../../core/vigilance/plant-share.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import type { Transaction } from "../../db/client.ts";
import { claim, project, proposal } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { type AskedPlace, findSettledStates, type SettledState } from "./find-settled-states.ts";
import { judgedDoubts } from "./judged-doubts.ts";
import { isOpenPlant, mayBeAsked } from "./may-be-asked.ts";
import type { Question } from "./question.ts";
import { whileNothingIsReplaced } from "./replacement-lock.ts";

/** A page that goes away without a word loses its claim after this; its heartbeats come at a third. */
export const CLAIM_SECONDS = 45;

export interface ClaimRequest {
  readonly projectId: string;
  readonly volumeId: string;
  readonly userId: string;
  readonly pageId: string;
  /** Put back by this page just now: not handed to it again at once. */
  readonly skipped: readonly number[];
  /** Asked before all others, if it may be asked: its answer was just taken back. */
  readonly first?: number | undefined;
  /** It can tell a planted proposal, and may be given one; programs cannot. */
  readonly tellsPlants?: boolean | undefined;
}

/** Of proposals that may be settled, so many are looked at after the first that is; twice as many each time, up to a bound. */
const LOOK_AHEAD = { first: 16, most: 1024 } as const;

/** Gives this page the most uncertain unclaimed proposal of the volume; what the page held before is free again. */
export async function claimNext(services: Services, request: ClaimRequest): Promise<Question | null> {
  for (let ahead: number = LOOK_AHEAD.first; ; ahead = Math.min(2 * ahead, LOOK_AHEAD.most)) {
    const question = await whileNothingIsReplaced(services, request.volumeId, (tx) => claimOne(tx, request));
    if (!question) return null;
    // Judged already, though no decision was written down: a page that died in between, or somebody who drew the
    // nucleus by hand since. Such a one is settled here and never asked; where there is one, there are more.
    const found = await findSettledStates(services, request.volumeId, [question]);
    if (found.size === 0) return question;
    const others = await nextInQueue(services, request, ahead);
    await settle(services, request.volumeId, [
      ...found,
      ...(await findSettledStates(services, request.volumeId, others)),
    ]);
  }
}

/** What would be asked next, whoever asks. */
function nextInQueue({ db }: Services, { volumeId }: ClaimRequest, count: number): Promise<AskedPlace[]> {
  const p = alias(proposal, "p");
  const claimed = db
    .select({ one: sql`1` })
    .from(claim)
    .where(and(eq(claim.volumeId, p.volumeId), eq(claim.labelValue, p.labelValue)));
  return db
    .select({
      labelValue: p.labelValue,
      predictionId: p.predictionId,
      minZyx: p.minZyx,
      maxZyx: p.maxZyx,
      voxels: p.voxels,
    })
    .from(p)
    .where(and(eq(p.volumeId, volumeId), mayBeAsked, notExists(claimed)))
    .orderBy(sql`${p.uncertainty} desc nulls last`, desc(p.voxels), p.labelValue)
    .limit(count);
}

/** In one statement, however many. */
async function settle(services: Services, volumeId: string, found: readonly (readonly [number, SettledState])[]) {
  const rows = found.map(([label, state]) => ({ label, state }));
  await whileNothingIsReplaced(services, volumeId, (tx) =>
    tx.execute(sql`
      with found as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(label bigint, state text)),
      settled as (
        update proposal p set state = found.state from found
        where p.volume_id = ${volumeId} and p.label_value = found.label and p.state = 'undecided')
      delete from claim c using found where c.volume_id = ${volumeId} and c.label_value = found.label`),
  );
}

async function claimOne(tx: Transaction, request: ClaimRequest): Promise<Question | null> {
  await releaseClaims(tx, request);
  const [{ asked, plantEvery }] = await tx
    .update(project)
    .set({ questionsAsked: sql`${project.questionsAsked} + 1` })
    .where(eq(project.id, request.projectId))
    .returning({ asked: project.questionsAsked, plantEvery: project.plantEvery });
  const again = request.first === undefined ? null : await pick(tx, request, { label: request.first });
  if (again) return again;
  const wanted = questionKindAfter(asked - 1);
  const isPlanted = request.tellsPlants && wanted === "uncertain" && isPlantDue(plantEvery, Math.random());
  const plant = isPlanted ? await pick(tx, request, { kind: "planted" }) : null;
  if (plant) return plant;
  // Each kind falls back to the others, so that the queue empties whatever is left in it.
  for (const kind of new Set<QuestionKind>([wanted, "uncertain", "candidate"])) {
    const question = await pick(tx, request, { kind });
    if (question) return question;
  }
  // Nothing was asked after all.
  await tx
    .update(project)
    .set({ questionsAsked: sql`${project.questionsAsked} - 1` })
    .where(eq(project.id, request.projectId));
  return null;
}

/**
 * Locks one row that nobody else is just looking at and writes the claim. The update of the project's counter lets the
 * claimers of one project in one after the other, and the claim's primary key makes a second holder impossible.
 */
async function pick(
  tx: Transaction,
  request: ClaimRequest,
  among: { readonly kind: QuestionKind | "planted" } | { readonly label: number },
): Promise<Question | null> {
  const kind = "kind" in among ? among.kind : null;
  const order =
    kind === "audit" || kind === "planted"
      ? sql`random()`
      : sql`p.uncertainty desc nulls last, p.voxels desc, p.label_value`;
  const skipped = sql`(${sql.join([sql`-1`, ...request.skipped.map((label) => sql`${label}::bigint`)], sql`, `)})`;
  const { rows } = await tx.execute<QuestionRow>(sql`
    with pick as materialized (
      select p.* from proposal p
      where p.volume_id = ${request.volumeId} and ${kind === "planted" ? isOpenPlant : mayBeAsked}
        and ${"label" in among ? sql`p.label_value = ${among.label}::bigint` : sql`p.kind = ${kind === "candidate" ? "candidate" : "nucleus"}`}
        and p.label_value not in ${skipped}
        and not exists (select 1 from claim c where c.volume_id = p.volume_id and c.label_value = p.label_value
          and c.expires_at >= now())
      order by ${order}
      for update skip locked limit 1),
    taken as (
      insert into claim as held (volume_id, label_value, user_id, page_id, audit, expires_at)
      select volume_id, label_value, ${request.userId}, ${request.pageId}, ${kind === "audit"},
        now() + make_interval(secs => ${CLAIM_SECONDS})
      from pick
      on conflict (volume_id, label_value) do update
        set user_id = excluded.user_id, page_id = excluded.page_id, audit = excluded.audit, wrong_probability = null,
            claimed_at = now(), expires_at = excluded.expires_at
        where held.expires_at < now()
      returning label_value)
    select p.label_value, p.doubt, p.prediction_id, p.kind, p.min_zyx, p.max_zyx, p.centroid_zyx, p.voxels, p.uncertainty, p.reason,
      p.proposed_class, p.class_probability
    from pick p join taken using (label_value)`);
  if (rows.length === 0) return null;
  return { ...toQuestion(rows[0]), ...(await sayHowLikelyWrong(tx, request, rows[0])) };
}

/** By the answers of this project so far; written down with the claim, so that it can be compared with the answer. */
async function sayHowLikelyWrong(
  tx: Transaction,
  request: ClaimRequest,
  row: QuestionRow,
): Promise<Pick<Question, "wrongProbability" | "answersBefore">> {
  if (row.doubt === null) return { wrongProbability: null, answersBefore: 0 };
  const judged = await judgedDoubts(tx, request.projectId);
  const wrongProbability = probabilityAt(calibrateDoubt(judged), row.doubt);
  await tx
    .update(claim)
    .set({ wrongProbability })
    .where(and(eq(claim.volumeId, request.volumeId), eq(claim.labelValue, Number(row.label_value))));
  return { wrongProbability, answersBefore: judged.length };
}

interface QuestionRow extends Record<string, unknown> {
  label_value: string;
  prediction_id: string;
  kind: Question["kind"];
  min_zyx: Zyx;
  max_zyx: Zyx;
  centroid_zyx: Zyx;
  voxels: number;
  doubt: number | null;
  uncertainty: number | null;
  reason: string;
  proposed_class: string | null;
  class_probability: number | null;
}

const toQuestion = (row: QuestionRow): Omit<Question, "wrongProbability" | "answersBefore"> => ({
  labelValue: Number(row.label_value),
  predictionId: row.prediction_id,
  kind: row.kind,
  minZyx: row.min_zyx,
  maxZyx: row.max_zyx,
  centroidZyx: row.centroid_zyx,
  voxels: row.voxels,
  uncertainty: row.uncertainty,
  reason: row.reason,
  proposedClass: proposedClassOf(row.proposed_class, row.class_probability),
});

type Holder = Pick<ClaimRequest, "volumeId" | "userId" | "pageId">;

/** True when something was held. */
export async function releaseClaims(tx: Transaction | Services["db"], holder: Holder): Promise<boolean> {
  const gone = await tx
    .delete(claim)
    .where(and(eq(claim.volumeId, holder.volumeId), eq(claim.userId, holder.userId), eq(claim.pageId, holder.pageId)))
    .returning({ labelValue: claim.labelValue });
  return gone.length > 0;
}

/** False when the claim has lapsed: the page must ask for another one. */
export async function prolongClaim(services: Services, holder: Holder & { labelValue: number }): Promise<boolean> {
  const kept = await services.db
    .update(claim)
    .set({ expiresAt: sql`now() + make_interval(secs => ${CLAIM_SECONDS})` })
    .where(
      and(
        eq(claim.volumeId, holder.volumeId),
        eq(claim.labelValue, holder.labelValue),
        eq(claim.userId, holder.userId),
        eq(claim.pageId, holder.pageId),
      ),
    )
    .returning({ labelValue: claim.labelValue });
  return kept.length > 0;
}
