import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-node-"));
  await mkdir(path.join(folder, "server"));
  await cp("server/supervisor", path.join(folder, "server", "supervisor"), { recursive: true });
  for (const entry of ["server/start.mjs", "server/cli", "scripts"])
    await cp(entry, path.join(folder, entry), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

// A Node that is newer than this one stands in for one that is too old: only the comparison is looked at here.
it.each(["server/start.mjs", "server/cli/karyoloop.mjs", "scripts/run-tests.mjs"])(
  "%s ends with one sentence",
  async (entry) => {
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module", engines: { node: ">=99" } }));
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, entry)], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 78, stdout: "" });
    expect(stderr).toBe(`Karyoloop needs Node 99 or newer; this is Node ${process.versions.node}.\n`);
  },
);
