import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { and, desc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditAct } from "../../core/audit/audit-event.ts";
import { saveCheckpoint } from "../../core/checkpoint/checkpoint-files.ts";
import { tinyModel } from "../../core/checkpoint/testing/tiny-model.ts";
import { busyStates, type DepositState } from "../../core/publication/deposit.ts";
import { EMPTY_PUBLICATION } from "../../core/publication/publication.ts";
import { RecordKind } from "../../core/sync/record/record.ts";
import { encodeRecord, metaBody } from "../../core/sync/record/record-codec.ts";
import { sealOf, toBase64 } from "../../core/sync/unsent/kept-edits-file.ts";
import { encodePiece } from "../../core/sync/unsent/sealed-piece.ts";
import { BRICK_SIZE, BRICK_VOXELS, brickKeyOf } from "../../core/volume/brick.ts";
import {
  auditEvent,
  blobRemoval,
  checkpoint,
  comment,
  commentThread,
  datasetVersion,
  deposit,
  importJob,
  invitation,
  nucleusClass,
  oneTimeLink,
  passkey,
  personalToken,
  projectMember,
  session,
  study,
  studyLayer,
  task,
  trainerToken,
  trainingBox,
  upload,
  user,
  volume,
} from "../../db/schema/index.ts";
import type { SignedInUser } from "../auth/authentication.ts";
import { createResetLink } from "../auth/one-time-link.ts";
import { issuePersonalToken } from "../auth/personal-token.ts";
import { createToken, hashToken } from "../auth/token-hash.ts";
import { startSession } from "../collab/journal/start-session.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { readFrozenState } from "../collab/operations/freeze-labels.ts";
import { DATASET_FORMAT, type DatasetDescription } from "../export/frozen/dataset-description.ts";
import { writePlainTiff } from "../ingest/testing/plain-tiff.ts";
import { uploadBytes } from "../ingest/testing/upload-bytes.ts";
import { appRouter } from "../root.ts";
import { asUser } from "../security/cast.ts";
import { freezeProject } from "../snapshots/freeze-project.ts";
import { dropSnapshot } from "../snapshots/sweep-snapshots.ts";
import { startStudy } from "../studies/start-study.ts";
import { seedSnapshot, seedTrainJob, seedVolume } from "../testing/seed-training.ts";
import { startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createCallerFactory } from "../trpc.ts";
import { addWebhook } from "../webhooks/webhooks.ts";
import { keepRepositoryToken } from "../zenodo/repository-tokens.ts";
import { type ContractServer, startContractServer } from "../zenodo/testing/contract-server.ts";
import { verifyChain } from "./verify-chain.ts";

/**
 * Every mutation of the API is walked here: it leaves these rows, in the transaction that does the act, or stands on the
 * list with the reason why nobody needs to know. A new mutation fails until it is in one of the two.
 */
const notAudited: Readonly<Record<string, string>> = {
  "box.create": "part of labelling, drawn and redrawn; its row says who made it, and its removal is audited",
  "member.setExportAs": "each person's own choice about their own name in exports",
  "notification.markRead": "each person's own list, which nobody else sees",
  "account.keepSetting": "each person's own keys and the like, which nobody else sees",
  "installation.measureStorage": "looks at sizes and changes nothing",
  "account.confirm": "proves who sits there; the session is as it was",
  "account.beginApp": "counts for nothing until a code of the app confirms it, which is audited",
  "account.confirmApp": "needs a code of this moment: its rows are looked at in audit-log.test.ts",
  "account.renewRecoveryCodes": "the same",
  "account.removeApp": "the same",
  "volume.firstLook": "reads an uploaded file and keeps nothing; what becomes of it is audited",
  "volume.inspectUpload": "reads an uploaded file; what becomes of it is audited",
  "volume.fetchAddress": "brings an upload; what becomes of it is audited, and where it came from stays with it",
  "volume.prepareUpload": "converts an uploaded file; what becomes of it is audited",
  "volume.retryImport": "goes on with an import that was audited when it was started",
  "queue.next": "labelling: claims and decisions have rows of their own, kept for ever",
  "queue.keep": "the same",
  "queue.release": "the same",
  "queue.skip": "the same",
  "queue.decide": "the same",
  "queue.undoDecision": "the same",
  "review.next": "the second look: verdicts and answers have rows of their own, kept for ever",
  "review.keep": "the same",
  "review.release": "the same",
  "review.approve": "the same",
  "review.sendBack": "the same",
  "review.takeBack": "the same",
  "review.answer": "the same",
};

