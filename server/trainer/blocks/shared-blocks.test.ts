import { gunzipSync, gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { BlockPlan } from "../../../core/contract/shared-blocks.ts";
import { voxelCount, type Zyx } from "../../../core/volume/voxel-space.ts";
import { createRandom } from "../random.ts";
import { createTissue, labelsOf, modelOf, propose, type Tissue, volumeOf } from "../testing/tissue.ts";
import { BlockWalk } from "./block-walk.ts";
import { findBlock, type OtherTrainers } from "./find-block.ts";
import { packFindings, unpackFindings } from "./findings-file.ts";
import type { BlockFindings } from "./judge-block.ts";
import { readRuns, writeRuns } from "./label-runs.ts";
import { coresOf, marginsOf } from "./plan-blocks.ts";

const quiet = { onProgress() {}, signal: new AbortController().signal };

/** What becomes of a block that somebody else has claimed. */
type Fate = "found" | "killed" | "damaged";

/** Other trainers of the same kind, each of which finds one block and has seen no other. */
function otherTrainers(tissue: Tissue, plan: BlockPlan, fateOf: (index: number) => Fate | null) {
  const cores = coresOf(tissue.shapeZyx, plan.coreZyx);
  const said: { index: number; isFound: boolean }[] = [];
  const model = modelOf(tissue, plan.maxBlockVoxels, plan.outlineUm);
  const others: OtherTrainers = {
    async takeTurn(index, isFound) {
      said.push({ index, isFound });
      const fate = fateOf(index);
      const isHeld = fate === "killed" && !isFound;
      const findings = fate === null || fate === "killed" ? null : `${index}`;
      const foundBeyond = cores.filter((_, other) => other > index && fateOf(other) === "found").length;
      return { findings, isHeld, othersAtWork: isHeld, foundBeyond };
    },
    async readFindings(blob, core) {
      const walk = new BlockWalk(model, volumeOf(tissue), plan.marginZyx);
      const packed = await packFindings(await walk.judge(core, plan.outlineUm, null, quiet));
      const bytes = fateOf(Number(blob)) === "damaged" ? packed.subarray(0, packed.length / 2) : packed;
      return unpackFindings(bytes, { volume: tissue, core, plan });
    },
  };
  return { others, said, blocks: cores.length };
}

it.each([
  ["thick slices", [0.6, 0.25, 0.25], [8, 30, 150], 1, 0],
  ["wider outlines", [0.25, 0.2, 0.25], [12, 26, 130], 2, 0.3],
] as const)(
  "a prediction whose blocks several trainers find is that of one alone, to the last bit: %s",
  async (_, voxelSizeZyx, shapeZyx, seed, outlineUm) => {
    const tissue = createTissue(seed, { shapeZyx, voxelSizeZyx }, 30);
    const maxBlockVoxels = Math.round(0.65 * voxelCount(shapeZyx));
    const alone = await propose(tissue, maxBlockVoxels, outlineUm);
    const random = createRandom(seed);
    const kinds: (Fate | null)[] = ["found", "killed", null, "damaged"];
    const fates = [...kinds, ...Array.from({ length: 60 }, () => kinds[Math.floor(random.uniform() * kinds.length)])];
    const shown: ReturnType<typeof otherTrainers>[] = [];
    const told: number[] = [];
    const shared = await propose(tissue, maxBlockVoxels, outlineUm, {
      onProgress: (_share, found) => void told.push(found),
      async sharePlan(plan) {
        shown.push(otherTrainers(tissue, plan, (index) => fates[index]));
        return shown[0].others;
      },
    });
    const [{ blocks, said }] = shown;
    expect(blocks).toBeGreaterThan(2);
    expect(alone.instances.length).toBeGreaterThan(8);
    expect(shared.instances).toEqual(alone.instances);
    expect(labelsOf(shared, shapeZyx)).toEqual(labelsOf(alone, shapeZyx));
    expect(shared.unsettledBlocks).toBe(alone.unsettledBlocks);
    // Blocks found by anybody, of all: never fewer than before.
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(blocks);
    // Whoever is still at a block that is found is told so.
    expect(said.filter(({ isFound }) => isFound).map(({ index }) => index)).toContain(1);
  },
  120_000,
);

it("blocks that are too small to see enough are found the same by whoever comes to them", async () => {
  const shapeZyx: Zyx = [10, 30, 70];
  const tissue = createTissue(5, { shapeZyx, voxelSizeZyx: [0.5, 0.25, 0.25] }, 30);
  const alone = await propose(tissue, 9_000, 0);
  expect(alone.unsettledBlocks).toBeGreaterThan(0);
  const shared = await propose(tissue, 9_000, 0, {
    sharePlan: async (plan) => otherTrainers(tissue, plan, (index) => (index % 3 ? "found" : null)).others,
  });
  expect(shared.instances).toEqual(alone.instances);
  expect(labelsOf(shared, shapeZyx)).toEqual(labelsOf(alone, shapeZyx));
  expect(shared.unsettledBlocks).toBe(alone.unsettledBlocks);
}, 120_000);

it("stops its own work at a block as soon as somebody else has found what is there", async () => {
  const theirs = { isSettled: true } as BlockFindings;
  let asked = 0;
  const others: OtherTrainers = {
    takeTurn: async () => ({
      findings: ++asked > 2 ? "there" : null,
      isHeld: asked <= 2,
      othersAtWork: true,
      foundBeyond: 4,
    }),
    readFindings: async () => theirs,
  };
  const shares: number[] = [];
  const core = { minZyx: [0, 0, 0], maxZyx: [1, 2, 3] } as const;
  const found = await findBlock(
    others,
    { index: 2, core },
    { signal: quiet.signal, onProgress: (_, beyond) => void shares.push(beyond) },
    async ({ signal, onProgress }) => {
      onProgress(0.5);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
    1,
  );
  expect(found).toBe(theirs);
  expect(shares).toEqual([4]);
  const cancel = new AbortController();
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const cancelled = findBlock(
    { ...others, takeTurn: async () => ({ findings: null, isHeld: true, othersAtWork: true, foundBeyond: 0 }) },
    { index: 2, core },
    { signal: cancel.signal, onProgress() {} },
    async ({ signal }) => {
      begin();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
    1,
  );
  await begun;
  cancel.abort(new Error("cancelled"));
  await expect(cancelled).rejects.toThrow("cancelled");
});

it("reads findings of its own block only, and nothing that was cut off, changed or made up", async () => {
  const tissue = createTissue(3, { shapeZyx: [8, 30, 90], voxelSizeZyx: [0.5, 0.25, 0.25] }, 20);
  const plan = { marginZyx: [4, 9, 9] as const, maxBlockVoxels: 20_000 };
  const [core, other] = coresOf(tissue.shapeZyx, [8, 30, 45]);
  const walk = new BlockWalk(modelOf(tissue, plan.maxBlockVoxels, 0), volumeOf(tissue), plan.marginZyx);
  const findings = await walk.judge(core, 0, null, quiet);
  expect(findings.nuclei.size).toBeGreaterThan(3);
  const packed = await packFindings(findings);
  const expected = { volume: tissue, core, plan };
  const read = await unpackFindings(packed, expected);
  const isOwned = (label: number) => findings.nuclei.has(label) || findings.placeTallies.has(label);
  const owned = findings.labels.map((label) => (isOwned(label) ? label : 0));
  expect(read).toEqual({ ...findings, labels: owned });
  expect(await unpackFindings(packed, { ...expected, core: other })).toBeNull();
  expect(await unpackFindings(packed.subarray(0, packed.length - 9), expected)).toBeNull();
  const plain = new Uint8Array(gunzipSync(packed));
  const random = createRandom(8);
  let refused = 0;
  for (let i = 0; i < 150; i++) {
    const changed = plain.slice();
    // In its lists, and in its image.
    const from = i % 2 ? plain.length - findings.nuclei.size * 40 : 0;
    changed[from + Math.floor(random.uniform() * (plain.length - from))] ^= 1 << Math.floor(random.uniform() * 8);
    const seen = await unpackFindings(gzipSync(changed), expected);
    if (!seen) refused++;
    else expect(seen.labels.length).toBe(findings.labels.length);
  }
  expect(refused).toBeGreaterThan(50);
  const bomb = gzipSync(new Uint8Array(8 << 20));
  expect(await unpackFindings(bomb, expected)).toBeNull();
});

it("writes labels as runs and reads them again; anything else throws", () => {
  const random = createRandom(4);
  const values = Uint32Array.from({ length: 5000 }, (_, i) =>
    random.uniform() < 0.4 ? 0 : i % 300 < 200 ? 7 : Math.floor(random.uniform() * 2 ** 32),
  );
  const bytes = writeRuns(values, () => true);
  const read = new Uint32Array(5000);
  const voxels = readRuns(bytes, read);
  expect(read).toEqual(values);
  const counted = new Map<number, number>();
  for (const value of values) if (value) counted.set(value, (counted.get(value) ?? 0) + 1);
  expect(voxels).toEqual(counted);
  const sevens = new Uint32Array(5000);
  readRuns(
    writeRuns(values, (label) => label === 7),
    sevens,
  );
  expect(sevens).toEqual(values.map((value) => (value === 7 ? 7 : 0)));
  for (const wrong of [
    [0, 0, 7],
    [0, 5001, 7],
    [4999, 2, 7],
    [0, 1, 0],
    [0, 1],
    [0, 1, 255, 255, 255, 255, 255, 1],
  ])
    expect(() =>
      readRuns(
        Uint8Array.from(wrong.flatMap((n) => (n > 255 ? [(n & 127) | 128, n >> 7] : [n]))),
        new Uint32Array(5000),
      ),
    ).toThrow(RangeError);
});

it("never looks at more of the volume than there is memory for, once a margin has grown at its border", () => {
  const shapeZyx: Zyx = [40, 200, 300];
  const maxVoxels = 500_000;
  const cores = coresOf(shapeZyx, [40, 50, 60]);
  const seen = (core: (typeof cores)[number], by: Zyx) =>
    [0, 1, 2].reduce(
      (product, axis) =>
        product * (Math.min(shapeZyx[axis], core.maxZyx[axis] + by[axis]) - Math.max(0, core.minZyx[axis] - by[axis])),
      1,
    );
  const counts = cores.map((core) => {
    const margins = marginsOf(core, [8, 10, 10], shapeZyx, maxVoxels);
    for (const margin of margins) expect(seen(core, margin)).toBeLessThanOrEqual(maxVoxels);
    return margins.length;
  });
  // A corner has room for a margin that the middle has not.
  expect(Math.max(...counts)).toBeGreaterThan(Math.min(...counts));
});
