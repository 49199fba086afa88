import { expect, it } from "vitest";
import type { Zyx } from "../../volume/voxel-space.ts";
import { MemoryLabelDocument } from "../testing/memory-label-document.ts";
import { relabelPartAct } from "./relabel-part.ts";

const shapeZyx: Zyx = [8, 30, 140];
/** Nucleus 5 in two parts, one over a seam of bricks, and nucleus 6. */
const open = () =>
  new MemoryLabelDocument({
    shapeZyx,
    voxelSizeZyx: [2, 0.5, 0.4],
    labelAt: (z, y, x) => (z > 4 || y > 20 ? 0 : x < 20 ? 5 : x >= 50 && x < 80 ? 5 : x >= 100 ? 6 : 0),
  });
const nowhere = () => null;

it("the part under the pointer becomes a nucleus of its own, with its class, or goes to another one", async () => {
  const document = open();
  await document.commit({ name: "class", records: [{ kind: "field", label: 5, field: "class", value: "mitotic" }] });
  const whole = document.countOf(5);
  const part = 5 * 21 * 30;
  const act = await relabelPartAct(document, [2, 3, 70], null, nowhere);
  await document.commit(act);
  expect([document.countOf(5), document.countOf(70_000)]).toEqual([whole - part, part]);
  expect(document.fieldsOf(70_000)).toEqual({ class: "mitotic" });
  document.undo();
  const others = document.countOf(6);
  await document.commit(await relabelPartAct(document, [2, 3, 55], 6, nowhere));
  expect([document.countOf(5), document.countOf(6)]).toEqual([whole - part, others + part]);
});

it("says why nothing can be relabelled", async () => {
  const document = open();
  const tagOf = (at: Zyx, to: number | null) =>
    relabelPartAct(document, at, to, nowhere).then(
      () => "none",
      (problem: { tag: string }) => problem.tag,
    );
  expect(await tagOf([7, 3, 3], null)).toBe("no-nucleus");
  expect(await tagOf([2, 3, 3], 5)).toBe("same-nucleus");
  expect(await tagOf([2, 3, 120], null)).toBe("one-part");
  expect(await tagOf([2, 3, 120], 5)).toBe("none");
});
