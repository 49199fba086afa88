import { beforeAll, expect, it, vi } from "vitest";
import { saveCheckpoint } from "../../../core/checkpoint/checkpoint-files.ts";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import type { ClaimedPredictJob } from "../../../core/contract/trainer-job.ts";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { Predictor } from "../network/predictor.ts";
import { serveVolume } from "../testing/served-volume.ts";
import { runPredictJob } from "./run-predict-job.ts";

beforeAll(registerWasmBackend);

const shapeZyx: Zyx = [12, 40, 60];
const voxelSizeZyx: Zyx = [2, 0.5, 0.4];

/** Runs a prediction of one volume without its network; what the network is shown, and the plan that others are. */
async function predict(nucleusDiameterUm: number | null, diameterFrom: "image" | "labels", maxBlockVoxels: number) {
  const image = Float32Array.from({ length: voxelCount(shapeZyx) }, (_, i) => (i * 7919) % 251);
  const served = serveVolume({ shapeZyx, voxelSizeZyx, image, labels: new Uint32Array(image.length) }, {});
  const model = { ...tinyModel, classifier: null, canonical: { ...tinyModel.canonical!, diameterFrom } };
  const files = saveCheckpoint(model) as Record<string, Uint8Array>;
  const told: Record<string, unknown>[] = [];
  const job = {
    volumes: [{ ...served.volume, nucleusDiameterUm }],
    checkpoint: { checkpointId: "c", prefix: "model/", sha256: null },
    doneVolumeIds: [],
  } as unknown as ClaimedPredictJob;
  const held = {
    job,
    ended: new AbortController().signal,
    report() {},
    readBlob: async (key: string) => files[key.slice("model/".length)] ?? served.readBlob(key),
    writeFiles: async () => {},
    async tell(path: string, body: Record<string, unknown>) {
      if (path === "/block-plan") told.push(body);
      return { findings: null, isHeld: false, othersAtWork: false, foundBeyond: 0 };
    },
  } as unknown as HeldJob<ClaimedPredictJob>;
  const tiles: Zyx[] = [];
  const spy = vi.spyOn(Predictor.prototype, "predictTile").mockImplementation(async (given, tileZyx) => {
    tiles.push(tileZyx);
    return new Float32Array(2 * given.length);
  });
  try {
    await runPredictJob(held, { engine: { name: "native-cpu", maxTileVoxels: 4_000_000 }, maxBlockVoxels });
  } finally {
    spy.mockRestore();
  }
  return { tiles, told };
}

/** Voxels of the largest tile: all of a volume as small as this one, and what its edges are rounded up by. */
const shown = (tiles: readonly Zyx[]) => Math.max(...tiles.map(voxelCount));
/** 24 × 20 × 24 µm in cubes of a sixteenth of a diameter. */
const cubes = (diameterUm: number) => [24, 20, 24].reduce((all, um) => all * ((um * 16) / diameterUm), 1);

it.each(["image", "labels"] as const)(
  "a volume is seen as its nuclei are said to be wide, by a model whose size is of %s",
  async (diameterFrom) => {
    for (const diameterUm of [8, 16]) {
      const { tiles } = await predict(diameterUm, diameterFrom, 1e9);
      expect(shown(tiles) / cubes(diameterUm)).toBeGreaterThan(0.99);
      expect(shown(tiles) / cubes(diameterUm)).toBeLessThan(1.3);
    }
  },
);

it("without a word it is seen as wide as the model has learned, 9.5 µm", async () => {
  const { tiles } = await predict(null, "labels", 1e9);
  expect(shown(tiles) / cubes(9.5)).toBeGreaterThan(0.99);
  expect(shown(tiles) / cubes(9.5)).toBeLessThan(1.3);
});

it("other trainers that take blocks of it are told of the same size", async () => {
  const { told } = await predict(8, "image", 20_000);
  expect(told).toMatchObject([{ plan: { sight: { sideUm: 0.5, diameterUm: 8 } } }]);
});
