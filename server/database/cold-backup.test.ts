import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { readEnvironment } from "../env.ts";
import { startServer } from "../start-server.ts";
import { signIn } from "../testing/test-server.ts";

const PASSWORD = "correct horse battery";
const start = (dataRoot: string) =>
  startServer(
    readEnvironment({ KARYOLOOP_DATA: dataRoot, PORT: "0", KARYOLOOP_TRAINER: "none", NODE_ENV: "test" }),
    async () => null,
  );

/** Lines of the documentation that save, and that bring back. */
function linesOf(document: string, isMeant: (line: string) => boolean): [string, string] {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
  const lines = text.split("\n").filter((line) => line.startsWith("umask 077 && ") && isMeant(line));
  expect(lines, document).toHaveLength(2);
  return [lines[0], lines[1]];
}

const hasGpg = spawnSync("gpg", ["--version"]).status === 0;
const unasked = (line: string) => line.replace("gpg ", "gpg --batch --pinentry-mode loopback --passphrase x ");
const plain = (line: string) => !line.includes("gpg");

it("the two lines of the README and of the guide bring an installation back, and so does the encrypted pair", {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  const data = path.join(folder, "data");
  const run = (line: string) =>
    execFileSync("sh", ["-c", line], { cwd: folder, stdio: "pipe", env: { ...process.env, GNUPGHOME: folder } });
  try {
    const first = await start(data);
    const { id } = await first.services.authentication.createUser({
      name: "Ada",
      email: "ada@example.org",
      password: PASSWORD,
    });
    await first.services.blobs.put("volumes/v/image.ome.zarr/zarr.json", Uint8Array.of(1, 2, 3));
    await first.close();

    const [save, bringBack] = linesOf("README.md", plain);
    expect(linesOf("docs/guides/server.md", plain)).toEqual([save, bringBack]);
    const encrypted = linesOf("docs/guides/server.md", (line) => !plain(line)).map(unasked);
    for (const [saving, restoring] of [[save, bringBack], ...(hasGpg ? [encrypted] : [])]) {
      const before = process.umask(0o022);
      run(saving);
      await rename(data, `${data}-before-${saving.length}`);
      run(restoring);
      process.umask(before);
      const second = await start(data);
      try {
        const cookie = await signIn(second.address, "ada@example.org", PASSWORD);
        expect((await second.services.authentication.userOf({ cookie }))?.id).toBe(id);
        expect(await second.services.blobs.get("volumes/v/image.ome.zarr/zarr.json")).toEqual(Uint8Array.of(1, 2, 3));
      } finally {
        await second.close();
      }
    }
    expect((await stat(path.join(folder, "karyoloop-backup.tar.gz"))).mode & 0o777).toBe(0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
