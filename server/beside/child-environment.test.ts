import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFreezeProcess } from "../export/freezing/worker/start-freeze-process.ts";
import { temporaryFolder } from "../ingest/testing/temporary-folder.ts";
import { startImportProcess } from "../ingest/worker/start-import-process.ts";
import { startLocalTrainer } from "../local-trainer/local-trainer.ts";
import { startTensorFlowSetUp } from "../local-trainer/set-up-tensorflow.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";
import { setUpEnvironment, taskEnvironment } from "./child-environment.ts";

/** What no child may see; the values say where one was found. */
const SECRETS: Readonly<Record<string, string>> = {
  DATABASE_URL: "postgres://karyoloop:poison-database@db/karyoloop",
  PGPASSWORD: "poison-pg",
  S3_ACCESS_KEY_ID: "poison-s3-id",
  S3_SECRET_ACCESS_KEY: "poison-s3-key",
  AWS_SECRET_ACCESS_KEY: "poison-aws",
  TLS_KEY: "poison-tls",
  KARYOLOOP_PASSWORD: "poison-password",
  BETTER_AUTH_SECRET: "poison-auth",
  GITHUB_TOKEN: "poison-github",
  NPM_TOKEN: "poison-npm",
  NVIDIA_API_KEY: "poison-nvidia",
  TF_VAR_db_password: "poison-terraform",
  TF_TOKEN_app_example_org: "poison-terraform-token",
  npm_config__authToken: "poison-npm-config",
  A_VARIABLE_OF_TOMORROW: "poison-tomorrow",
};
/** What the trainer needs to compute as the person configured it. */
const NEEDED: Readonly<Record<string, string>> = {
  KARYOLOOP_BASE_CHANNELS: "4",
  KARYOLOOP_CACHE: "/var/cache/karyoloop",
  LD_LIBRARY_PATH: "/opt/cuda/lib64",
  CUDA_VISIBLE_DEVICES: "1",
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  TF_ENABLE_ONEDNN_OPTS: "1",
  OMP_NUM_THREADS: "2",
  LC_ALL: "C.UTF-8",
};

const folder = temporaryFolder();
let server: TestServer;
const before = { ...process.env };
beforeAll(async () => {
  Object.assign(process.env, SECRETS, NEEDED);
  server = await startTestServer();
});
afterAll(async () => {
  await server?.close();
  for (const name of Object.keys({ ...SECRETS, ...NEEDED })) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** A program that writes down what it was started with, and goes on. */
const writeEnvironmentTo = (file: string): string[] => [
  process.execPath,
  "-e",
  `const fs = require("node:fs");
   fs.writeFileSync(${JSON.stringify(`${file}.new`)}, JSON.stringify(process.env));
   fs.renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)});
   setInterval(() => {}, 1000);`,
];

function expectClean(environment: string): void {
  expect(environment).toContain("PATH");
  expect(environment).not.toContain("poison");
}

async function written(file: string): Promise<Record<string, string>> {
  const deadline = Date.now() + 30_000;
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error("it wrote nothing");
    await sleep(10);
  }
  return JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
}

it("the trainer beside the server has what it computes with, its own token, and nothing of the server's", async () => {
  const file = path.join(folder, "trainer.json");
  const trainer = await startLocalTrainer(server.services.db, {
    serverAddress: server.address,
    command: writeEnvironmentTo(file),
    say: () => {},
  });
  try {
    const environment = await written(file);
    expectClean(JSON.stringify(environment));
    expect(environment).toMatchObject({ ...NEEDED, KARYOLOOP_SERVER: server.address });
    expect(environment.KARYOLOOP_TRAINER_TOKEN).toHaveLength(43);
  } finally {
    await trainer.stop();
  }
});

it("the set-up of TensorFlow has pip's index and the proxy, and nothing of the server's", async () => {
  const file = path.join(folder, "set-up.json");
  const setUp = startTensorFlowSetUp({ command: writeEnvironmentTo(file), onStatus: () => {} });
  try {
    expectClean(JSON.stringify(await written(file)));
  } finally {
    await setUp.stop();
  }
  const wanted = { PIP_INDEX_URL: "https://pypi.example.org/simple", https_proxy: "http://proxy", CXX: "g++" };
  expect(setUpEnvironment({ ...wanted, ...SECRETS })).toEqual(wanted);
});

describe.skipIf(process.platform !== "linux")("as the kernel says what it was started with", () => {
  const environmentOf = async (pid: number | undefined): Promise<string> =>
    (await readFile(`/proc/${pid}/environ`, "utf8")).replaceAll("\0", "\n");
  const s3 = { bucket: "b", endpoint: "http://127.0.0.1:9", region: "r", accessKeyId: "id", secretAccessKey: "key" };

  it("the process that reads uploaded files", async () => {
    const file = path.join(folder, "none.tif");
    const process_ = startImportProcess({ kind: "inspect", file, fileName: "none.tif" }, () => {});
    expectClean(await environmentOf(process_.pid));
    await process_.kill();
  });

  it("the process that freezes datasets, also where a bucket has its own keys", async () => {
    for (const store of [null, s3]) {
      const abort = new AbortController();
      const process_ = startFreezeProcess({ dataRoot: folder, s3: store }, abort.signal);
      expectClean(await environmentOf(process_.pid));
      await process_.end();
    }
  });

  it("PostgreSQL", async () => {
    const postmaster = (await readFile(path.join(server.dataRoot, "postgres", "postmaster.pid"), "utf8")).split(
      "\n",
    )[0];
    expectClean(await environmentOf(Number(postmaster)));
  });
});

it("the machine's own credentials reach a process only where a bucket is used without keys", () => {
  const source = { AWS_PROFILE: "lab", AWS_SECRET_ACCESS_KEY: "own", ...SECRETS, PATH: "/bin" };
  const bucket = { bucket: "b", endpoint: undefined, region: "r", accessKeyId: undefined, secretAccessKey: undefined };
  expect(taskEnvironment(null, source)).toEqual({ PATH: "/bin" });
  expect(taskEnvironment({ ...bucket, accessKeyId: "id", secretAccessKey: "key" }, source)).toEqual({ PATH: "/bin" });
  expect(taskEnvironment(bucket, source)).toEqual({
    PATH: "/bin",
    AWS_PROFILE: "lab",
    AWS_SECRET_ACCESS_KEY: "poison-aws",
  });
});
