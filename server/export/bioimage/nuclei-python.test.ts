import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import { seenSpace, seeVolume } from "../../../core/perception/canonical-size.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { createSeededRandom } from "../../../core/simulator/seeded-random.ts";
import type { VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { readProductModel } from "../../product-model/read-product-model.ts";
import { registerWasmBackend } from "../../trainer/engine/wasm-engine.ts";
import { segmentInstances } from "../../trainer/instances/instances.ts";
import { Predictor } from "../../trainer/network/predictor.ts";
import { predictVolume } from "../../trainer/predict/predict.ts";
import { createPhantom } from "../../trainer/testing/phantom.ts";
import { pythonJudge } from "../testing/python-judge.ts";
import { randomModel, threeHeads } from "../testing/random-network.ts";
import { nucleiPython, nucleiSettings } from "./nuclei-settings.ts";

const run = promisify(execFile);
let folder: string;
let product: TrainedModel;

beforeAll(async () => {
  await registerWasmBackend();
  folder = await mkdtemp(path.join(os.tmpdir(), "kl-nuclei-"));
  await writeFile(path.join(folder, "nuclei.py"), nucleiPython());
  product = await readProductModel();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Only files go between the two: the network is the trainer's, everything else Python's. */
const PREPARE = `
import sys, json, array, nuclei
image = array.array("f"); image.frombytes(open("image.bin", "rb").read())
shape, size, diameter = json.loads(sys.argv[1])
image = memoryview(image).cast("B").cast("f", shape)
prepared = nuclei.prepare(image, size, diameter)
open("tensor.bin", "wb").write(prepared.pop("tensor").tobytes())
json.dump(prepared, open("prepared.json", "w"))
print(json.dumps(prepared["seen"][0]))`;
const FIND = `
import sys, json, array, nuclei
maps = array.array("f"); maps.frombytes(open("maps.bin", "rb").read())
labels = nuclei.find_nuclei(memoryview(maps).cast("B").cast("f", json.loads(sys.argv[1])), json.load(open("prepared.json")))
open("labels.bin", "wb").write(labels.tobytes())
print(json.dumps(labels.shape))`;

async function python<T>(command: string, program: string, input: unknown): Promise<T> {
  const { stdout } = await run(command, ["-S", "-c", program, JSON.stringify(input)], { cwd: folder });
  return JSON.parse(stdout) as T;
}

const floats = async (name: string): Promise<Float32Array> =>
  new Float32Array(new Uint8Array(await readFile(path.join(folder, name))).buffer);

/** Labels of Python and of the trainer, from one image. */
async function bothLabels(
  command: string,
  model: TrainedModel,
  volume: VoxelSpace & { readonly image: Float32Array },
  diameterUm: number | null,
) {
  await writeFile(path.join(folder, "nuclei.json"), JSON.stringify(nucleiSettings(model)));
  await writeFile(path.join(folder, "image.bin"), new Uint8Array(volume.image.buffer));
  await python(command, PREPARE, [volume.shapeZyx, volume.voxelSizeZyx, diameterUm]);
  const predictor = new Predictor(model.config, model.weights);
  const heads = model.config.heads.length;
  const sight = seeVolume(model, volume, diameterUm);
  let seen: { shapeZyx: readonly number[]; image: Float32Array; maps: Float32Array } | null = null;
  // What the network is shown, and what it says: once, for both.
  const witness = {
    config: model.config,
    async predictTile(image: Float32Array, shapeZyx: readonly [number, number, number]) {
      const maps = await predictor.predictTile(image, shapeZyx);
      expect(seen).toBeNull();
      seen = { shapeZyx, image, maps };
      return maps;
    },
  };
  const maps = await predictVolume(witness as unknown as Predictor, volume.image, volume, {
    sideUm: sight.sideUm,
    maxTileVoxels: 10_000_000,
  });
  predictor.dispose();
  const expected = segmentInstances(maps, volume, sight.thresholds);
  const shown = seen as unknown as { shapeZyx: readonly number[]; image: Float32Array; maps: Float32Array };
  expect(await floats("tensor.bin")).toEqual(shown.image);
  const voxels = shown.image.length;
  const headsFirst = shown.maps.map((_, i) => shown.maps[(i % voxels) * heads + Math.floor(i / voxels)]);
  await writeFile(path.join(folder, "maps.bin"), new Uint8Array(headsFirst.buffer));
  expect(await python(command, FIND, [1, heads, ...shown.shapeZyx])).toEqual([...volume.shapeZyx]);
  const found = new Uint32Array(new Uint8Array(await readFile(path.join(folder, "labels.bin"))).buffer);
  return { found, expected };
}

const countOf = (labels: Uint32Array): number => new Set(labels).size - 1;

it("finds in Python, to the voxel, the nuclei that the trainer finds", { timeout: 60_000 }, async (context) => {
  const judge = pythonJudge();
  if (judge.missing !== undefined) return context.skip(judge.missing);
  // Smaller than the cubes on one axis, larger on the others; sizes that the pooling does not divide.
  const volume = createPhantom(4, { shapeZyx: [9, 33, 43] });
  const { found, expected } = await bothLabels(judge.command, product, volume, 7);
  expect(found).toEqual(expected);
  expect(countOf(found)).toBeGreaterThan(5);
});

it("does so on the volume's own grid, with a head for boundaries and a wall of them", {
  timeout: 60_000,
}, async (context) => {
  const judge = pythonJudge();
  if (judge.missing !== undefined) return context.skip(judge.missing);
  const volume = createPhantom(5, { shapeZyx: [7, 30, 22], voxelSizeZyx: [2, 0.6, 0.5] });
  const model = randomModel(threeHeads, 8, {
    canonical: null,
    thresholds: { foreground: 0.4, seed: 0.2, minSeparationUm: 2, minVolumeUm3: 3, maxVolumeUm3: 300, wall: 0.5 },
  });
  const { found, expected } = await bothLabels(judge.command, model, volume, null);
  expect(found).toEqual(expected);
  expect(countOf(found)).toBeGreaterThan(5);
});

it("measures the window of a nearly empty volume, and takes the grid for thick slices, as the trainer does", async (context) => {
  const judge = pythonJudge();
  if (judge.missing !== undefined) return context.skip(judge.missing);
  const random = createSeededRandom(2);
  const empty = Float32Array.from({ length: 40_000 }, (_, i) => 100 + 9 * random.normal() + (i % 800 === 7 ? 150 : 0));
  await writeFile(path.join(folder, "image.bin"), new Uint8Array(empty.buffer));
  const spaces = [
    { space: { shapeZyx: [40, 800, 900], voxelSizeZyx: [6, 0.15, 0.2] }, side: 0.25 },
    { space: { shapeZyx: [11, 30, 21], voxelSizeZyx: [2, 0.3, 0.7] }, side: 0.55 },
  ] as const;
  const program = `
import sys, json, array, nuclei
image = array.array("f"); image.frombytes(open("image.bin", "rb").read())
grids = [nuclei._cubic_space((one["space"]["shapeZyx"], one["space"]["voxelSizeZyx"]), one["side"]) for one in json.loads(sys.argv[1])]
print(json.dumps([nuclei.intensity_window(image), grids]))`;
  const seen = spaces.map(({ space, side }) => seenSpace(space, side));
  // The bound on thick slices is reached, and the window is not that of the percentiles.
  expect(seen[0].voxelSizeZyx[0]).toBeGreaterThan(0.25);
  const { low, high } = measureWindow(empty);
  expect(high).toBeGreaterThan(empty.toSorted()[Math.round(0.998 * 39_999)] + 20);
  expect(await python(judge.command, program, spaces)).toEqual([
    [low, high],
    seen.map(({ shapeZyx, voxelSizeZyx }) => [shapeZyx, voxelSizeZyx]),
  ]);
});

it("reads whole numbers and nested lists alike, and refuses what it cannot read", async (context) => {
  const judge = pythonJudge();
  if (judge.missing !== undefined) return context.skip(judge.missing);
  const program = `
import json, array, nuclei
def tried(values, n):
    try: return [list(nuclei._read(values, n)[0]), list(nuclei._read(values, n)[1])]
    except ValueError as e: return str(e)
shorts = memoryview(array.array("H", range(6))).cast("B").cast("H", [1, 2, 3])
print(json.dumps([tried(shorts, 3), tried([[[0, 1, 2], [3, 4, 5]]], 3), tried(shorts, 2), tried([[1, 2], [3]], 2), tried(array.array("f"), 1)]))`;
  const same = [
    [0, 1, 2, 3, 4, 5],
    [1, 2, 3],
  ];
  expect(await python(judge.command, program, null)).toEqual([
    same,
    same,
    "an image of 2 axes is needed (z, y, x), this one has 3",
    "the rows of the image are not equally long",
    "the image is empty",
  ]);
});
