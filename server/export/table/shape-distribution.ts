import { type Distribution, distributionOf } from "../../../core/morphometry/distribution/distribution.ts";
import { type PlottedMeasureName, plottedValue } from "../../../core/morphometry/distribution/plotted-measures.ts";
import { Problem } from "../../../core/problem.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { readFrozenNuclei } from "../frozen/dataset-blobs.ts";
import type { DatasetDescription } from "../frozen/dataset-description.ts";

export const plotGroupings = ["class", "specimen"] as const;
export type PlotGrouping = (typeof plotGroupings)[number];

export interface ShapeDistribution {
  readonly distribution: Distribution | null;
  /** Nuclei that are not in it: cut by the border, too few slices thick for a surface, not measured. */
  readonly leftOut: { readonly cut: number; readonly "under-resolved": number; readonly "not-measured": number };
}

/** Read in the server itself: more would hold it up. Their table is there for whoever plots them elsewhere. */
const MOST_NUCLEI = 100_000;
/** Smaller groups are one together. */
const MOST_GROUPS = 12;

/** How a measure is distributed over the nuclei of a version, by class or specimen, largest group first. */
export async function shapeDistribution(
  blobs: BlobStore,
  { id, volumes }: DatasetDescription,
  asked: { readonly measure: PlottedMeasureName; readonly by: PlotGrouping },
): Promise<ShapeDistribution> {
  const nuclei = volumes.reduce((sum, volume) => sum + volume.nuclei, 0);
  if (nuclei > MOST_NUCLEI)
    throw new Problem({
      tag: "too-many-to-plot",
      what: `This version has ${nuclei.toLocaleString("en-GB")} nuclei; up to ${MOST_NUCLEI.toLocaleString("en-GB")} are plotted here.`,
      hint: "Fetch the version: its nuclei.csv has every number, for R, pandas or a spreadsheet.",
    });
  const values = new Map<string, number[]>();
  const leftOut = { cut: 0, "under-resolved": 0, "not-measured": 0 };
  for (const volume of volumes)
    for (const { class: className, shape } of await readFrozenNuclei(blobs, id, volume.id)) {
      const value = plottedValue(asked.measure, shape, volume.voxelSizeZyx);
      if (typeof value === "string") {
        leftOut[value]++;
        continue;
      }
      const group = asked.by === "class" ? (className ?? "no class") : volume.specimen;
      const there = values.get(group);
      if (there) there.push(value);
      else values.set(group, [value]);
    }
  return { distribution: distributionOf(largestGroups(values)), leftOut };
}

function largestGroups(values: ReadonlyMap<string, number[]>): Map<string, readonly number[]> {
  const sorted = [...values].sort(([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1));
  if (sorted.length <= MOST_GROUPS) return new Map(sorted);
  const rest = sorted.slice(MOST_GROUPS - 1);
  return new Map([
    ...sorted.slice(0, MOST_GROUPS - 1),
    [`${rest.length} others`, rest.flatMap(([, numbers]) => numbers)],
  ]);
}