interface Walk {
  readonly acts: readonly AuditAct[];
  /** What the call takes; makes what it needs. */
  prepare(): Promise<unknown>;
  /** Null for strangers; the owner, who is an administrator too, otherwise. */
  readonly as?: "stranger" | "member";
}

let contract: ContractServer;
let server: TestServer;
let owner: TestPerson;
let member: TestPerson;
let projectId: string;
beforeAll(async () => {
  contract = await startContractServer();
  server = await startTestServer({ KARYOLOOP_ZENODO: contract.address });
  owner = await server.signUp("Owner");
  member = await server.signUp("Member");
  await server.services.db.update(user).set({ isAdministrator: true }).where(eq(user.id, owner.id));
  projectId = await newProject();
});
afterAll(async () => {
  await server.close();
  await contract.close();
});

const db = () => server.services.db;
const newProject = () =>
  server.createProject("Embryos", [
    [owner, "owner"],
    [member, "annotator"],
  ]);
const newVolume = (specimen?: string, into = projectId) =>
  seedVolume(server.services, { projectId: into, createdBy: owner.id, specimen });
const invite = async () => {
  const token = createToken();
  const expiresAt = new Date(Date.now() + 1e8);
  const values = { projectId, role: "reviewer", tokenHash: hashToken(token), createdBy: owner.id, expiresAt } as const;
  const [row] = await db().insert(invitation).values(values).returning();
  return { token, invitationId: row.id };
};
const newClass = async (numberKey: number) => {
  const values = { projectId, name: `class ${numberKey}`, numberKey, color: "#e69f00" };
  return (await db().insert(nucleusClass).values(values).returning())[0].id;
};
const newCheckpoint = async () => {
  const snapshotId = await seedSnapshot(server.services, projectId, []);
  const blobPrefix = `projects/${projectId}/jobs/${randomUUID()}/1/best/`;
  for (const [file, bytes] of Object.entries(saveCheckpoint(tinyModel)))
    await server.services.blobs.put(blobPrefix + file, bytes);
  const values = { projectId, snapshotId, blobPrefix, configuration: {}, nucleiLabelled: 1, activeMinutes: 1 };
  return (await db().insert(checkpoint).values(values).returning())[0].id;
};
const uploadStack = (name: string) =>
  uploadBytes(server.address, owner.cookie, projectId, name, writePlainTiff(new Uint16Array(3 * 5 * 7), [3, 5, 7]));
/** Says all that Zenodo asks for. */
const emptyDataset = {
  format: DATASET_FORMAT,
  id: randomUUID(),
  version: 42,
  createdAt: "2026-01-01T00:00:00.000Z",
  software: { name: "Karyoloop", version: "1.0.0" },
  project: { id: randomUUID(), name: "Embryos", description: "" },
  guidelines: "",
  publication: {
    ...EMPTY_PUBLICATION,
    title: "Nuclei",
    summary: "None.",
    creators: [{ givenName: "Ada", familyName: "Lovelace", affiliation: "", orcid: "" }],
  },
  licence: "CC-BY-4.0",
  annotators: [],
  classes: [],
  snapshotId: randomUUID(),
  checkpoint: null,
  volumes: [],
} satisfies DatasetDescription;
/** One of the owner's in this state; no server that it could be asked of is there. */
/** Of a name that is nowhere: nothing is sent. */
const newWebhook = async () => {
  const given = { projectId, by: owner.id, address: "https://hooks.invalid/x", events: ["training.done"] } as const;
  return { projectId, webhookId: (await addWebhook(server.services, given)).id };
};

