import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nucleusClass, trainingBox, volume } from "../../../db/schema/index.ts";
import { authorLabels } from "../../collab/operations/author-labels.ts";
import { addLabelledVolume, labelledShapeZyx, labelledVoxelSizeZyx } from "../../export/testing/labelled-volume.ts";
import { untilFrozen } from "../../export/testing/until-frozen.ts";
import { unzipTo } from "../../export/testing/unzip-to.ts";
import { startTestServer, TEST_PASSWORD, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";
import { factsFromDataset } from "./facts-from-dataset.ts";
import { runImport } from "./import.ts";

let server: TestServer;
let ada: TestPerson;
let folder: string;
let exported: string;
const BOX = { kind: "fully-labelled", minZyx: [0, 0, 0], maxZyx: [5, 20, 50] } as const;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-own-"));
  server = await startTestServer();
  ada = await server.signUp("Ada Lovelace");
  const projectId = await server.createProject("Original", [[ada, "owner"]]);
  const volumeId = await addLabelledVolume(server, projectId, ada.id, { name: "Embryo 1", specimen: "e1" });
  await server.services.db.insert(trainingBox).values({ volumeId, createdBy: ada.id, ...BOX });
  const nobody = { brickKeys: [], prefix: "none/", names: new Map<number, number>() };
  await authorLabels(server.services, volumeId, {
    userId: ada.id,
    ...nobody,
    classes: new Map([[70_000, "prophase"]]),
  });
  const id = await frozen(projectId);
  exported = await unpacked(projectId, id, "original", ["ome-zarr", "ome-tiff", "imagej"]);
  await unpacked(projectId, id, "stacks", ["ome-tiff"]);
}, 120_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function frozen(projectId: string): Promise<string> {
  const client = createTestClient(server.address, ada.cookie);
  const { id } = await client.export.create.mutate({ projectId, licence: "CC-BY-4.0" });
  expect((await untilFrozen(client, projectId, id)).problem).toBeNull();
  return id;
}

/** Fetches a version and unpacks it; the folder with its `dataset.json`. */
async function unpacked(projectId: string, id: string, name: string, formats: readonly string[]): Promise<string> {
  const query = formats.map((one) => `format=${one}`).join("&");
  const url = `${server.address}/api/projects/${projectId}/exports/${id}/zip?${query}`;
  const zip = path.join(folder, `${name}.zip`);
  await writeFile(zip, Buffer.from(await (await fetch(url, { headers: { cookie: ada.cookie } })).arrayBuffer()));
  const files = await unzipTo(zip, path.join(folder, name));
  return path.dirname([...files.keys()].find((file) => file.endsWith("/dataset.json")) ?? "");
}

async function imported(project: string, ...what: string[]) {
  const projectId = await server.createProject(project, [[ada, "owner"]]);
  const lines: string[] = [];
  process.env.KARYOLOOP_PASSWORD = TEST_PASSWORD;
  const options = [
    "--server",
    server.address,
    "--email",
    ada.email,
    "--project",
    project,
    "--specimen-pattern",
    "(.*)",
  ];
  const code = await runImport([...options, ...what], (line) => lines.push(line));
  const rows = await server.services.db.select().from(volume).where(eq(volume.projectId, projectId));
  return { projectId, lines: lines.join("\n"), code, rows };
}

const sumsBelow = async (dataset: string, below: RegExp): Promise<string[]> => {
  const { readFile } = await import("node:fs/promises");
  const sums = await readFile(path.join(dataset, "SHA256SUMS"), "utf8");
  return sums.split("\n").filter((line) => below.test(line));
};

it("takes its own data set back: one volume with labels, class, boxes, mask and voxel size", async () => {
  const { projectId, rows, lines, code } = await imported("Back", exported);
  expect(
    rows.map(({ name }) => name),
    lines,
  ).toEqual(["embryo-1"]);
  expect(code, lines).toBe(0);
  expect(rows[0]).toMatchObject({
    shapeZyx: labelledShapeZyx,
    voxelSizeZyx: labelledVoxelSizeZyx,
    baseLabels: "imported",
  });
  expect(lines).toContain("with 2 nuclei");
  expect(lines).toContain("1 nuclei came with their class");
  const boxes = await server.services.db.select().from(trainingBox).where(eq(trainingBox.volumeId, rows[0].id));
  expect(boxes).toMatchObject([BOX]);
  // Classes come a moment after the volume.
  const { db } = server.services;
  const classes = () => db.select().from(nucleusClass).where(eq(nucleusClass.projectId, projectId));
  await expect.poll(async () => (await classes()).map(({ name }) => name), { timeout: 30_000 }).toContain("prophase");
  const again = await unpacked(projectId, await frozen(projectId), "again", ["ome-zarr"]);
  // Voxel by voxel, pyramids too; and what is said of each nucleus but who said it.
  const chunks = /(labels\/(nuclei|known)\/|\.ome\.zarr\/)\d\/c\//;
  expect(await sumsBelow(again, chunks)).toEqual(await sumsBelow(exported, chunks));
  expect((await sumsBelow(again, chunks)).length).toBeGreaterThan(2);
}, 120_000);

it("takes its zip as it is, and says in words what one of stacks alone is", async () => {
  const { rows, lines } = await imported("Zip", path.join(folder, "original.zip"));
  expect(rows[0], lines).toMatchObject({ baseLabels: "imported", labelCounter: 70_000 });
  expect(lines).toContain("1 nuclei came with their class");
  const stacks = await imported("Stacks", path.join(folder, "stacks.zip"));
  expect(stacks.lines).toContain("with its volumes as TIFF stacks");
  expect(stacks.rows).toEqual([]);
}, 120_000);

it("takes its stacks as pairs, with classes and boxes out of the data set", async () => {
  const { rows, lines, code } = await imported("Pairs", path.join(exported, "ome-tiff"));
  expect(
    rows.map(({ name }) => name),
    lines,
  ).toEqual(["embryo-1"]);
  expect(lines).toContain("with 2 nuclei");
  expect(lines).toContain("1 nuclei came with their class");
  expect(lines).toContain("1 boxes came with it");
  expect(lines).toMatch(/embryo-1_known.*the mask of what is known/);
  expect(code, lines).toBe(0);
}, 120_000);

it("knows ImageJ's numbers, and says nothing of labels that are anybody's", async () => {
  const { kind, minZyx, maxZyx } = BOX;
  const boxes = [{ kind, box: { minZyx, maxZyx } }];
  const factsOf = (labels: string) => factsFromDataset({ labels: path.join(exported, labels) });
  expect(await factsOf("ome-tiff/embryo-1_labels.ome.tif")).toEqual({ classes: [[70000, "prophase"]], boxes });
  expect(await factsOf("imagej/embryo-1_labels.tif")).toEqual({ classes: [[2, "prophase"]], boxes });
  expect(await factsOf("imagej/embryo-2_labels.tif")).toBeNull();
  expect(await factsOf("embryo-1_labels.tif")).toBeNull();
});
