import { expect, it } from "vitest";
import { seededRandom } from "../../core/edit/testing/seeded-random.ts";
import { reviewStateOf, type Verdict } from "../../core/review/review-state.ts";
import { brickKeyOf } from "../../core/volume/brick.ts";
import { fingerprintOf } from "../collab/nuclei/live-nuclei.ts";
import { NucleusTable } from "../collab/nuclei/nucleus-table.ts";

const SIZE = 6;
const keys = [brickKeyOf(0, 0, 0), brickKeyOf(0, 0, 1), brickKeyOf(1, 0, 0)];
const labels = [1, 2, 3, 4];
const classes = [null, "mitotic", "interphase"];

/**
 * The judge keeps every voxel and class as it was at each verdict, and compares them one by one: no sums, no hashes. Histories
 * paint few voxels of few labels, so that they come back to what was approved before, by undo and by chance.
 */
it("over random histories a nucleus stands approved or sent back exactly while it is what was judged", () => {
  const seen = { waiting: 0, approved: 0, "sent-back": 0, none: 0, restored: 0 };
  for (let seed = 1; seed <= 5; seed++) {
    const random = seededRandom(seed);
    const upTo = (n: number) => Math.floor(random() * n);
    const table = new NucleusTable(SIZE);
    const bricks = keys.map(() => new Uint32Array(SIZE ** 3));
    const className = new Map<number, string | null>();
    const isTruth = new Map(labels.map((label) => [label, true]));
    const verdicts = new Map<number, Verdict>();
    const judged = new Map<number, { readonly verdict: Verdict["verdict"]; readonly content: string }>();
    const undo: (() => void)[] = [];
    let isAsked = true;
    const contentOf = (label: number) =>
      `${className.get(label) ?? null} ${bricks.map((voxels) => [...voxels.keys()].filter((i) => voxels[i] === label).join(",")).join("|")}`;
    const set = (brick: number, at: number, label: number) => {
      bricks[brick][at] = label;
      table.update(keys[brick], bricks[brick]);
    };
    const put = (brick: number, at: number, label: number) => {
      const before = bricks[brick][at];
      set(brick, at, label);
      return () => set(brick, at, before);
    };
    const fingerprint = (label: number) => {
      const extent = table.extentOf([label]);
      return extent && fingerprintOf(extent, className.get(label) ?? null);
    };
    for (let step = 0; step < 300; step++) {
      const label = labels[upTo(labels.length)];
      const act = upTo(10);
      if (act < 4) undo.push(put(upTo(keys.length), upTo(5), upTo(labels.length + 1)));
      else if (act < 6) {
        undo.pop()?.();
        seen.restored++;
      } else if (act === 6) {
        const before = className.get(label) ?? null;
        className.set(label, classes[upTo(classes.length)]);
        undo.push(() => className.set(label, before));
      } else if (act === 7) {
        const found = fingerprint(label);
        if (!found) continue;
        const verdict = random() < 0.7 ? "approved" : "sent-back";
        verdicts.set(label, { verdict, fingerprint: found });
        judged.set(label, { verdict, content: contentOf(label) });
      } else if (act === 8) {
        if (random() < 0.3) {
          verdicts.delete(label);
          judged.delete(label);
        } else isTruth.set(label, random() < 0.8);
      } else isAsked = random() < 0.8;
      for (const one of labels) {
        const found = fingerprint(one);
        if (found === null) continue;
        const truth = isTruth.get(one) ?? false;
        const state = reviewStateOf({ isTruth: truth, isAsked, fingerprint: found, verdict: verdicts.get(one) });
        const last = judged.get(one);
        const expected = !truth
          ? "none"
          : last?.content === contentOf(one)
            ? last.verdict
            : isAsked
              ? "waiting"
              : "none";
        expect(state, `seed ${seed}, step ${step}, nucleus ${one}`).toBe(expected);
        seen[state]++;
      }
    }
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
});