const newDeposit = async (state: DepositState) => {
  const doi = "10.5072/zenodo.17";
  const recordId = state === "uploading" ? "17" : null;
  const values = { projectId, version: 1, place: "zenodo", state, doi, recordId, createdBy: owner.id } as const;
  const [{ depositId }] = await db().insert(deposit).values(values).returning({ depositId: deposit.id });
  return { projectId, depositId };
};
const newThread = async () => {
  const volumeId = await newVolume();
  const thread = { volumeId, placeZyx: [1, 2, 3], createdBy: owner.id } as const;
  const [{ threadId }] = await db().insert(commentThread).values(thread).returning({ threadId: commentThread.id });
  const said = { threadId, userId: owner.id, text: "Look." };
  const [{ commentId }] = await db().insert(comment).values(said).returning({ commentId: comment.id });
  return { volumeId, threadId, commentId };
};
/** Two people who draw, the owner adjudicates; both have drawn the same five voxels. */
const newStudy = async (change: Partial<typeof study.$inferInsert> = { state: "drawing" }) => {
  const [other, own] = [await newPerson(), await newProject()];
  const joins = { projectId: own, userId: other.id, role: "annotator", pseudonym: `annotator ${names}` } as const;
  await db().insert(projectMember).values(joins);
  const volumeId = await newVolume(undefined, own);
  const box = { minZyx: [0, 0, 0], maxZyx: [10, 20, 30] } as const;
  const annotatorIds = [member.id, other.id];
  const plan = { projectId: own, volumeId, box, annotatorIds, adjudicatorId: owner.id, beginsWith: "nothing" } as const;
  const { studyId } = await startStudy(server.services, { ...plan, by: owner.id });
  const layers = await db().select().from(studyLayer).where(eq(studyLayer.studyId, studyId));
  for (const layer of layers) await drawFive(layer.volumeId);
  // Opening a room writes, whatever comes after.
  for (const id of [volumeId, ...layers.map((layer) => layer.volumeId)]) await readFrozenState(server.services, id);
  await db().update(study).set(change).where(eq(study.id, studyId));
  return { projectId: own, studyId, layerId: layers.find(({ userId }) => userId === member.id)?.volumeId, plan };
};
/** The caller is the owner, who draws nothing here. */
const studyOf = async (change?: Partial<typeof study.$inferInsert>) => {
  const { projectId: of, studyId } = await newStudy(change);
  return { projectId: of, studyId };
};
const newTask = async (state: "open" | "done" = "open") => {
  const volumeId = await newVolume();
  const values = { volumeId, goal: "All", state, assigneeId: member.id, createdBy: owner.id };
  const [{ taskId }] = await db().insert(task).values(values).returning({ taskId: task.id });
  return { volumeId, taskId };
};
/** Opens the rooms of its volumes, which writes rows, and leaves nothing else behind. */
const openRooms = async (of: string) =>
  dropSnapshot(
    server.services,
    await freezeProject(server.services, { projectId: of, reason: "training", createdBy: null }),
  );
/** Five nuclei of a voxel each. */
async function drawFive(volumeId: string): Promise<void> {
  const brick = new Uint32Array(BRICK_VOXELS);
  for (let label = 1; label <= 5; label++) brick[(3 * BRICK_SIZE + 5) * BRICK_SIZE + 2 * label] = label;
  const key = `volumes/${volumeId}/base/${brickKeyOf(0, 0, 0)}`;
  await server.services.blobs.put(key, gzipSync(new Uint8Array(brick.buffer)));
}
/** A project with five labelled voxels: enough to train on. */
async function labelledProject(): Promise<string> {
  const own = await newProject();
  await drawFive(await newVolume(undefined, own));
  await openRooms(own);
  return own;
}
const newToken = async () => {
  const given = { userId: owner.id, name: "laptop", scope: "read", projectIds: null, days: 7 } as const;
  await issuePersonalToken(db(), given);
  const [{ id }] = await db().select().from(personalToken).orderBy(desc(personalToken.createdAt)).limit(1);
  return id;
};
let names = 0;
const newPerson = () => server.signUp(`Person ${++names}`);
async function newSession(userId: string): Promise<string> {
  const id = `session ${++names}`;
  const expiresAt = new Date(Date.now() + 1e8);
  await db()
    .insert(session)
    .values({ id, userId, token: hashToken(createToken()), expiresAt });
  return id;
}
async function newPasskey(): Promise<string> {
  const id = `passkey ${++names}`;
  const key = { publicKey: "x", counter: 0, deviceType: "singleDevice", backedUp: false };
  await db()
    .insert(passkey)
    .values({ id, name: "Passkey", userId: owner.id, credentialID: id, ...key });
  return id;
}
const newAccount = () => {
  names++;
  return { name: `New ${names}`, email: `new${names}@example.org`, password: TEST_PASSWORD };
};

