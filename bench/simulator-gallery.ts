import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { simulateVolume } from "../core/simulator/simulate-volume.ts";
import type { Zyx } from "../core/volume/voxel-space.ts";
import { numberAfter } from "./page/report.ts";
import { type KindStatistics, statisticsOf } from "./simulator/kind-statistics.ts";
import { encodePng, type Picture } from "./simulator/png.ts";
import { meanDiameterOf, REAL_KINDS, type RealVolume, readKind } from "./simulator/real-kinds.ts";
import { cut, mosaic, type SeenVolume } from "./simulator/slice-pictures.ts";

/*
 * Real volumes beside simulated ones of the same grid and diameter: a picture per kind and a table of statistics.
 *   KARYOLOOP_DATA_SETS=… node --import tsx bench/simulator-gallery.ts [--seeds 6] [--out FOLDER] [--only WORD]
 * Nothing is fitted here; what differs is mended in `core/simulator` by hand. With --simulated-only it writes the picture of
 * docs/simulator.md.
 */
const SEEDS = numberAfter("--seeds", 6);
const textAfter = (flag: string, otherwise: string): string => {
  const at = process.argv.indexOf(flag);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const OUT = textAfter("--out", "/tmp/simulator-gallery");
const ONLY = textAfter("--only", "");
const WIDTH = 170;
/** Large volumes are simulated in part: what matters is seen in this many voxels. */
const MOST_SIDE = 160;
const MOST_SLICES = 64;

mkdirSync(OUT, { recursive: true });

const threeCuts = (volume: SeenVolume, width = WIDTH): Picture[] => [
  cut({ ...volume, labels: null }, "xy", 0.5, width),
  cut(volume, "xy", 0.5, width),
  cut(volume, "xz", 0.5, width),
];

if (process.argv.includes("--simulated-only")) writeDocumentsPicture();
else for (const kind of REAL_KINDS) if (kind.name.includes(ONLY)) showKind(await readKind(kind));

function showKind(real: RealVolume): void {
  const diameterUm = real.kind.diameterUm ?? meanDiameterOf(real);
  const [depth, height, width] = real.shapeZyx;
  const shapeZyx: Zyx = [Math.min(depth, MOST_SLICES), Math.min(height, MOST_SIDE), Math.min(width, MOST_SIDE)];
  const rows = [threeCuts(real)];
  console.log(`| ${real.kind.name} (${diameterUm.toFixed(1)} µm) | real | ${tell(statisticsOf(real, diameterUm))} |`);
  for (let seed = 1; seed <= SEEDS; seed++) {
    const made = simulateVolume({ seed, shapeZyx, voxelSizeZyx: real.voxelSizeZyx, diameterUm });
    if ((seed - 1) % 3 === 0) rows.push([]);
    rows[rows.length - 1].push(...threeCuts(made));
    const { packing, optics } = made.drawn;
    console.log(`| | ${seed}: ${packing}, ${optics} | ${tell(statisticsOf(made, diameterUm))} |`);
  }
  writeFileSync(path.join(OUT, `${real.kind.name.replace(/[^a-z0-9]+/gi, "-")}.png`), encodePng(mosaic(rows)));
}

function tell({ quantiles, waves, contrast, generosity, insideShare }: KindStatistics): string {
  const list = (values: readonly number[]) => values.map((value) => value.toFixed(2)).join(" ");
  const one = (value: number | null) => (value === null ? "" : value.toFixed(2));
  return [list(quantiles), list(waves), one(contrast), one(insideShare), one(generosity)].join(" | ");
}

/** Simulated volumes only, small: four kinds of grid, a few seeds each. */
function writeDocumentsPicture(): void {
  const grids: readonly { shapeZyx: Zyx; voxelSizeZyx: Zyx; diameterUm: number }[] = [
    { shapeZyx: [32, 96, 96], voxelSizeZyx: [0.5, 0.5, 0.5], diameterUm: 7 },
    { shapeZyx: [32, 96, 96], voxelSizeZyx: [1.75, 0.8, 0.8], diameterUm: 15 },
    { shapeZyx: [14, 120, 120], voxelSizeZyx: [5, 0.6, 0.6], diameterUm: 12 },
    { shapeZyx: [32, 96, 96], voxelSizeZyx: [0.28, 0.13, 0.13], diameterUm: 3.2 },
  ];
  const rows = grids.map((grid, row) =>
    [1, 2, 3].flatMap((k) => threeCuts(simulateVolume({ ...grid, seed: 20 * row + k }), 130).slice(0, 2)),
  );
  writeFileSync(path.join(OUT, "simulated.png"), encodePng(mosaic(rows)));
}
