import type { LabelPalette, PaletteEntry } from "./label-palette.ts";
import type { RegionRect, SliceRegion } from "./slice-region.ts";

/** One label layer of a slice. `labels` is region.columns wide. */
export interface SliceLayer {
  readonly labels: Uint32Array;
  readonly palette: LabelPalette;
  /** 0…1 */
  readonly opacity: number;
  readonly outlinesOnly: boolean;
  /** Proposals are always hatched the other way and have broken outlines: they are told apart without colour. */
  readonly isProposal: boolean;
  /** Group of the selected nucleus, 0 = none. */
  readonly selectedGroup: number;
}

/** One channel of a slice. `greys` is region.columns wide. */
export interface SliceGround {
  readonly greys: Uint8Array;
  /** Texel of each grey. */
  readonly tint: Int32Array;
}

const TOP = 1;
const BOTTOM = 2;
const LEFT = 4;
const RIGHT = 8;

/** Texels between two stripes of a hatch, and how many of them are the stripe. */
const HATCH_PERIOD = 7;
const HATCH_WIDTH = 2;
const DASH_PERIOD = 8;
const DASH_WIDTH = 5;

/**
 * Colours of a part of a slice, as the bytes R, G, B, A, into `texels` (region.columns * texelsU wide): the image, its channels
 * added up, label fills, hatches and outlines. `lineTexels` is the width of an outline.
 */
export function composeSlice(
  texels: Int32Array,
  region: SliceRegion,
  rect: RegionRect,
  grounds: readonly SliceGround[],
  layers: readonly SliceLayer[],
  lineTexels: number,
): void {
  const { columns, texelsU, texelsV } = region;
  const width = columns * texelsU;
  const colours = new Int32Array(rect.c1 - rect.c0);
  for (let r = rect.r0; r < rect.r1; r++) {
    const row = r * columns + rect.c0;
    tintRow(colours, row, grounds[0]);
    for (let i = 1; i < grounds.length; i++) addRow(colours, row, grounds[i]);
    for (const layer of layers) if (!layer.outlinesOnly) fillRow(colours, row, layer);
    const first = r * texelsV * width + rect.c0 * texelsU;
    if (texelsU === 1) texels.set(colours, first);
    else
      for (let i = 0, at = first; i < colours.length; i++) {
        const colour = colours[i];
        for (const end = at + texelsU; at < end; at++) texels[at] = colour;
      }
    const end = first + colours.length * texelsU;
    for (let i = 1; i < texelsV; i++) texels.copyWithin(first + i * width, first, end);
    for (const layer of layers) decorateRow(texels, region, rect, r, layer, lineTexels);
  }
}

function tintRow(colours: Int32Array, row: number, { greys, tint }: SliceGround): void {
  for (let i = 0; i < colours.length; i++) colours[i] = tint[greys[row + i]];
}

function addRow(colours: Int32Array, row: number, { greys, tint }: SliceGround): void {
  for (let i = 0; i < colours.length; i++) {
    const grey = greys[row + i];
    if (grey === 0) continue;
    const [a, b] = [colours[i], tint[grey]];
    colours[i] = pack(
      Math.min(255, (a & 255) + (b & 255)),
      Math.min(255, ((a >> 8) & 255) + ((b >> 8) & 255)),
      Math.min(255, ((a >> 16) & 255) + ((b >> 16) & 255)),
    );
  }
}

/** Mixes the fills of a layer into the colours of a row; `row` is the index of the first voxel. */
function fillRow(colours: Int32Array, row: number, layer: SliceLayer): void {
  const { labels, palette } = layer;
  let last = 0;
  let entry: PaletteEntry | null = null;
  let alpha = 0;
  for (let i = 0; i < colours.length; i++) {
    const label = labels[row + i];
    if (label === 0) continue;
    if (label !== last || entry === null) {
      entry = palette.entryOf(label);
      alpha = entry.visible ? fillAlpha(layer, entry) : 0;
      last = label;
    }
    if (alpha > 0) colours[i] = blend(colours[i], entry.r, entry.g, entry.b, alpha);
  }
}

const isHatched = (layer: SliceLayer, entry: PaletteEntry): boolean => layer.isProposal || entry.hatched;

/** 0…256. A hatched nucleus has a fainter ground, so that its stripes stand out. */
const fillAlpha = (layer: SliceLayer, entry: PaletteEntry): number =>
  Math.round(256 * (isHatched(layer, entry) ? layer.opacity * 0.45 : layer.opacity));

