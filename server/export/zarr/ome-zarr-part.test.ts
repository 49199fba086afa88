import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDataset } from "../frozen/frozen-dataset.ts";
import { createDatasetFixture, type DatasetFixture } from "../testing/dataset-fixture.ts";
import { omeZarrFiles, readOmeZarrPart } from "./ome-zarr-files.ts";

let fixture: DatasetFixture;
beforeAll(async () => {
  fixture = await createDatasetFixture();
});
afterAll(() => fixture.remove());

it("each part of a frozen volume by its name is what the zip holds under it, and there are no others", async () => {
  const { blobs, description } = fixture;
  const dataset = openDataset(blobs, description);
  const [frozen] = description.volumes;
  const volume = await dataset.openVolume(frozen);
  const root = `ome-zarr/${frozen.fileName}.ome.zarr/`;
  let chunks = 0;
  for await (const file of omeZarrFiles(dataset)) {
    if (!file.path.startsWith(root)) continue;
    const name = file.path.slice(root.length);
    const parts: Uint8Array[] = [];
    for await (const part of file.bytes(new AbortController().signal)) parts.push(part);
    const bytes = Buffer.concat(parts);
    const found = await readOmeZarrPart(blobs, volume, name);
    if (name.endsWith(".json")) expect(found, name).toEqual(JSON.parse(bytes.toString()));
    else {
      chunks++;
      expect(gunzipSync(found as Uint8Array).equals(gunzipSync(bytes)), name).toBe(true);
    }
  }
  expect(chunks).toBeGreaterThan(6);
  expect(await readOmeZarrPart(blobs, volume, "0/c/7/0/0")).toBeNull();
});
