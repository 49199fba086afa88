import { and, eq, isNull } from "drizzle-orm";
import { isProblem, Problem, type ProblemFields } from "../../core/problem.ts";
import { describeLicence } from "../../core/publication/spdx/describe-licence.ts";
import { zenodoMetadata } from "../../core/publication/zenodo-metadata.ts";
import { datasetVersion, deposit, projectMember, user } from "../../db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { software } from "../export/software-version.ts";
import { failureLog } from "../log/failure-log.ts";
import { BACKGROUND } from "../servers/operation.ts";
import type { Services } from "../services.ts";
import { ZENODO_TIMING, type ZenodoTiming } from "./ask-zenodo.ts";
import { depositFilesOf } from "./deposit-files.ts";
import { describedBy } from "./described-version.ts";
import { discardDraft, publishDeposit, uploadDeposit } from "./upload-deposit.ts";
import type { Deposition } from "./zenodo-client.ts";
import { zenodoOf } from "./zenodo-of.ts";
import { draftGone, versionGone } from "./zenodo-problems.ts";

export type DepositRow = typeof deposit.$inferSelect;
type Change = Partial<typeof deposit.$inferInsert>;

/** The page needs no finer steps. */
const PROGRESS_STEP = 0.01;

/** Somebody has cancelled it, or the project is gone: nothing more is done. */
class Unwanted extends Error {}

/** Does what the row's state asks for, and writes down what came of it. Rejects only where not even that could be. */
export async function runDeposit(
  services: Services,
  row: DepositRow,
  signal: AbortSignal,
  timing: ZenodoTiming = ZENODO_TIMING,
): Promise<void> {
  try {
    await assertMayStill(services, row);
    if (row.state === "uploading") await upload(services, row, signal, timing);
    else if (row.state === "publishing") await publish(services, row, signal, timing);
    else if (row.state === "discarding") await discard(services, row, signal, timing);
  } catch (error) {
    // Stopped by the server's own end it is taken up again.
    if (signal.aborted || error instanceof Unwanted) return;
    await fail(services, row, problemOf(error));
  }
}

/** Nothing is done in the name of somebody who may not do it any more, whatever they asked for before. */
async function assertMayStill({ db }: Services, { projectId, createdBy }: DepositRow): Promise<void> {
  const owners = await db
    .select({ id: user.id })
    .from(projectMember)
    .innerJoin(user, eq(user.id, projectMember.userId))
    .where(
      and(
        eq(projectMember.projectId, projectId),
        eq(projectMember.userId, createdBy ?? ""),
        eq(projectMember.role, "owner"),
        isNull(user.switchedOffAt),
      ),
    );
  if (owners.length > 0) return;
  throw new Problem({
    tag: "deposit-owner-gone",
    what: "Who made this draft is no owner of the project any more.",
    hint: "The draft lies in their account at Zenodo. Take it off the list, and make one of your own.",
  });
}

/** Only while it is in the state that it was taken up in: what people ask for meanwhile counts. */
async function update({ db, cluster, events }: Services, row: DepositRow, change: Change): Promise<void> {
  const changed = await db.transaction(async (tx) => {
    await cluster?.leases.assertHeld(tx, BACKGROUND);
    const isAsTaken = and(eq(deposit.id, row.id), eq(deposit.state, row.state));
    const rows = await tx.update(deposit).set(change).where(isAsTaken).returning();
    if (change.state === "published" && rows.length > 0) {
      const { projectId, place, version, doi } = rows[0];
      const details = { depositId: row.id, version, place, doi: doi ?? "" };
      await recordAudit(tx, { act: "deposit.published", by: row.createdBy, projectId, details });
    }
    return rows.length > 0;
  });
  events.publish({ topic: "deposit", projectId: row.projectId });
  if (!changed) throw new Unwanted();
}

const asPublished = ({ id, doi, page }: Deposition): Change => ({
  state: "published",
  problem: null,
  progress: 1,
  recordId: id,
  doi,
  page,
  publishedAt: new Date(),
});

async function upload(services: Services, row: DepositRow, signal: AbortSignal, timing: ZenodoTiming): Promise<void> {
  const zenodo = await zenodoOf(services, row, signal, timing);
  // Before minutes are spent on looking at every file.
  await zenodo.assertTokenWorks();
  const [version] = row.versionId
    ? await services.db.select().from(datasetVersion).where(eq(datasetVersion.id, row.versionId))
    : [];
  if (!version) throw versionGone();
  const { description, described } = describedBy(version);
  const marker = `Dataset version ${version.id}.`;
  const about = {
    version: version.version,
    date: new Date().toISOString().slice(0, 10),
    software: `${software.name} ${software.version}`,
    marker,
  };
  const metadata = zenodoMetadata(described, about, describeLicence);
  const { projectId, checkpointId } = version;
  const files = await depositFilesOf(services, { projectId, checkpointId, description }, signal);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  await update(services, row, { bytes: total, problem: null });
  let said = row.progress;
  let saying = Promise.resolve();
  const draft = await uploadDeposit(row, {
    zenodo,
    metadata,
    marker,
    files,
    signal,
    async save({ files, ...change }) {
      await assertMayStill(services, row);
      await update(services, row, { ...change, ...(files && { files: [...files] }) });
    },
    onProgress(bytes) {
      const progress = bytes / total;
      if (Math.abs(progress - said) < PROGRESS_STEP) return;
      said = progress;
      saying = saying.then(() => update(services, row, { progress })).catch(() => {}); // the next saving says whether it is wanted
    },
  });
  await saying;
  await update(
    services,
    row,
    draft.isPublished ? asPublished(draft) : { state: "draft", progress: 1, doi: draft.doi, page: draft.page },
  );
}

async function publish(services: Services, row: DepositRow, signal: AbortSignal, timing: ZenodoTiming): Promise<void> {
  if (!row.recordId) throw draftGone();
  const zenodo = await zenodoOf(services, row, signal, timing);
  await update(services, row, asPublished(await publishDeposit(row.recordId, row.files, zenodo)));
}

async function discard(services: Services, row: DepositRow, signal: AbortSignal, timing: ZenodoTiming): Promise<void> {
  if (row.recordId) {
    const published = await discardDraft(row.recordId, await zenodoOf(services, row, signal, timing));
    if (published) return update(services, row, asPublished(published));
  }
  await services.db.delete(deposit).where(and(eq(deposit.id, row.id), eq(deposit.state, row.state)));
  services.events.publish({ topic: "deposit", projectId: row.projectId });
}

/** A draft that is gone is forgotten, so that going on makes another. */
async function fail(services: Services, row: DepositRow, problem: ProblemFields): Promise<void> {
  const isGone = problem.tag === draftGone().tag;
  const change: Change = {
    problem,
    state: row.state === "publishing" && !isGone ? "draft" : "stopped",
    ...(isGone && { recordId: null, doi: null, page: null, asked: false, metadataSent: false, files: [], progress: 0 }),
  };
  await update(services, row, change).catch((error) => {
    if (!(error instanceof Unwanted)) throw error;
  });
}

function problemOf(error: unknown): ProblemFields {
  if (isProblem(error)) return error.toJSON();
  failureLog.failed("a deposit", error);
  return {
    tag: "deposit-failed",
    what: "The version could not be brought to Zenodo.",
    hint: "Go on to try again; the server's log says more.",
  };
}
