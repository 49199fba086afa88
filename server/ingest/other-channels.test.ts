import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileChannel } from "../../core/import/file-channels.ts";
import type { Zyx } from "../../core/volume/voxel-space.ts";
import { importJob, volume, volumeChannel } from "../../db/schema/index.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { countStoredBytes } from "./quota/count-stored-bytes.ts";
import { poll } from "./testing/poll.ts";
import { readBackPyramid } from "./testing/read-back-pyramid.ts";
import { temporaryFolder } from "./testing/temporary-folder.ts";
import { uploadBytes } from "./testing/upload-bytes.ts";

/** Files with several channels as tifffile, h5py and zarr write them; the judge is the formula of their voxels. */
const PYTHON = process.env.KARYOLOOP_PEER_PYTHON ?? "python3";
const folder = temporaryFolder();
const [CHANNELS, SIZE_Z, SIZE_Y, SIZE_X] = [3, 9, 40, 70];

const WRITE = `
import json, struct, sys, zipfile, h5py, numpy as np, tifffile, zarr
folder = sys.argv[1]
c, z, y, x = np.indices((${CHANNELS}, ${SIZE_Z}, ${SIZE_Y}, ${SIZE_X}))
czyx = ((c * 9973 + (z * ${SIZE_Y} + y) * ${SIZE_X} + x) * 7 % 60000).astype("u2")
zcyx = np.ascontiguousarray(czyx.transpose(1, 0, 2, 3))
tifffile.imwrite(folder + "/ome.ome.tif", czyx, photometric="minisblack", metadata=dict(axes="CZYX",
  PhysicalSizeX=0.25, PhysicalSizeY=0.5, PhysicalSizeZ=2, Channel=dict(Name=["DAPI", "GFP", "GFP"], Color=[65535, 16711935, -1])))
ramp = np.arange(256, dtype="u1"); none = np.zeros(256, "u1")
tifffile.imwrite(folder + "/imagej.tif", zcyx, imagej=True, resolution=(4, 2), metadata=dict(axes="ZCYX", unit="um", spacing=2,
  Labels=["H2B", "Pax6", "plane"] * ${SIZE_Z}, LUTs=[np.stack([none, none, ramp]), np.stack([ramp, none, ramp]), np.stack([ramp, ramp, ramp])]))
with h5py.File(folder + "/ilastik.h5", "w") as f:
  made = f.create_dataset("volume", data=zcyx, chunks=(4, 1, 16, 16), compression="gzip")
  made.attrs["axistags"] = json.dumps(dict(axes=[dict(key=k, typeFlags=2) for k in "zcyx"]))
  made.attrs["element_size_um"] = (2.0, 0.5, 0.25)
text = lambda value: np.frombuffer(str(value).encode(), dtype="S1")
with h5py.File(folder + "/imaris.ims", "w") as f:
  image = f.create_group("DataSetInfo/Image")
  for key, value in dict(X=${SIZE_X}, Y=${SIZE_Y}, Z=${SIZE_Z}, Unit="um", ExtMin0=0, ExtMin1=0, ExtMin2=0, ExtMax0=${SIZE_X * 0.25}, ExtMax1=${SIZE_Y * 0.5}, ExtMax2=${SIZE_Z * 2}).items(): image.attrs[key] = text(value)
  for n in range(${CHANNELS}):
    info = f.create_group(f"DataSetInfo/Channel {n}")
    info.attrs["Name"] = text(["nuclei", "membrane", "third"][n]); info.attrs["Color"] = text(["0.000 0.000 1.000", "1.000 0.500 0.000", "much"][n])
    group = f.create_group(f"DataSet/ResolutionLevel 0/TimePoint 0/Channel {n}")
    for key, value in dict(X=${SIZE_X}, Y=${SIZE_Y}, Z=${SIZE_Z}).items(): group.attrs["ImageSize" + key] = text(value)
    group.create_dataset("Data", data=np.pad(czyx[n], ((0, 3), (0, 8), (0, 2))), chunks=(4, 16, 24))
with zarr.storage.ZipStore(folder + "/omero.zip", mode="w") as store:
  group = zarr.open_group(store, mode="w", zarr_format=3, attributes=dict(ome=dict(version="0.5",
    multiscales=[dict(axes=[dict(name="c", type="channel")] + [dict(name=n, type="space", unit="micrometer") for n in "zyx"],
      datasets=[dict(path="0", coordinateTransformations=[dict(type="scale", scale=[1, 2, 0.5, 0.25])])])],
    omero=dict(channels=[dict(label="DAPI", color="0000FF"), dict(label="a" * 90 + "\\u0007", color="00ff00"), dict(label="\\u202e", color="red")]))))
  group.create_array("0", data=czyx, chunks=(1, 4, 16, 32))
# N5 by its specification: axes and blocks the other way round, big endian behind a header.
with zipfile.ZipFile(folder + "/n5.zip", "w") as store:
  store.writestr("a.n5/attributes.json", json.dumps(dict(n5="2.5.1")))
  store.writestr("a.n5/volume/attributes.json", json.dumps(dict(dimensions=czyx.shape[::-1], blockSize=czyx.shape[:0:-1] + (1,), dataType="uint16",
    compression=dict(type="raw"), axes=list("xyzc"), resolution=[0.25, 0.5, 2, 1], units=["um", "um", "um", ""])))
  for n in range(${CHANNELS}): store.writestr(f"a.n5/volume/0/0/0/{n}", struct.pack(">HH4I", 0, 4, *czyx.shape[:0:-1], 1) + czyx[n].astype(">u2").tobytes())
# LSM of Zeiss: pages of planar samples, each with a small one behind it, a header, and names and colours where the header says.
names = b"".join(struct.pack("<I", len(one) + 1) + one + b"\\0" for one in (b"Ch1-T1", b"Ch2-T2", b"ChD"))
colors = bytes([0, 0, 255, 0, 0, 255, 0, 0, 255, 255, 255, 0])
info = struct.pack("<Iiiiiiiiii6d", 67127628, 512, ${SIZE_X}, ${SIZE_Y}, ${SIZE_Z}, ${CHANNELS}, 1, 2, 0, 0, 0.25e-6, 0.5e-6, 2e-6, 0, 0, 0)
info = (info.ljust(108, b"\\0") + struct.pack("<I", 0x5EED5EED)).ljust(512, b"\\0")
with tifffile.TiffWriter(folder + "/zeiss.lsm") as f:
  for n in range(${SIZE_Z}):
    f.write(zcyx[n], photometric="minisblack", planarconfig="separate", metadata=None, extratags=[(34412, 1, 512, info, True)] if n == 0 else [])
    f.write(zcyx[n, :, :8, :8], photometric="minisblack", planarconfig="separate", metadata=None, subfiletype=1)
raw = open(folder + "/zeiss.lsm", "rb").read()
at = struct.pack("<I", len(raw))
assert raw.count(struct.pack("<I", 0x5EED5EED)) == 1
said = struct.pack("<6I", 24 + len(colors) + len(names), 3, 3, 24, 24 + len(colors), 0) + colors + names
open(folder + "/zeiss.lsm", "wb").write(raw.replace(struct.pack("<I", 0x5EED5EED), at) + said)
with tifffile.TiffFile(folder + "/zeiss.lsm") as f:
  assert f.lsm_metadata["ChannelColors"]["ColorNames"] == ["Ch1-T1", "Ch2-T2", "ChD"], f.lsm_metadata
  assert np.array_equal(f.asarray().reshape(zcyx.shape), zcyx)
# Names that run out of the file are none.
open(folder + "/damaged.lsm", "wb").write(raw.replace(struct.pack("<I", 0x5EED5EED), at) + said[:-4])
`;

