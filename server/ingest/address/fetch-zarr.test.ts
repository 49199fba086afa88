import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openVolumeFile } from "../open-volume-file.ts";
import { openZipStore } from "../stores/zip-store.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { VALID_SHAPE, validFiles, validPixels } from "../testing/valid-files.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";
import type { FetchTask } from "../worker/worker-messages.ts";
import { fetchZarr } from "./fetch-zarr.ts";
import { nameInAddress, readAddress } from "./read-address.ts";

const folder = temporaryFolder();
/** What the server has, by path. */
const files = new Map<string, Uint8Array | string>();
const asked: string[] = [];
/** What goes wrong, once each. */
const faults = new Map<string, "500" | "cut" | "403" | "gzip">();
let server: http.Server;
let origin: string;
let folders = 0;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? "", "http://x").pathname);
    asked.push(name);
    const fault = faults.get(name);
    faults.delete(name);
    const content = files.get(name);
    if (fault === "500" || fault === "403") return response.writeHead(Number(fault)).end();
    if (content === undefined) return response.writeHead(404).end();
    const bytes = Buffer.from(content);
    if (fault === "gzip") return response.writeHead(200, { "content-encoding": "gzip" }).end(bytes);
    response.writeHead(200, { "content-length": bytes.length });
    if (fault !== "cut") return response.end(bytes);
    response.write(bytes.subarray(0, bytes.length / 2));
    setImmediate(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const format of ["zarr3-gzip", "zarr3-shards", "zarr2-zstd"]) {
    const zip = path.join(folder, `${format}.zip`);
    await import("node:fs/promises").then(async ({ writeFile }) => writeFile(zip, await validFiles[format]()));
    const store = await openZipStore(zip);
    for (const name of store.names) files.set(`/${format}.zarr/${name}`, (await store.get(`/${name}`)) ?? "");
    store.close();
  }
});
afterAll(() => server.close());
beforeEach(() => {
  asked.length = 0;
  faults.clear();
});

const task = (place: string, over: Partial<FetchTask> = {}): FetchTask => ({
  kind: "fetch",
  address: `${origin}/${place}`,
  folder: path.join(folder, `fetched-${folders++}`),
  privateHosts: ["127.0.0.1"],
  maxBytes: 1e9,
  ...over,
});
const fetched = async (one: FetchTask) => {
  await fetchZarr(one, () => {});
  const file = await openVolumeFile(one.folder, "fetched.zarr");
  const pixels = (await readWholeVolume(await file.open({ image: file.contents.images[0].path, channel: 0, time: 0 })))
    .pixels;
  await file.close();
  return { pixels, ...file.contents };
};

it.each(["zarr3-gzip", "zarr3-shards", "zarr2-zstd"])("%s comes voxel by voxel as it lies there", async (format) => {
  const { pixels, images, notes } = await fetched(task(`${format}.zarr`));
  expect(images[0]).toMatchObject({ shapeZyx: [...VALID_SHAPE], voxelSizeZyx: [2, 0.5, 0.4] });
  expect(pixels).toEqual(validPixels);
  expect(notes).toEqual([]);
});

