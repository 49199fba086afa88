import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../../../core/problem.ts";
import { type BrickKey, brickKeyOf } from "../../../core/volume/brick.ts";
import type { LabelLayer } from "../viewer-contract.ts";
import { DrawnLayers } from "./drawn-layers.ts";

const keys = Array.from({ length: 20 }, (_, bx) => brickKeyOf(1, 2, bx));

/** A layer whose source answers, or fails with `failure`. */
function openLayer() {
  const loaded = new Set<BrickKey>();
  const asked: BrickKey[] = [];
  const state = { failure: null as Error | null };
  const said: (string | null)[] = [];
  const layers: DrawnLayers = new DrawnLayers({
    onVoxels: () => {},
    onStyle: () => {},
    onProblem: () => said.push(layers.problem?.tag ?? null),
  });
  const layer = {
    id: "labels",
    visible: true,
    source: {
      shapeZyx: [128, 192, 1280],
      readBrick: (key: BrickKey) => (loaded.has(key) ? new Uint32Array(1) : undefined),
      async loadBricks(batch: readonly BrickKey[]) {
        asked.push(...batch);
        if (state.failure) throw state.failure;
        for (const key of batch) loaded.add(key);
      },
      onBricksChanged: () => () => {},
    },
  } as unknown as LabelLayer;
  layers.set([layer]);
  return { layers, layer, loaded, asked, said, state };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("labels that do not arrive", () => {
  it("are said once and asked for again by themselves, until all of them are there", async () => {
    const { layers, layer, loaded, asked, said, state } = openLayer();
    state.failure = new Error("the server is away");
    layers.load(layer, keys, false);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(layers.problem?.tag).toBe("labels-unreachable");
    expect(loaded.size).toBe(0);
    expect(asked.length).toBeLessThan(8 * 20); // a few batches, not a storm
    state.failure = null;
    await vi.advanceTimersByTimeAsync(4000);
    expect([...loaded].sort()).toEqual([...keys].sort());
    expect([layers.problem, said.at(-1)]).toEqual([null, null]);
    layers.dispose();
  });

  it("are not asked for again where the server has decided", async () => {
    const { layers, layer, asked, state } = openLayer();
    state.failure = new Problem({ tag: "refused", what: "You are not a member." });
    layers.load(layer, keys.slice(0, 3), true);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([asked.length, layers.problem?.tag]).toEqual([3, "refused"]);
    layers.dispose();
  });
});