/** Hatches and outlines of one row of voxels. */
function decorateRow(
  texels: Int32Array,
  region: SliceRegion,
  rect: RegionRect,
  r: number,
  layer: SliceLayer,
  lineTexels: number,
): void {
  const { columns, rows } = region;
  const { labels, palette } = layer;
  const row = r * columns;
  let last = 0;
  let entry: PaletteEntry | null = null;
  for (let c = rect.c0; c < rect.c1; c++) {
    const label = labels[row + c];
    if (label === 0) continue;
    if (label !== last || !entry) {
      entry = palette.entryOf(label);
      last = label;
    }
    if (!entry.visible) continue;
    const above = r > 0 ? labels[row + c - columns] : label;
    const below = r < rows - 1 ? labels[row + c + columns] : label;
    const before = c > 0 ? labels[row + c - 1] : label;
    const after = c < columns - 1 ? labels[row + c + 1] : label;
    let edges = 0;
    if (above !== label && palette.groupOf(above) !== entry.group) edges |= TOP;
    if (below !== label && palette.groupOf(below) !== entry.group) edges |= BOTTOM;
    if (before !== label && palette.groupOf(before) !== entry.group) edges |= LEFT;
    if (after !== label && palette.groupOf(after) !== entry.group) edges |= RIGHT;
    if (isHatched(layer, entry) && !layer.outlinesOnly) hatchVoxel(texels, region, c, r, layer, entry);
    if (edges !== 0) outlineVoxel(texels, region, c, r, layer, entry, edges, lineTexels);
  }
}

function hatchVoxel(
  texels: Int32Array,
  region: SliceRegion,
  c: number,
  r: number,
  layer: SliceLayer,
  entry: PaletteEntry,
): void {
  const { texelsU, texelsV, columns } = region;
  const alpha = Math.round(256 * Math.min(1, layer.opacity + 0.3)); // seen over bright nuclei too
  // Anchored to the volume, not to the region: a pan must not make the stripes swim.
  const phaseX = (region.u0 + c) * texelsU;
  const phaseY = (region.v0 + r) * texelsV;
  const direction = layer.isProposal ? -1 : 1;
  for (let ty = 0; ty < texelsV; ty++) {
    const at = (r * texelsV + ty) * columns * texelsU + c * texelsU;
    for (let tx = 0; tx < texelsU; tx++) {
      const phase = phaseX + tx + direction * (phaseY + ty);
      if (((phase % HATCH_PERIOD) + HATCH_PERIOD) % HATCH_PERIOD < HATCH_WIDTH)
        texels[at + tx] = blend(texels[at + tx], entry.r, entry.g, entry.b, alpha);
    }
  }
}

function outlineVoxel(
  texels: Int32Array,
  region: SliceRegion,
  c: number,
  r: number,
  layer: SliceLayer,
  entry: PaletteEntry,
  edges: number,
  lineTexels: number,
): void {
  const { texelsU, texelsV, columns } = region;
  const isSelected = layer.selectedGroup !== 0 && entry.group === layer.selectedGroup;
  const line = isSelected ? lineTexels * 2 : lineTexels;
  const isBroken = !isSelected && (layer.isProposal || (entry.hatched && layer.outlinesOnly));
  // The selected nucleus is white-rimmed: no nucleus colour is.
  const colour = isSelected ? WHITE : brighten(entry);
  const left = edges & LEFT ? Math.min(line, texelsU) : 0;
  const right = texelsU - (edges & RIGHT ? Math.min(line, texelsU) : 0);
  const top = edges & TOP ? Math.min(line, texelsV) : 0;
  const bottom = texelsV - (edges & BOTTOM ? Math.min(line, texelsV) : 0);
  const phaseX = (region.u0 + c) * texelsU;
  const phaseY = (region.v0 + r) * texelsV;
  for (let ty = 0; ty < texelsV; ty++) {
    const at = (r * texelsV + ty) * columns * texelsU + c * texelsU;
    const isLineRow = ty < top || ty >= bottom;
    for (let tx = 0; tx < texelsU; tx++) {
      if (!isLineRow && tx >= left && tx < right) {
        tx = right - 1; // nothing to draw up to the right edge
        continue;
      }
      if (isBroken && (phaseX + tx + phaseY + ty) % DASH_PERIOD >= DASH_WIDTH) continue;
      texels[at + tx] = colour;
    }
  }
}

const WHITE = -1;

/** Texels of the 256 greys of a channel in a colour. */
export const tintOf = ([r, g, b]: readonly [number, number, number]): Int32Array =>
  Int32Array.from({ length: 256 }, (_, grey) =>
    pack(Math.round((grey * r) / 255), Math.round((grey * g) / 255), Math.round((grey * b) / 255)),
  );

export const GREY_TINT = tintOf([255, 255, 255]);

const brighten = (entry: PaletteEntry): number =>
  pack(entry.r + (255 - entry.r) * 0.15, entry.g + (255 - entry.g) * 0.15, entry.b + (255 - entry.b) * 0.15);

/** Little-endian: red is the lowest byte, as ImageData wants it. Signed, as 32-bit integers without a sign are slow numbers. */
function pack(red: number, green: number, blue: number): number {
  return 0xff000000 | (blue << 16) | (green << 8) | red;
}

/** `alpha` is 0…256. */
function blend(under: number, red: number, green: number, blue: number, alpha: number): number {
  const r = under & 255;
  const g = (under >> 8) & 255;
  const b = (under >> 16) & 255;
  return pack(r + (((red - r) * alpha) >> 8), g + (((green - g) * alpha) >> 8), b + (((blue - b) * alpha) >> 8));
}
