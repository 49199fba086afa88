import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { tinyModel } from "../../../core/checkpoint/testing/tiny-model.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import type { ClaimedTrainJob } from "../../../core/contract/trainer-job.ts";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { boxShape, type VoxelBox, voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { defaultAugmentation } from "../data/augment.ts";
import { drawPatch } from "../data/patches.ts";
import { prepareVolume } from "../data/prepared-volume.ts";
import type { TrainingVolume } from "../data/training-volume.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { Predictor } from "../network/predictor.ts";
import { createRandom } from "../random.ts";
import { createEndlessVolume, type EndlessVolume } from "../testing/endless-volume.ts";
import { trainingBytes } from "./plan-crops.ts";
import { readTrainingVolumes, type TrainingMemory } from "./read-training-volumes.ts";

const MB = 1 << 20;
const voxelSizeZyx: Zyx = [0.8, 0.4, 0.4];
/** Far more than the memory below holds. */
const LARGE: Zyx = [150, 520, 640];
const MEMORY: TrainingMemory = { trainingBytes: 96 * MB, cacheBytes: 24 * MB, measuredVoxels: 4_000_000 };

function read(
  volumes: readonly EndlessVolume[],
  memory: TrainingMemory = MEMORY,
  parent: TrainedModel | null = null,
): Promise<TrainingVolume[]> {
  const job = {
    kind: "train",
    jobId: randomUUID(),
    volumes: volumes.map(({ volume }) => volume),
  } as unknown as ClaimedTrainJob;
  return readTrainingVolumes(
    {
      job,
      check() {},
      stopped: new AbortController().signal,
      readBlob: async (key) => volumes.find(({ volume }) => key.includes(volume.volumeId))?.readBlob(key),
    },
    parent,
    { maxTileVoxels: 500_000 },
    memory,
  );
}

const heldBytes = (volumes: readonly TrainingVolume[]) =>
  volumes.reduce((sum, one) => sum + trainingBytes(one, { minZyx: [0, 0, 0], maxZyx: one.shapeZyx }, null), 0);

const SOME: VoxelBox = { minZyx: [5, 20, 20], maxZyx: [35, 90, 110] };
const small: VoxelBox[] = [
  { minZyx: [40, 100, 100], maxZyx: [80, 160, 180] },
  { minZyx: [90, 400, 500], maxZyx: [130, 470, 560] },
];

