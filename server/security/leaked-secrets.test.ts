import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { format } from "node:util";
import { gunzipSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { project, session, trainingJob, user } from "../../db/schema/index.ts";
import { untilFrozen } from "../export/testing/until-frozen.ts";
import { unzipTo } from "../export/testing/unzip-to.ts";
import { type LocalTrainer, startLocalTrainer } from "../local-trainer/local-trainer.ts";
import { seedRealVolume } from "../testing/seed-real-volume.ts";
import { startTestServer, TEST_PASSWORD, type TestServer } from "../testing/test-server.ts";
import { eventually } from "../testing/trainer-process.ts";
import { createTestClient } from "../testing/trpc-client.ts";

/*
 * The whole main job, small: labels, a training, a prediction, a dataset version, its zip. Then everything that it left
 * behind and everything that leaves the server is searched for everything that the installation keeps secret.
 */

/** Tokens of trainers and jobs, and those in links, as they are made. */
const made = vi.hoisted(() => [] as string[]);
vi.mock("../auth/token-hash.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../auth/token-hash.ts")>();
  return {
    ...original,
    createToken: () => {
      const token = original.createToken();
      made.push(token);
      return token;
    },
  };
});

/** What else the server's environment may hold; its trainer is started from it. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  DATABASE_URL: "postgres://karyoloop:environment-secret-1@db/karyoloop",
  S3_ACCESS_KEY_ID: "environment-secret-2",
  S3_SECRET_ACCESS_KEY: "environment-secret-3",
  TLS_KEY: "/etc/environment-secret-4.pem",
  KARYOLOOP_PASSWORD: "environment-secret-5",
};
const SMALL_TRAINER = { KARYOLOOP_ENGINE: "wasm", KARYOLOOP_BASE_CHANNELS: "4", KARYOLOOP_CHECKPOINT_SECONDS: "1" };
const before = { ...process.env };

let server: TestServer;
let trainer: LocalTrainer | null = null;
let folder: string;
const log: string[] = [];
beforeAll(async () => {
  Object.assign(process.env, ENVIRONMENT, SMALL_TRAINER);
  for (const name of ["log", "info", "warn", "error"] as const)
    vi.spyOn(console, name).mockImplementation((...said) => void log.push(format(...said)));
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-leaks-"));
  server = await startTestServer();
});
afterAll(async () => {
  await trainer?.stop();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
  for (const name of Object.keys({ ...ENVIRONMENT, ...SMALL_TRAINER })) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** Bytes by where they were found; gzip is opened. */
type Findings = Map<string, Buffer>;

async function addFiles(findings: Findings, root: string): Promise<void> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    findings.set(path.relative(root, file), zipped ? gunzipSync(bytes) : bytes);
  }
}

/** These tables are where the secrets live. */
const VAULTS: ReadonlySet<string> = new Set(["session", "account", "verification"]);

