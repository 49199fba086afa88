import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { volume } from "../../../db/schema/index.ts";
import { openZipStore } from "../../ingest/stores/zip-store.ts";
import { writePlainTiff } from "../../ingest/testing/plain-tiff.ts";
import { smallCzi } from "../../ingest/testing/small-czi.ts";
import { validFiles } from "../../ingest/testing/valid-files.ts";
import { changeInstallationSettings } from "../../settings/installation-settings.ts";
import { startTestServer, TEST_PASSWORD, type TestServer } from "../../testing/test-server.ts";
import { runImport } from "./import.ts";

/** Stands for bioformats2raw: what it makes is always the same. */
const CONVERTER = (output: string) => `#!/bin/sh
if [ "$1" = --version ]; then echo "Version = 0.9.4"; exit 0; fi
for last; do :; done; cp -r "${output}" "$last"
`;

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "karyoloop-cli-"));
  const made = path.join(folder, "ways/Emb05.ome.zarr");
  await writeFile(path.join(folder, "bioformats2raw"), CONVERTER(made), { mode: 0o755 });
  server = await startTestServer({ KARYOLOOP_CONVERTER: path.join(folder, "bioformats2raw") });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it("imports a folder of pairs into a running server, names what it could not take, and leaves what is there", async () => {
  const ada = await server.signUp("Ada Lovelace");
  await server.createProject("Embryos", [[ada, "owner"]]);
  const shape = [5, 20, 31] as const;
  const pixels = Uint16Array.from({ length: 5 * 20 * 31 }, (_, i) => i % 700);
  const labels = Uint16Array.from(pixels, (_, i) => (i % 31 < 6 ? 4 : 0));
  await writeFile(path.join(folder, "Emb01_a_image.tif"), writePlainTiff(pixels, shape));
  await writeFile(path.join(folder, "Emb01_a_labels.tif"), writePlainTiff(labels, shape));
  await writeFile(path.join(folder, "Emb02_b.tif"), "no image at all");
  await writeFile(path.join(folder, "._Emb01_a_image.tif"), "Mac OS X");
  await writeFile(path.join(folder, "Emb03_c_labels.tif"), writePlainTiff(labels, shape));
  // May hold both, so that it is looked into; this one holds nothing.
  await writeFile(path.join(folder, "Emb04_raw_and_label.h5"), "");
  const lines: string[] = [];
  process.env.KARYOLOOP_PASSWORD = TEST_PASSWORD;
  const args = [
    "--server",
    server.address,
    "--email",
    ada.email,
    "--project",
    "Embryos",
    "--specimen-pattern",
    "(Emb[0-9]+)",
    "--voxel-size",
    "2,0.5,0.5",
    folder,
  ];
  expect(await runImport(args, (line) => lines.push(line))).toBe(1);
  expect(lines.join("\n")).toMatch(/Emb01_a: 5 × 20 × 31 voxels of 2 × 0.5 × 0.5 µm with 1 nuclei/);
  expect(lines.join("\n")).toMatch(/Emb02_b: This is a text file/);
  expect(lines.join("\n")).toMatch(/left out +.*Emb03_c_labels\.tif: called labels, and its image is not beside it/);
  expect(lines.join("\n")).toMatch(/left out +.*\._Emb01_a_image\.tif: written by macOS/);
  expect(lines.join("\n")).toMatch(/imported +Emb01_a +.*Emb01_a_image\.tif with .*Emb01_a_labels\.tif/);
  expect(lines.join("\n")).toMatch(/Emb04_raw_and: .*(empty|no bytes|cannot be uploaded)/i);
  expect(lines.at(-1)).toBe("1 of 3 volumes are in the project.");
  lines.length = 0;
  // Another file of the same name: never taken for the one that is there.
  const other = path.join(folder, "day 2");
  await mkdir(other);
  await writeFile(
    path.join(other, "Emb01_a_image.tif"),
    writePlainTiff(
      pixels.map((value) => 699 - value),
      shape,
    ),
  );
  expect(
    await runImport([...args.slice(0, -1), path.join(folder, "Emb01_a_image.tif"), other], (line) => lines.push(line)),
  ).toBe(0);
  expect(lines).toContain("Emb01_a: is already there");
  expect(lines.join("\n")).toMatch(/imported +day 2_Emb01_a/);
  // What was sent is sent once, under whatever name.
  lines.length = 0;
  expect(await runImport([...args.slice(0, -1), other], (line) => lines.push(line))).toBe(0);
  expect(lines).toContain("day 2_Emb01_a: is already there");
}, 170_000);

