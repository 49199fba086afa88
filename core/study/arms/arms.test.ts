import { describe, expect, it } from "vitest";
import type { PredictedInstance } from "../../contract/predicted-instance.ts";
import { containsPoint, type VoxelSpace, voxelCount } from "../../volume/voxel-space.ts";
import { randomStream } from "../random-stream.ts";
import { type ArmName, arms } from "./arms.ts";
import type { PoolObject, Question, SeenByArm } from "./question.ts";

const SPACE: VoxelSpace = { shapeZyx: [8, 20, 30], voxelSizeZyx: [2, 0.5, 0.4] };
/** The first 30 × 20 voxels of two slices; the rest is empty. */
const segmentation = new Uint32Array(voxelCount(SPACE.shapeZyx)).fill(5, 0, 240);

const random = randomStream(5, "objects");
const objects: PoolObject[] = Array.from({ length: 40 }, (_, i) => {
  const isCandidate = i % 5 === 4;
  const [u2, inside] = [random.uniform(), random.uniform()];
  const instance: PredictedInstance = {
    id: i + 1,
    kind: isCandidate ? "candidate" : "nucleus",
    box: { minZyx: [0, 0, 0], maxZyx: [1, 1, 1] },
    centroidZyx: [random.below(8), random.below(20), random.below(30)],
    voxels: 100 + random.below(900),
    touchesBorder: false,
    scores: isCandidate ? null : { u1: random.uniform(), u2, u3: random.uniform(), u4: random.uniform() },
    facts: isCandidate ? null : { passes: 8, matched: 8, split: 0, merged: 0 },
    meanEntropy: inside,
    ...(isCandidate && { evidence: random.uniform() }),
    shape: null,
  };
  return { volume: i % 2, instance };
});

const seenBy = (seed: number, changes: Partial<SeenByArm> = {}): SeenByArm => ({
  objects,
  volumes: [SPACE, SPACE].map((space) => ({ ...space, segmentation })),
  diameterUm: 3,
  askedBefore: 0,
  round: 0,
  random: randomStream(seed, "arm"),
  ...changes,
});

const truth = { errors: objects.map((_, i) => (i * 7) % 40), volumes: [segmentation, segmentation] };
const ask = (name: ArmName, seen: SeenByArm): Question[] => {
  const arm = arms[name];
  const asked: Question[] = [];
  for (const question of arm.seesTruth ? arm.ask(seen, truth) : arm.ask(seen)) {
    asked.push(question);
    if (asked.length === 600) break;
  }
  return asked;
};
const ids = (questions: readonly Question[]) => questions.map((one) => (one.kind === "object" ? one.id : -1));
const byId = (id: number) => objects[id - 1].instance;
const doubt = (id: number) => (byId(id).meanEntropy + (byId(id).scores?.u2 ?? 0)) / 2;
const isRegional = (name: string) => name.startsWith("foreground");

