import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { and, desc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EditRecord } from "../../core/edit/label-document.ts";
import { planRecord } from "../../core/sync/record/plan-act.ts";
import { RecordKind } from "../../core/sync/record/record.ts";
import { undoBody } from "../../core/sync/record/record-codec.ts";
import {
  checkpoint,
  datasetVersion,
  labelJournal,
  project,
  projectMember,
  snapshot,
  volume,
} from "../../db/schema/index.ts";
import { keepContributions, readContributions } from "../collab/base/contribution-rows.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { LabelAuthor } from "../collab/operations/author-labels.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { createTestClient } from "../testing/trpc-client.ts";
import { validateBioimage } from "./bioimage/bioimage-rules.ts";
import { folderSource } from "./file-source.ts";
import { freezeDataset } from "./freezing/freeze-dataset.ts";
import { volumesKeptByVersions } from "./freezing/kept-images.ts";
import { readFrozenNuclei } from "./frozen/dataset-blobs.ts";
import { datasetJsonSchema } from "./frozen/dataset-description.ts";
import { writeCheckpointFiles } from "./testing/dataset-fixture.ts";
import { addLabelledVolume, labelledShapeZyx } from "./testing/labelled-volume.ts";
import { untilFrozen } from "./testing/until-frozen.ts";
import { unzipTo } from "./testing/unzip-to.ts";
import { validateOmeZarr } from "./validate/ome-zarr-rules.ts";

/** As trainers once handed it in: their whole environment. */
const LEAKED = {
  seed: 3,
  token: "the-token-of-a-trainer",
  server: "http://10.0.0.1:3000",
  thresholds: { token: "deep" },
};

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let eve: TestPerson;
let projectId: string;
let folder: string;
const owner = () => createTestClient(server.address, ada.cookie);

