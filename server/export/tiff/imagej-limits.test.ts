import { afterEach, expect, it } from "vitest";
import { openDataset, type ReadableDataset } from "../frozen/frozen-dataset.ts";
import { createDatasetFixture, type DatasetFixture } from "../testing/dataset-fixture.ts";
import { markerIndex } from "../testing/marked-volume.ts";
import { imagejFiles } from "./imagej-files.ts";

let fixture: DatasetFixture | null = null;
afterEach(() => fixture?.remove());

async function drain(dataset: ReadableDataset): Promise<number> {
  let bytes = 0;
  for await (const file of imagejFiles(dataset))
    for await (const part of file.bytes(new AbortController().signal)) bytes += part.length;
  return bytes;
}

it("refuses more nuclei than 16 bits hold, and takes as many as they do", async () => {
  fixture = await createDatasetFixture("uint8");
  const dataset = openDataset(fixture.blobs, fixture.description);
  const many = (count: number): ReadableDataset => ({
    ...dataset,
    async openVolume(frozen) {
      const volume = await dataset.openVolume(frozen);
      const nuclei = Array.from({ length: count }, (_, i) => ({ ...volume.nuclei[0], label: i + 1 }));
      return { ...volume, volume: { ...frozen, nuclei: count }, nuclei };
    },
  });
  expect(await drain(many(65_535))).toBeGreaterThan(0);
  await expect(drain(many(65_536))).rejects.toThrow("hold 65535 nuclei, this volume has 65536");
});

it("refuses 32-bit integers that a 32-bit float would change", async () => {
  fixture = await createDatasetFixture("int32");
  const { blobs, description, image } = fixture;
  expect(image[markerIndex]).toBe(127);
  const dataset = openDataset(blobs, description);
  expect(await drain(dataset)).toBeGreaterThan(0);
  const bright = (value: number): ReadableDataset => ({
    ...dataset,
    async openVolume(frozen) {
      const volume = await dataset.openVolume(frozen);
      return {
        ...volume,
        image: {
          ...volume.image,
          async *planes(signal) {
            for await (const plane of volume.image.planes(signal)) {
              plane[0] = value;
              yield plane;
            }
          },
        },
      };
    },
  });
  expect(await drain(bright(-(2 ** 24)))).toBeGreaterThan(0);
  await expect(drain(bright(2 ** 24 + 1))).rejects.toThrow("cannot hold exactly");
});
