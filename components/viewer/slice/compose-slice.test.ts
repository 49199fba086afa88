import { describe, expect, it } from "vitest";
import type { LabelBrickSource, LabelValue } from "../../../core/edit/label-document.ts";
import { paneAxes } from "../geometry/pane-axes.ts";
import type { LabelLayer, LabelStyle } from "../viewer-contract.ts";
import { composeSlice, GREY_TINT, type SliceLayer, tintOf } from "./compose-slice.ts";
import { LabelPalette } from "./label-palette.ts";
import { type SliceRegion, wholeRect } from "./slice-region.ts";

const COLUMNS = 13;
const ROWS = 9;
const level = { scaleLevel: 0, shapeZyx: [5, 40, 50], factorZyx: [1, 1, 1] } as const;
const noSource = {} as LabelBrickSource; // composing reads labels that were gathered before

function regionWith(texelsU: number, texelsV: number): SliceRegion {
  return { axes: paneAxes("xy"), level, w: 2, u0: 3, v0: 5, columns: COLUMNS, rows: ROWS, texelsU, texelsV };
}

function layerWith(
  labels: Uint32Array,
  style: (label: LabelValue) => Partial<LabelStyle>,
  change: Partial<Omit<SliceLayer, "labels" | "palette">> & { groupOf?: (label: LabelValue) => LabelValue } = {},
): SliceLayer {
  const layer: LabelLayer = {
    id: "labels",
    source: noSource,
    visible: true,
    opacity: 0.5,
    outlinesOnly: false,
    styleRevision: 0,
    styleOf: (label) => ({ rgb: [200, 40, 90], visible: true, hatched: false, ...style(label) }),
    groupOf: change.groupOf,
  };
  return {
    labels,
    palette: new LabelPalette(layer),
    opacity: 0.5,
    outlinesOnly: false,
    isProposal: false,
    selectedGroup: 0,
    ...change,
  };
}

/** Seeded noise of a few labels, one of them beyond 16 bits. */
function randomLabels(seed: number): Uint32Array {
  let state = seed;
  return Uint32Array.from({ length: COLUMNS * ROWS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return [0, 0, 7, 70_000, 4_294_967_295][state >>> 29] ?? 0;
  });
}

const greys = Uint8Array.from({ length: COLUMNS * ROWS }, (_, i) => (i * 7) % 256);

function compose(region: SliceRegion, layers: readonly SliceLayer[], line = 1): Uint32Array {
  const texels = new Uint32Array(region.columns * region.texelsU * region.rows * region.texelsV);
  composeSlice(new Int32Array(texels.buffer), region, wholeRect(region), [{ greys, tint: GREY_TINT }], layers, line);
  return texels;
}

/** Texel by texel from the definition: fill, then a line of one texel wherever a 4-neighbour belongs to another group. */
function naiveTexel(
  region: SliceRegion,
  labels: Uint32Array,
  rgbOf: (label: number) => number[],
  px: number,
  py: number,
) {
  const c = Math.floor(px / region.texelsU);
  const r = Math.floor(py / region.texelsV);
  const at = (cc: number, rr: number) =>
    cc < 0 || rr < 0 || cc >= COLUMNS || rr >= ROWS ? labels[r * COLUMNS + c] : labels[rr * COLUMNS + cc];
  const label = at(c, r);
  const grey = greys[r * COLUMNS + c];
  if (label === 0) return [grey, grey, grey, 255];
  const rgb = rgbOf(label);
  const tx = px - c * region.texelsU;
  const ty = py - r * region.texelsV;
  const isEdge =
    (tx === 0 && at(c - 1, r) !== label) ||
    (tx === region.texelsU - 1 && at(c + 1, r) !== label) ||
    (ty === 0 && at(c, r - 1) !== label) ||
    (ty === region.texelsV - 1 && at(c, r + 1) !== label);
  return isEdge
    ? [...rgb.map((v) => Math.floor(v + (255 - v) * 0.15)), 255]
    : [...rgb.map((v) => Math.floor(grey + (v - grey) * 0.5)), 255];
}

const bytesOf = (texel: number) => [texel & 255, (texel >> 8) & 255, (texel >> 16) & 255, texel >>> 24];

