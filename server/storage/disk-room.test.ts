import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { assertDiskHolds, diskProblemOf, guardDisk } from "./disk-room.ts";
import { createFolderStore } from "./folder-store.ts";

it("refuses what no disk holds, in words, and takes what fits", async () => {
  await assertDiskHolds(tmpdir(), 1, "The file");
  await expect(assertDiskHolds(tmpdir(), 2 ** 60, "The import")).rejects.toMatchObject({
    tag: "disk-full",
    what: expect.stringMatching(/^The import needs 1152921505 GB, but .* room for only [\d.]+ GB\.$/),
  });
  // What others were promised is not there for this one.
  await expect(assertDiskHolds(tmpdir(), 1, "The file", 2 ** 60)).rejects.toMatchObject({ tag: "disk-full" });
});

it("knows a full disk at the bottom of an error, of files and of PostgreSQL", () => {
  const full = (code: string) => Object.assign(new Error("no space"), { code });
  for (const code of ["ENOSPC", "EDQUOT", "53100"])
    expect(diskProblemOf(new Error("query failed", { cause: full(code) }))).toMatchObject({ tag: "disk-full" });
  expect(diskProblemOf(full("EACCES"))).toBeNull();
  expect(diskProblemOf("ENOSPC")).toBeNull();
});

/** A disk of 40 MB, where this may be had. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(path.join(tmpdir(), "karyoloop-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

const disk = mountSmallDisk();
afterAll(() => {
  if (!disk) return;
  execFileSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

describe.skipIf(!disk)(`a disk of 40 MB${disk ? "" : " (skipped: it takes the right to mount one)"}`, () => {
  it("is never filled: the reserve stays for what people paint, and ENOSPC is words", async () => {
    const folder = disk ?? "";
    const store = createFolderStore(path.join(folder, "blobs"));
    const piece = new Uint8Array(700_000).fill(7);
    let kept = 0;
    const refused = await (async () => {
      for (; kept < 100; kept++) await store.put(`volumes/v/${kept}`, piece);
    })().catch((error: unknown) => error);
    expect(refused).toMatchObject({ tag: "disk-full" });
    const { bavail, bsize } = await statfs(folder);
    // 5 % of 40 MB are 2.1 MB.
    expect(bavail * bsize).toBeGreaterThanOrEqual(2e6);
    expect(kept).toBeGreaterThan(45);
    expect(await store.get("volumes/v/3")).toHaveLength(piece.length);
    await store.put("volumes/v/paint/1", piece, { maySpendReserve: true });
    // Something else fills the disk to its last byte.
    await writeFile(path.join(folder, "other"), new Uint8Array(bavail * bsize)).catch(() => {});
    await expect(store.put("volumes/v/paint/2", piece, { maySpendReserve: true })).rejects.toMatchObject({
      tag: "disk-full",
      what: "The server's disk is full.",
    });
    expect(await store.get("volumes/v/paint/1")).toHaveLength(piece.length);
    expect(await store.get("volumes/v/paint/2")).toBeNull();
  });

  it("a guard that is asked for many small writes looks in time", async () => {
    const guard = guardDisk(disk ?? "");
    await expect(guard.beforeWriting(1)).rejects.toMatchObject({ tag: "disk-full" });
  });
});
