import { getTableName } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import {
  checkpoint,
  comment,
  commentThread,
  datasetVersion,
  deposit,
  invitation,
  nucleusClass,
  passkey,
  personalToken,
  project,
  projectMember,
  session,
  snapshot,
  study,
  task,
  trainingBox,
  trainingJob,
  trainingMetric,
  upload,
  webhook,
  webhookDelivery,
} from "../../db/schema/index.ts";
import type { Access } from "../access.ts";
import { appRouter } from "../root.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { createCallerFactory } from "../trpc.ts";
import { asUser, type Cast, castPeople, everyRole, type Scene, setScene } from "./cast.ts";

/**
 * Who owns one project asks for things of another by their ids: each input that names a thing (`…Id`) must be looked up
 * within the project of the route. Ids that name no thing of a project are listed with the reason.
 */
const namesNothingForeign: Readonly<Record<string, string>> = {
  "queue.next.pageId": "the browser page's own random name, kept beside the person's id",
  "queue.keep.pageId": "the same",
  "queue.release.pageId": "the same",
  "review.next.pageId": "the same",
  "review.keep.pageId": "the same",
  "review.release.pageId": "the same",
  "audit.ofInstallation.ofProjectId": "administrators read the whole log",
  "installation.makeResetLink.userId": "administrators act on every account",
  "installation.setAdministrator.userId": "administrators act on every account",
  "installation.setAccountOn.userId": "administrators act on every account",
  "installation.resetSecondFactor.userId": "administrators act on every account",
  "installation.endSessions.userId": "administrators act on every account",
  "installation.revokeTokens.userId": "administrators act on every account",
  "installation.revokeTrainerToken.tokenId": "administrators act on every token",
};

interface Things {
  readonly userId: string;
  readonly classId: string;
  readonly invitationId: string;
  readonly boxId: string;
  readonly jobId: string;
  readonly checkpointId: string;
  readonly uploadId: string;
  readonly versionId: string;
  readonly sessionId: string;
  readonly passkeyId: string;
  readonly tokenId: string;
  readonly threadId: string;
  readonly commentId: string;
  readonly depositId: string;
  readonly webhookId: string;
  readonly taskId: string;
  readonly assigneeId: string;
  readonly studyId: string;
  readonly adjudicatorId: string;
}

/** A task in the caller's own volume. */
const OWN_TASK = "00000000-0000-4000-8000-000000000001";

/** What else the call needs so that only the foreign id can be what is wrong. */
const otherInput: Readonly<Record<string, Record<string, unknown>>> = {
  "member.setRole": { role: "viewer" },
  "box.change": { kind: "fully-labelled", minZyx: [0, 0, 0], maxZyx: [1, 1, 1] },
  "comment.reply": { text: "taken over" },
  "comment.change": { text: "taken over" },
  "comment.resolve": { isResolved: true },
  "task.give": { box: null, goal: "taken over", due: null },
  "task.transfer": { taskId: OWN_TASK, assigneeId: null },
  "account.renamePasskey": { name: "taken over" },
  "export.shapes": { measure: "volume", by: "class" },
  "study.start": {
    box: { minZyx: [0, 0, 0], maxZyx: [4, 8, 8] },
    annotatorIds: ["a", "b"],
    beginsWith: "nothing",
  },
  "study.propose": { method: "majority" },
  "zenodo.makeDraft": { place: "zenodo", earlierRecord: "" },
  "zenodo.publish": { doi: "10.5072/zenodo.1" },
  "nucleusClass.update": { fields: { name: "taken over", numberKey: 9, color: "#000000" } },
};

interface Procedure {
  readonly _def: { readonly meta?: { readonly access?: Access }; readonly inputs: readonly z.ZodType[] };
}
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);
const keysOf = (schema: z.ZodType): string[] => ("shape" in schema ? Object.keys((schema as z.ZodObject).shape) : []);
const cases = procedures.flatMap(([path, { _def }]) =>
  _def.inputs
    .flatMap(keysOf)
    .filter((key) => key.endsWith("Id") && key !== "projectId" && key !== "volumeId")
    .map((key) => [path, key] as const),
);

let server: TestServer;
let cast: Cast;
let theirs: Scene;
let mine: Scene;
let things: Things;
beforeAll(async () => {
  server = await startTestServer();
  cast = await castPeople(server);
  theirs = await setScene(server, everyRole(cast));
  mine = await setScene(server, [[cast.outsider, "owner"]]);
  things = await placeThings();
});
afterAll(() => server.close());

