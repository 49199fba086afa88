import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { saveCheckpoint } from "../../core/checkpoint/checkpoint-files.ts";
import { type AboutModel, packModel } from "../../core/checkpoint/packed-model.ts";
import { tinyModel } from "../../core/checkpoint/testing/tiny-model.ts";
import { FunctionImage } from "../../core/edit/testing/function-image.ts";
import { Problem } from "../../core/problem.ts";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../../core/volume/voxel-space.ts";
import { ClickModel, type ClickModelState, type Segmenter } from "./click-model.ts";

const shapeZyx: Zyx = [20, 60, 80];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** A page with a segmenter that finds one voxel by the model, and two by edges. */
function page() {
  const server: { about: AboutModel; isAway: boolean } = {
    about: { checkpointId: null, origin: "product", outlineUm: null },
    isAway: false,
  };
  const opened: (string | null)[] = [];
  const sizes: Zyx[] = [];
  const images: number[] = [];
  const brain = {
    saidUm: null as number | null,
    seesNothing: false,
    diameterUm: 9.5 as number | null,
    diameterFrom: "image" as "image" | "labels",
  };
  const maskOf = (box: VoxelBox, voxels: number) => {
    const mask = new Uint8Array(voxelCount(boxShape(box)));
    mask.fill(1, 0, voxels);
    return mask;
  };
  let seen: unknown = null;
  const segmenter: Segmenter = {
    async open() {
      opened.push(server.about.checkpointId);
      const { config, thresholds, canonical } = tinyModel;
      const engine = { backend: "wasm", passMs: 100 } as const;
      const { diameterFrom } = brain;
      return {
        about: server.about,
        config,
        thresholds,
        canonical: { ...canonical!, diameterFrom },
        outlineUm: 0.5,
        engine,
      };
    },
    async measureDiameter(_image, space) {
      sizes.push(space.shapeZyx);
      return brain.diameterUm;
    },
    hasSeen: (look) => look === seen,
    async answer(look, image, question) {
      if (image) images.push(image.length);
      seen = look;
      expect(question).toMatchObject({ outlineUm: 0.5, moveUm: 0.25 });
      return brain.seesNothing ? null : { nucleus: maskOf(look.box, 1), isCut: false };
    },
    findByEdges: async ({ box }) => maskOf(box, 2),
    dispose() {},
  };
  const states: ClickModelState[] = [];
  const model = new ClickModel(
    {
      volume: { shapeZyx, voxelSizeZyx },
      statistics: { contrast: [0, 9], histogram: [5, 5], histogramRange: [0, 10] },
      voxels: new FunctionImage(shapeZyx, (z, y, x) => z + y + x),
      async loadModel(onShare) {
        if (server.isAway) throw new Problem({ tag: "offline", what: "The server cannot be reached." });
        onShare(0.5);
        return packModel(server.about, saveCheckpoint(tinyModel));
      },
      nucleusDiameterUm: () => brain.saidUm,
      startSegmenter: async () => segmenter,
    },
    (state) => states.push(state),
  );
  const find = (last: Parameters<ClickModel["find"]>[0]["last"] = null) =>
    model.find(
      {
        clicks: [{ voxelZyx: [10, 30, 40], isInside: true }],
        moveUm: 0.25,
        last,
        readForbidden: async (box) => new Uint8Array(voxelCount(boxShape(box))),
      },
      new AbortController().signal,
    );
  return { server, brain, model, find, states, opened, sizes, images };
}

it("is loaded once, looks how large nuclei are, and reads the image only for a new look", async () => {
  const { model, find, states, opened, sizes, images } = page();
  void model.prepare();
  const found = await find();
  expect(found).toMatchObject({ by: "model", isCut: false });
  await find(found!.look);
  expect(opened).toEqual([null]);
  expect(sizes).toEqual([shapeZyx]);
  expect(images).toHaveLength(1);
  expect(states.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1])).toEqual([
    "loading",
    "starting",
    "measuring",
    "ready",
  ]);
});

it("does not look for the size where the model knows it", async () => {
  const { brain, find, sizes } = page();
  brain.diameterFrom = "labels";
  await find();
  expect(sizes).toEqual([]);
});

it("sees nuclei as wide as a person says, now and with the next click; its own estimate is for when nobody does", async () => {
  const { brain, find, sizes, images, states } = page();
  const sideUm = 1 / tinyModel.canonical!.voxelsPerDiameter;
  brain.saidUm = 8;
  const first = await find();
  expect(first?.look?.seen.voxelSizeZyx).toEqual([8 * sideUm, 8 * sideUm, 8 * sideUm]);
  brain.saidUm = 6;
  const second = await find(first!.look);
  expect(second?.look?.seen.voxelSizeZyx[0]).toBe(6 * sideUm);
  expect([images.length, sizes.length]).toEqual([2, 0]);
  brain.saidUm = null;
  expect((await find())?.look?.seen.voxelSizeZyx[0]).toBe(9.5 * sideUm);
  expect(sizes).toEqual([shapeZyx]);
  expect(states.at(-1)?.kind).toBe("ready");
  // Of a model that has learned from labels, too.
  brain.diameterFrom = "labels";
  brain.saidUm = 8;
  expect((await find())?.look?.seen.voxelSizeZyx[0]).toBe(8 * sideUm);
});

it("outlines by edges where no model comes, or where it sees nothing, and asks for a model again later", async () => {
  const { server, brain, find, states, opened } = page();
  server.isAway = true;
  expect(await find()).toMatchObject({ by: "edges", look: null });
  expect(states.at(-1)).toEqual({ kind: "none", why: "The server cannot be reached." });
  server.isAway = false;
  expect((await find())?.by).toBe("edges");
  vi.advanceTimersByTime(60_000);
  expect((await find())?.by).toBe("model");
  brain.seesNothing = true;
  expect((await find())?.by).toBe("edges");
  expect(opened).toHaveLength(1);
});

it("takes a newer model of the project when it is there, and keeps the one it has while the server is away", async () => {
  const { server, find, opened } = page();
  await find();
  server.isAway = true;
  vi.advanceTimersByTime(60_000);
  expect((await find())?.by).toBe("model");
  server.isAway = false;
  const checkpointId = "10000000-0000-4000-8000-000000000001";
  server.about = { checkpointId, origin: "training", outlineUm: null };
  vi.advanceTimersByTime(60_000);
  await find();
  await vi.waitFor(() => expect(opened).toEqual([null, checkpointId]));
});
