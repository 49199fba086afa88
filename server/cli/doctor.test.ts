import { randomUUID } from "node:crypto";
import { chmod, chown, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeTrustingInstallation } from "../database/testing/trusting-installation.ts";
import type { Finding } from "../doctor/finding.ts";
import { readEnvironment } from "../env.ts";
import { startServer } from "../start-server.ts";
import { imagePrefix } from "../storage/import-places.ts";
import { seedVolume } from "../testing/seed-training.ts";
import { runDoctor } from "./doctor.ts";

let folder: string;
let root: string;
const before = process.env.KARYOLOOP_DATA;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  await chmod(folder, 0o755);
  root = path.join(folder, "data");
  process.env.KARYOLOOP_DATA = root;
});
afterEach(async () => {
  if (before === undefined) delete process.env.KARYOLOOP_DATA;
  else process.env.KARYOLOOP_DATA = before;
  await rm(folder, { recursive: true, force: true, maxRetries: 8 });
});

/** Checks that are not well, but for those of the machine that the test runs on. */
async function examine(): Promise<{ code: number; faults: string[]; seen: string[] }> {
  const printed: string[] = [];
  const code = await runDoctor(["--json"], (line) => printed.push(line));
  const findings: Finding[] = JSON.parse(printed.join("\n"));
  const ours = findings.filter(({ check }) => !["node", "memory", "disk", "inodes", "gpu"].includes(check));
  const faults = ours.filter(({ verdict }) => verdict !== "ok").map(({ check, verdict }) => `${verdict} ${check}`);
  return { code, faults, seen: ours.map(({ check, what }) => `${check}: ${what}`) };
}
const start = () =>
  startServer(
    readEnvironment({ KARYOLOOP_DATA: root, PORT: "0", KARYOLOOP_TRAINER: "none", NODE_ENV: "test" }),
    async () => null,
  );

it("finds a running installation well, each fault that is put into it, and a stopped one well", async () => {
  const { services, close } = await start();
  const query = (text: string) => services.connection.pool.query(text);
  try {
    const first = await examine();
    // Nobody trains here: that is said, and is no fault of the installation.
    expect(first).toMatchObject({ code: 0, faults: ["look trainer"] });
    expect(first.seen).toContain("server: A server runs on this installation.");

    const { id } = await services.authentication.createUser({
      name: "A",
      email: "a@example.org",
      password: "long enough",
    });
    const projectId = randomUUID();
    await query(`insert into project (id, name, created_by) values ('${projectId}', 'p', '${id}')`);
    const volumeId = await seedVolume(services, { projectId, createdBy: id });
    await query(`insert into training_job (project_id, kind, payload, created_at)
      values ('${projectId}', 'train', '{}', now() + interval '2 hours')`);
    await query("insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 9999999999999)");
    await mkdir(path.join(root, "blobs"), { recursive: true });
    for (const [file, mode] of [
      ["", 0o755],
      ["blobs", 0o750],
      ["secrets/database", 0o644],
      ["socket/.s.PGSQL.5432", 0o777],
    ] as const)
      await chmod(path.join(root, file), mode);
    const second = await examine();
    expect(second.code).toBe(1);
    expect(second.faults.sort()).toEqual([
      "broken clock-jump",
      "broken data-root",
      "broken database-version",
      "broken folder-rights",
      "broken named-blobs",
      "broken secrets",
      "broken socket",
      "look trainer",
    ]);
    expect(second.seen.join()).toContain(`${imagePrefix(volumeId)}zarr.json`);
    await query("delete from drizzle.__drizzle_migrations where hash = 'x'");
    await query("delete from project");
  } finally {
    await close();
  }
  await mkdir(path.join(root, "scratch", "left"), { recursive: true });
  for (const folder of ["", "blobs"]) await chmod(path.join(root, folder), 0o700);
  const stopped = await examine();
  expect(stopped).toMatchObject({ code: 0, faults: ["look scratch"] });
  expect(stopped.seen).toContain("server: No server runs on this installation.");
});

it("an installation of an earlier version is told apart, and left as it is", async () => {
  await makeTrustingInstallation(root);
  if (process.getuid?.() === 0) await chown(root, 0, 0);
  const { code, faults } = await examine();
  expect(code).toBe(1);
  expect(faults).toEqual([
    "broken data-root",
    "broken folder-rights",
    "broken folder-rights",
    "look secrets",
    "broken database",
  ]);
  expect((await stat(root)).mode & 0o777).toBe(0o755);
});

it("where there is no installation, none is made", async () => {
  expect(await examine()).toMatchObject({ code: 1, faults: ["broken installation"] });
  await expect(stat(root)).rejects.toThrow("ENOENT");
  await expect(runDoctor(["--jsno"])).rejects.toMatchObject({ tag: "wrong-arguments" });
});
