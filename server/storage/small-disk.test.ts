import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemoryOutboxStore, openCollabClient } from "../collab/testing/collab-client.ts";
import { createReadyVolume } from "../collab/testing/collab-fixture.ts";
import { waitFor } from "../collab/testing/wait-for.ts";
import { beginUploadRequest, fingerprintOf, putPiece } from "../ingest/testing/upload-bytes.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";

/** A whole server, its database too, on a disk of 400 MB, where one may be mounted. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(path.join(tmpdir(), "kl-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=400m,mode=777", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const disk = mountSmallDisk();
describe.skipIf(!disk)(`a server on a small disk${disk ? "" : " (skipped: it takes the right to mount one)"}`, () => {
  let server: TestServer;
  let ada: TestPerson;
  let projectId: string;
  beforeAll(async () => {
    server = await startTestServer({ KARYOLOOP_DATA: path.join(disk ?? "", "data") });
    ada = await server.signUp("Ada Lovelace");
    projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  }, 60_000);
  afterAll(async () => {
    await server.close();
    if (disk) execFileSync("umount", [disk]);
    rmSync(disk ?? "", { recursive: true, force: true });
  });

  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(disk ?? "");
    return bavail * bsize;
  };
  const begin = (name: string, sizeBytes: number) =>
    beginUploadRequest(server.address, ada.cookie, projectId, {
      fileName: name,
      sizeBytes,
      fingerprint: fingerprintOf(name, new Uint8Array()),
    });

  it("uploads that are sent at once never fill it, whatever else is written meanwhile", async () => {
    const free = await freeBytes();
    const answers = await Promise.all([
      begin("one.tif", Math.floor(0.5 * free)),
      begin("two.tif", Math.floor(0.5 * free)),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 507]);
    const refused = answers.find(({ status }) => status === 507);
    expect(await refused?.json()).toMatchObject({
      tag: "disk-full",
      what: expect.stringMatching(/needs .* has room for only/),
    });
    const taken = (await answers.find(({ status }) => status === 200)?.json()) as { uploadId: string };
    // Somebody copies something else to the disk: 25 MB are left, 20 of them the reserve.
    const filler = path.join(disk ?? "", "other");
    await writeFile(filler, new Uint8Array((await freeBytes()) - 25e6));
    const piece = new Uint8Array(2e6);
    let offset = 0;
    let answer = await putPiece(server.address, ada.cookie, projectId, taken.uploadId, offset, piece);
    for (; answer.ok && offset < 40e6; ) {
      offset += piece.length;
      answer = await putPiece(server.address, ada.cookie, projectId, taken.uploadId, offset, piece);
    }
    expect(answer.status).toBe(507);
    expect(await answer.json()).toMatchObject({ tag: "disk-full" });
    expect(await freeBytes()).toBeGreaterThan(18e6);
    await rm(filler);
    expect((await putPiece(server.address, ada.cookie, projectId, taken.uploadId, offset, piece)).status).toBe(200);
  }, 60_000);

  it("a full disk: the editor says so, keeps what is painted, and saves it when there is room", async () => {
    const shapeZyx = [30, 300, 400] as const;
    const volumeId = await createReadyVolume(server.services, { projectId, createdBy: ada.id, shapeZyx });
    const page = openCollabClient({
      address: () => server.address,
      cookie: () => ada.cookie,
      volumeId,
      shapeZyx,
      outbox: new MemoryOutboxStore(),
    });
    const state = () => page.saveState;
    const reaches = (wanted: () => boolean, what: string) =>
      waitFor(wanted, () => `${what}, but ${JSON.stringify(state())}`, 60_000);
    try {
      void page.start();
      await reaches(() => page.canEdit, "ready");
      const keys = [0];
      await page.loadBricks(keys);
      const filler = path.join(disk ?? "", "other");
      await writeFile(filler, new Uint8Array((await freeBytes()) - 1e6));
      await writeFile(`${filler}2`, new Uint8Array(1e6)).catch(() => {}); // to the last byte
      let strokes = 0;
      const paint = () => {
        // Ragged rows: a record of some kilobytes, so that the tables must grow.
        const z = strokes++ % 30;
        const rows = Array.from({ length: 64 }, (_, y) => [
          z,
          y,
          (y * 7 + strokes) % 40,
          41 + ((y * 13 + strokes) % 20),
        ]);
        const runs = Int32Array.from(rows.flat());
        return page.commit({ name: "brush", records: [{ kind: "paint", label: page.newLabel(), runs }] });
      };
      const toldOf = () => "trouble" in page.saveState && page.saveState.trouble !== undefined;
      for (let i = 0; i < 200 && !toldOf(); i++) {
        await paint();
        await new Promise((resolve) => setTimeout(resolve, 30)); // a pace at which nobody paints faster
      }
      await reaches(toldOf, "told of the full disk");
      expect(state()).toMatchObject({ kind: "offline", trouble: "The server's disk is full" });
      // Painting goes on.
      await paint();
      expect(page.unsavedRecords().length).toBeGreaterThan(0);
      await rm(filler);
      await rm(`${filler}2`, { force: true });
      await reaches(() => state().kind === "saved", "saved");
      expect(page.unsavedRecords()).toEqual([]);
      const { rows } = await server.services.db.execute<{ records: string }>(
        `select count(*) as records from label_journal where volume_id = '${volumeId}'`,
      );
      expect(Number(rows[0].records)).toBe(strokes);
    } finally {
      page.close();
    }
  }, 120_000);
});
