import { gunzipSync, gzipSync } from "node:zlib";
import { FetchStore } from "@zarrita/storage";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { get, open, root } from "zarrita";
import { buildKnownMask } from "../../core/labels/known-mask.ts";
import { planRecord } from "../../core/sync/record/plan-act.ts";
import { BRICK_VOXELS, brickBox, brickKeysOfBox, brickPositionZyx, indexInBrick } from "../../core/volume/brick.ts";
import { type VoxelBox, wholeBox } from "../../core/volume/voxel-space.ts";
import { decision, projectMember, proposal, trainingBox, volume } from "../../db/schema/index.ts";
import { liveVolumesOf } from "../collab/live/live-volumes.ts";
import { LabelAuthor } from "../collab/operations/author-labels.ts";
import { documentedRoutes, httpRoutes } from "../http/routes.ts";
import { seedRealVolume } from "../testing/seed-real-volume.ts";
import { seedProposals } from "../testing/seed-training.ts";
import { startTestServer, type TestPerson, type TestServer } from "../testing/test-server.ts";
import { documentedPath } from "./open-api.ts";
import { apiClient, tokenFor } from "./testing/api-client.ts";

const SPACE = { shapeZyx: [20, 70, 90], voxelSizeZyx: [1, 0.5, 0.5] } as const;
const WHOLE = wholeBox(SPACE.shapeZyx);

let server: TestServer;
let ada: TestPerson;
let projectId: string;
let volumeId: string;
let program: ReturnType<typeof apiClient>;
let token: string;
/** Labels as they are; tests that change them change this too. */
let truth: Uint32Array;
let image: ArrayLike<number>;
/** Of the sample, proposed under these values. */
const proposedAs = new Map<number, number>();
beforeAll(async () => {
  server = await startTestServer();
  ada = await server.signUp("Ada");
  projectId = await server.createProject("Embryos", [[ada, "owner"]]);
  const keep = (label: number) => label % 3 !== 0;
  const made = await seedRealVolume(server.services, { projectId, createdBy: ada.id, space: SPACE, nuclei: 12, keep });
  volumeId = made.volumeId;
  truth = made.truth.labels.map((label) => (keep(label) ? label : 0));
  image = made.truth.image;
  await propose(made.truth.labels);
  token = await tokenFor(server, ada);
  program = apiClient(server.address, token);
});
afterAll(() => server.close());

/** The nuclei that are not labelled, as a prediction with an image. */
async function propose(labels: Uint32Array): Promise<void> {
  const found = [...new Set(labels)].filter((label) => label !== 0 && label % 3 === 0);
  for (const label of found) proposedAs.set(label, 1000 + label);
  const rows = found.map((label) => {
    const box = boxOf(labels, label);
    return {
      labelValue: 1000 + label,
      ...box,
      centroidZyx: box.minZyx,
      voxels: labels.filter((one) => one === label).length,
    };
  });
  await seedProposals(server.services, volumeId, rows);
  await server.services.db.update(volume).set({ labelCounter: 5000 }).where(eq(volume.id, volumeId));
  const [, height, width] = SPACE.shapeZyx;
  for (const key of brickKeysOfBox(WHOLE)) {
    const brick = new Uint32Array(BRICK_VOXELS);
    const { minZyx, maxZyx } = brickBox(key, SPACE.shapeZyx);
    for (let z = minZyx[0]; z < maxZyx[0]; z++)
      for (let y = minZyx[1]; y < maxZyx[1]; y++)
        for (let x = minZyx[2]; x < maxZyx[2]; x++)
          brick[indexInBrick(z, y, x)] = proposedAs.get(labels[(z * height + y) * width + x]) ?? 0;
    const name = `volumes/${volumeId}/predictions/test/labels.ome.zarr/0/c/${brickPositionZyx(key).join("/")}`;
    await server.services.blobs.put(name, gzipSync(new Uint8Array(brick.buffer)));
  }
  for (const [name, json] of [
    ["0/zarr.json", levelMetadata("uint32")],
    ["zarr.json", {}],
  ] as const)
    await server.services.blobs.put(
      `volumes/${volumeId}/predictions/test/labels.ome.zarr/${name}`,
      Buffer.from(JSON.stringify(json)),
    );
}