const walks: Readonly<Record<string, Walk>> = {
  "account.createAdministrator": {
    acts: ["link.used", "account.created", "administrator.made"],
    as: "stranger",
    async prepare() {
      const token = createToken();
      await db()
        .insert(oneTimeLink)
        .values({ tokenHash: hashToken(token), purpose: "administrator", expiresAt: new Date(Date.now() + 1e8) });
      return { ...newAccount(), token };
    },
  },
  "account.resetPassword": {
    acts: ["link.used", "account.password-reset"],
    as: "stranger",
    prepare: async () => ({
      token: await createResetLink(db(), member.id, owner.id),
      password: TEST_PASSWORD,
    }),
  },
  "account.rename": { acts: ["account.renamed"], prepare: async () => ({ name: "Owner the Second" }) },
  "account.changePassword": {
    acts: ["account.password-changed"],
    as: "member",
    prepare: async () => ({ current: TEST_PASSWORD, password: TEST_PASSWORD }),
  },
  "account.renamePasskey": {
    acts: ["passkey.renamed"],
    prepare: async () => ({ passkeyId: await newPasskey(), name: "Key on the ring" }),
  },
  "account.removePasskey": {
    acts: ["passkey.removed"],
    prepare: async () => ({ passkeyId: await newPasskey() }),
  },
  "account.unlinkInstitution": { acts: ["institution.unlinked"], prepare: async () => ({}) },
  "account.endSession": {
    acts: ["session.ended"],
    as: "member",
    prepare: async () => ({ sessionId: await newSession(member.id) }),
  },
  "account.endOtherSessions": {
    acts: ["session.ended"],
    as: "member",
    async prepare() {
      await newSession(member.id);
      return {};
    },
  },
  "installation.endSessions": {
    acts: ["session.ended"],
    prepare: async () => ({ userId: (await newPerson()).id }),
  },
  "installation.setAccountOn": {
    acts: ["account.switched-off", "session.ended"],
    prepare: async () => ({ userId: (await newPerson()).id, isOn: false }),
  },
  "installation.resetSecondFactor": {
    acts: ["second-factor.reset", "session.ended"],
    prepare: async () => ({ userId: (await newPerson()).id }),
  },
  "box.change": {
    acts: ["box.changed"],
    async prepare() {
      const volumeId = await newVolume();
      const corners = { minZyx: [0, 0, 0], maxZyx: [4, 6, 8] } as const;
      const values = { volumeId, kind: "validation", ...corners, createdBy: owner.id } as const;
      const boxId = (await db().insert(trainingBox).values(values).returning())[0].id;
      return { volumeId, boxId, kind: "fully-labelled", minZyx: [0, 1, 2], maxZyx: [4, 6, 8] };
    },
  },
  "box.remove": {
    acts: ["box.removed"],
    async prepare() {
      const volumeId = await newVolume();
      const corners = { minZyx: [0, 0, 0], maxZyx: [4, 6, 8] } as const;
      const values = { volumeId, kind: "validation", ...corners, createdBy: owner.id } as const;
      return { volumeId, boxId: (await db().insert(trainingBox).values(values).returning())[0].id };
    },
  },
  "comment.begin": {
    acts: ["comment.written"],
    prepare: async () => ({ volumeId: await newVolume(), placeZyx: [1, 2, 3], label: null, text: "Look." }),
  },
  "comment.reply": {
    acts: ["comment.written"],
    prepare: async () => ({ ...(await newThread()), text: "I see." }),
  },
  "comment.change": {
    acts: ["comment.changed"],
    prepare: async () => ({ ...(await newThread()), text: "Look here." }),
  },
  "comment.delete": { acts: ["comment.deleted"], prepare: newThread },
  "comment.resolve": {
    acts: ["comment.resolved"],
    prepare: async () => ({ ...(await newThread()), isResolved: true }),
  },
  "task.give": {
    acts: ["task.given"],
    prepare: async () => ({ volumeId: await newVolume(), box: null, goal: "All", due: null, assigneeId: member.id }),
  },
  "task.transfer": {
    acts: ["task.passed-on"],
    prepare: async () => ({ ...(await newTask()), assigneeId: owner.id }),
  },
  "task.finish": { acts: ["task.done"], prepare: () => newTask() },
  "task.reopen": { acts: ["task.reopened"], prepare: () => newTask("done") },
  "task.withdraw": { acts: ["task.withdrawn"], prepare: () => newTask() },
  "export.create": {
    acts: ["project.changed", "export.version-frozen"],
    prepare: async () => ({ projectId: await labelledProject(), licence: "CC0-1.0" }),
  },
  "export.remove": {
    acts: ["export.version-deleted"],
    async prepare() {
      const values = { projectId, version: 41, state: "failed", createdBy: owner.id } as const;
      return { projectId, versionId: (await db().insert(datasetVersion).values(values).returning())[0].id };
    },
  },
  "installation.makeResetLink": { acts: ["link.made"], prepare: async () => ({ userId: owner.id }) },
  "installation.setAdministrator": {
    acts: ["administrator.made"],
    prepare: async () => ({ userId: member.id, isAdministrator: true }),
  },
  "account.createToken": {
    acts: ["personal-token.made"],
    prepare: async () => ({ name: "laptop", scope: "read", projectIds: [projectId], days: 7 }),
  },
  "account.revokeToken": {
    acts: ["personal-token.revoked"],
    prepare: async () => ({ tokenId: await newToken() }),
  },
  "installation.revokeTokens": {
    acts: ["personal-token.revoked"],
    async prepare() {
      await db().delete(personalToken);
      await newToken();
      return { userId: owner.id };
    },
  },
  "installation.createTrainerToken": { acts: ["trainer-token.made"], prepare: async () => ({ name: "gpu" }) },
  "installation.revokeTrainerToken": {
    acts: ["trainer-token.revoked"],
    async prepare() {
      const tokenHash = hashToken(createToken());
      await db().insert(trainerToken).values({ tokenHash, name: "old", createdBy: owner.id });
      return { tokenId: tokenHash };
    },
  },
  "installation.changeSettings": { acts: ["settings.changed"], prepare: async () => ({ auditDays: 500 }) },
  "invitation.create": { acts: ["invitation.made"], prepare: async () => ({ projectId, role: "viewer", days: 3 }) },
  "invitation.revoke": {
    acts: ["invitation.revoked"],
    prepare: async () => ({ projectId, invitationId: (await invite()).invitationId }),
  },
  "invitation.accept": {
    acts: ["invitation.used", "member.role-changed"],
    as: "member",
    prepare: async () => ({ token: (await invite()).token }),
  },
  "invitation.acceptOwn": {
    acts: ["invitation.used", "member.role-changed"],
    as: "member",
    prepare: async () => {
      const { invitationId } = await invite();
      const joined = and(eq(projectMember.projectId, projectId), eq(projectMember.userId, member.id));
      await db().update(projectMember).set({ role: "viewer" }).where(joined);
      await db().update(invitation).set({ forUserId: member.id }).where(eq(invitation.id, invitationId));
      return { invitationId };
    },
  },
  "invitation.acceptWithNewAccount": {
    acts: ["account.created", "invitation.used", "member.role-given"],
    as: "stranger",
    prepare: async () => ({ ...newAccount(), token: (await invite()).token }),
  },
  "member.setRole": {
    acts: ["member.role-changed"],
    prepare: async () => ({ projectId: await newProject(), userId: member.id, role: "viewer" }),
  },
  "member.remove": {
    acts: ["member.removed"],
    prepare: async () => ({ projectId: await newProject(), userId: member.id }),
  },
  "member.leave": { acts: ["member.left"], as: "member", prepare: async () => ({ projectId: await newProject() }) },
  "nucleusClass.create": {
    acts: ["class.made"],
    prepare: async () => ({ projectId, fields: { name: "mitotic", numberKey: 1, color: "#000000" } }),
  },
  "nucleusClass.update": {
    acts: ["class.changed"],
    prepare: async () => ({
      projectId,
      classId: await newClass(2),
      fields: { name: "anaphase", numberKey: 2, color: "#000000" },
    }),
  },
  "nucleusClass.remove": { acts: ["class.removed"], prepare: async () => ({ projectId, classId: await newClass(3) }) },
  "project.create": {
    acts: ["project.created", "member.role-given"],
    prepare: async () => ({ name: "Organoids" }),
  },
  "project.update": {
    acts: ["project.changed"],
    prepare: async () => ({ projectId, fields: { guidelines: "Touching nuclei are two.", trainMinutes: 3 } }),
  },
  "project.delete": {
    acts: ["project.deleted"],
    async prepare() {
      const doomed = await newProject();
      await newVolume(undefined, doomed);
      return { projectId: doomed, name: "Embryos" };
    },
  },
  "publication.save": {
    acts: ["publication.changed"],
    prepare: async () => ({
      projectId: await newProject(),
      fields: { ...EMPTY_PUBLICATION, title: "Nuclei of mouse embryos" },
      revision: 0,
    }),
  },
  "publication.setOrigins": {
    acts: ["publication.origins-set"],
    prepare: async () => ({ projectId, volumeIds: [await newVolume()], origin: { kind: "own" } }),
  },
  "zenodo.makeDraft": {
    acts: ["deposit.begun"],
    async prepare() {
      const values = {
        projectId,
        version: 42,
        state: "ready",
        description: emptyDataset,
        createdBy: owner.id,
      } as const;
      const [version] = await db().insert(datasetVersion).values(values).returning({ id: datasetVersion.id });
      await keepRepositoryToken(server.services, { userId: owner.id, place: "zenodo", token: "t".repeat(60) });
      return { projectId, versionId: version.id, place: "zenodo", earlierRecord: "" };
    },
  },
  "zenodo.goOn": { acts: ["deposit.gone-on"], prepare: () => newDeposit("stopped") },
  // The first of them in the router: nobody has nudged the queue yet, which would take it up.
  "zenodo.cancel": { acts: ["deposit.cancelled"], prepare: () => newDeposit("uploading") },
  "zenodo.publish": {
    acts: ["deposit.publish-asked"],
    prepare: async () => ({ ...(await newDeposit("draft")), doi: "10.5072/zenodo.17" }),
  },
  "zenodo.discard": { acts: ["deposit.discard-asked"], prepare: () => newDeposit("draft") },
  "zenodo.forget": { acts: ["deposit.forgotten"], prepare: () => newDeposit("stopped") },
  "zenodo.keepToken": {
    acts: ["repository-token.kept"],
    prepare: async () => ({ place: "sandbox", token: contract.token }),
  },
  "zenodo.removeToken": {
    acts: ["repository-token.removed"],
    async prepare() {
      await keepRepositoryToken(server.services, { userId: owner.id, place: "sandbox", token: "t".repeat(60) });
      return { place: "sandbox" };
    },
  },
  "webhook.create": {
    acts: ["webhook.made"],
    prepare: async () => ({ projectId, address: "https://hooks.example.org/x", events: ["training.done"] }),
  },
  "webhook.remove": { acts: ["webhook.removed"], prepare: () => newWebhook() },
  "webhook.sendTest": { acts: ["webhook.tested"], prepare: () => newWebhook() },
  "checkpoint.makeCurrent": {
    acts: ["model.made-current"],
    async prepare() {
      await openRooms(projectId);
      return { projectId, checkpointId: await newCheckpoint() };
    },
  },
  "checkpoint.guess": {
    acts: ["model.made-current"],
    prepare: async () => ({ projectId: await newProject() }),
  },
  "study.start": {
    acts: ["study.started"],
    prepare: async () => (await newStudy()).plan,
  },
  "study.sayDone": {
    acts: ["study.layer-done"],
    as: "member",
    prepare: async () => ({ volumeId: (await newStudy()).layerId, isDone: true }),
  },
  "study.close": { acts: ["study.closed"], prepare: () => studyOf() },
  "study.compareAgain": {
    acts: ["study.compared-again"],
    prepare: () => studyOf({ state: "comparing", problem: { tag: "left", what: "It failed." } }),
  },
  "study.propose": {
    acts: ["study.consensus-proposed"],
    prepare: async () => ({ ...(await studyOf({ state: "compared" })), method: "majority" }),
  },
  "study.finish": { acts: ["study.adjudicated"], prepare: () => studyOf({ state: "compared" }) },
  "study.remove": { acts: ["study.deleted"], prepare: () => studyOf() },
  "training.start": { acts: ["training.started"], prepare: async () => ({ projectId: await labelledProject() }) },
  "training.cancel": {
    acts: ["training.cancelled"],
    async prepare() {
      const snapshotId = await seedSnapshot(server.services, projectId, []);
      return { projectId, jobId: await seedTrainJob(server.services, { projectId, snapshotId }) };
    },
  },
  "training.keepSpecimenOut": {
    acts: ["training.specimen-kept-out"],
    async prepare() {
      await newVolume("embryo 7");
      return { projectId, specimen: "embryo 7", keptOut: true };
    },
  },
  "volume.rename": {
    acts: ["volume.renamed"],
    prepare: async () => ({ volumeId: await newVolume(), name: "E3.5, left", specimen: "embryo 8" }),
  },
  "volume.markDone": {
    acts: ["volume.done"],
    prepare: async () => ({ volumeId: await newVolume(), isDone: true }),
  },
  "volume.setNucleusDiameter": {
    acts: ["volume.nucleus-size-set"],
    prepare: async () => ({ volumeId: await newVolume(), diameterUm: 7.5 }),
  },
  "volume.delete": {
    acts: ["volume.deleted"],
    async prepare() {
      const volumeId = await newVolume();
      const [{ name }] = await db().select().from(volume).where(eq(volume.id, volumeId));
      return { volumeId, name };
    },
  },
  "volume.startImport": {
    acts: ["volume.import-started"],
    async prepare() {
      const uploadId = await uploadStack("stack.tif");
      const image = { uploadId, image: await imageOf(uploadId) };
      return { projectId, image, name: "stack", specimen: "embryo 9", voxelSizeZyx: [2, 0.5, 0.4] };
    },
  },
  "volume.cancelImport": {
    acts: ["volume.import-cancelled"],
    async prepare() {
      const volumeId = await newVolume();
      await db().update(volume).set({ state: "failed" }).where(eq(volume.id, volumeId));
      const request = { image: { kind: "sample", seed: 1, share: 1 }, labels: null } as const;
      await db().insert(importJob).values({ projectId, volumeId, userId: owner.id, state: "failed", request });
      return { volumeId };
    },
  },
  "volume.addLabels": {
    acts: ["volume.labels-added"],
    async prepare() {
      const uploadId = await uploadStack("labels.tif");
      const shapeZyx = [3, 5, 7] as const;
      const volumeId = await seedVolume(server.services, { projectId, createdBy: owner.id, shapeZyx });
      return { volumeId, labels: { uploadId, image: await imageOf(uploadId), mode: "proposals" } };
    },
  },
  "volume.bringInEdits": {
    acts: ["volume.edits-brought-in"],
    async prepare() {
      const volumeId = await newVolume();
      await liveVolumesOf(server.services).use(volumeId, async () => {}); // opening a room writes, whatever comes after
      const { row, sealKey, firstLabel } = await startSession(db(), volumeId, member.id, null);
      const header = { kind: RecordKind.meta, session: row.session, seq: 1, stamp: 1 };
      const stored = encodeRecord(header, metaBody(firstLabel, "status", "accepted"));
      const piece = encodePiece([{ id: "", act: "", stored, seal: sealOf(sealKey, stored) }]);
      return { volumeId, fileSha256: "ab".repeat(32), piece: toBase64(piece) };
    },
  },
  "volume.createSample": { acts: ["volume.import-started"], prepare: async () => ({ projectId }) },
};