it("goes on where it broke off, tries again where that helps, and takes no half of a chunk", async () => {
  const chunks = [...files.keys()].filter((name) => /zarr3-gzip.*\/c\//.test(name));
  const one = task("zarr3-gzip.zarr");
  faults.set(chunks.at(-1)!, "403");
  await expect(fetchZarr(one, () => {})).rejects.toMatchObject({ tag: "address-forbidden" });
  const first = new Set(asked.filter((name) => name.includes("/c/")));
  expect(first.size).toBe(chunks.length);
  asked.length = 0;
  const again = await fetched(one);
  expect(asked.filter((name) => name.includes("/c/"))).toEqual([chunks.at(-1)]);
  expect(again.pixels).toEqual(validPixels);
  asked.length = 0;
  faults.set(chunks[0], "500");
  faults.set(chunks[1], "cut");
  expect((await fetched(task("zarr3-gzip.zarr"))).pixels).toEqual(validPixels);
  for (const name of chunks.slice(0, 2)) expect(asked.filter((one) => one === name)).toHaveLength(2);
  // Another image at the same address: nothing of the old one stays.
  const other = { ...one, address: `${origin}/zarr2-zstd.zarr` };
  await fetchZarr(other, () => {});
  expect(readdirSync(one.folder).sort()).toEqual([".zattrs", "0"]);
});

it("a chunk that is not there is said, and none at all is refused", async () => {
  for (const [name, content] of [...files].filter(([name]) => name.startsWith("/zarr3-gzip")))
    files.set(name.replace("zarr3-gzip", "sparse"), content);
  const chunks = [...files.keys()].filter((name) => /sparse.*\/c\//.test(name));
  files.delete(chunks[0]);
  const sparse = await fetched(task("sparse.zarr"));
  expect(sparse.notes.join()).toMatch(/1 of \d+ chunks of 0 are not in the folder; its fill value is taken/);
  for (const name of chunks) files.delete(name);
  await expect(fetched(task("sparse.zarr"))).rejects.toMatchObject({ tag: "address-no-chunks" });
});

it("brings the labels of an image along, and asks which one where there are several", async () => {
  for (const [name, content] of [...files].filter(([name]) => name.startsWith("/zarr2-zstd.zarr/")))
    for (const place of ["series.zarr/0", "series.zarr/1", "series.zarr/1/labels/nuclei", "plate.zarr/A/1/0"])
      files.set(name.replace("zarr2-zstd.zarr", place), content);
  files.set("/series.zarr/.zattrs", JSON.stringify({ "bioformats2raw.layout": 3 }));
  files.set("/series.zarr/OME/.zattrs", JSON.stringify({ series: ["0", "1"] }));
  files.set("/series.zarr/1/labels/.zattrs", JSON.stringify({ labels: ["nuclei", "../../escape"] }));
  files.set("/plate.zarr/.zattrs", JSON.stringify({ plate: { wells: [{ path: "A/1" }, { path: "B/2" }] } }));
  await expect(fetched(task("series.zarr"))).rejects.toMatchObject({
    tag: "address-several-images",
    hint: expect.stringContaining("series.zarr/0"),
  });
  await expect(fetched(task("plate.zarr"))).rejects.toMatchObject({
    what: expect.stringContaining("a plate of 2 wells"),
    hint: expect.stringContaining("plate.zarr/A/1/0"),
  });
  const { images } = await fetched(task("series.zarr/1"));
  expect(images.map(({ path: image, looksLikeLabels }) => [image, looksLikeLabels])).toEqual([
    ["0", false],
    ["labels/nuclei/0", true],
  ]);
  files.delete("/series.zarr/OME/.zattrs");
  await expect(fetched(task("series.zarr"))).rejects.toMatchObject({ where: "0, 1" });
});

it("is bounded, and says what is no OME-Zarr", async () => {
  await expect(fetched(task("zarr3-gzip.zarr", { maxBytes: 500 }))).rejects.toMatchObject({
    tag: "address-too-large",
  });
  await expect(fetched(task("nothing"))).rejects.toMatchObject({ tag: "address-no-zarr" });
  files.set("/page/zarr.json", "<!doctype html><title>sign in</title>");
  await expect(fetched(task("page"))).rejects.toMatchObject({ tag: "address-no-json" });
  files.set("/huge/zarr.json", Buffer.alloc(5 << 20, 32));
  await expect(fetched(task("huge"))).rejects.toMatchObject({ tag: "address-too-large" });
  const many = JSON.parse(Buffer.from(files.get("/zarr2-zstd.zarr/0/.zarray") ?? "").toString());
  files.set("/many/.zarray", JSON.stringify({ ...many, shape: [1000, 1000, 1000], chunks: [1, 10, 10] }));
  await expect(fetched(task("many"))).rejects.toMatchObject({ tag: "address-too-many-chunks" });
  faults.set("/zarr2-zstd.zarr/0/.zarray", "gzip");
  await expect(fetched(task("zarr2-zstd.zarr"))).rejects.toMatchObject({ tag: "address-encoded" });
});

it("keeps a key in the address to itself, and writes nowhere else", async () => {
  const one = task("zarr3-gzip.zarr?token=secret");
  await fetchZarr(one, () => {});
  expect(await readFile(`${one.folder}.from`, "utf8")).toBe(`${origin}/zarr3-gzip.zarr`);
  expect(existsSync(`${one.folder}.parts`)).toBe(false);
  expect(readdirSync(one.folder).sort()).toEqual(["0", "zarr.json"]);
});

it("reads an address as people copy it", () => {
  expect(readAddress("https://x.org/a/b.zarr/").href).toBe("https://x.org/a/b.zarr");
  expect(readAddress(" https://x.org/a/b.zarr/.zattrs#x ").href).toBe("https://x.org/a/b.zarr");
  expect(readAddress("https://viewer.org/?source=https://x.org/b.zarr").href).toBe("https://x.org/b.zarr");
  for (const no of ["x.zarr", "s3://bucket/x.zarr", "file:///etc/passwd", "https://x.org/a.zip", "javascript:1"])
    expect(() => readAddress(no), no).toThrow(/not read/);
  expect(nameInAddress(new URL("https://x.org/data/em%20bryo.ome.zarr/0/1"))).toBe("em bryo.ome.zarr 0 1");
  expect(nameInAddress(new URL("https://x.org/"))).toBe("fetched.zarr");
});
