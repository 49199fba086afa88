import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
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

it("the README's two lines bring an installation back, in another place", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kl-"));
  const [original, restored] = [path.join(folder, "a"), path.join(folder, "b")];
  const archive = path.join(folder, "karyoloop-backup.tar.gz");
  try {
    const first = await start(original);
    const { id } = await first.services.authentication.createUser({
      name: "Ada",
      email: "ada@example.org",
      password: PASSWORD,
    });
    await first.services.blobs.put("volumes/v/image.ome.zarr/zarr.json", Uint8Array.of(1, 2, 3));
    await first.close();

    execFileSync("tar", ["-czf", archive, "-C", original, "."]);
    await mkdir(restored, { recursive: true });
    execFileSync("tar", ["-xzf", archive, "-C", restored]);

    const second = await start(restored);
    try {
      const cookie = await signIn(second.address, "ada@example.org", PASSWORD);
      expect((await second.services.authentication.userOf({ cookie }))?.id).toBe(id);
      expect(await second.services.blobs.get("volumes/v/image.ome.zarr/zarr.json")).toEqual(Uint8Array.of(1, 2, 3));
    } finally {
      await second.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
