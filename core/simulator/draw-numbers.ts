import type { SeededRandom } from "./seeded-random.ts";
import {
  type DrawnRange,
  isRange,
  SIMULATOR_RANGES,
  type SimulatorDraw,
  type SimulatorRanges,
} from "./simulator-ranges.ts";

/** One draw of everything in the table. Each entry takes the same share of the stream, whatever the others came to. */
export function drawNumbers(random: SeededRandom, ranges: Partial<SimulatorRanges> = {}): SimulatorDraw {
  const table = { ...SIMULATOR_RANGES, ...ranges };
  const drawn = Object.entries(table).map(([name, entry]) => [
    name,
    isRange(entry) ? drawNumber(entry, random) : drawKind(entry, random.uniform()),
  ]);
  return Object.fromEntries(drawn) as SimulatorDraw;
}

function drawNumber({ from, to, evenly, chance = 1 }: DrawnRange, random: SeededRandom): number {
  const [has, at] = [random.uniform() < chance, random.uniform()];
  if (!has) return 0;
  const value = evenly === "log" ? from * (to / from) ** at : from + (to - from) * at;
  return Math.min(to, Math.max(from, value));
}

function drawKind(weights: Readonly<Record<string, number>>, at: number): string {
  const kinds = Object.entries(weights);
  let left = at * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    if (left < weight) return kind;
    left -= weight;
  }
  return kinds[kinds.length - 1][0];
}
