import { beforeAll, describe, expect, it } from "vitest";
import { nucleusDiameterUm } from "../../../core/perception/canonical-size.ts";
import { measureWindow } from "../../../core/perception/intensity-window.ts";
import { cropBox, imageInMemory } from "../../../core/volume/image-source.ts";
import { type VoxelBox, type VoxelSpace, voxelCount, wholeBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { registerWasmBackend } from "../engine/wasm-engine.ts";
import { planNetwork } from "../network/network-config.ts";
import { Predictor } from "../network/predictor.ts";
import { createNetworkState } from "../network/trainable-network.ts";
import { predictBox, predictSymmetries } from "../predict/predict.ts";
import { createRandom } from "../random.ts";
import { createTissue, labelsOf, modelOf, propose } from "../testing/tissue.ts";
import { planBlocks } from "./plan-blocks.ts";
import type { ProposedNuclei } from "./propose-nuclei.ts";

describe("a prediction by blocks", () => {
  it.each([
    ["thick slices, the outlines as the model draws them", [0.6, 0.25, 0.25], [10, 36, 150], 1, 0],
    ["thin slices, wider outlines", [0.25, 0.25, 0.25], [18, 30, 160], 2, 0.3],
    ["outlines as the labelled nuclei say", [0.5, 0.25, 0.3], [12, 34, 140], 4, null],
  ] as const)(
    "is that of the whole volume: %s",
    async (_, voxelSizeZyx, shapeZyx, seed, outlineUm) => {
      const tissue = createTissue(seed, { shapeZyx, voxelSizeZyx }, 40, outlineUm !== null);
      const whole = await propose(tissue, 1e9, outlineUm);
      const nuclei = whole.instances.filter(({ kind }) => kind === "nucleus");
      expect(nuclei.length).toBeGreaterThan(10);
      expect(new Set(nuclei.map((nucleus) => nucleus.class?.probability)).size).toBeGreaterThan(nuclei.length / 2);
      if (outlineUm !== null) expect(whole.instances.length).toBeGreaterThan(nuclei.length);
      if (outlineUm === null) expect(whole.outlineUm).toBeGreaterThan(0.02);
      const labels = labelsOf(whole, shapeZyx);
      for (const share of outlineUm === 0 ? [0.99, 0.8, 0.65] : [0.8]) {
        const maxBlockVoxels = Math.round(share * voxelCount(shapeZyx));
        const diameterUm = 1.5 * (nucleusDiameterUm(modelOf(tissue, 1, 0).sight) ?? 0);
        const limits = { maxVoxels: maxBlockVoxels, diameterUm };
        expect(planBlocks(tissue, limits).cores.length).toBeGreaterThan(1);
        const blocks = await propose(tissue, maxBlockVoxels, outlineUm);
        expect(blocks.unsettledBlocks).toBe(0);
        expect(blocks.outlineUm).toBe(whole.outlineUm);
        expect(labelsOf(blocks, shapeZyx)).toEqual(labels);
        expect(rounded(blocks)).toEqual(rounded(whole));
      }
    },
    60_000,
  );

  it("gives every voxel to one nucleus where blocks are too small to see what the whole volume shows", async () => {
    const shapeZyx: Zyx = [10, 30, 70];
    const tissue = createTissue(5, { shapeZyx, voxelSizeZyx: [0.5, 0.25, 0.25] }, 30);
    const whole = await propose(tissue, 1e9, 0);
    const blocks = await propose(tissue, 9_000, 0);
    expect(blocks.unsettledBlocks).toBeGreaterThan(0);
    const sizes = new Map<number, number>();
    for (const label of labelsOf(blocks, shapeZyx)) if (label) sizes.set(label, (sizes.get(label) ?? 0) + 1);
    expect(blocks.instances.map(({ id, voxels }) => [id, voxels])).toEqual([...sizes].sort((a, b) => a[0] - b[0]));
    const count = (of: ProposedNuclei) => of.instances.filter(({ kind }) => kind === "nucleus").length;
    expect(Math.abs(count(blocks) - count(whole))).toBeLessThan(0.3 * count(whole));
  }, 60_000);
});

/** Sums over a nucleus may be added up in another order. */
const rounded = ({ instances }: ProposedNuclei) =>
  JSON.parse(JSON.stringify(instances, (_, value) => (typeof value === "number" ? Number(value.toFixed(9)) : value)));

describe("planBlocks", () => {
  it.each([
    [[40, 300, 500], [2, 0.5, 0.5], 900_000, 6],
    [[500, 120, 260], [0.3, 0.3, 0.3], 5_000_000, 6],
    [[1000, 1000, 1000], [0.5, 0.2, 0.2], 60_000_000, 6],
    // A person may say so, and memory is what it is.
    [[40, 300, 500], [2, 0.5, 0.5], 900_000, 120],
    [[1000, 1000, 1000], [0.5, 0.2, 0.2], 60_000_000, 90],
  ] as const)("tiles %j of %j µm with cores that fit into %i with their margins, nuclei %f µm", (...given) => {
    const [shapeZyx, voxelSizeZyx, maxVoxels, diameterUm] = given;
    const space = { shapeZyx, voxelSizeZyx };
    const { cores, marginZyx } = planBlocks(space, { maxVoxels, diameterUm });
    expect(
      cores.reduce(
        (sum, { minZyx, maxZyx }) =>
          sum + voxelCount([0, 1, 2].map((axis) => maxZyx[axis] - minZyx[axis]) as unknown as Zyx),
        0,
      ),
    ).toBe(voxelCount(shapeZyx));
    for (const { minZyx, maxZyx } of cores) {
      const seen = [0, 1, 2].map(
        (axis) =>
          Math.min(shapeZyx[axis], maxZyx[axis] + marginZyx[axis]) - Math.max(0, minZyx[axis] - marginZyx[axis]),
      );
      expect(seen[0] * seen[1] * seen[2]).toBeLessThanOrEqual(maxVoxels);
    }
  });

  it("leaves a small volume whole", () => {
    const space = { shapeZyx: [10, 20, 30], voxelSizeZyx: [1, 1, 1] } as const;
    expect(planBlocks(space, { maxVoxels: 6000, diameterUm: 9 }).cores).toEqual([wholeBox(space.shapeZyx)]);
  });
});

describe("the passes in a box", () => {
  beforeAll(registerWasmBackend);

  it.each([
    ["on the volume's own grid", null],
    ["in cubes", 0.4],
  ])(
    "are those of the whole volume, bit by bit: %s",
    async (_, sideUm) => {
      const config = planNetwork({ voxelSizeZyx: [1, 1, 1], baseChannels: 4, levelCount: 2 });
      const predictor = new Predictor(config, createNetworkState(config, 7));
      const space: VoxelSpace = { shapeZyx: [7, 22, 41], voxelSizeZyx: [0.9, 0.3, 0.3] };
      const random = createRandom(2);
      const image = Float32Array.from({ length: voxelCount(space.shapeZyx) }, () => 200 * random.uniform());
      const options = { sideUm, maxTileVoxels: 3000, maxPasses: 3, window: measureWindow(image) };
      const boxes: VoxelBox[] = [
        { minZyx: [0, 0, 0], maxZyx: [4, 12, 16] },
        { minZyx: [3, 9, 20], maxZyx: [7, 22, 41] },
      ];
      const whole = [];
      for await (const { maps } of predictSymmetries(predictor, image, space, options)) whole.push(maps);
      for (const box of boxes) {
        let pass = 0;
        for await (const { maps } of predictBox(predictor, imageInMemory(image, space), box, options)) {
          for (const head of ["foreground", "distance", "boundary"] as const)
            expect(maps[head]).toEqual(cropBox(whole[pass][head], space.shapeZyx, box, Float32Array));
          pass++;
        }
        expect(pass).toBe(3);
      }
      predictor.dispose();
    },
    60_000,
  );
});
