import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import S3rver from "s3rver";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BlobStore } from "./blob-store.ts";
import { createBlobStore } from "./create-blob-store.ts";

/** One suite for both adapters: whatever holds for the folder holds for the bucket. */
interface Subject {
  readonly store: BlobStore;
  close(): Promise<void>;
}

async function openFolder(): Promise<Subject> {
  const dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-blobs-"));
  return {
    store: await createBlobStore({ dataRoot, s3: null }),
    close: () => rm(dataRoot, { recursive: true, force: true }),
  };
}

async function openBucket(): Promise<Subject> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "kl-s3-"));
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory,
    configureBuckets: [{ name: "blobs", configs: [] }],
  });
  const { port } = await server.run();
  return {
    store: await createBlobStore({
      dataRoot: directory,
      s3: {
        bucket: "blobs",
        endpoint: `http://127.0.0.1:${port}`,
        region: "us-east-1",
        accessKeyId: "S3RVER",
        secretAccessKey: "S3RVER",
      },
    }),
    async close() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const all = async (keys: AsyncIterable<string>): Promise<string[]> => {
  const list: string[] = [];
  for await (const key of keys) list.push(key);
  return list;
};

describe.each([
  ["folder", openFolder],
  ["S3", openBucket],
])("blob store: %s", (_name, open) => {
  let subject: Subject;
  let store: BlobStore;
  beforeAll(async () => {
    subject = await open();
    store = subject.store;
  });
  afterAll(() => subject.close());

  it("gives back what was put, and the later of two puts", async () => {
    await store.put("volumes/a/image.ome.zarr/zarr.json", bytes(1, 2, 3));
    await store.put("volumes/a/image.ome.zarr/zarr.json", bytes(4, 5));
    expect(await store.get("volumes/a/image.ome.zarr/zarr.json")).toEqual(bytes(4, 5));
    expect(await store.head("volumes/a/image.ome.zarr/zarr.json")).toBe(2);
  });

  it("lists what is below a prefix with its sizes", async () => {
    await store.put("usage/a/one", bytes(1, 2, 3));
    await store.put("usage/a/b/two", bytes());
    await store.put("usage-other/three", bytes(1));
    const found: [string, number][] = [];
    for await (const { key, sizeBytes } of store.sizes("usage/")) found.push([key, sizeBytes]);
    expect(found.sort()).toEqual([
      ["usage/a/b/two", 0],
      ["usage/a/one", 3],
    ]);
    for await (const one of store.sizes("nowhere/")) expect(one).toBeUndefined();
  });

  it("holds empty and larger blobs", async () => {
    const large = Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * 31) & 255);
    await store.put("sizes/empty", bytes());
    await store.put("sizes/large", large);
    expect(await store.get("sizes/empty")).toEqual(bytes());
    expect(Buffer.compare((await store.get("sizes/large")) ?? bytes(), large)).toBe(0);
    expect(await store.head("sizes/large")).toBe(large.length);
  });

  it("reads half-open ranges of absolute positions, cut at the end", async () => {
    await store.put("ranges/ten", bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(await store.get("ranges/ten", { start: 2, end: 5 })).toEqual(bytes(2, 3, 4));
    expect(await store.get("ranges/ten", { start: 0, end: 1 })).toEqual(bytes(0));
    expect(await store.get("ranges/ten", { start: 8, end: 20 })).toEqual(bytes(8, 9));
    expect(await store.get("ranges/ten", { start: 10, end: 12 })).toEqual(bytes());
    expect(await store.get("ranges/none", { start: 0, end: 1 })).toBeNull();
  });

  it("says null for what is not there, also for a folder", async () => {
    await store.put("there/is/one", bytes(1));
    for (const key of ["nothing", "there", "there/is", "there/is/one/more"]) {
      expect(await store.get(key)).toBeNull();
      expect(await store.head(key)).toBeNull();
    }
  });

  it("lists keys below a prefix, ascending, and nothing beside it", async () => {
    for (const key of ["list/b/2", "list/a/1", "list/b/10", "listing/x", "list/c"]) await store.put(key, bytes(1));
    expect(await all(store.list("list/"))).toEqual(["list/a/1", "list/b/10", "list/b/2", "list/c"]);
    expect(await all(store.list("list/b/"))).toEqual(["list/b/10", "list/b/2"]);
    expect(await all(store.list("empty/"))).toEqual([]);
  });

  it("gives bytes another name, whose fate is its own", async () => {
    const store = subject.store;
    await store.put("link/a", bytes(1, 2, 3));
    await store.put("link/deep/b", bytes(9));
    expect(await store.link("link/a", "link/deep/b")).toBe(true);
    expect(await store.link("link/a", "link/deep/b")).toBe(true);
    expect(await store.link("link/none", "link/c")).toBe(false);
    await store.put("link/a", bytes(4));
    expect([await store.get("link/a"), await store.get("link/deep/b")]).toEqual([bytes(4), bytes(1, 2, 3)]);
    await store.remove("link/a");
    expect(await store.get("link/deep/b")).toEqual(bytes(1, 2, 3));
    expect(await all(store.list("link/"))).toEqual(["link/deep/b"]);
  });

  it("removes one key, or everything under a prefix and nothing beside it", async () => {
    for (const key of ["gone/1", "gone/2/3", "gone-not/1"]) await store.put(key, bytes(1));
    await store.remove("gone/1");
    expect(await store.get("gone/1")).toBeNull();
    expect(await store.get("gone/2/3")).not.toBeNull();
    await store.remove("gone/");
    await store.remove("gone/");
    await store.remove("never/was");
    expect(await all(store.list("gone/"))).toEqual([]);
    expect(await store.get("gone-not/1")).toEqual(bytes(1));
  });

  // Below 1,000, as s3rver cannot make the token of a second page on this OpenSSL.
  it("removes more keys than one request names", async () => {
    const keys = Array.from({ length: 703 }, (_, i) => `many/${i}`);
    for (let i = 0; i < keys.length; i += 50)
      await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, bytes(7))));
    expect((await all(store.list("many/"))).length).toBe(keys.length);
    await store.remove("many/");
    expect(await all(store.list("many/"))).toEqual([]);
  }, 60_000);

  it.each(["../up", "a/../b", "/root", "a//b", "", ".hidden", "a/.b", "a\\b", "ü", "x".repeat(600)])(
    "refuses the key %j",
    async (key) => {
      await expect(store.put(key, bytes(1))).rejects.toThrow(RangeError);
      await expect(store.get(key)).rejects.toThrow(RangeError);
      await expect(store.remove(key)).rejects.toThrow(RangeError);
    },
  );
});

it("leaves no half file of the folder store when a put fails", async () => {
  const dataRoot = await mkdtemp(path.join(os.tmpdir(), "kl-blobs-"));
  try {
    const store = await createBlobStore({ dataRoot, s3: null });
    await store.put("taken/x", bytes(1));
    await expect(store.put("taken/x/below-a-file", bytes(2))).rejects.toThrow();
    await expect(store.put("taken", bytes(3))).rejects.toThrow();
    expect(await readdir(path.join(dataRoot, "blobs"))).toEqual(["taken"]);
    expect(await readdir(path.join(dataRoot, "blobs", "taken"))).toEqual(["x"]);
  } finally {
    await rm(dataRoot, { recursive: true, force: true });
  }
});