beforeAll(async () => {
  server = await startTestServer();
  [ada, bob, eve] = [await server.signUp("Ada Lovelace"), await server.signUp("Bob"), await server.signUp("Eve")];
  projectId = await server.createProject("Embryos", [
    [ada, "owner"],
    [bob, "viewer"],
  ]);
  await server.services.db
    .update(project)
    .set({ guidelines: "Outline the envelope." })
    .where(eq(project.id, projectId));
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-export-"));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const frozen = (versionId: string) => untilFrozen(owner(), projectId, versionId);

const zipOf = (versionId: string, query: string, cookie = ada.cookie) =>
  fetch(`${server.address}/api/projects/${projectId}/exports/${versionId}/zip?${query}`, { headers: { cookie } });

async function unpack(response: Response, name: string): Promise<Map<string, Buffer>> {
  expect(response.status).toBe(200);
  const file = path.join(folder, `${name}.zip`);
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  const below = path.join(folder, name);
  return new Map([...(await unzipTo(file, below))].map(([key, bytes]) => [path.relative(below, key), bytes]));
}

it("says what is missing in an empty project", async () => {
  await expect(owner().export.create.mutate({ projectId, licence: "" })).rejects.toThrow(
    "No volume of this project is ready",
  );
});

describe("a project with two labelled volumes", () => {
  let first: string;
  let volumeIds: string[];
  beforeAll(async () => {
    volumeIds = [
      await addLabelledVolume(server, projectId, ada.id, { name: "Embryo 1", specimen: "e1" }),
      await addLabelledVolume(server, projectId, ada.id, { name: "embryo-1", specimen: "e2", keptOut: true }),
    ];
    const prefix = "checkpoints/fixture/";
    await writeCheckpointFiles(server.services.blobs, prefix);
    const [row] = await server.services.db
      .insert(checkpoint)
      .values({ projectId, blobPrefix: prefix, configuration: LEAKED, nucleiLabelled: 2, activeMinutes: 1 })
      .returning({ id: checkpoint.id });
    await server.services.db.update(project).set({ currentCheckpointId: row.id }).where(eq(project.id, projectId));
    first = (await owner().export.create.mutate({ projectId, licence: "CC-BY-4.0" })).id;
    const version = await frozen(first);
    expect(version.problem).toBeNull();
    expect(version).toMatchObject({ state: "ready", version: 1, by: "Ada Lovelace" });
  }, 120_000);

  it("is frozen and fetched as one zip, valid by our own rules", async () => {
    const files = await unpack(await zipOf(first, "format=ome-zarr&format=imagej&format=model"), "first");
    const json = datasetJsonSchema.parse(JSON.parse(files.get("embryos-v1/dataset.json")?.toString() ?? ""));
    expect(json.volumes.map((one) => [one.name, one.fileName, one.split, one.nuclei, one.largestLabel])).toEqual([
      ["Embryo 1", "embryo-1", "train", 2, 70_000],
      ["embryo-1", "embryo-1-2", "test", 2, 70_000],
    ]);
    expect(json.licence).toBe("CC-BY-4.0");
    expect(json.files.length).toBe(files.size - 2); // itself, and SHA256SUMS
    const source = await folderSource(path.join(folder, "first", "embryos-v1"));
    for (const { fileName } of json.volumes)
      expect(await validateOmeZarr(source, `ome-zarr/${fileName}.ome.zarr/`)).toEqual([]);
    const [header, ...rows] = (files.get("embryos-v1/nuclei.csv")?.toString() ?? "").trimEnd().split("\r\n");
    expect(rows).toHaveLength(4);
    const volumeUm3 = rows[0].split(",")[header.split(",").indexOf("volume_um3")];
    expect(Number(volumeUm3)).toBeCloseTo(3 * 10 * 15 * 2 * 0.5 * 0.4, 6);
    expect(files.get("embryos-v1/GUIDELINES.md")?.toString()).toBe("Outline the envelope.");
    expect(files.has("embryos-v1/model/weights.bin")).toBe(true);
    expect(files.has("embryos-v1/imagej/embryo-1-2_labels.csv")).toBe(true);
  });

  it("gives the model alone", async () => {
    const [{ checkpointId }] = await owner().export.list.query({ projectId });
    const url = `${server.address}/api/projects/${projectId}/checkpoints/${checkpointId}/zip`;
    const files = await unpack(await fetch(url, { headers: { cookie: bob.cookie } }), "model");
    const names = [...files.keys()].map((name) => name.split("/").slice(1).join("/"));
    expect(names).toEqual(expect.arrayContaining(["model/model.json", "model/weights.bin", "model/training.json"]));
    const configuration = [...files].find(([name]) => name.endsWith("configuration.json"))?.[1].toString() ?? "";
    expect(JSON.parse(configuration)).toEqual({ seed: 3 });
  });

  it("gives it as bioimage.io takes it, too, and to nobody from outside", async () => {
    const url = `${server.address}/api/projects/${projectId}/exports/${first}/bioimageio`;
    const files = await unpack(await fetch(url, { headers: { cookie: bob.cookie } }), "package");
    expect([...files.keys()]).toEqual(expect.arrayContaining(["rdf.yaml", "weights.onnx", "nuclei.py"]));
    const source = await folderSource(path.join(folder, "package"));
    expect(await validateBioimage(source, "", { run: true, publishable: false })).toEqual([]);
    // Nobody has said yet who made it.
    const found = await validateBioimage(source, "", { run: false, publishable: true });
    expect(found.map(({ rule }) => rule)).toEqual(["bioimage-authors"]);
    expect((await fetch(url, { headers: { cookie: eve.cookie } })).status).toBe(404);
    expect((await fetch(url.replace(first, randomUUID()), { headers: { cookie: bob.cookie } })).status).toBe(404);
  });

  it.each([
    [
      "whose weights are no numbers",
      "weights.bin",
      (bytes: Uint8Array) => bytes.fill(255, 400, 404),
      "weights-not-finite",
    ],
    ["whose weights are cut off", "weights.bin", (bytes: Uint8Array) => bytes.slice(4), "checkpoint-damaged"],
    ["that is not JSON", "model.json", () => new Uint8Array(3), "checkpoint-damaged"],
  ] as const)("refuses in words to export a model %s", async (_what, name, damage, tag) => {
    const key = `checkpoints/fixture/${name}`;
    const whole = (await server.services.blobs.get(key)) ?? new Uint8Array(0);
    await server.services.blobs.put(key, damage(whole.slice()));
    const [{ checkpointId }] = await owner().export.list.query({ projectId });
    const alone = await fetch(`${server.address}/api/projects/${projectId}/checkpoints/${checkpointId}/zip`, {
      headers: { cookie: ada.cookie },
    });
    expect(alone.status).toBe(422);
    expect(await alone.json()).toMatchObject({ tag, where: name });
    for (const format of ["model", "bioimageio"]) expect((await zipOf(first, `format=${format}`)).status).toBe(422);
    await server.services.blobs.put(key, whole);
  });

  it("stays as it was when labels, names and licence change afterwards", async () => {
    await server.services.db.update(project).set({ dataLicence: "CC0" }).where(eq(project.id, projectId));
    await server.services.db.update(volume).set({ specimen: "other" }).where(eq(volume.id, volumeIds[0]));
    const again = await unpack(await zipOf(first, "format=ome-tiff"), "again");
    const json = datasetJsonSchema.parse(JSON.parse(again.get("embryos-v1/dataset.json")?.toString() ?? ""));
    expect([json.licence, json.volumes[0].specimen]).toEqual(["CC-BY-4.0", "e1"]);
  });

  it("is for members: strangers see nothing, viewers fetch, only owners make and remove", async () => {
    expect((await zipOf(first, "format=ome-zarr", eve.cookie)).status).toBe(404);
    expect((await fetch(`${server.address}/api/projects/${projectId}/exports/${first}/zip?format=imagej`)).status).toBe(
      401,
    );
    const viewer = createTestClient(server.address, bob.cookie);
    expect(await viewer.export.list.query({ projectId })).toHaveLength(1);
    await expect(viewer.export.create.mutate({ projectId, licence: "" })).rejects.toThrow("owner");
    await expect(viewer.export.remove.mutate({ projectId, versionId: first })).rejects.toThrow("owner");
    const stranger = createTestClient(server.address, eve.cookie);
    await expect(stranger.export.list.query({ projectId })).rejects.toThrow("not a member");
  });

  it("refuses formats that do not exist and versions of other projects", async () => {
    expect((await zipOf(first, "format=exe")).status).toBe(400);
    expect((await zipOf(first, "")).status).toBe(400);
    expect((await zipOf(crypto.randomUUID(), "format=imagej")).status).toBe(404);
    const other = await server.createProject("Other", [[eve, "owner"]]);
    const url = `${server.address}/api/projects/${other}/exports/${first}/zip?format=imagej`;
    expect((await fetch(url, { headers: { cookie: eve.cookie } })).status).toBe(404);
  });

  it("takes up a version that a stopped server left half frozen", async () => {
    const [row] = await server.services.db
      .insert(datasetVersion)
      .values({ projectId, version: 2, createdBy: ada.id, progress: 0.4 })
      .returning({ id: datasetVersion.id });
    const { datasetFreezerOf } = await import("./freezing/dataset-freezer.ts");
    datasetFreezerOf(server.services).resume();
    expect((await frozen(row.id)).state).toBe("ready");
  }, 120_000);

  it("is cancelled while it freezes, and leaves nothing behind", async () => {
    // Each time at another moment: before it is taken up, while it is, and after.
    for (let turns = 0; turns < 12; turns++) {
      const { id } = await owner().export.create.mutate({ projectId, licence: "" });
      for (let turn = 0; turn < turns * 4; turn++) await new Promise(setImmediate);
      await owner().export.remove.mutate({ projectId, versionId: id });
      expect((await owner().export.list.query({ projectId })).some((one) => one.id === id)).toBe(false);
      for await (const key of server.services.blobs.list(`datasets/${id}/`)) expect(key).toBe("nothing");
    }
    const versions = await server.services.db
      .select()
      .from(datasetVersion)
      .where(eq(datasetVersion.projectId, projectId));
    const snapshots = await server.services.db
      .select()
      .from(snapshot)
      .where(and(eq(snapshot.projectId, projectId), eq(snapshot.reason, "export")));
    expect(snapshots.map((one) => one.id).toSorted()).toEqual(versions.map((one) => one.snapshotId).toSorted());
  });

  it("keeps no labels for a version that goes while they are frozen", async () => {
    const { db } = server.services;
    const [version] = await db.select().from(datasetVersion).where(eq(datasetVersion.projectId, projectId)).limit(1);
    const snapshots = () => db.select({ id: snapshot.id }).from(snapshot).where(eq(snapshot.projectId, projectId));
    const before = await snapshots();
    const gone = { ...version, id: randomUUID(), snapshotId: null };
    const noFarther = () => Promise.reject(new Error("it gets no farther"));
    const process = { pid: undefined, measure: noFarther, check: noFarther, pack: noFarther, end: async () => {} };
    await expect(freezeDataset(server.services, gone, process, () => {})).rejects.toThrow("was deleted while");
    expect(await snapshots()).toEqual(before);
  });

  it("names people as they chose when it was frozen", async () => {
    const names = async () => {
      const { annotatorNames } = await import("./freezing/annotator-names.ts");
      const nameOf = await annotatorNames(server.services.db, projectId);
      return [nameOf(ada.id).name, nameOf("somebody-who-left").name, nameOf("another").name];
    };
    expect(await names()).toEqual(["annotator 1", "former member 1", "former member 2"]);
    await server.services.db
      .update(projectMember)
      .set({ exportAs: "name" })
      .where(and(eq(projectMember.projectId, projectId), eq(projectMember.userId, ada.id)));
    expect((await names())[0]).toBe("Ada Lovelace");
  });

  it("stays whole when a volume is deleted, and takes its image along when it goes itself", async () => {
    const { db, blobs } = server.services;
    const digest = async () => {
      const zip = await zipOf(first, "format=ome-zarr&format=ome-tiff&format=model");
      expect(zip.status).toBe(200);
      return createHash("sha256")
        .update(Buffer.from(await zip.arrayBuffer()))
        .digest("hex");
    };
    const keysOf = async (volumeId: string) => {
      const keys: string[] = [];
      for await (const key of blobs.list(`volumes/${volumeId}/`)) keys.push(key.slice(`volumes/${volumeId}/`.length));
      return keys;
    };
    const before = await digest();
    const gone = volumeIds[1];
    for (const key of [
      "paint/x",
      "base/1",
      "bricks/1",
      "incoming/a.ome.zarr/0",
      "predictions/p/0",
      "image.ome.zarr/labels/imported/0",
      "channels/1.ome.zarr/zarr.json",
    ])
      await blobs.put(`volumes/${gone}/${key}`, Uint8Array.of(1));
    expect(await owner().volume.deletionEffects.query({ volumeId: gone })).toMatchObject({ versions: [1, 2] });
    await owner().volume.delete.mutate({ volumeId: gone, name: "embryo-1" });
    const left = await keysOf(gone);
    expect(left.filter((key) => !key.startsWith("image.ome.zarr/") || key.includes("labels/"))).toEqual([
      "channels/1.ome.zarr/zarr.json",
    ]);
    expect(await digest()).toBe(before);
    const versions = await owner().export.list.query({ projectId });
    expect(versions.find(({ id }) => id === first)?.contents?.volumes.map((one) => one.image)).toEqual([
      "there",
      "kept",
    ]);
    expect(await volumesKeptByVersions(db)).toEqual([gone]);

    const ready = versions.filter(({ state }) => state === "ready").map(({ id }) => id);
    expect(ready.length).toBeGreaterThan(1);
    await owner().export.remove.mutate({ projectId, versionId: ready[0] });
    expect(await keysOf(gone)).not.toEqual([]);
    await Promise.all(ready.slice(1).map((versionId) => owner().export.remove.mutate({ projectId, versionId })));
    expect(await keysOf(gone)).toEqual([]);
    expect(await keysOf(volumeIds[0])).not.toEqual([]);
  });

  it("says so where an image is not to be had", async () => {
    const { id } = await owner().export.create.mutate({ projectId, licence: "" });
    await frozen(id);
    await server.services.blobs.remove(`volumes/${volumeIds[0]}/image.ome.zarr/`);
    const response = await zipOf(id, "format=ome-zarr");
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ tag: "export-volume-deleted", where: "Embryo 1" });
  });
});

