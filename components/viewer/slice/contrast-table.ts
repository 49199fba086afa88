/** Grey values for intensities between two limits: index = (value - low) * scale, clamped to the table. */
export interface ContrastTable {
  readonly low: number;
  readonly scale: number;
  readonly greys: Uint8Array;
}

/** Finer than 256 steps, so that a gamma below 1 does not show bands. */
const ENTRIES = 1024;

export function createContrastTable(contrast: readonly [low: number, high: number], gamma: number): ContrastTable {
  const [low, high] = contrast;
  const greys = new Uint8Array(ENTRIES);
  for (let i = 0; i < ENTRIES; i++) greys[i] = Math.round(255 * (i / (ENTRIES - 1)) ** gamma);
  return { low, scale: (ENTRIES - 1) / Math.max(high - low, 1e-9), greys };
}

export function greyOf(table: ContrastTable, value: number): number {
  const index = (value - table.low) * table.scale;
  return table.greys[index <= 0 || Number.isNaN(index) ? 0 : index >= ENTRIES - 1 ? ENTRIES - 1 : index | 0];
}
