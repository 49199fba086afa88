import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { volume } from "../../../db/schema/index.ts";
import type { ServerEvent } from "../../events.ts";
import { startTestServer, type TestPerson, type TestServer } from "../../testing/test-server.ts";
import { createTestClient } from "../../testing/trpc-client.ts";

let server: TestServer;
const people: Record<string, TestPerson> = {};
let volumeId = "";
let otherVolumeId = "";

const addVolume = async (projectId: string, name: string, by: string): Promise<string> => {
  const [row] = await server.services.db
    .insert(volume)
    .values({
      projectId,
      name,
      specimen: "embryo 1",
      state: "ready",
      shapeZyx: [10, 60, 90],
      voxelSizeZyx: [2, 0.5, 0.4],
      voxelSizeFrom: "file",
      pixelType: "uint16",
      sourceFileName: "a.tif",
      createdBy: by,
    })
    .returning({ id: volume.id });
  return row.id;
};

beforeAll(async () => {
  server = await startTestServer();
  for (const name of ["viewer", "annotator", "reviewer", "owner", "stranger"]) people[name] = await server.signUp(name);
  const projectId = await server.createProject("Embryos", [
    [people.owner, "owner"],
    [people.reviewer, "reviewer"],
    [people.annotator, "annotator"],
    [people.viewer, "viewer"],
  ]);
  volumeId = await addVolume(projectId, "one", people.owner.id);
  const other = await server.createProject("Others", [[people.stranger, "owner"]]);
  otherVolumeId = await addVolume(other, "two", people.stranger.id);
});
afterAll(() => server.close());

const boxes = (name: string) => createTestClient(server.address, people[name].cookie).box;
const box = { minZyx: [0, 5, 6], maxZyx: [10, 40, 90] } satisfies Record<string, [number, number, number]>;
const codeOf = (error: unknown) => (error as { data?: { code?: string } }).data?.code;
const refusal = (promise: Promise<unknown>) => promise.then(() => "allowed", codeOf);

describe("who may set and remove boxes", () => {
  const allowed: Record<string, Record<string, string>> = {
    viewer: { "fully-labelled": "FORBIDDEN", "checked-empty": "FORBIDDEN", validation: "FORBIDDEN" },
    annotator: { "fully-labelled": "allowed", "checked-empty": "allowed", validation: "FORBIDDEN" },
    reviewer: { "fully-labelled": "allowed", "checked-empty": "allowed", validation: "allowed" },
    owner: { "fully-labelled": "allowed", "checked-empty": "allowed", validation: "allowed" },
    stranger: { "fully-labelled": "NOT_FOUND", "checked-empty": "NOT_FOUND", validation: "NOT_FOUND" },
  };
  for (const [name, kinds] of Object.entries(allowed))
    it(name, async () => {
      for (const [kind, expected] of Object.entries(kinds)) {
        const create = (by: string) => boxes(by).create.mutate({ volumeId, kind: kind as "validation", ...box });
        expect(await refusal(create(name))).toBe(expected);
        const { id } = await create("owner");
        // To or from validation is a moderator's matter alike.
        const change = { volumeId, boxId: id, kind: "fully-labelled" as const, ...box };
        expect(await refusal(boxes(name).change.mutate(change))).toBe(expected);
        if (expected !== "FORBIDDEN")
          expect(await refusal(boxes(name).change.mutate({ ...change, kind: kind as "validation" }))).toBe(expected);
        expect(await refusal(boxes(name).remove.mutate({ volumeId, boxId: id }))).toBe(expected);
      }
    });
});

describe("boxes", () => {
  it("are listed with who and when for every member, and tell the others that something changed", async () => {
    const heard: ServerEvent[] = [];
    const stop = server.services.events.subscribe((event) => heard.push(event));
    const { id } = await boxes("annotator").create.mutate({ volumeId, kind: "checked-empty", ...box });
    expect((await boxes("viewer").list.query({ volumeId })).find((row) => row.id === id)).toMatchObject({
      ...box,
      kind: "checked-empty",
      by: "annotator",
    });
    await boxes("annotator").remove.mutate({ volumeId, boxId: id });
    expect((await boxes("viewer").list.query({ volumeId })).some((row) => row.id === id)).toBe(false);
    expect(heard.filter((event) => event.topic === "boxes" && event.volumeId === volumeId)).toHaveLength(2);
    stop();
  });

  it("must hold a voxel and lie inside the volume", async () => {
    for (const [minZyx, maxZyx] of [
      [
        [0, 0, 0],
        [0, 5, 5],
      ],
      [
        [3, 5, 5],
        [2, 9, 9],
      ],
      [
        [0, 0, 0],
        [11, 5, 5],
      ],
    ] as [[number, number, number], [number, number, number]][])
      await expect(
        boxes("owner").create.mutate({ volumeId, kind: "fully-labelled", minZyx, maxZyx }),
      ).rejects.toMatchObject({ data: { problem: { tag: "box-outside" } } });
  });

  it("are changed in place, and stay their maker's", async () => {
    const { id } = await boxes("annotator").create.mutate({ volumeId, kind: "checked-empty", ...box });
    const to = { kind: "fully-labelled", minZyx: [1, 6, 7], maxZyx: [9, 30, 80] } as const;
    await boxes("reviewer").change.mutate({
      volumeId,
      boxId: id,
      kind: to.kind,
      minZyx: [...to.minZyx],
      maxZyx: [...to.maxZyx],
    });
    expect((await boxes("viewer").list.query({ volumeId })).find((row) => row.id === id)).toMatchObject({
      ...to,
      by: "annotator",
    });
    await boxes("annotator").remove.mutate({ volumeId, boxId: id });
    expect(await refusal(boxes("reviewer").change.mutate({ volumeId, boxId: id, kind: "validation", ...box }))).toBe(
      "NOT_FOUND",
    );
  });

  it("that are kept for validation hold more than one slice", async () => {
    const thin = { volumeId, minZyx: [4, 0, 0], maxZyx: [5, 50, 50] } as {
      volumeId: string;
      minZyx: [number, number, number];
      maxZyx: [number, number, number];
    };
    const refused = { data: { problem: { tag: "box-too-thin" } } };
    await expect(boxes("owner").create.mutate({ ...thin, kind: "validation" })).rejects.toMatchObject(refused);
    const { id } = await boxes("owner").create.mutate({ ...thin, kind: "fully-labelled" });
    await expect(boxes("owner").change.mutate({ ...thin, boxId: id, kind: "validation" })).rejects.toMatchObject(
      refused,
    );
  });

  it("cannot be removed through another volume", async () => {
    const { id } = await boxes("owner").create.mutate({ volumeId, kind: "validation", ...box });
    expect(await refusal(boxes("stranger").remove.mutate({ volumeId: otherVolumeId, boxId: id }))).toBe("NOT_FOUND");
    expect(await boxes("owner").list.query({ volumeId })).toHaveLength(
      (await boxes("viewer").list.query({ volumeId })).length,
    );
    expect((await boxes("owner").list.query({ volumeId })).some((row) => row.id === id)).toBe(true);
  });
});