const levelMetadata = (data_type: string) => ({
  zarr_format: 3,
  node_type: "array",
  shape: SPACE.shapeZyx,
  data_type,
  chunk_grid: { name: "regular", configuration: { chunk_shape: [64, 64, 64] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
  fill_value: 0,
  codecs: [
    { name: "bytes", configuration: { endian: "little" } },
    { name: "gzip", configuration: { level: 1 } },
  ],
  attributes: {},
});

function boxOf(labels: Uint32Array, wanted: number): VoxelBox {
  const [, height, width] = SPACE.shapeZyx;
  const min = [1e9, 1e9, 1e9];
  const max = [0, 0, 0];
  labels.forEach((label, i) => {
    if (label !== wanted) return;
    [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width].forEach((at, axis) => {
      min[axis] = Math.min(min[axis], at);
      max[axis] = Math.max(max[axis], at + 1);
    });
  });
  return { minZyx: [min[0], min[1], min[2]], maxZyx: [max[0], max[1], max[2]] };
}

/** The finest level, read by a program that is not ours, with the token. */
async function readArray(address: string): Promise<ArrayLike<number>> {
  const store = new FetchStore(`${server.address}${address}`, {
    fetch: (request) => {
      const headers = new Headers(request.headers);
      headers.set("authorization", `Bearer ${token}`);
      return fetch(new Request(request, { headers }));
    },
  });
  const array = await open.v3(root(store).resolve("0"), { kind: "array" });
  expect(array.shape).toEqual(SPACE.shapeZyx);
  return (await get(array)).data as ArrayLike<number>;
}
const arrayAt = (name: string) => readArray(`/api/v1/volumes/${volumeId}/${name}.ome.zarr`);
const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Buffer.from(Uint32Array.from(a).buffer).equals(Buffer.from(Uint32Array.from(b).buffer));

describe("the document", () => {
  it("names every route below /api/v1, and no other", async () => {
    const document = (await (await fetch(`${server.address}/api/v1/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(document.openapi).toBe("3.1.0");
    const said = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const there = httpRoutes
      .filter(({ path }) => path.startsWith("/api/v1/") && path !== "/api/v1/openapi.json")
      .map(({ method, path }) => `${method} ${documentedPath(path)}`);
    expect(said.sort()).toEqual(there.sort());
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(documentedRoutes.length);
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(document).toHaveProperty(["components", "schemas", name]);
    // Schemathesis 4.32 reads no answer that holds a tuple: three numbers are an array of that length.
    expect(text).not.toContain("prefixItems");
    expect(document).toHaveProperty(
      ["components", "schemas", "Volume", "properties", "voxelSizeZyx"],
      expect.objectContaining({ type: "array", items: { type: "number" }, minItems: 3, maxItems: 3 }),
    );
  });
});

describe("what a program reads", () => {
  it("is what pages show, as plain JSON", async () => {
    expect(await program.get("/projects")).toEqual([
      expect.objectContaining({ id: projectId, name: "Embryos", role: "owner", volumes: 1 }),
    ]);
    const [listed] = await program.get(`/projects/${projectId}/volumes`);
    expect(listed).toMatchObject({
      id: volumeId,
      state: "ready",
      shapeZyx: SPACE.shapeZyx,
      voxelSizeZyx: SPACE.voxelSizeZyx,
    });
    expect(await program.get(`/volumes/${volumeId}`)).toEqual(listed);
    expect(await program.get(`/projects/${projectId}/training`)).toMatchObject({
      jobs: [],
      missing: expect.any(Array),
    });
    expect(await program.get(`/projects/${projectId}/versions`)).toEqual([]);
  });

  it("is the nuclei page by page, the same as all at once", async () => {
    const labels = [...new Set(truth)].filter((label) => label !== 0).sort((a, b) => a - b);
    const found: number[] = [];
    let after = 0;
    for (let pages = 1; ; pages++) {
      const page = await program.get(`/volumes/${volumeId}/nuclei?limit=3&after=${after}`);
      found.push(...page.nuclei.map(({ label }: { label: number }) => label));
      expect(page.nuclei.length).toBeLessThanOrEqual(3);
      if (page.next === null) {
        expect(pages).toBe(Math.ceil(labels.length / 3));
        break;
      }
      after = page.next;
    }
    expect(found).toEqual(labels);
    const { nuclei } = await program.get(`/volumes/${volumeId}/nuclei`);
    for (const { label, voxels, status } of nuclei)
      expect({ voxels, status }).toEqual({ voxels: truth.filter((one) => one === label).length, status: "accepted" });
  });

  it("says what is wrong with a question, where, and repeats no value of it", async () => {
    const wrong = await program.ask(`/volumes/${volumeId}/nuclei?limit=0`);
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ tag: "bad-input", where: "limit" });
    for (const query of ["limit=1e2", "limit=%205", "limit=", "limti=5", "after=1&after=2", "after=-1"])
      expect((await program.ask(`/volumes/${volumeId}/nuclei?${query}`)).status, query).toBe(400);
    const body = { name: "x", specimen: "y", image: { uploadId: "secret-text", image: "" } };
    const { status, json } = await program.post(`/projects/${projectId}/volumes`, body);
    expect(status).toBe(400);
    expect(JSON.stringify(json)).not.toContain("secret-text");
    const headers = { "content-type": "text/plain" };
    const text = await program.ask(`/projects/${projectId}/training`, { method: "POST", body: "{}", headers });
    expect(text.status).toBe(415);
    // As schemathesis found: the document allowed neither.
    const file = { fileName: "a.tif", sizeBytes: 9, fingerprint: "0".repeat(16) };
    expect((await program.post(`/projects/${projectId}/uploads`, { ...file, other: 1 })).status).toBe(422);
    const licence = `${" ".repeat(10)}${"x".repeat(495)}`;
    expect((await program.post(`/projects/${projectId}/versions`, { licence })).status).toBe(400);
  });

  it("needs no bytes of a piece, as the document says", async () => {
    const document = await program.get("/openapi.json");
    const { put } = document.paths["/api/v1/projects/{projectId}/uploads/{uploadId}"];
    expect(put.requestBody.required).toBe(false);
  });
});

describe("arrays by address", () => {
  it("are the image and the labels as they are, read by zarrita", async () => {
    expect(same(await arrayAt("image"), image)).toBe(true);
    expect(same(await arrayAt("labels"), truth)).toBe(true);
    const group = await program.get(`/volumes/${volumeId}/labels.ome.zarr/zarr.json`);
    expect(group.attributes.ome.multiscales[0].datasets).toHaveLength(1);
  });

  it("follow what is painted at once, merged nuclei under one value", async () => {
    const [a, b] = [...new Set(truth)].filter((label) => label !== 0).sort((one, other) => one - other);
    await liveVolumesOf(server.services).use(volumeId, async (live) => {
      const author = await LabelAuthor.begin(live, server.services, ada.id);
      const runs = Int32Array.from([19, 69, 80, 90, 0, 0, 0, 3]);
      const records = [
        { kind: "paint", label: 4321, runs },
        { kind: "merge", a, b },
      ] as const;
      await author.write(records.flatMap((record) => planRecord(record, live.room.fold.grid)));
    });
    const [, height, width] = SPACE.shapeZyx;
    truth.fill(4321, (19 * height + 69) * width + 80, (19 * height + 69) * width + 90).fill(4321, 0, 3);
    truth = truth.map((label) => (label === b ? a : label));
    expect(same(await arrayAt("labels"), truth)).toBe(true);
  });

  it("are the mask of what is known, as made of the whole volume at once", async () => {
    const { db, events } = server.services;
    const box = { minZyx: [2, 50, 40], maxZyx: [9, 70, 80] } as const;
    await db.insert(trainingBox).values({ volumeId, kind: "checked-empty", ...box, createdBy: ada.id });
    const [rejected, ...open] = [...proposedAs.values()];
    await db.update(proposal).set({ state: "rejected" }).where(eq(proposal.labelValue, rejected));
    events.publish({ topic: "boxes", projectId, volumeId });
    const proposed = await proposedVoxels();
    const known = buildKnownMask({
      ...SPACE,
      labels: truth,
      truthLabels: new Set(truth),
      undecidedProposals: proposed.map((label) => (open.includes(label) ? 1 : 0)),
      rejectedProposals: proposed.map((label) => (label === rejected ? 1 : 0)),
      completeBoxes: [box],
    });
    expect(new Set(known)).toEqual(new Set([0, 1, 2]));
    expect(same(await arrayAt("known"), known)).toBe(true);
    expect(
      same(
        await arrayAt("proposals"),
        proposed.map((label) => (label === rejected ? 0 : label)),
      ),
    ).toBe(true);
    await db.update(proposal).set({ state: "undecided" }).where(eq(proposal.labelValue, rejected));
    await db.delete(trainingBox);
    events.publish({ topic: "boxes", projectId, volumeId });
  });

  /** The stored image of the prediction, read chunk by chunk as it lies there. */
  async function proposedVoxels(): Promise<Uint32Array> {
    const [, height, width] = SPACE.shapeZyx;
    const voxels = new Uint32Array(truth.length);
    for (const key of brickKeysOfBox(WHOLE)) {
      const name = `volumes/${volumeId}/predictions/test/labels.ome.zarr/0/c/${brickPositionZyx(key).join("/")}`;
      const bytes = gunzipSync((await server.services.blobs.get(name)) ?? new Uint8Array());
      const brick = new Uint32Array(new Uint8Array(bytes).buffer);
      const { minZyx, maxZyx } = brickBox(key, SPACE.shapeZyx);
      for (let z = minZyx[0]; z < maxZyx[0]; z++)
        for (let y = minZyx[1]; y < maxZyx[1]; y++)
          for (let x = minZyx[2]; x < maxZyx[2]; x++)
            voxels[(z * height + y) * width + x] = brick[indexInBrick(z, y, x)];
    }
    return voxels;
  }

  it("are asked for with one query a chunk, and not sent again while they are the same", async () => {
    for (const name of ["image", "labels", "known", "proposals"]) {
      const path = `/volumes/${volumeId}/${name}.ome.zarr/0/c/0/0/0`;
      const first = await program.ask(path);
      expect(first.status, name).toBe(200);
      const etag = first.headers.get("etag") ?? "";
      await first.arrayBuffer();
      // What works in the background asks the database too, now and then.
      const queries: number[] = [];
      for (let i = 0; i < 4; i++) {
        const query = vi.spyOn(server.services.connection.pool, "query");
        const again = await program.ask(path, { headers: { "if-none-match": etag } });
        expect(again.status, name).toBe(304);
        queries.push(query.mock.calls.length);
        query.mockRestore();
      }
      expect(Math.min(...queries), name).toBeLessThanOrEqual(1);
    }
  });

  it("are nothing beyond the volume, of another level, or under a name that climbs", async () => {
    for (const name of ["image", "labels", "known", "proposals"])
      for (const part of ["0/c/1/0/0", "0/c/0/2/0", "9/c/0/0/0", "9/zarr.json", "0/c/0/0", "..%2Fzarr.json", "x", ""])
        expect((await program.ask(`/volumes/${volumeId}/${name}.ome.zarr/${part}`)).status, `${name} ${part}`).toBe(
          404,
        );
  });
});

describe("the queue", () => {
  const volumes = () => `/volumes/${volumeId}`;

  it("hands out a question, and a decision is an act of the person: into the labels, over background only", async () => {
    const next = await program.post(`${volumes()}/queue/next`, {});
    expect(next.status).toBe(200);
    const { labelValue } = next.json.question;
    const [original] = [...proposedAs].find(([, value]) => value === labelValue) ?? [0];
    // Somebody has drawn over a part of it meanwhile.
    const over = boxOf(await arrayAsUint32("proposals"), labelValue);
    const [z, y, x] = over.minZyx;
    await liveVolumesOf(server.services).use(volumeId, async (live) => {
      const author = await LabelAuthor.begin(live, server.services, ada.id);
      const runs = Int32Array.from([z, y, x, over.maxZyx[2]]);
      await author.write(planRecord({ kind: "paint", label: 4000, runs }, live.room.fold.grid));
    });
    const [, height, width] = SPACE.shapeZyx;
    truth.fill(4000, (z * height + y) * width + x, (z * height + y) * width + over.maxZyx[2]);
    const proposed = await arrayAsUint32("proposals");
    const done = await program.post(`${volumes()}/queue/decisions`, { labelValue, kind: "accepted" });
    expect(done).toEqual({ status: 200, json: { labelValue, kind: "accepted" } });
    truth = truth.map((label, i) => (label === 0 && proposed[i] === labelValue ? labelValue : label));
    expect(original).toBeGreaterThan(0);
    expect(same(await arrayAt("labels"), truth)).toBe(true);
    expect((await arrayAsUint32("proposals")).includes(labelValue)).toBe(false);
    const { nuclei } = await program.get(`${volumes()}/nuclei?limit=5000`);
    expect(nuclei.find(({ label }: { label: number }) => label === labelValue)).toMatchObject({
      status: "accepted",
      by: "Ada",
    });
    const rows = await server.services.db.select().from(decision).where(eq(decision.labelValue, labelValue));
    expect(rows).toMatchObject([{ kind: "accepted", userId: ada.id, projectId }]);
  });

  it("rejects and skips; what is decided, or held by somebody else, is refused in words", async () => {
    const { json } = await program.post(`${volumes()}/queue/next`, { holder: "program-1" });
    const { labelValue } = json.question;
    const grace = await server.signUp("Grace");
    await server.services.db.insert(projectMember).values({
      projectId,
      userId: grace.id,
      role: "annotator",
      pseudonym: "annotator 2",
    });
    const other = apiClient(server.address, await tokenFor(server, grace, "annotate"));
    const held = await other.post(`${volumes()}/queue/decisions`, { labelValue, kind: "rejected" });
    expect(held).toMatchObject({ status: 422, json: { tag: "proposal-not-open" } });
    const own = { labelValue, holder: "program-1" };
    expect((await program.post(`${volumes()}/queue/decisions`, { ...own, kind: "skipped" })).status).toBe(200);
    expect((await other.post(`${volumes()}/queue/decisions`, { labelValue, kind: "rejected" })).status).toBe(200);
    const again = await program.post(`${volumes()}/queue/decisions`, { labelValue, kind: "accepted" });
    expect(again).toMatchObject({ status: 422, json: { tag: "proposal-not-open" } });
    expect(same(await arrayAt("labels"), truth)).toBe(true);
    const reader = apiClient(server.address, await tokenFor(server, ada, "read"));
    expect((await reader.post(`${volumes()}/queue/next`, {})).status).toBe(403);
  });

  const arrayAsUint32 = async (name: string) => Uint32Array.from(await arrayAt(name));
});
