import { createFullMeasurement } from "../../../core/morphometry/tools/measure-fully.ts";
import type { FileSource, Say } from "../file-source.ts";
import type { FrozenNucleus, FrozenVolume } from "../frozen/dataset-description.ts";
import { nucleusShapeCells } from "../table/shape-columns.ts";
import type { TableRow } from "./table-rules.ts";
import { type Digests, kinds, type PixelFormat, scanVolume } from "./volume-scan.ts";

const NUCLEUS = 2;
/** The table has nine digits. */
const TOLERANCE = 1e-6;
/** More lines of the same kind tell nothing more. */
const MOST_SAID = 20;

/**
 * The voxels of a volume against each other in all formats, against the mask, and against the table: each nucleus is measured anew.
 */
export async function checkVolume(
  files: FileSource,
  volume: FrozenVolume,
  formats: readonly PixelFormat[],
  { rows, revision }: VolumeTable,
  say: Say,
): Promise<void> {
  const { fileName, boxes, shapeZyx } = volume;
  for (const { box } of boxes)
    if (box.maxZyx.some((end, axis) => end > shapeZyx[axis]))
      say("volume-boxes", fileName, `box ${box.minZyx.join()} to ${box.maxZyx.join()} reaches beyond the volume`);
  let first: { readonly format: PixelFormat; readonly digests: Digests } | null = null;
  for (const format of formats) {
    if (first) {
      const digests = await scanVolume(files, volume, format, say);
      for (const kind of kinds)
        if (digests && digests[kind] !== first.digests[kind])
          say("formats-differ", `${fileName}: ${kind}`, `has other voxels in ${format} than in ${first.format}`);
      continue;
    }
    const measurement = createFullMeasurement(volume);
    const mask = maskCheck();
    const digests = await scanVolume(files, volume, format, say, ({ image, labels, known }) => {
      measurement.addPlane({ labels, image });
      mask.addPlane(labels, known);
    });
    if (!digests) continue;
    first = { format, digests };
    const measured = measurement.finish().map(({ labelValue, centroidZyxUm: [z, y, x], ...shape }) => ({
      label: labelValue,
      shape: { ...shape, centroidZyxUm: [z, y, x] as [number, number, number] },
    }));
    compareRows(volume, measured, { rows, revision }, say);
    mask.finish(volume, say);
  }
}

/** Lines of the table about a volume, and which columns it has. */
export interface VolumeTable {
  readonly rows: ReadonlyMap<number, TableRow>;
  readonly revision: number;
}

type Measured = Pick<FrozenNucleus, "label" | "shape">;

function compareRows(
  { fileName, voxelSizeZyx }: FrozenVolume,
  measured: readonly Measured[],
  { rows, revision }: VolumeTable,
  say: Say,
): void {
  const there = new Set(measured.map(({ label }) => label));
  const found: Parameters<Say>[] = [];
  for (const label of rows.keys())
    if (!there.has(label))
      found.push(["table-row-without-label", `${fileName}: ${label}`, "has a line in the table and no voxel"]);
  for (const { label, shape } of measured) {
    const row = rows.get(label);
    if (!row) {
      found.push(["table-label-without-row", `${fileName}: ${label}`, "has voxels and no line in the table"]);
      continue;
    }
    for (const [column, cell] of nucleusShapeCells(shape, voxelSizeZyx, revision))
      if (!isSame(row[column], cell))
        found.push([
          "table-shape",
          `${fileName}: ${label}`,
          `${column} is ${row[column]} in the table, ${cell} by the labels`,
        ]);
  }
  for (const one of found.slice(0, MOST_SAID)) say(...one);
  if (found.length > MOST_SAID) say("table-more", fileName, `and ${found.length - MOST_SAID} more of these`);
}

function isSame(given: string, expected: string): boolean {
  if (given === expected) return true;
  const [a, b] = [Number(given), Number(expected)];
  return given !== "" && expected !== "" && Math.abs(a - b) <= TOLERANCE * Math.max(1e-9, Math.abs(b));
}

/** 2 where a nucleus is, and nowhere else; as much known as `dataset.json` says. */
function maskCheck() {
  let knownVoxels = 0;
  let voxels = 0;
  let differing = 0;
  return {
    addPlane(labels: Uint32Array, known: Uint8Array): void {
      voxels += known.length;
      for (let i = 0; i < known.length; i++) {
        if (known[i] !== 0) knownVoxels++;
        if ((known[i] === NUCLEUS) !== (labels[i] !== 0)) differing++;
      }
    },
    finish({ fileName, knownShare }: FrozenVolume, say: Say): void {
      if (differing > 0) say("mask-labels", fileName, `the mask and the labels differ about ${differing} voxels`);
      if (Math.abs(knownVoxels / voxels - knownShare) > TOLERANCE)
        say("mask-share", fileName, `${knownVoxels / voxels} of the volume is known, not ${knownShare}`);
    },
  };
}
