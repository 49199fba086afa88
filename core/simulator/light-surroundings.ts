import { blurWidely } from "../volume/blur.ts";
import { voxelCenterUm } from "./fill-bodies.ts";
import type { FineGrid } from "./fine-grid.ts";
import { direction } from "./nucleus-body.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatorDraw } from "./simulator-ranges.ts";
import { createValueNoise } from "./value-noise.ts";

/** Adds what shines between nuclei: a textured ground, glow of the cytoplasm, other cells, walls and specks. */
export function lightSurroundings(
  dye: Float32Array,
  grid: FineGrid,
  coverage: Float32Array,
  nuclei: number,
  diameterUm: number,
  drawn: SimulatorDraw,
  random: SeededRandom,
): void {
  const glow = drawn.cytoplasmGlow > 0 ? glowAround(coverage, grid, drawn.cytoplasmReach * diameterUm) : null;
  const ground = createValueNoise(random);
  const cells = createValueNoise(random);
  const walls = drawWalls(grid, diameterUm, drawn, random);
  const groundScale = 1 / (drawn.backgroundGrain * diameterUm);
  const cellScale = 1 / (drawn.patchGrain * diameterUm);
  const [sizeZ, sizeY, sizeX] = grid.shapeZyx;
  for (let z = 0, at = 0; z < sizeZ; z++) {
    const pz = voxelCenterUm(grid, 0, z);
    for (let y = 0; y < sizeY; y++) {
      const py = voxelCenterUm(grid, 1, y);
      for (let x = 0; x < sizeX; x++, at++) {
        const px = voxelCenterUm(grid, 2, x);
        const gz = pz * groundScale;
        const gy = py * groundScale;
        const gx = px * groundScale;
        const grain = 0.8 * ground(gz, gy, gx) + 0.4 * ground(3 * gz + 5, 3 * gy + 5, 3 * gx + 5);
        let light = drawn.backgroundLevel * Math.max(0, 1 + drawn.backgroundContrast * grain);
        if (glow) light += drawn.cytoplasmGlow * glow[at];
        if (drawn.patches > 0)
          light +=
            drawn.patches * Math.max(0, Math.min(1, 2 * cells(pz * cellScale, py * cellScale, px * cellScale) - 1.2));
        for (const wall of walls) light += wall(pz, py, px);
        dye[at] += light * (1 - 0.8 * coverage[at]);
      }
    }
  }
  addSpecks(dye, grid, nuclei, diameterUm, drawn, random);
}

function glowAround(coverage: Float32Array, grid: FineGrid, reachUm: number): Float32Array {
  const glow = coverage.slice();
  blurWidely(glow, grid, [reachUm, reachUm, reachUm]);
  return glow;
}

type Light = (z: number, y: number, x: number) => number;

/** Sheets through a random point, waved a little: cell walls, vessels, folds. */
function drawWalls(grid: FineGrid, diameterUm: number, drawn: SimulatorDraw, random: SeededRandom): Light[] {
  return Array.from({ length: Math.round(drawn.walls) }, () => {
    const [nz, ny, nx] = direction(random);
    const anywhere = (axis: 0 | 1 | 2): number => random.uniform() * grid.shapeZyx[axis] * grid.voxelSizeZyx[axis];
    const through = nz * anywhere(0) + ny * anywhere(1) + nx * anywhere(2);
    const half = (drawn.wallThickness * diameterUm) / 2;
    const phase = random.uniform() * 6.28;
    return (z: number, y: number, x: number) => {
      const wave = 0.5 * diameterUm * Math.sin((z + 0.7 * y - 0.8 * x) / (1.5 * diameterUm) + phase);
      const off = Math.abs(nz * z + ny * y + nx * x - through + wave) / half;
      return off < 2 ? drawn.wallBrightness * Math.min(1, 2 - off) : 0;
    };
  });
}

const MOST_SPECKS = 3000;

function addSpecks(
  dye: Float32Array,
  grid: FineGrid,
  nuclei: number,
  diameterUm: number,
  drawn: SimulatorDraw,
  random: SeededRandom,
): void {
  const count = Math.min(MOST_SPECKS, random.poisson(drawn.specks * nuclei));
  const [sizeZ, sizeY, sizeX] = grid.shapeZyx;
  const [uz, uy, ux] = grid.voxelSizeZyx;
  for (let i = 0; i < count; i++) {
    // A speck thinner than a voxel is as bright as its share of it.
    const radius = drawn.speckRadius * diameterUm * (0.6 + 0.8 * random.uniform());
    const light = drawn.speckBrightness * (0.3 + 0.7 * random.uniform());
    const [cz, cy, cx] = [random.uniform() * sizeZ, random.uniform() * sizeY, random.uniform() * sizeX];
    const [rz, ry, rx] = grid.voxelSizeZyx.map((size) => Math.ceil(1.5 * (radius / size)) + 1);
    for (let z = Math.max(0, Math.floor(cz) - rz); z < Math.min(sizeZ, Math.floor(cz) + rz + 1); z++)
      for (let y = Math.max(0, Math.floor(cy) - ry); y < Math.min(sizeY, Math.floor(cy) + ry + 1); y++)
        for (let x = Math.max(0, Math.floor(cx) - rx); x < Math.min(sizeX, Math.floor(cx) + rx + 1); x++) {
          const far2 = ((z + 0.5 - cz) * uz) ** 2 + ((y + 0.5 - cy) * uy) ** 2 + ((x + 0.5 - cx) * ux) ** 2;
          const wide = radius * radius + (ux * ux) / 4;
          dye[(z * sizeY + y) * sizeX + x] += light * (radius * radius * (1 / wide)) * Math.exp(-far2 / wide);
        }
  }
}