async function placeThings(): Promise<Things> {
  const { db } = server.services;
  const createdBy = cast.members.owner.id;
  const { projectId, volumeId } = theirs;
  const one = <T>(rows: T[]): T => rows[0];
  const frozen = one(await db.insert(snapshot).values({ projectId, reason: "training", createdBy }).returning());
  const job = one(
    await db
      .insert(trainingJob)
      .values({
        projectId,
        kind: "train",
        state: "leased",
        leaseToken: 1,
        payload: { kind: "train", snapshotId: frozen.id, parentCheckpointId: null, minutes: 1, seed: 0 },
      })
      .returning(),
  );
  await db.insert(trainingMetric).values({ jobId: job.id, step: 1, elapsedSeconds: 1, loss: 0.42 });
  const box = one(
    await db
      .insert(trainingBox)
      .values({ volumeId, kind: "validation", minZyx: [0, 0, 0], maxZyx: [4, 8, 8], createdBy })
      .returning(),
  );
  const thread = one(
    await db
      .insert(commentThread)
      .values({ volumeId, placeZyx: [1, 2, 3], createdBy })
      .returning(),
  );
  const given = { goal: "Mine.", createdBy: cast.outsider.id };
  await db.insert(task).values({ id: OWN_TASK, volumeId: mine.volumeId, ...given });
  return {
    taskId: one(await db.insert(task).values({ volumeId, goal: "Theirs.", createdBy }).returning()).id,
    assigneeId: cast.members.annotator.id,
    adjudicatorId: cast.members.annotator.id,
    studyId: one(
      await db
        .insert(study)
        .values({
          ...{ projectId, volumeId, minZyx: [0, 0, 0], maxZyx: [4, 8, 8], beginsWith: "nothing", createdBy },
          // The caller would be let in by their own part in it.
          adjudicatorId: cast.outsider.id,
          state: "compared",
          problem: { tag: "left", what: "0.42" },
        })
        .returning(),
    ).id,
    depositId: one(
      await db
        .insert(deposit)
        .values({
          projectId,
          version: 1,
          place: "zenodo",
          state: "draft",
          doi: "10.5072/zenodo.1",
          createdBy: cast.outsider.id,
        })
        .returning(),
    ).id,
    webhookId: one(
      await db
        .insert(webhook)
        .values({
          projectId,
          address: "https://hooks.example.org/",
          events: ["training.done"],
          sealedSecret: new Uint8Array(30),
          createdBy,
        })
        .returning(),
    ).id,
    threadId: thread.id,
    commentId: one(
      await db.insert(comment).values({ threadId: thread.id, userId: createdBy, text: "Look." }).returning(),
    ).id,
    userId: cast.members.annotator.id,
    passkeyId: one(
      await db
        .insert(passkey)
        .values({
          id: "passkey",
          userId: createdBy,
          publicKey: "",
          credentialID: "",
          counter: 0,
          deviceType: "singleDevice",
          backedUp: false,
        })
        .returning(),
    ).id,
    sessionId: (await server.services.authentication.userOf({ cookie: cast.members.owner.cookie }))?.sessionId ?? "",
    boxId: box.id,
    tokenId: one(
      await db
        .insert(personalToken)
        .values({
          tokenHash: "h",
          userId: createdBy,
          name: "mine",
          scope: "read",
          allProjects: true,
          expiresAt: new Date(Date.now() + 1e7),
        })
        .returning(),
    ).id,
    jobId: job.id,
    classId: one(
      await db.insert(nucleusClass).values({ projectId, name: "mitotic", numberKey: 1, color: "#e69f00" }).returning(),
    ).id,
    invitationId: one(
      await db
        .insert(invitation)
        .values({ projectId, role: "annotator", tokenHash: "h", createdBy, expiresAt: new Date(Date.now() + 1e7) })
        .returning(),
    ).id,
    checkpointId: one(
      await db
        .insert(checkpoint)
        .values({
          projectId,
          snapshotId: frozen.id,
          blobPrefix: "x/",
          configuration: {},
          nucleiLabelled: 1,
          activeMinutes: 1,
        })
        .returning(),
    ).id,
    versionId: one(
      await db
        .insert(datasetVersion)
        .values({ projectId, version: 1, snapshotId: frozen.id, description: {}, createdBy })
        .returning(),
    ).id,
    uploadId: one(
      await db
        .insert(upload)
        .values({ projectId, userId: createdBy, fileName: "a.tif", sizeBytes: 10, fingerprint: "f", receivedBytes: 10 })
        .returning(),
    ).id,
  };
}

const tables: readonly PgTable[] = [
  project,
  projectMember,
  nucleusClass,
  invitation,
  trainingBox,
  trainingJob,
  checkpoint,
  comment,
  commentThread,
  datasetVersion,
  deposit,
  webhook,
  webhookDelivery,
  upload,
  session,
  study,
  task,
  passkey,
  personalToken,
];
async function everything(): Promise<string> {
  const rows = await Promise.all(
    tables.map(async (table) => [getTableName(table), await server.services.db.select().from(table)]),
  );
  return JSON.stringify(rows);
}

it("finds ids to try", () => expect(cases.length).toBeGreaterThan(8));

describe.each(cases)("%s with a foreign %s", (path, key) => {
  if (namesNothingForeign[`${path}.${key}`]) {
    it(`is no thing of a project: ${namesNothingForeign[`${path}.${key}`]}`, () => {});
    return;
  }
  it("finds nothing and changes nothing", async () => {
    expect(things, `place a foreign thing for ${key}`).toHaveProperty(key);
    const before = await everything();
    const input = { ...mine, ...otherInput[path], [key]: things[key as keyof Things] };
    const caller = createCallerFactory(appRouter)({ services: server.services, user: asUser(cast.outsider) });
    let target: unknown = caller;
    for (const part of path.split(".")) target = (target as Record<string, unknown>)[part];
    const said = await (target as (input: unknown) => Promise<unknown>)(input).then(
      (result) => ({ result }),
      (error: { code?: string }) => ({ code: error.code }),
    );
    if ("code" in said) expect(["NOT_FOUND", "UNPROCESSABLE_CONTENT"]).toContain(said.code);
    else expect(JSON.stringify(said.result ?? [])).not.toContain("0.42"); // at most an empty answer
    expect(await everything()).toBe(before);
  });
});