it("tells of each nucleus who did what to it, also when the acts themselves are forgotten", async () => {
  const { services } = server;
  const { db } = services;
  const named = await server.createProject("Provenance", [
    [ada, "owner"],
    [bob, "annotator"],
  ]);
  const volumeId = await addLabelledVolume(server, named, ada.id, { name: "Embryo", specimen: "e" });
  const grid = { shapeZyx: labelledShapeZyx, brickSize: 64 };
  /** Where nothing is: planes 1 to 3, a row of its own. */
  const runsAt = (y: number) => Int32Array.of(...[1, 2, 3].flatMap((z) => [z, y, 5, 14]));
  const newestOf = async (userId: string) => {
    const [row] = await db
      .select({ session: labelJournal.session, seq: labelJournal.seq })
      .from(labelJournal)
      .where(and(eq(labelJournal.volumeId, volumeId), eq(labelJournal.userId, userId)))
      .orderBy(desc(labelJournal.seq))
      .limit(1);
    return row;
  };
  await liveVolumesOf(services).use(volumeId, async (live) => {
    for (const [person, records] of [
      [
        ada,
        [
          { kind: "paint", label: 70_001, runs: runsAt(25) },
          { kind: "paint", label: 70_002, runs: runsAt(30) },
          { kind: "field", label: 70_002, field: "status", value: "accepted" },
          { kind: "field", label: 70_002, field: "origin", value: "p/70002" },
        ],
      ],
      [
        bob,
        [
          { kind: "field", label: 1, field: "class", value: "mitotic" },
          { kind: "field", label: 70_001, field: "class", value: "mitotic" },
          { kind: "paint", label: 70_002, runs: runsAt(31) },
        ],
      ],
    ] as [TestPerson, EditRecord[]][]) {
      const author = await LabelAuthor.begin(live, services, person.id);
      await author.write(records.flatMap((record) => planRecord(record, grid)));
      if (person !== bob) continue;
      // Taken back: bob has painted in the first nucleus, too, and nobody would know.
      const planned = planRecord({ kind: "paint", label: 70_001, runs: runsAt(26) }, grid);
      await author.write(planned);
      const { session, seq } = await newestOf(bob.id);
      await author.write([{ kind: RecordKind.undo, body: undoBody(session, seq) }]);
    }
  });
  const acts = await readContributions(db, volumeId, Number.MAX_SAFE_INTEGER);
  const peopleOf = async () => {
    const { id } = await owner().export.create.mutate({ projectId: named, licence: "" });
    expect((await untilFrozen(owner(), named, id)).problem).toBeNull();
    const nuclei = await readFrozenNuclei(services.blobs, id, volumeId);
    return nuclei.map(({ label, origin, annotator, people }) => [label, origin, annotator, people]);
  };
  const nobody = { drew: [], corrected: [], accepted: [], classified: [] };
  const [one, two] = ["annotator 1", "annotator 2"];
  const expected = [
    [1, "import", null, { ...nobody, classified: [two] }],
    [70_000, "import", null, nobody],
    [70_001, "drawn", one, { ...nobody, drew: [one], classified: [two] }],
    [70_002, "proposal", two, { ...nobody, corrected: [two], accepted: [one] }],
  ];
  expect(await peopleOf()).toEqual(expected);
  await db.transaction(async (tx) => {
    const all = eq(labelJournal.volumeId, volumeId);
    await keepContributions(tx, volumeId, all);
    await keepContributions(tx, volumeId, all); // cut short once, and begun again
    await tx.delete(labelJournal).where(all);
  });
  const inOrder = (list: readonly object[]) => list.map((act) => JSON.stringify(Object.entries(act).sort())).sort();
  expect(inOrder(await readContributions(db, volumeId, Number.MAX_SAFE_INTEGER))).toEqual(inOrder(acts));
  expect(await peopleOf()).toEqual(expected);
}, 120_000);
