import type { NucleusRow } from "./editor-contract.ts";

/** Fewer finished nuclei say little of the others. */
const FEWEST = 3;

/** Median equivalent diameter of the nuclei that count as finished, µm; null where there are fewer than three. */
export function typicalDiameterUm(rows: readonly Pick<NucleusRow, "status" | "volumeUm3">[]): number | null {
  const volumes = rows
    .filter(({ status, volumeUm3 }) => (status === "accepted" || status === "corrected") && volumeUm3 > 0)
    .map(({ volumeUm3 }) => volumeUm3)
    .sort((a, b) => a - b);
  if (volumes.length < FEWEST) return null;
  return Math.cbrt((6 / Math.PI) * volumes[Math.floor(volumes.length / 2)]);
}