const hasPeers = ((): boolean => {
  try {
    execFileSync(PYTHON, ["-c", "import numpy, tifffile, h5py, zarr.storage; assert zarr.__version__ > '3'"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
})();

const expected = (channel: number): Uint16Array =>
  Uint16Array.from({ length: SIZE_Z * SIZE_Y * SIZE_X }, (_, i) => ((channel * 9973 + i) * 7) % 60_000);

let server: TestServer;
let ada: TestPerson;
let projectId: string;
let client: ReturnType<typeof createTestClient>;
beforeAll(async () => {
  if (!hasPeers) return;
  execFileSync(PYTHON, ["-c", WRITE, folder]);
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  projectId = await server.createProject("Stains", [[ada, "owner"]]);
  client = createTestClient(server.address, ada.cookie);
}, 120_000);
afterAll(() => server?.close());

async function startImport(file: string, channel: number, channels?: "all" | "labelled", name = `${file} ${channel}`) {
  const bytes = await readFile(path.join(folder, file));
  const uploadId = await uploadBytes(server.address, ada.cookie, projectId, file, bytes);
  const { contents } = await client.volume.inspectUpload.mutate({ projectId, uploadId });
  const { volumeId } = await client.volume.startImport.mutate({
    projectId,
    name,
    specimen: file,
    image: { uploadId, image: contents.images[0].path, channel },
    voxelSizeZyx: null,
    ...(channels && { channels }),
  });
  return volumeId;
}

const settled = (volumeId: string) =>
  poll(async () => {
    const row = await client.volume.byId.query({ volumeId });
    return row.import?.state === "done" || row.import?.state === "failed" ? row : null;
  }, 110_000);

const read = (volumeId: string) => (key: string) =>
  fetch(`${server.address}/zarr/${volumeId}/${key}`, { headers: { cookie: ada.cookie } });

async function keysOf(volumeId: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of server.services.blobs.list(`volumes/${volumeId}/`)) keys.push(key);
  return keys;
}

const inBlobs = (): Promise<string[]> => readdir(path.join(server.dataRoot, "blobs/volumes")).catch(() => []);

const suite = `channels beside the labelled one${hasPeers ? "" : " (skipped: KARYOLOOP_PEER_PYTHON has no tifffile, h5py and zarr 3)"}`;

describe.skipIf(!hasPeers)(suite, { timeout: 240_000 }, () => {
  const long = "a".repeat(60);
  it.each<[string, number, readonly Omit<FileChannel, "index">[]]>([
    [
      "ome.ome.tif",
      1,
      [
        { name: "DAPI", color: "0000FF" },
        { name: "GFP (2)", color: "00FF00" },
        { name: "GFP (3)", color: null },
      ],
    ],
    [
      "imagej.tif",
      0,
      [
        { name: "H2B", color: "0000FF" },
        { name: "Pax6", color: "FF00FF" },
        { name: "plane", color: null },
      ],
    ],
    ["ilastik.h5", 2, [1, 2, 3].map((n) => ({ name: `Channel ${n}`, color: null }))],
    [
      "imaris.ims",
      0,
      [
        { name: "nuclei", color: "0000FF" },
        { name: "membrane", color: "FF8000" },
        { name: "third", color: null },
      ],
    ],
    [
      "omero.zip",
      1,
      [
        { name: "DAPI", color: "0000FF" },
        { name: long, color: "00FF00" },
        { name: "Channel 3", color: null },
      ],
    ],
    ["n5.zip", 1, [1, 2, 3].map((n) => ({ name: `Channel ${n}`, color: null }))],
    [
      "zeiss.lsm",
      0,
      [
        { name: "Ch1-T1", color: "0000FF" },
        { name: "Ch2-T2", color: "00FF00" },
        { name: "ChD", color: "FFFFFF" },
      ],
    ],
    ["damaged.lsm", 2, [1, 2, 3].map((n) => ({ name: `Channel ${n}`, color: null }))],
  ])("of %s are kept voxel by voxel, with the names and colours that it states", async (file, labelled, said) => {
    // biome-ignore format: a table
    const volumeId = await startImport(file, labelled);
    const row = await settled(volumeId);
    expect(row).toMatchObject({ state: "ready", shapeZyx: [SIZE_Z, SIZE_Y, SIZE_X], voxelSizeZyx: [2, 0.5, 0.25] });
    expect(row.channels).toEqual(
      said.map((channel, index) => ({
        ...channel,
        index,
        labelled: index === labelled,
        contrast: expect.any(Array),
        histogram: expect.any(Array),
        histogramRange: expect.any(Array),
      })),
    );
    for (const { index, contrast } of row.channels) {
      const voxels = expected(index);
      const prefix = index === labelled ? "image.ome.zarr" : `channels/${index}.ome.zarr`;
      const { levels } = await readBackPyramid(read(volumeId), prefix);
      expect(levels[0].pixels, `channel ${index}`).toEqual(voxels);
      expect(levels.map(({ shapeZyx }) => shapeZyx)).toEqual(row.levels.map(({ shapeZyx }) => shapeZyx as Zyx));
      const inOrder = Float64Array.from(voxels).sort();
      expect(contrast?.[1]).toBeCloseTo(inOrder[Math.floor(0.998 * (inOrder.length - 1))], -3);
    }
    const [listed] = (await client.volume.list.query({ projectId })).filter(({ id }) => id === volumeId);
    expect(listed.channels.map(({ name }) => name)).toEqual(said.map(({ name }) => name));
    expect(await read(volumeId)(`channels/${labelled}.ome.zarr/zarr.json`).then(({ status }) => status)).toBe(404);
  });

  it("are left out when asked, count in what is stored, and go with their volume", async () => {
    const { db } = server.services;
    const alone = await startImport("ilastik.h5", 1, "labelled", "alone");
    expect((await settled(alone)).channels).toMatchObject([{ index: 1, labelled: true }]);
    expect((await keysOf(alone)).some((key) => key.includes("/channels/"))).toBe(false);

    const [{ id: volumeId, name }] = (await client.volume.list.query({ projectId })).filter(
      ({ specimen, channels }) => specimen === "ilastik.h5" && channels.length > 1,
    );
    const keys = await keysOf(volumeId);
    let onDisk = 0;
    for (const key of keys) onDisk += (await server.services.blobs.head(key)) ?? 0;
    const counted = async () => (await db.select().from(volume).where(eq(volume.id, volumeId)))[0].storedBytes;
    expect(await counted()).toBe(onDisk);
    await db.update(volume).set({ storedBytes: null }).where(eq(volume.id, volumeId));
    await countStoredBytes(server.services, new AbortController().signal);
    expect(await counted()).toBe(onDisk);

    await client.volume.delete.mutate({ volumeId, name });
    expect(await keysOf(volumeId)).toEqual([]);
    expect(await inBlobs()).not.toContain(volumeId);
    expect(await db.select().from(volumeChannel).where(eq(volumeChannel.volumeId, volumeId))).toEqual([]);
  });

  it("leave nothing when the import is cancelled while one of them is written", async () => {
    const { db } = server.services;
    const volumeId = await startImport("omero.zip", 0, "all", "cancelled");
    await poll(async () => (await keysOf(volumeId)).some((key) => key.includes("/channels/")), 60_000);
    await client.volume.cancelImport.mutate({ volumeId });
    expect(await keysOf(volumeId)).toEqual([]);
    expect(await db.select().from(importJob).where(eq(importJob.volumeId, volumeId))).toEqual([]);
    expect(await inBlobs()).not.toContain(volumeId);
  });
});
