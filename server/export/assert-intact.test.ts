import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BlobStore } from "../storage/blob-store.ts";
import { assertIntact } from "./assert-intact.ts";
import { openDataset } from "./frozen/frozen-dataset.ts";
import { createDatasetFixture } from "./testing/dataset-fixture.ts";
import { omeZarrFiles } from "./zarr/ome-zarr-files.ts";
import type { FileDigest } from "./zip/packed-file.ts";

let made: Awaited<ReturnType<typeof createDatasetFixture>>;
beforeAll(async () => {
  made = await createDatasetFixture();
});
afterAll(() => made.remove());

const signal = new AbortController().signal;

/** The store with one key as `damage` leaves it. */
function damagedAt(wanted: string, damage: (bytes: Uint8Array) => Uint8Array | null): BlobStore {
  return new Proxy(made.blobs, {
    get(target, property) {
      if (property !== "get") return Reflect.get(target, property).bind?.(target) ?? Reflect.get(target, property);
      return async (key: string) => {
        const bytes = await target.get(key);
        return key === wanted && bytes ? damage(bytes) : bytes;
      };
    },
  });
}

describe("what a download is made of", () => {
  it("is taken where it is whole", async () => {
    await assertIntact(openDataset(made.blobs, made.description), [], signal);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array | null]>([
    ["is gone", () => null],
    ["is empty", () => new Uint8Array()],
    ["is cut off", (bytes) => bytes.subarray(0, bytes.length >> 1)],
    [
      "has a changed byte",
      (bytes) => {
        const changed = bytes.slice();
        changed[changed.length >> 1] ^= 0xff;
        return changed;
      },
    ],
  ])("is refused in words before it is sent where any chunk %s", async (_, damage) => {
    const volume = await openDataset(made.blobs, made.description).openVolume(made.description.volumes[0]);
    for (const { prefix } of [volume.image, volume.labels, volume.known]) {
      const keys: string[] = [];
      for await (const key of made.blobs.list(prefix)) if (key.includes("/c/")) keys.push(key);
      const broken = keys[keys.length >> 1];
      await expect(
        assertIntact(openDataset(damagedAt(broken, damage), made.description), [], signal),
      ).rejects.toMatchObject({ tag: "stored-image-damaged", where: broken });
    }
  });

  it("is refused where a chunk is not there any more that was when it was frozen", async () => {
    const listed: FileDigest[] = [];
    for await (const { path } of omeZarrFiles(openDataset(made.blobs, made.description)))
      listed.push({ path, bytes: 0, sha256: "" });
    await assertIntact(openDataset(made.blobs, made.description), listed, signal);
    const volume = await openDataset(made.blobs, made.description).openVolume(made.description.volumes[0]);
    await made.blobs.remove(`${volume.labels.prefix}0/c/0/0/0`);
    await expect(assertIntact(openDataset(made.blobs, made.description), listed, signal)).rejects.toMatchObject({
      tag: "stored-image-damaged",
      where: "ome-zarr/embryo-1-left.ome.zarr/labels/nuclei/0/c/0/0/0",
    });
  });
});
