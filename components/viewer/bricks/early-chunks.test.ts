import { describe, expect, it } from "vitest";
import { Problem } from "../../../core/problem.ts";
import { brickPositionZyx } from "../../../core/volume/brick.ts";
import { planPyramid } from "../../../core/volume/pyramid.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { createPaneGeometry } from "../geometry/pane-geometry.ts";
import { sliceWishes, wishTiers } from "../pane/slice-wishes.ts";
import { chooseRegion } from "../slice/slice-region.ts";
import { createViewStore } from "../view/view-store.ts";
import type { ImageSource } from "../viewer-contract.ts";
import { brickKeyOfId, scaleLevelOf } from "./brick-state.ts";
import type { ChunkTransport } from "./chunk-workers.ts";
import { EarlyChunks } from "./early-chunks.ts";
import { firstPictureChunks } from "./first-picture-chunks.ts";

function imageOf(shapeZyx: Zyx, voxelSizeZyx: Zyx): ImageSource {
  return {
    volumeId: "v",
    pixelType: "uint16",
    shapeZyx,
    voxelSizeZyx,
    levels: planPyramid(shapeZyx, voxelSizeZyx).map(({ shapeZyx, factorZyx }, scaleLevel) => ({
      scaleLevel,
      shapeZyx,
      factorZyx,
    })),
    chunkUrl: (level, bz, by, bx) => `/${level}/${bz}/${by}/${bx}`,
    contrast: [0, 1],
    histogram: [],
    histogramRange: [0, 1],
  };
}

/** What the XY pane of a freshly opened viewer wants first. */
function firstWishes(image: ImageSource, widthPx: number, heightPx: number): string[] {
  const view = createViewStore(image);
  view.setPaneSize("xy", widthPx, heightPx);
  const { zoom, centerUmZyx, crosshairZyx } = view.get();
  const pane = createPaneGeometry("xy", { widthPx, heightPx }, zoom, centerUmZyx, image.voxelSizeZyx);
  const region = chooseRegion(pane, image.levels, Math.floor(crosshairZyx[0]), 1, null);
  if (!region) throw new Error("the pane shows nothing");
  return sliceWishes(region, image.levels, crosshairZyx)
    .filter(({ priority }) => priority < wishTiers.visible)
    .map(({ id }) => image.chunkUrl(scaleLevelOf(id), ...brickPositionZyx(brickKeyOfId(id))));
}

/** Answers every request, or fails. */
function createTransport(isFailing = () => false) {
  const asked: string[] = [];
  const transport: ChunkTransport = {
    async load(url) {
      asked.push(url);
      if (isFailing()) throw new Problem({ tag: "chunk-unreachable", what: "away" });
      return Uint16Array.of(Number(url.replaceAll("/", "")));
    },
    dispose: () => {},
  };
  return { transport, asked };
}

const image = imageOf([128, 512, 448], [1, 0.4, 0.4]);
const signal = new AbortController().signal;

describe("chunks asked for before the viewer is there", () => {
  it("are those that its XY pane wants first, whatever the volume", () => {
    const shapes: [Zyx, Zyx][] = [
      [[128, 512, 448], [1, 0.4, 0.4]],
      [[48, 256, 200], [2, 0.5, 0.4]],
      [[300, 1100, 900], [0.5, 0.4, 0.4]],
    ]; // biome-ignore format: a table
    for (const [shapeZyx, voxelSizeZyx] of shapes) {
      const of = imageOf(shapeZyx, voxelSizeZyx);
      const early = firstPictureChunks(of);
      expect(early.length).toBeGreaterThan(0);
      expect(early.length).toBeLessThanOrEqual(4);
      expect([...early].sort()).toEqual(firstWishes(of, 441, 318).sort());
    }
  });

  it("are asked for once and handed to the viewer once", async () => {
    const { transport, asked } = createTransport();
    const early = new EarlyChunks(transport);
    early.askFor(image);
    early.askFor(image);
    const urls = firstPictureChunks(image);
    expect(asked).toEqual(urls);
    expect(await early.load(urls[1], "uint16", signal)).toEqual(Uint16Array.of(Number(urls[1].replaceAll("/", ""))));
    expect(asked).toEqual(urls);
    await early.load(urls[1], "uint16", signal); // evicted since: from the server again
    await early.load("/0/1/2/3", "uint16", signal);
    expect(asked).toEqual([...urls, urls[1], "/0/1/2/3"]);
  });

  it("that fail are asked for again by the viewer, which is told what is wrong", async () => {
    let isFailing = true;
    const { transport, asked } = createTransport(() => isFailing);
    const early = new EarlyChunks(transport);
    early.askFor(image);
    const [first, second] = firstPictureChunks(image);
    await expect(early.load(first, "uint16", signal)).rejects.toMatchObject({ tag: "chunk-unreachable" });
    isFailing = false;
    expect(await early.load(second, "uint16", signal)).toHaveLength(1);
    expect(asked.filter((url) => url === second)).toHaveLength(2);
  });
});
