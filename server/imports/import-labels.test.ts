import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labelComponents } from "../../core/labels/connected-components.ts";
import { writePlainTiff } from "../ingest/testing/plain-tiff.ts";
import { poll } from "../ingest/testing/poll.ts";
import { readBackPyramid } from "../ingest/testing/read-back-pyramid.ts";
import { uploadBytes } from "../ingest/testing/upload-bytes.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";

let server: TestServer;
let ada: TestPerson;
let projectId: string;
let client: ReturnType<typeof createTestClient>;
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  client = createTestClient(server.address, ada.cookie);
});
afterAll(() => server.close());

const shape = [7, 40, 70] as const;
const voxels = 7 * 40 * 70;
const image = Uint16Array.from({ length: voxels }, (_, i) => (i * 7919) % 4001);

/** Four boxes that do not touch; `of` gives each its value. */
function boxes(of: (box: number) => number): Uint16Array {
  const labels = new Uint16Array(voxels);
  for (let box = 0; box < 4; box++)
    for (let z = 1; z < 5; z++)
      for (let y = 4; y < 12 + box; y++)
        labels.fill(of(box), (z * 40 + y) * 70 + 2 + 17 * box, (z * 40 + y) * 70 + 12 + 17 * box);
  return labels;
}

const send = (name: string, bytes: Uint8Array) => uploadBytes(server.address, ada.cookie, projectId, name, bytes);
/** Channel after channel of each slice, as ImageJ writes hyperstacks. */
function channelsTiff(channels: readonly Uint8Array[] | readonly Uint16Array[]): Uint8Array {
  const all =
    channels[0] instanceof Uint8Array
      ? new Uint8Array(voxels * channels.length)
      : new Uint16Array(voxels * channels.length);
  const plane = 40 * 70;
  for (let z = 0; z < 7; z++)
    channels.forEach((channel, c) => {
      all.set(channel.subarray(z * plane, (z + 1) * plane), (z * channels.length + c) * plane);
    });
  const images = 7 * channels.length;
  const text = `ImageJ=1.53t\nimages=${images}\nchannels=${channels.length}\nslices=7\nhyperstack=true\n`;
  return writePlainTiff(all, [images, 40, 70], text);
}

type Labels = NonNullable<Parameters<typeof client.volume.startImport.mutate>[0]["labels"]>;

async function start(name: string, bytes: Uint8Array, answers: Partial<Labels> = {}) {
  const imageId = await send(`${name}.tif`, writePlainTiff(image, shape));
  const labelsId = await send(`${name}_labels.tif`, bytes);
  const labels = { uploadId: labelsId, image: "stack", mode: "accepted" as const, ...answers };
  const chosen = {
    projectId,
    image: { uploadId: imageId, image: "stack" },
    voxelSizeZyx: [2, 0.5, 0.4] as [number, number, number],
    labels,
  };
  return {
    look: () => client.volume.firstLook.mutate(chosen),
    import: async () => {
      const { volumeId } = await client.volume.startImport.mutate({ ...chosen, name, specimen: name });
      return poll(async () => {
        const row = await client.volume.byId.query({ volumeId });
        return row.import?.state === "done" || row.import?.state === "failed" ? row : null;
      }, 100_000);
    },
  };
}

async function storedLabels(volumeId: string): Promise<Uint32Array> {
  const read = (key: string) => fetch(`${server.address}/zarr/${volumeId}/${key}`, { headers: { cookie: ada.cookie } });
  return (await readBackPyramid(read, "image.ome.zarr/labels/imported")).levels[0].pixels as Uint32Array;
}

describe("labels of a file", { timeout: 120_000 }, () => {
  it("that are a mask are asked for before anything is kept, refused unanswered, and taken part by part", async () => {
    const mask = boxes(() => 255);
    const open = await start("mask", writePlainTiff(mask, shape));
    const look = await open.look();
    expect(look.labels).toMatchObject({ labels: 1, parts: 4, maskValue: 255 });
    expect(look.questions).toMatchObject([{ about: "labels-parts" }]);
    expect(look.planes.map(({ across, width, height }) => [across, width, height])).toEqual([
      ["z", 70, 40],
      ["y", 70, 7],
      ["x", 40, 7],
    ]);
    const cut = Buffer.from(look.planes[0].labels ?? "", "base64");
    expect([...cut]).toEqual([...mask.subarray(3 * 40 * 70, 4 * 40 * 70)]);
    expect(await open.import()).toMatchObject({ state: "failed", problem: { tag: "labels-in-parts" } });

    const row = await (await start("mask 2", writePlainTiff(mask, shape), { parts: "one-per-part" })).import();
    expect(row.import?.labels).toMatchObject({ count: 4, largestId: 4, partsOf: 1 });
    const judge = labelComponents(Uint8Array.from(mask), shape);
    expect(await storedLabels(row.id)).toEqual(judge.labels);
  });

  it("in colours are never the red alone: every colour is a nucleus, or a channel is chosen", async () => {
    const colours = [0xff0000, 0x00ff00, 0x0000ff, 0xff00ff];
    const channel = (shift: number) => Uint8Array.from(boxes((box) => (colours[box] >> shift) & 255));
    const tiff = channelsTiff([channel(16), channel(8), channel(0)]);
    await expect((await start("colours", tiff)).import()).rejects.toMatchObject({
      data: { problem: { tag: "labels-channel", hint: expect.stringContaining("--labels-channel") } },
    });
    const row = await (await start("colours 2", tiff, { channel: "colours" })).import();
    expect(row.import?.labels).toMatchObject({ count: 4, largestId: 4 });
    // Numbered by colour, from blue on.
    expect(await storedLabels(row.id)).toEqual(Uint32Array.from(boxes((box) => [3, 2, 1, 4][box])));
  });

  it("in the second channel are asked for", async () => {
    const labels = boxes((box) => box + 5);
    const tiff = channelsTiff([image, labels]);
    await expect((await start("second", tiff)).import()).rejects.toMatchObject({
      data: { problem: { tag: "labels-channel" } },
    });
  });

  it("of another voxel size are asked for", async () => {
    const labels = boxes((box) => box + 5);
    const ome = `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="70" SizeY="40" SizeZ="7" SizeC="1" SizeT="1" PhysicalSizeX="0.2" PhysicalSizeY="0.25" PhysicalSizeZ="1"><TiffData/></Pixels></Image></OME>`;
    const stated = writePlainTiff(labels, shape, ome);
    const { contents } = await client.volume.inspectUpload.mutate({ projectId, uploadId: await send("s.tif", stated) });
    const [{ path }] = contents.images;
    await expect((await start("size", stated, { image: path })).import()).rejects.toMatchObject({
      data: { problem: { tag: "labels-voxel-size", what: expect.stringContaining("another stack") } },
    });
  });
});
