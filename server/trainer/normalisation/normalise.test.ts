import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { measureWindow, normaliseImage } from "./normalise.ts";

const SHAPE = [20, 70, 100] as const;
const VOXELS = SHAPE[0] * SHAPE[1] * SHAPE[2];

/** Noise around 100, and that share of voxels in runs along x at `nucleus`. */
function volume(share: number, nucleus: number, noise = 10): { image: Float32Array; inside: Uint8Array } {
  const random = createRandom(5);
  const inside = new Uint8Array(VOXELS);
  for (let painted = 0; painted < share * VOXELS; ) {
    const start = Math.floor(random.uniform() * (VOXELS - 10));
    for (let i = start; i < start + 10; i++) {
      painted += 1 - inside[i];
      inside[i] = 1;
    }
  }
  return { image: Float32Array.from(inside, (is) => (is ? nucleus : 100) + random.normal() * noise), inside };
}

/** Mean and spread of the background, mean of the nuclei, as the network sees them. */
function seen({ image, inside }: { image: Float32Array; inside: Uint8Array }) {
  const shown = normaliseImage(image, measureWindow(image));
  const of = (is: number) => Array.from(shown).filter((_, i) => inside[i] === is);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const background = of(0);
  const centre = mean(background);
  const spread = Math.sqrt(mean(background.map((value) => (value - centre) ** 2)));
  return { centre, spread, nuclei: mean(of(1)) };
}

describe("the window of intensities", () => {
  it("is the 1st and 99.8th percentile where nuclei are not rare, however much of the volume they fill", () => {
    for (const share of [0.01, 0.2, 0.6]) {
      const { image } = volume(share, 400);
      const sorted = image.slice().sort();
      const at = (percentile: number) => sorted[Math.round((percentile / 100) * (VOXELS - 1))];
      expect(measureWindow(image)).toEqual({ low: at(1), high: at(99.8) });
    }
  });

  it("shows noise as noise where nuclei are rarer than 0.2 %, and nuclei unclipped", () => {
    for (const share of [0.0015, 0.0006]) {
      const { centre, spread, nuclei } = seen(volume(share, 400));
      expect(spread).toBeLessThan(0.04);
      expect(centre).toBeLessThan(0.1);
      expect(nuclei).toBeGreaterThan(0.85);
    }
    // Without a nucleus, and with dim ones.
    expect(seen(volume(0, 0)).spread).toBeLessThan(0.12);
    const dim = seen(volume(0.001, 160));
    expect(dim.spread).toBeLessThan(0.12);
    expect(dim.nuclei - dim.centre).toBeGreaterThan(4 * dim.spread);
  });

  it("is not led by hot pixels", () => {
    const sparse = volume(0.001, 400);
    const random = createRandom(6);
    for (let i = 0; i < VOXELS / 5_000; i++) sparse.image[Math.floor(random.uniform() * VOXELS)] = 60_000;
    expect(seen(sparse).nuclei).toBeGreaterThan(0.85);
  });

  it("works where the background is cut off at zero, where nuclei are saturated, and where all is one value", () => {
    const dark = volume(0.001, 300);
    const cut = dark.image.map((value) => Math.max(0, value - 150));
    expect(seen({ ...dark, image: cut })).toMatchObject({ centre: expect.closeTo(0, 2), spread: expect.closeTo(0, 2) });
    expect(seen({ ...dark, image: cut }).nuclei).toBeGreaterThan(0.8);
    const bright = volume(0.05, 300);
    expect(seen({ ...bright, image: bright.image.map((value) => Math.min(250, value)) }).nuclei).toBeGreaterThan(0.95);
    expect(measureWindow(new Float32Array(VOXELS).fill(7))).toEqual({ low: 7, high: 8 });
    expect(measureWindow(new Float32Array(0))).toEqual({ low: 0, high: 1 });
  });
});