const asOwner = (): SignedInUser => asUser(owner, true);
const imageOf = async (uploadId: string): Promise<string> => {
  const caller = createCallerFactory(appRouter)({ services: server.services, user: asOwner() });
  return (await caller.volume.inspectUpload({ projectId, uploadId })).contents.images[0].path;
};

function call(path: string, as: Walk["as"], input: unknown): Promise<unknown> {
  const person = as === "stranger" ? null : as === "member" ? asUser(member) : asOwner();
  let target: unknown = createCallerFactory(appRouter)({ services: server.services, user: person });
  for (const part of path.split(".")) target = (target as Record<string, unknown>)[part];
  return (target as (input: unknown) => Promise<unknown>)(input);
}

/** What is counted anew behind, at no fixed time. */
const DERIVED = "nucleus_count";

/** Fingerprints of all other tables: an act that is rolled back changes none. */
async function everything(): Promise<Record<string, string>> {
  const { rows } = await db().execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> ${DERIVED}`,
  );
  const entries = rows.map(async ({ name }) => {
    // Whoever opens the labels of a volume takes its fencing token, and label values that were issued are never given back: no part of an act.
    const row = sql`(to_jsonb(t) - 'owner_token' - 'label_counter')::text`;
    const digest = sql`select count(*) || ' rows ' || coalesce(md5(string_agg(${row}, '|' order by ${row})), '') as digest`;
    const found = await db().execute<{ digest: string }>(sql`${digest} from ${sql.identifier(name)} t`);
    return [name, found.rows[0].digest] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Imports, with what they tidy up after their last state, and frozen versions that earlier walks have started. */
async function workInTheBackground(): Promise<number> {
  const imports = await db().$count(importJob, inArray(importJob.state, ["queued", "running"]));
  const removals = await db().$count(blobRemoval);
  const usedUp = await db().$count(
    upload,
    sql`exists (select 1 from ${importJob} where state = 'done' and position(upload.id::text in request::text) > 0)`,
  );
  const frozen = await db().$count(datasetVersion, eq(datasetVersion.state, "freezing"));
  // The one that is to be cancelled has a record.
  const sent = await db().$count(deposit, and(inArray(deposit.state, busyStates), isNull(deposit.recordId)));
  const compared = await db().$count(study, and(eq(study.state, "comparing"), isNull(study.problem)));
  return compared + imports + removals + usedUp + frozen + sent;
}

const mutations = Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>)
  .filter(([, procedure]) => procedure._def.type === "mutation")
  .map(([path]) => path);

it("finds the mutations, and lists none that is not there", () => {
  expect(mutations.length).toBeGreaterThan(40);
  for (const path of [...Object.keys(walks), ...Object.keys(notAudited)]) expect(mutations).toContain(path);
});

describe.each(mutations)("%s", (path) => {
  const walk = walks[path];
  if (!walk) {
    it("says why it is not audited", () =>
      expect(notAudited, `walk ${path} in this test, or say why it is not audited`).toHaveProperty([path]));
    return;
  }

  it(`leaves ${walk.acts.join(", ")}, or does nothing`, async () => {
    const input = await walk.prepare();
    await expect.poll(workInTheBackground, { timeout: 60_000 }).toBe(0);
    const before = await everything();
    await db().execute(
      sql`create function no_room() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$`,
    );
    await db().execute(
      sql`create trigger no_room before insert on audit_event for each row execute function no_room()`,
    );
    try {
      await expect(call(path, walk.as, input)).rejects.toThrow();
    } finally {
      await db().execute(sql`drop function no_room cascade`);
    }
    expect(await everything()).toEqual(before);

    const [last] = await db().select().from(auditEvent).orderBy(desc(auditEvent.position)).limit(1);
    await call(path, walk.as, input);
    const rows = await db()
      .select()
      .from(auditEvent)
      .where(gt(auditEvent.position, last?.position ?? 0))
      .orderBy(auditEvent.position);
    expect(rows.map(({ act }) => act)).toEqual(walk.acts);
    const actor = walk.as === "member" ? member.id : owner.id;
    if (walk.as !== "stranger") expect(new Set(rows.map(({ actorId }) => actorId))).toEqual(new Set([actor]));
    const text = JSON.stringify(rows);
    expect(text).not.toContain(TEST_PASSWORD);
    for (const secret of secretsIn(input)) expect(text).not.toContain(secret);
  }, 90_000);
});

const secretsIn = (input: unknown): string[] => {
  const { token } = input as { token?: string };
  return token ? [token, hashToken(token)] : [];
};

it("left a whole chain, in which nothing that was undone stands", async () => {
  expect((await verifyChain(db())).whole).toBe(true);
});
