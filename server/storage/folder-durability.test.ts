import { mkdtemp, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createFolderStore } from "./folder-store.ts";

/**
 * A disk that forgets what was not synced: every entry of a folder (made by mkdir or rename) is lost in a power cut until
 * that folder was synced after it was made.
 */
const disk = vi.hoisted(() => ({ forgettable: new Set<string>(), unsynced: new Set<string>() }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const dirname = (file: string) => file.slice(0, file.lastIndexOf("/"));
  return {
    ...real,
    async mkdir(folder: string, options: { recursive: true; mode: number }) {
      const first = await real.mkdir(folder, options);
      for (let made = folder; first && made.length >= first.length; made = dirname(made)) disk.forgettable.add(made);
      return first;
    },
    async rename(from: string, to: string) {
      await real.rename(from, to);
      disk.forgettable.add(to);
    },
    async open(file: string, ...rest: [string, number]) {
      const handle = await real.open(file, ...rest);
      if (rest[0] !== "r") disk.unsynced.add(file);
      const { sync } = handle;
      handle.sync = async () => {
        const below = [...disk.forgettable].filter((entry) => dirname(entry) === file);
        await sync.call(handle);
        disk.unsynced.delete(file);
        for (const entry of below) disk.forgettable.delete(entry);
      };
      return handle;
    },
  };
});

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-durable-"));
  root = path.join(folder, "blobs");
  disk.forgettable.clear();
  disk.unsynced.clear();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const survives = (key: string): boolean => {
  for (let entry = path.join(root, key); entry.length > folder.length; entry = path.dirname(entry))
    if (disk.forgettable.has(entry)) return false;
  return true;
};
const one = Uint8Array.of(1);

it("a put that has resolved survives a power cut, with every new folder above it", async () => {
  const store = createFolderStore(root);
  await store.put("volumes/a/image.ome.zarr/0/c/0/0/0", one);
  expect(survives("volumes/a/image.ome.zarr/0/c/0/0/0")).toBe(true);
  await store.put("volumes/a/image.ome.zarr/0/c/0/1/0", one);
  expect([...disk.forgettable]).toEqual([]);
});

it("so do puts at once into the same new folders, each when it resolves", async () => {
  const store = createFolderStore(root);
  const keys = Array.from({ length: 12 }, (_, i) => `volumes/b/0/c/${i % 3}/${i % 2}/${i}`);
  const survived = await Promise.all(keys.map((key) => store.put(key, one).then(() => survives(key))));
  expect(survived).toEqual(keys.map(() => true));
});

it("also where another process made the folders and was killed before it synced them, or took them away", async () => {
  const { mkdir } = await import("node:fs/promises");
  await mkdir(path.join(root, "volumes/c/0"), { recursive: true });
  expect(survives("volumes/c/0/x")).toBe(false);
  const store = createFolderStore(root);
  await store.put("volumes/c/0/x", one);
  expect(survives("volumes/c/0/x")).toBe(true);
  await rm(path.join(root, "volumes/c"), { recursive: true });
  await store.put("volumes/c/0/y", one);
  await store.remove("volumes/c/");
  await store.put("volumes/c/0/z", one);
  expect(survives("volumes/c/0/z")).toBe(true);
});

it("no other user may read a blob, under the widest umask", async () => {
  const before = process.umask(0);
  try {
    await createFolderStore(root).put("volumes/d/x", one);
  } finally {
    process.umask(before);
  }
  for (const [below, mode] of [
    ["", 0o700],
    ["volumes", 0o700],
    ["volumes/d/x", 0o600],
  ] as const)
    expect((await stat(path.join(root, below))).mode & 0o777, below).toBe(mode);
});
