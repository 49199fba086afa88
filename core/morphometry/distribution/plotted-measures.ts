import type { Zyx } from "../../volume/voxel-space.ts";
import type { NucleusMorphometry } from "../nucleus-morphometry.ts";
import type { FullMorphometry } from "../tools/measure-fully.ts";
import { isUnderResolved } from "../under-resolved.ts";

/** A nucleus of a dataset version; older ones have none of what other programs measure. */
export type PlottedShape = Omit<NucleusMorphometry, "labelValue"> & {
  readonly tools?: FullMorphometry["tools"] | undefined;
};

interface PlottedMeasure {
  /** As people read it. */
  readonly words: string;
  /** Empty where it is a bare number. */
  readonly unit: string;
  /** Column of nuclei.csv that has the same numbers. */
  readonly column: string;
  /** It is of the surface: not told of nuclei too few slices thick. */
  readonly needsSurface: boolean;
  of(shape: PlottedShape): number | null;
}

const measure = (
  words: string,
  unit: string,
  column: string,
  of: PlottedMeasure["of"],
  needsSurface = false,
): PlottedMeasure => ({ words, unit, column, of, needsSurface });

/** What the page of shapes can show. */
export const plottedMeasures = {
  volume: measure("Volume", "µm³", "volume_um3", (shape) => shape.volumeUm3),
  radius: measure(
    "Radius of the sphere of the same volume",
    "µm",
    "equivalent_sphere_radius_um",
    (shape) => shape.equivalentRadiusUm,
  ),
  surface: measure("Surface", "µm²", "surface_crofton13_um2", (shape) => shape.surfaceAreaUm2, true),
  sphericity: measure("Sphericity", "", "sphericity_36piV2_over_S3_crofton13", (shape) => shape.sphericity, true),
  flatness: measure("Flatness", "", "flatness_sqrt_l1_over_l0", (shape) => shape.flatness),
  elongation: measure("Elongation", "", "elongation_sqrt_l2_over_l1", (shape) => shape.elongation),
  feret: measure("Largest diameter (TANGO)", "µm", "TANGO_feretMax", (shape) => shape.tools?.mask?.feretMaxUm ?? null),
  ellipsoid: measure(
    "Volume over that of its ellipsoid (TANGO)",
    "",
    "TANGO_ratioEllVolume",
    (shape) => shape.tools?.mask?.ratioEllVolume ?? null,
  ),
  centreDistance: measure(
    "Mean distance from centre to border (TANGO)",
    "µm",
    "TANGO_DCavg",
    (shape) => shape.tools?.mask?.dcAvgUm ?? null,
  ),
  intensity: measure("Mean intensity", "", "mean_intensity", (shape) => shape.meanIntensity),
  intensitySpread: measure(
    "Standard deviation of intensity (NucleusJ)",
    "",
    "NucleusJ2_StandardDeviation",
    (shape) => shape.tools?.intensity?.sd ?? null,
  ),
} as const satisfies Readonly<Record<string, PlottedMeasure>>;

export type PlottedMeasureName = keyof typeof plottedMeasures;

export const plottedMeasureNames = Object.keys(plottedMeasures) as [PlottedMeasureName, ...PlottedMeasureName[]];

/** Why a nucleus is not in a plot; its number otherwise. */
export function plottedValue(
  name: PlottedMeasureName,
  shape: PlottedShape,
  voxelSizeZyx: Zyx,
): number | "cut" | "under-resolved" | "not-measured" {
  const { of, needsSurface } = plottedMeasures[name];
  if (shape.truncated) return "cut";
  if (needsSurface && isUnderResolved(shape, voxelSizeZyx)) return "under-resolved";
  const value = of(shape);
  return value === null || !Number.isFinite(value) ? "not-measured" : value;
}