async function addRows(findings: Findings): Promise<void> {
  const { db } = server.services;
  const { rows: tables } = await db.execute<{ name: string }>(
    sql`select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  for (const { name } of tables) {
    if (VAULTS.has(name)) continue;
    const { rows } = await db.execute(sql`select row_to_json(t) as row from ${sql.identifier(name)} t`);
    findings.set(`table ${name}`, Buffer.from(JSON.stringify(rows)));
  }
}

it("no secret is in an export, a stored file, a row, a log or an answer of a whole main job", {
  timeout: 300_000,
}, async () => {
  const { db } = server.services;
  const ada = await server.signUp("Ada");
  const bob = await server.signUp("Bob");
  const projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [bob, "viewer"],
  ]);
  await db.update(user).set({ isAdministrator: true }).where(eq(user.id, ada.id));
  await db.update(project).set({ trainMinutes: 0.1 }).where(eq(project.id, projectId));
  await seedRealVolume(server.services, {
    projectId,
    createdBy: ada.id,
    space: { shapeZyx: [12, 44, 60], voxelSizeZyx: [1, 0.5, 0.4] },
    nuclei: 8,
    keep: (label) => label !== 2,
  });
  const owner = createTestClient(server.address, ada.cookie);
  await owner.invitation.create.mutate({ projectId, role: "annotator", days: 1 });
  await owner.installation.makeResetLink.mutate({ userId: bob.id });
  await owner.installation.createTrainerToken.mutate({ name: "gpu-2" });

  trainer = await startLocalTrainer(db, { serverAddress: server.address, say: (line) => log.push(line) });
  await owner.training.start.mutate({ projectId });
  await eventually(
    "the end of training and predicting",
    async () => {
      const jobs = await db.select().from(trainingJob);
      const failed = jobs.find(({ state }) => state === "failed");
      if (failed) throw new Error(JSON.stringify(failed.problem));
      return jobs.length === 2 && jobs.every(({ state }) => state === "done");
    },
    () => log.join("\n"),
  );
  const { id } = await owner.export.create.mutate({ projectId, licence: "CC-BY-4.0" });
  expect(await untilFrozen(owner, projectId, id)).toMatchObject({ state: "ready", problem: null });

  const findings: Findings = new Map();
  const viewer = createTestClient(server.address, bob.cookie);
  const [{ checkpointId }] = await viewer.export.list.query({ projectId });
  const below = `${server.address}/api/projects/${projectId}`;
  const formats = ["ome-zarr", "ome-tiff", "imagej", "model", "bioimageio"].map((name) => `format=${name}`).join("&");
  for (const [name, url] of [
    ["dataset", `${below}/exports/${id}/zip?${formats}`],
    ["model", `${below}/checkpoints/${checkpointId}/zip`],
  ]) {
    const response = await fetch(url, { headers: { cookie: bob.cookie } });
    expect(response.status).toBe(200);
    const zip = path.join(folder, `${name}.zip`);
    await writeFile(zip, Buffer.from(await response.arrayBuffer()));
    await unzipTo(zip, path.join(folder, name));
    await rm(zip);
  }
  await addFiles(findings, folder);
  await addFiles(findings, path.join(server.dataRoot, "blobs"));
  await addRows(findings);
  findings.set("log", Buffer.from(log.join("\n")));
  const answers = [
    viewer.training.state.query({ projectId }),
    viewer.checkpoint.list.query({ projectId }),
    viewer.export.list.query({ projectId }),
    owner.installation.trainerTokens.query(),
    owner.invitation.list.query({ projectId }),
  ];
  findings.set("answers", Buffer.from(JSON.stringify(await Promise.all(answers))));

  // The search is worth something: it looks into everything, and it knows the secrets.
  const everywhere = [...findings.keys()].join("\n");
  for (const part of [
    "model/configuration.json",
    "model/weights.bin",
    "dataset.json",
    "/best/model.json",
    "labels.ome.zarr",
  ])
    expect(everywhere).toContain(part);
  expect(findings.get("table training_job")?.toString()).toContain("wasm");
  expect(log.join("\n")).toContain("trainer");
  const sessions = await db.select({ token: session.token }).from(session);
  const kept: Findings = new Map();
  await addFiles(kept, path.join(server.dataRoot, "secrets"));
  expect(kept.size).toBeGreaterThanOrEqual(2);
  const secrets = new Map<string, string>([
    ...made.map((token, i) => [`token ${i}`, token] as const),
    ...sessions.map(({ token }, i) => [`session ${i}`, token] as const),
    ...[...kept].map(([name, bytes]) => [`secret ${name}`, bytes.toString().trim()] as const),
    ["password", TEST_PASSWORD],
    ...Object.keys(ENVIRONMENT).map((name, i) => [name, `environment-secret-${i + 1}`] as const),
  ]);
  // Of the trainers, the links; one at least for each of two jobs.
  expect(made.length).toBeGreaterThanOrEqual(4);
  expect(sessions.length).toBeGreaterThanOrEqual(2);
  const leaks = [...findings].flatMap(([where, bytes]) =>
    [...secrets].filter(([, secret]) => bytes.includes(secret)).map(([name]) => `${name} in ${where}`),
  );
  expect(leaks).toEqual([]);
  // Nor does a model say where its trainer dialled in.
  const models = [...findings].filter(([where]) => where.includes("model/"));
  expect(models.filter(([, bytes]) => bytes.includes(new URL(server.address).host)).map(([where]) => where)).toEqual(
    [],
  );
});