it("takes a folder of OME-Zarr as one volume, an address through the server, and a microscope's file where a converter is", async () => {
  const ada = await server.signUp("Ada Byron");
  await server.createProject("Ways", [[ada, "owner"]]);
  const ways = path.join(folder, "ways");
  const zarr = path.join(ways, "Emb05.ome.zarr");
  await mkdir(ways);
  const zip = path.join(folder, "a.zip");
  await writeFile(zip, await validFiles["zarr2-zstd"]());
  const store = await openZipStore(zip);
  for (const name of store.names) {
    await mkdir(path.dirname(path.join(zarr, name)), { recursive: true });
    await writeFile(path.join(zarr, name), (await store.get(`/${name}`)) ?? "");
  }
  store.close();
  await writeFile(path.join(ways, "Emb06.czi"), smallCzi());
  const remote = createServer((request, response) =>
    createReadStream(path.join(ways, decodeURIComponent(request.url ?? "")))
      .on("error", () => response.writeHead(404).end())
      .pipe(response),
  );
  await new Promise<void>((done) => remote.listen(0, "127.0.0.1", done));
  await changeInstallationSettings(server.services.db, { privateImportHosts: "127.0.0.1" });
  const address = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/Emb05.ome.zarr`;
  const lines: string[] = [];
  process.env.KARYOLOOP_PASSWORD = TEST_PASSWORD;
  const args = ["--server", server.address, "--email", ada.email, "--project", "Ways", "--specimen", "e"];
  expect(await runImport([...args, ways], (line) => lines.push(line))).toBe(0);
  expect(lines.join("\n")).toMatch(/imported +Emb05 +.*Emb05\.ome\.zarr/);
  expect(lines.join("\n")).toMatch(/imported +Emb06 .*It was converted by bioformats2raw 0\.9\.4/);
  lines.length = 0;
  // The folder again is there already; from its address it is another volume, and that is there the next time.
  expect(await runImport([...args, zarr, `${address}/`], (line) => lines.push(line))).toBe(0);
  expect(lines.join("\n")).toMatch(/already there +Emb05/);
  expect(lines.join("\n")).toMatch(/imported +fetched_Emb05 +http:.*Emb05\.ome\.zarr/);
  lines.length = 0;
  expect(await runImport([...args, address], (line) => lines.push(line))).toBe(0);
  expect(lines.join("\n")).toMatch(/already there +fetched_Emb05/);
  remote.closeAllConnections();
  remote.close();
}, 170_000);

it("makes a volume of every time point, with the labels of that time, and knows them again", async () => {
  const ada = await server.signUp("Ada Yonath");
  const projectId = await server.createProject("Times", [[ada, "owner"]]);
  const [times, sizeZ, sizeY, sizeX] = [3, 5, 12, 17];
  const pixels = Uint16Array.from({ length: times * sizeZ * sizeY * sizeX }, (_, i) => (i * 7) % 900);
  const time = (i: number) => Math.floor(i / (sizeZ * sizeY * sizeX));
  // One nucleus in the first time point, two in the second, three in the third.
  const labels = Uint16Array.from(pixels, (_, i) =>
    i % sizeX < 4 * (time(i) + 1) ? Math.floor((i % sizeX) / 4) + 1 : 0,
  );
  const movie = path.join(folder, "movie");
  const pages = [times * sizeZ, sizeY, sizeX] as const;
  const said = `ImageJ=1.54f\nimages=${pages[0]}\nslices=${sizeZ}\nframes=${times}\nhyperstack=true\n`;
  await mkdir(movie);
  await writeFile(path.join(movie, "m_image.tif"), writePlainTiff(pixels, pages, said));
  await writeFile(path.join(movie, "m_labels.tif"), writePlainTiff(labels, pages, said));
  const lines: string[] = [];
  process.env.KARYOLOOP_PASSWORD = TEST_PASSWORD;
  const args = ["--server", server.address, "--email", ada.email, "--project", "Times", "--specimen", "e"];
  const all = [...args, "--voxel-size", "2,0.5,0.25", "--parts", "as-numbered", "--time", "all", movie];
  expect(await runImport(all, (line) => lines.push(line))).toBe(0);
  for (const n of [1, 2, 3])
    expect(lines).toContain(`m t${n}: 5 × 12 × 17 voxels of 2 × 0.5 × 0.25 µm with ${n} nuclei`);
  expect(lines.join("\n")).toMatch(/imported +m .*3 time points, each a volume of its own/);
  lines.length = 0;
  expect(await runImport(all, (line) => lines.push(line))).toBe(0);
  expect(lines.join("\n")).toMatch(/already there +m t1/);
  const volumes = await server.services.db.select().from(volume).where(eq(volume.projectId, projectId));
  expect(volumes.map(({ name }) => name).sort()).toEqual(["m t1", "m t2", "m t3"]);
}, 170_000);

it("shows how it put the files of a known layout together, and takes them only when that is confirmed", async () => {
  const data = path.join(folder, "nnU-Net");
  for (const one of ["imagesTr/e_0000.tif", "labelsTr/e.tif", "labelsTr/f.tif"]) {
    await mkdir(path.dirname(path.join(data, one)), { recursive: true });
    await writeFile(path.join(data, one), "");
  }
  const lines: string[] = [];
  const args = ["--project", "Embryos", "--specimen", "x", data];
  await expect(runImport(args, (line) => lines.push(line))).rejects.toMatchObject({
    tag: "not-confirmed",
    hint: expect.stringContaining("--yes"),
  });
  expect(lines.join("\n")).toMatch(/Recognised: nnU-Net/);
  expect(lines.join("\n")).toMatch(/volume +e +.*e_0000\.tif with .*e\.tif/);
  expect(lines.join("\n")).toMatch(/left out +.*f\.tif/);
});

it("asks for what it cannot know", async () => {
  await expect(runImport(["--project", "Embryos", folder])).rejects.toMatchObject({
    tag: "wrong-arguments",
    what: expect.stringContaining("--specimen"),
  });
  await expect(
    runImport(["--project", "Embryos", "--specimen", "x", path.join(folder, "missing")]),
  ).rejects.toMatchObject({ tag: "no-such-file" });
});