describe("composing a slice", () => {
  for (const [texelsU, texelsV] of [
    [1, 1],
    [3, 3],
    [2, 7],
    [5, 1],
  ])
    it(`equals a naive texel by texel composition at ${texelsU} × ${texelsV} texels per voxel`, () => {
      const region = regionWith(texelsU, texelsV);
      const rgbOf = (label: number) => [label % 251, (label * 3) % 250, 90];
      for (let seed = 1; seed < 6; seed++) {
        const labels = randomLabels(seed);
        expect(labels).toContain(70_000);
        const layer = layerWith(labels, (label) => ({ rgb: rgbOf(label) as [number, number, number] }));
        const texels = compose(region, [layer]);
        const width = COLUMNS * texelsU;
        for (let i = 0; i < texels.length; i++)
          expect(bytesOf(texels[i])).toEqual(naiveTexel(region, labels, rgbOf, i % width, Math.floor(i / width)));
      }
    });

  it("adds up channels in their colours, each byte at most 255", () => {
    const region = regionWith(2, 1);
    const colours = [[255, 0, 128], [10, 200, 255], [90, 90, 0]] as const; // biome-ignore format: a table
    const channels = colours.map((_, n) => greys.map((grey, i) => (grey * (n + 1) + i * 13) % 256));
    const texels = new Uint32Array(region.columns * region.texelsU * region.rows * region.texelsV);
    const grounds = colours.map((rgb, n) => ({ greys: channels[n], tint: tintOf(rgb) }));
    composeSlice(new Int32Array(texels.buffer), region, wholeRect(region), grounds, [], 1);
    for (let i = 0; i < COLUMNS * ROWS; i++) {
      const sum = [0, 1, 2].map((byte) =>
        colours.reduce((total, rgb, n) => total + Math.round((channels[n][i] * rgb[byte]) / 255), 0),
      );
      expect(bytesOf(texels[2 * i]).slice(0, 3)).toEqual(sum.map((byte) => Math.min(255, byte)));
    }
  });

  it("composes a part exactly as it composes the whole, and nothing besides", () => {
    const region = regionWith(4, 3);
    const layer = layerWith(randomLabels(3), (label) => ({ hatched: label === 7 }));
    const whole = compose(region, [layer]);
    const part = new Uint32Array(whole.length).fill(5);
    composeSlice(
      new Int32Array(part.buffer),
      region,
      { c0: 4, r0: 2, c1: 9, r1: 7 },
      [{ greys, tint: GREY_TINT }],
      [layer],
      1,
    );
    const width = COLUMNS * 4;
    let inside = 0;
    part.forEach((texel, i) => {
      const c = Math.floor((i % width) / 4);
      const r = Math.floor(i / width / 3);
      const isInside = c >= 4 && c < 9 && r >= 2 && r < 7;
      if (isInside) inside++;
      expect(texel).toBe(isInside ? whole[i] : 5);
    });
    expect(inside).toBe(5 * 4 * 5 * 3);
  });

  it("draws nothing of a hidden nucleus, and no line between members of a merged one", () => {
    const region = regionWith(4, 4);
    const labels = new Uint32Array(COLUMNS * ROWS);
    for (let r = 2; r < 6; r++) for (let c = 2; c < 10; c++) labels[r * COLUMNS + c] = c < 6 ? 11 : 12;
    const hidden = compose(region, [layerWith(labels, () => ({ visible: false }))]);
    expect(hidden).toEqual(compose(region, []));

    const apart = compose(region, [layerWith(labels, () => ({}))]);
    const merged = compose(region, [layerWith(labels, () => ({}), { groupOf: () => 11 })]);
    const atBorder = (4 * 4 + 2) * COLUMNS * 4 + 6 * 4; // inside row 4, first texel of column 6
    expect(merged[atBorder]).not.toBe(apart[atBorder]);
    expect(merged[atBorder]).toBe(pack(greys[4 * COLUMNS + 6]));
    function pack(grey: number) {
      return (
        (0xff000000 |
          ((grey + (90 - grey) * 0.5) << 16) |
          ((grey + (40 - grey) * 0.5) << 8) |
          (grey + (200 - grey) * 0.5)) >>>
        0
      );
    }
  });

  it("tells hatched nuclei, proposals and the selected one apart without colour", () => {
    const region = regionWith(6, 6);
    const labels = new Uint32Array(COLUMNS * ROWS);
    for (let r = 1; r < 8; r++) for (let c = 1; c < 12; c++) labels[r * COLUMNS + c] = 70_000;
    const plain = compose(region, [layerWith(labels, () => ({}))]);
    const hatched = compose(region, [layerWith(labels, () => ({ hatched: true }))]);
    const proposal = compose(region, [layerWith(labels, () => ({}), { isProposal: true })]);
    const selected = compose(region, [layerWith(labels, () => ({}), { selectedGroup: 70_000 })]);
    const shades = (texels: Uint32Array, c: number, r: number) => {
      const seen = new Set<number>();
      for (let y = r * 6; y < r * 6 + 6; y++)
        for (let x = c * 6; x < c * 6 + 6; x++) seen.add(texels[y * COLUMNS * 6 + x]);
      return seen.size;
    };
    expect(shades(plain, 5, 4)).toBe(1);
    expect(shades(hatched, 5, 4)).toBe(2);
    expect(shades(proposal, 5, 4)).toBe(2);
    expect(hatched).not.toEqual(proposal);
    const whites = (texels: Uint32Array) => texels.filter((texel) => texel === 0xffffffff).length;
    expect(whites(plain)).toBe(0);
    expect(whites(selected)).toBe(2 * 2 * (11 * 6 + 7 * 6 - 4)); // a rim two texels wide
    const rim = (texels: Uint32Array) => new Set(texels.subarray(6 * 6 * COLUMNS + 6, 6 * 6 * COLUMNS + 6 + 66)).size;
    expect(rim(plain)).toBe(1);
    expect(rim(proposal)).toBeGreaterThan(1); // a broken line
  });

  it("shows only lines when asked to", () => {
    const region = regionWith(4, 4);
    const labels = new Uint32Array(COLUMNS * ROWS).fill(3, 40, 80);
    const outlined = compose(region, [layerWith(labels, () => ({}), { outlinesOnly: true })]);
    const bare = compose(region, []);
    const changed = outlined.filter((texel, i) => texel !== bare[i]).length;
    expect(changed).toBeGreaterThan(100);
    expect(changed).toBeLessThan(40 * 16 - 200);
  });
});