describe("an arm", () => {
  it.each(Object.keys(arms) as ArmName[])("asks by its seed alone, and about nothing twice: %s", (name) => {
    const asked = ask(name, seenBy(1));
    expect(ask(name, seenBy(1))).toEqual(asked);
    if (isRegional(name)) return;
    expect(new Set(ids(asked)).size).toBe(asked.length);
    const all = ["shipped", "shuffled", "top-k"].includes(name) ? 32 : 40;
    expect(asked.length).toBeGreaterThanOrEqual(all);
  });

  it("orders as its name says", () => {
    const nuclei = objects.map(({ instance }) => instance).filter(({ kind }) => kind === "nucleus");
    const byDoubt = nuclei.map(({ id }) => id).sort((a, b) => doubt(b) - doubt(a));
    expect(ids(ask("top-k", seenBy(1)))).toEqual(byDoubt);
    const sizes = ids(ask("smallest", seenBy(1))).map((id) => byId(id).voxels);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    const slices = ids(ask("grid", seenBy(1))).map((id) => objects[id - 1].volume * 100 + byId(id).centroidZyx[0]);
    expect(slices).toEqual(slices.toSorted((a, b) => a - b));
    const errors = ids(ask("oracle", seenBy(1))).map((id) => truth.errors[id - 1]);
    expect(errors).toEqual(errors.toSorted((a, b) => b - a));
  });

  it("is the product's queue: eight of ten the most doubtful left, two candidates, the tenth drawn", () => {
    const asked = ids(ask("shipped", seenBy(1)));
    const left = new Set(objects.map(({ instance }) => instance.id));
    const best = (kind: string, of: (id: number) => number) =>
      [...left].filter((id) => byId(id).kind === kind).sort((a, b) => of(b) - of(a))[0];
    asked.slice(0, 20).forEach((id, turn) => {
      if (turn % 5 === 2) expect(id).toBe(best("candidate", (one) => byId(one).evidence ?? 0));
      else if (turn % 10 === 9) expect(byId(id).kind).toBe("nucleus");
      else expect(id).toBe(best("nucleus", doubt));
      left.delete(id);
    });
    const later = ids(ask("shipped", seenBy(1, { askedBefore: 2 })));
    expect(byId(later[0]).kind).toBe("candidate");
  });

  it("is as likely to begin with one as with the next, where it is random or its doubts are shuffled", () => {
    for (const name of ["random", "stratified", "shuffled"] as const) {
      const firsts = new Map<number, number>();
      for (let seed = 0; seed < 800; seed++) {
        const [first] = ids(ask(name, seenBy(seed)));
        firsts.set(first, (firsts.get(first) ?? 0) + 1);
      }
      const expected = 800 / (name === "shuffled" ? 32 : 40);
      const most = Math.max(...firsts.values());
      // Ten deviations of a Poisson count would be a fault for sure; strata of unequal size differ by a little.
      expect(firsts.size).toBeGreaterThanOrEqual(name === "shuffled" ? 32 : 40);
      expect(most).toBeLessThan(expected + 6 * Math.sqrt(expected));
    }
  });

  it("takes volumes and sizes in turn, where it is stratified", () => {
    const asked = ids(ask("stratified", seenBy(3)));
    const sizes = objects.map(({ instance }) => instance.voxels).sort((a, b) => a - b);
    const strata = asked.slice(0, 6).map((id) => {
      const rank = sizes.findIndex((voxels) => voxels >= byId(id).voxels);
      return `${objects[id - 1].volume} ${Math.floor((3 * rank) / 40)}`;
    });
    expect(new Set(strata).size).toBe(6);
  });

  it("comes from chance to doubt, round by round, where there is noise", () => {
    const doubtOfFirst = (round: number) => {
      let sum = 0;
      for (let seed = 0; seed < 200; seed++) {
        const nuclei = ids(ask("power-noise", seenBy(seed, { round }))).filter((id) => byId(id).kind === "nucleus");
        sum += doubt(nuclei[0]);
      }
      return sum / 200;
    };
    const [first, third, last] = [doubtOfFirst(0), doubtOfFirst(2), doubtOfFirst(8)];
    expect(first).toBeLessThan(third);
    expect(third).toBeLessThan(last);
    expect(last).toBeGreaterThan(
      0.97 *
        Math.max(
          ...objects.filter(({ instance }) => instance.kind === "nucleus").map(({ instance }) => doubt(instance.id)),
        ),
    );
  });

  it("spreads over what is measured, where it is a core-set: the farthest of all left", () => {
    const flat = objects.map(({ volume, instance }) => ({
      volume,
      instance: { ...instance, scores: null, meanEntropy: 0, voxels: Math.round(Math.exp(instance.id / 8) * 100) },
    }));
    const [first, second, third] = ids(ask("core-set", seenBy(1, { objects: flat })));
    // Along a line: the middle, one end, the other end.
    expect(first).toBeGreaterThan(17);
    expect(first).toBeLessThan(24);
    expect([second, third].sort((a, b) => a - b)).toEqual([1, 40]);
  });

  it("draws regions on the segmentation as often as it says", () => {
    const touches = (name: ArmName) => {
      const asked = ask(name, seenBy(2));
      const middles = asked.filter((question) => {
        if (question.kind !== "region") return false;
        // Cut by the volume's border the middle moves; slices 0 and rows 0 … 7 are the segmentation.
        return (
          containsPoint(question.box, 0, 3, 15) ||
          containsPoint(question.box, 0, 3, 5) ||
          containsPoint(question.box, 0, 3, 25)
        );
      });
      return middles.length / asked.length;
    };
    const [some, many] = [touches("foreground-33"), touches("foreground-66")];
    expect(many).toBeGreaterThan(some + 0.15);
    expect(ask("foreground-66-truth", seenBy(2))).toEqual(ask("foreground-66", seenBy(2)));
    for (const question of ask("foreground-66", seenBy(2))) {
      if (question.kind !== "region") throw new Error("not a region");
      const { minZyx, maxZyx } = question.box;
      for (const axis of [0, 1, 2]) {
        expect(minZyx[axis]).toBeGreaterThanOrEqual(0);
        expect(maxZyx[axis]).toBeLessThanOrEqual(SPACE.shapeZyx[axis]);
        expect((maxZyx[axis] - minZyx[axis]) * SPACE.voxelSizeZyx[axis]).toBeLessThanOrEqual(8);
      }
    }
  });
});