describe("readTrainingVolumes", () => {
  it("reads of a large volume what lies round its labels, and of one without labels nothing", async () => {
    const labelled = createEndlessVolume({ shapeZyx: LARGE, voxelSizeZyx, labelledIn: small });
    const unlabelled = createEndlessVolume({ shapeZyx: [1000, 1100, 1200], voxelSizeZyx });
    const volumes = await read([unlabelled, labelled]);
    expect(unlabelled.served).toEqual({ image: 0, labels: 0 });
    expect(volumes.length).toBeGreaterThan(1);
    expect(heldBytes(volumes)).toBeLessThanOrEqual(MEMORY.trainingBytes);
    const imageBytes = 2 * voxelCount(LARGE);
    expect(labelled.served.image).toBeLessThan(0.3 * imageBytes);
    const labels = new Set(volumes.flatMap(({ labels }) => [...new Set(labels)]).filter((label) => label !== 0));
    expect(labels).toEqual(new Set(labelled.volume.frozen?.manifest.nuclei.map(({ label }) => label)));
  }, 60_000);

  it("takes what a person says of the size for the image's, and the labels of the round before for more than both", async () => {
    const { volume, ...served } = createEndlessVolume({ shapeZyx: [40, 130, 170], voxelSizeZyx, labelledIn: [SOME] });
    await registerWasmBackend();
    const tile = vi
      .spyOn(Predictor.prototype, "predictTile")
      .mockImplementation(async (image) => new Float32Array(2 * image.length));
    const memory = { ...MEMORY, trainingBytes: 20 * MB };
    const sizesBy = async (diameterFrom: "image" | "labels", nucleusDiameterUm: number | null) => {
      const parent = { ...tinyModel, canonical: { ...tinyModel.canonical!, diameterFrom } };
      const crops = await read([{ ...served, volume: { ...volume, nucleusDiameterUm } }], memory, parent);
      return [...new Set(crops.map(({ cropOf }) => cropOf?.diameterUm))];
    };
    try {
      expect(await sizesBy("image", 7.25)).toEqual([7.25]);
      expect(await sizesBy("labels", 7.25)).toEqual([9.5]);
      expect(await sizesBy("image", null)).not.toEqual([7.25]);
      expect(tile).toHaveBeenCalled();
    } finally {
      tile.mockRestore();
    }
  }, 60_000);

  it("knows in every crop what is known of the whole volume there", async () => {
    const volume = createEndlessVolume({
      shapeZyx: [70, 200, 250],
      voxelSizeZyx,
      labelledIn: [{ minZyx: [10, 20, 30], maxZyx: [60, 150, 120] }],
      boxes: [
        { kind: "fully-labelled", box: { minZyx: [0, 60, 100], maxZyx: [30, 100, 140] } },
        { kind: "validation", box: { minZyx: [20, 30, 30], maxZyx: [50, 70, 60] } },
      ],
    });
    const [whole] = await read([volume], { ...MEMORY, trainingBytes: 1000 * MB });
    expect(whole.shapeZyx).toEqual([70, 200, 250]);
    const crops = await read([volume], { ...MEMORY, trainingBytes: 60 * MB });
    expect(crops.length).toBeGreaterThan(2);
    // The image tells where a crop lies.
    const wholePrepared = prepareVolume(whole);
    const nuclei = new Set<string>();
    let compared = 0;
    for (const crop of crops) {
      const [dz, dy, dx] = placeOf(crop, whole);
      const [depth, height, width] = crop.shapeZyx;
      const cut = new Set<number>();
      const prepared = prepareVolume(crop);
      expect(prepared.window).toEqual(crop.cropOf?.window);
      let i = 0;
      for (let z = 0; z < depth; z++)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++, i++) {
            const j = ((z + dz) * 200 + y + dy) * 250 + x + dx;
            if (whole.labels[j] !== crop.labels[i]) cut.add(whole.labels[j]);
            else {
              if (whole.labels[j] !== 0 && wholePrepared.distance[j] !== prepared.distance[i])
                throw new Error("distance");
              if (whole.known[j] !== crop.known[i]) throw new Error("known");
              if (wholePrepared.known[j] !== prepared.known[i]) throw new Error("kept out");
              compared++;
            }
          }
      // What is left out goes on beyond the crop.
      for (const { label, box } of findObjects(whole.labels, whole.shapeZyx))
        if (cut.has(label))
          expect(
            box.minZyx.some(
              (min, axis) => min < [dz, dy, dx][axis] || box.maxZyx[axis] > [dz, dy, dx][axis] + crop.shapeZyx[axis],
            ),
          ).toBe(true);
      for (const { minZyx, maxZyx } of prepared.nuclei)
        nuclei.add([minZyx, maxZyx].map((at) => at.map((place, axis) => place + [dz, dy, dx][axis]).join()).join(" "));
    }
    expect(compared).toBeGreaterThan(100_000);
    // Every nucleus is drawn from exactly as often as from the whole volume: once.
    expect(nuclei).toEqual(
      new Set(
        wholePrepared.nuclei.map(({ minZyx, maxZyx }) =>
          `${minZyx.join()},${maxZyx.join()}`.replace(/^([^,]*,[^,]*,[^,]*),/, "$1 "),
        ),
      ),
    );
    const pieces = crops.flatMap(({ measuredBoxes }) => measuredBoxes ?? []);
    expect(pieces.map((box) => boxShape(box))).toEqual([[30, 40, 30]]);
  }, 60_000);

  it("takes parts that lie evenly in a large volume that is labelled everywhere", async () => {
    const shapeZyx: Zyx = [70, 380, 400];
    const full = createEndlessVolume({
      shapeZyx,
      voxelSizeZyx,
      labelledIn: [{ minZyx: [0, 0, 0], maxZyx: shapeZyx }],
      boxes: [{ kind: "validation", box: { minZyx: [0, 0, 0], maxZyx: [70, 380, 200] } }],
    });
    const few = createEndlessVolume({
      shapeZyx: [40, 60, 80],
      voxelSizeZyx,
      labelledIn: [{ minZyx: [0, 0, 0], maxZyx: [40, 60, 80] }],
    });
    const memory = { ...MEMORY, trainingBytes: 120 * MB };
    const volumes = await read([full, few], memory);
    expect(heldBytes(volumes)).toBeLessThanOrEqual(memory.trainingBytes);
    const ofFull = volumes.filter(({ cropOf }) => cropOf?.volumeId === full.volume.volumeId);
    expect(ofFull.length).toBeGreaterThan(1);
    expect(ofFull.some(({ measuredBoxes }) => (measuredBoxes?.length ?? 0) > 0)).toBe(true);
    expect(volumes.filter(({ cropOf }) => !cropOf).map(({ id }) => id)).toEqual([few.volume.volumeId]);
    // Crops of one volume are one volume when patches are drawn.
    const prepared = volumes.map((volume) => {
      const one = prepareVolume(volume);
      return { ...one, image: one.image.fill(volume.cropOf ? 0.25 : 0.75) };
    });
    const random = createRandom(3);
    const plain = {
      ...defaultAugmentation,
      affineChance: 0,
      gainRange: [1, 1],
      offsetRange: [0, 0],
      maxNoise: 0,
    } as const;
    const still = { ...plain, gammaChance: 0, blurChance: 0, attenuationChance: 0, sliceDropChance: 0 };
    let fromFew = 0;
    for (let i = 0; i < 200; i++) {
      const patch = drawPatch(prepared, { shapeZyx: [8, 16, 16], augmentation: still, nucleusShare: 0.9 }, random);
      if (patch?.image.includes(0.75)) fromFew++;
    }
    expect(fromFew).toBeGreaterThan(70);
    expect(fromFew).toBeLessThan(130);
  }, 60_000);
});

/** Where a crop's image lies in that of the whole volume. */
function placeOf(crop: TrainingVolume, whole: TrainingVolume): Zyx {
  const [, height, width] = whole.shapeZyx;
  const probe = crop.image.subarray(0, crop.shapeZyx[2]);
  for (let start = whole.image.indexOf(probe[0]); start >= 0; start = whole.image.indexOf(probe[0], start + 1))
    if (probe.every((value, i) => whole.image[start + i] === value))
      return [Math.floor(start / (height * width)), Math.floor(start / width) % height, start % width];
  throw new Error("the crop is no part of the volume");
}
