import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openVolumeFile } from "../../ingest/open-volume-file.ts";
import { dataSetFile, hasDataSets } from "../../ingest/testing/data-sets.ts";
import { readBackPyramid } from "../../ingest/testing/read-back-pyramid.ts";
import { readWholeVolume } from "../../ingest/voxels/read-whole-volume.ts";
import { startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { runImport } from "./import.ts";

const skipped = hasDataSets ? "" : " (skipped: no data sets under KARYOLOOP_DATA_SETS)";

/** One of each kind that is at hand: its file, its labels, the image in the file, whether it says its voxel size. */
const kinds = [
  {
    file: "formats/arabidopsis_raw_and_label.h5",
    image: "/raw",
    labels: ["formats/arabidopsis_raw_and_label.h5", "/label"],
  },
  { file: "formats/uint16_big_endian_no_voxel_size.tif", labels: null },
  pair("arabidopsis-ovule/1136_mini"),
  pair("mouse-embryo/Emb01_t401"),
  pair("mouse-embryo-8-16-cell/8_cell_stage"),
  pair("organoid/EGFP_d0_flt32_108"),
  pair("synthetic/img3d"),
  { file: "mouse-embryo-unlabelled/Emb05_t401_image.tif", labels: null },
  { file: "unlabelled/cellseg3d_mesospim_c5image.tif", labels: null },
  { file: "unlabelled/neubias_drosophila_nuclear_envelope.tif", labels: null },
] as const;

function pair(name: string) {
  return { file: `${name}_image.tif`, labels: [`${name}_labels.tif`, undefined] } as const;
}

async function readImage(name: string, path?: string) {
  const file = await openVolumeFile(dataSetFile(name), name);
  const image = path ?? file.contents.images[0].path;
  const whole = await readWholeVolume(await file.open({ image, channel: 0, time: 0 }));
  await file.close();
  return { pixels: whole.pixels, voxelSizeZyx: file.contents.images.find((one) => one.path === image)?.voxelSizeZyx };
}

describe.skipIf(!hasDataSets)(`volumes of each kind, from the command line to the stored pyramid${skipped}`, () => {
  let server: TestServer;
  let ada: TestPerson;
  let projectId: string;
  beforeAll(async () => {
    server = await startTestServer();
    ada = await server.signUp("Ada Lovelace");
    projectId = await server.createProject("Real", [[ada, "owner"]]);
    process.env.KARYOLOOP_PASSWORD = TEST_PASSWORD;
  });
  afterAll(() => server.close());

  it.each(kinds.map((kind) => [kind.file, kind] as const))("%s", { timeout: 200_000 }, async (_, kind) => {
    const { file, labels } = kind;
    const lines: string[] = [];
    const paths = labels && labels[0] !== file ? [file, labels[0]] : [file];
    const image = "image" in kind ? ["--image", kind.image] : [];
    const source = await readImage(file, "image" in kind ? kind.image : undefined);
    const size = source.voxelSizeZyx ? [] : ["--voxel-size", "2,0.5,0.25"];
    const options = ["--specimen", file, ...size, ...image];
    const account = ["--server", server.address, "--email", ada.email, "--project", "Real"];
    const code = await runImport([...account, ...options, ...paths.map(dataSetFile)], (line) => lines.push(line));
    expect([code, lines.join("\n")]).toEqual([0, expect.stringContaining("1 of 1 volumes")]);

    const client = createTestClient(server.address, ada.cookie);
    const volumes = await client.volume.list.query({ projectId });
    const row = volumes.find(({ specimen }) => specimen === file);
    expect(row).toMatchObject({
      state: "ready",
      voxelSizeZyx: source.voxelSizeZyx ?? [2, 0.5, 0.25],
      voxelSizeFrom: source.voxelSizeZyx ? "file" : "person",
      baseLabels: labels ? "imported" : "none",
    });
    const read = (key: string) =>
      fetch(`${server.address}/zarr/${row?.id}/${key}`, { headers: { cookie: ada.cookie } });
    const stored = await readBackPyramid(read, "image.ome.zarr");
    expect(Buffer.compare(bytesOf(stored.levels[0].pixels), bytesOf(source.pixels))).toBe(0);
    if (!labels) return;
    const truth = await readImage(labels[0], labels[1]);
    const values = new Set(truth.pixels);
    values.delete(0);
    expect(row?.import?.labels).toMatchObject({ mode: "accepted", count: values.size, renamed: {} });
    const storedLabels = await readBackPyramid(read, "image.ome.zarr/labels/imported");
    expect(Buffer.compare(bytesOf(storedLabels.levels[0].pixels), bytesOf(Uint32Array.from(truth.pixels)))).toBe(0);
  });
});

const bytesOf = (pixels: ArrayBufferView): Uint8Array =>
  new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
