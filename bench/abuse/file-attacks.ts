import { gzipSync } from "node:zlib";
import { ZipFile } from "yazl";
import type { BegunUpload } from "../../server/ingest/testing/upload-bytes.ts";
import { beginUploadRequest, fingerprintOf, putPiece } from "../../server/ingest/testing/upload-bytes.ts";
import type { AbuseWorld } from "./abuse-world.ts";
import { type Attack, asJson, mutateBytes, request } from "./attack.ts";

/** Files that an owner of some project uploads to harm everybody else's. */

const INSPECTIONS = 12;
const GB = 10 ** 9;

function zipOf(files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, bytes] of Object.entries(files)) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    zip.outputStream
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("error", reject)
      .on("end", () => resolve(new Uint8Array(Buffer.concat(chunks))));
  });
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

interface ZarrShape {
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
}

/** An OME-Zarr 0.4 image whose every chunk is the same few bytes. */
function zippedZarr({ shape, chunk }: ZarrShape, chunks: readonly string[], bytes: Uint8Array): Promise<Uint8Array> {
  return zipOf({
    "a.zarr/.zgroup": json({ zarr_format: 2 }),
    "a.zarr/.zattrs": json({
      multiscales: [
        {
          version: "0.4",
          axes: ["z", "y", "x"].map((name) => ({ name, type: "space", unit: "micrometer" })),
          datasets: [{ path: "0", coordinateTransformations: [{ type: "scale", scale: [1, 0.5, 0.5] }] }],
        },
      ],
    }),
    "a.zarr/0/.zarray": json({
      zarr_format: 2,
      shape,
      chunks: chunk,
      dtype: "<u2",
      compressor: { id: "gzip", level: 9 },
      fill_value: 0,
      order: "C",
      filters: null,
      dimension_separator: "/",
    }),
    ...Object.fromEntries(chunks.map((key) => [`a.zarr/0/${key}`, bytes])),
  });
}

const zeros = (megabytes: number) => gzipSync(new Uint8Array(megabytes * 2 ** 20), { level: 9 });

const BOMBS: readonly (() => Promise<Uint8Array>)[] = [
  // What a chunk inflates to is far more than its shape says.
  () => zippedZarr({ shape: [16, 64, 80], chunk: [16, 64, 80] }, ["0/0/0"], zeros(400)),
  // One chunk as large as a volume.
  () => zippedZarr({ shape: [1024, 1024, 1024], chunk: [1024, 1024, 1024] }, ["0/0/0"], zeros(100)),
  // Many chunks, each of the size that it says.
  () =>
    zippedZarr(
      { shape: [4096, 512, 512], chunk: [64, 512, 512] },
      Array.from({ length: 64 }, (_, z) => `${z}/0/0`),
      zeros(32),
    ),
];

async function upload(world: AbuseWorld, fileName: string, bytes: Uint8Array): Promise<string | null> {
  const { address, cookies, ownProjectId } = world;
  try {
    const file = { fileName, sizeBytes: bytes.length, fingerprint: fingerprintOf(fileName, bytes) };
    const begun = await beginUploadRequest(address, cookies.owner, ownProjectId, file);
    if (!begun.ok) return null;
    const { uploadId } = (await begun.json()) as BegunUpload;
    return (await putPiece(address, cookies.owner, ownProjectId, uploadId, 0, bytes)).ok ? uploadId : null;
  } catch {
    return null; // refused or cut off
  }
}

const inspect = (world: AbuseWorld, uploadId: string) =>
  request(world, "/trpc/volume.inspectUpload", {
    method: "POST",
    headers: asJson(world.cookies.owner),
    body: JSON.stringify({ json: { projectId: world.ownProjectId, uploadId } }),
  });

const importIt = (world: AbuseWorld, uploadId: string) =>
  request(world, "/trpc/volume.startImport", {
    method: "POST",
    headers: asJson(world.cookies.owner),
    body: JSON.stringify({
      json: {
        projectId: world.ownProjectId,
        name: "bomb",
        specimen: "bomb",
        image: { uploadId, image: "0" },
        voxelSizeZyx: [1, 0.5, 0.5],
      },
    }),
  });

const zarrBomb: Attack = {
  name: "a zip of Zarr chunks that inflate",
  weight: 1,
  async send(world, random) {
    const uploadId = await upload(world, `bomb-${random.below(1e9)}.ome.zarr.zip`, await random.pick(BOMBS)());
    if (!uploadId) return 2;
    await inspect(world, uploadId);
    await importIt(world, uploadId);
    return 4;
  },
};

const manyInspections: Attack = {
  name: "12 inspections at once",
  weight: 1,
  async send(world, random) {
    const bytes = await zippedZarr({ shape: [16, 64, 80], chunk: [16, 64, 80] }, ["0/0/0"], zeros(1));
    const ids = await Promise.all(
      Array.from({ length: INSPECTIONS }, () =>
        upload(world, `i-${random.below(1e9)}.ome.zarr.zip`, mutateBytes(bytes, random)),
      ),
    );
    await Promise.all(ids.map((id) => (id ? inspect(world, id) : null)));
    return INSPECTIONS * 3;
  },
};

const hugeUploads: Attack = {
  name: "uploads that are larger than the disk",
  weight: 1,
  async send(world, random) {
    const sizes = [1, 100, 250].map((gigabytes) => gigabytes * GB + random.below(1000));
    for (const sizeBytes of sizes) {
      const fileName = `huge-${sizeBytes}.tif`;
      const fingerprint = fingerprintOf(fileName, json(sizeBytes));
      const file = { fileName, sizeBytes, fingerprint };
      const begun = await beginUploadRequest(world.address, world.cookies.owner, world.ownProjectId, file).catch(
        () => null,
      );
      await begun?.arrayBuffer().catch(() => {});
    }
    return sizes.length;
  },
};

export const fileAttacks: readonly Attack[] = [zarrBomb, manyInspections, hugeUploads];
