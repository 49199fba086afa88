import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createReadyVolume } from "../server/collab/testing/collab-fixture.ts";
import { imagePrefix } from "../server/storage/import-places.ts";
import { startTestServer } from "../server/testing/test-server.ts";
import { numberAfter, report } from "./page/report.ts";

/*
 * `karyoloop backup` beside a running server, and `karyoloop restore`, of an installation of this many gigabytes:
 * `node --import tsx bench/backup.ts [--gigabytes 1]`. Bricks of 256 KiB that do not compress; a tenth as much in the journal.
 * Beside it, tar of the blobs alone.
 */
const COMMAND = "node --import tsx bench/backup.ts";
const CLI = fileURLToPath(new URL("../server/cli/karyoloop.mjs", import.meta.url));
const BRICK_BYTES = 256 * 1024;
const RECORD_BYTES = 2_000;
const PUTS_AT_ONCE = 16;
const LOOK_EVERY_MS = 50;

const gigabytes = numberAfter("--gigabytes", 1);

async function fill(server: Awaited<ReturnType<typeof startTestServer>>): Promise<void> {
  const { blobs, connection } = server.services;
  const ada = await server.signUp("Ada");
  const projectId = await server.createProject("p", [[ada, "owner"]]);
  const volumeId = await createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx: [64, 128, 192] });
  await blobs.put(`${imagePrefix(volumeId)}zarr.json`, Buffer.from("{}"));
  const bricks = Math.round((gigabytes * 1e9) / BRICK_BYTES);
  for (let first = 0; first < bricks; first += PUTS_AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(PUTS_AT_ONCE, bricks - first) }, (_, i) =>
        blobs.put(`${imagePrefix(volumeId)}0/c/${(first + i) >> 6}/${(first + i) & 63}/0`, randomBytes(BRICK_BYTES)),
      ),
    );
  await connection.pool.query(
    `insert into label_journal (volume_id, session, seq, stamp, kind, record, user_id, labels, brick_keys, position)
     select $1, 1, n, n, 1, decode(repeat(md5(n::text), $4), 'hex'), $2, array[n], array[n % 100], n
     from generate_series(1, $3::bigint) n`,
    [volumeId, ada.id, Math.round((gigabytes * 1e8) / RECORD_BYTES), Math.round(RECORD_BYTES / 16)],
  );
}

/** Seconds, and the most memory that it held. */
async function run(root: string, ...args: string[]): Promise<{ seconds: number; peakMb: number }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, KARYOLOOP_DATA: root },
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakKb = 0;
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const watching = (async () => {
    while (child.exitCode === null) {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
      peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      await sleep(LOOK_EVERY_MS);
    }
  })();
  const code = await ended;
  await watching;
  if (code !== 0) throw new Error(`karyoloop ${args[0]} ended with ${code}`);
  return { seconds: (performance.now() - startedAt) / 1000, peakMb: peakKb / 1024 };
}

const folder = await mkdtemp(path.join(os.tmpdir(), "kl-bench-"));
const server = await startTestServer();
try {
  await fill(server);
  const [plain, sealed, passphrase] = ["plain.tar", "sealed.tar.enc", "passphrase"].map((name) =>
    path.join(folder, name),
  );
  await writeFile(passphrase, "five random words of mine\n", { mode: 0o600 });
  const backup = await run(server.dataRoot, "backup", plain);
  const encrypted = await run(server.dataRoot, "backup", "--passphrase-file", passphrase, sealed);
  const restored = await run(path.join(folder, "restored"), "restore", plain);
  const bytes = (await stat(plain)).size;
  const startedAt = performance.now();
  spawnSync("tar", ["-cf", path.join(folder, "peer.tar"), "-C", server.dataRoot, "blobs"]);
  const tarSeconds = (performance.now() - startedAt) / 1000;
  const figure = (of: { seconds: number; peakMb: number }) =>
    `${of.seconds.toFixed(1)} s, ${Math.round(of.peakMb)} MB at most`;
  report({ gigabytes, bytes, tarSeconds, backup, encrypted, restored }, [
    {
      what: `backup of ${gigabytes} GB beside a running server; encrypted; restore`,
      must: "memory does not grow with the data",
      command: COMMAND,
      figure: `${figure(backup)}; ${figure(encrypted)}; ${figure(restored)}; tar of the blobs alone ${tarSeconds.toFixed(1)} s`,
    },
  ]);
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
