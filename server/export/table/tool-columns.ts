import type { FrozenNucleus } from "../frozen/dataset-description.ts";
import type { Cell } from "./csv-cells.ts";

type Shape = FrozenNucleus["shape"];

interface ToolColumn {
  readonly name: string;
  /** Definition and source, for README.md. */
  readonly words: string;
  of(shape: Shape, voxelSizeZyx: readonly number[]): Cell;
}

const sphericity = (volume: number, surface: number): number => (36 * Math.PI * volume ** 2) / surface ** 3;
const index = (shape: Shape, voxelSizeZyx: readonly number[], axis: number): number =>
  shape.centroidZyxUm[axis] / voxelSizeZyx[axis] - 0.5;
const mask = (name: keyof NonNullable<NonNullable<Shape["tools"]>["mask"]>) => (shape: Shape) =>
  shape.tools?.mask?.[name] ?? null;

/** NucleusJ 2.0 (Dubos et al. 2020, doi:10.1080/19491034.2020.1845012; its class Measure3D). */
const nucleusJ: readonly ToolColumn[] = [
  { name: "NucleusJ2_Volume", words: "voxels × volume of a voxel, µm³", of: (shape) => shape.volumeUm3 },
  { name: "NucleusJ2_Flatness", words: "√(l1 / l0), as flatness above", of: (shape) => shape.flatness },
  { name: "NucleusJ2_Elongation", words: "√(l2 / l1), as elongation above", of: (shape) => shape.elongation },
  {
    name: "NucleusJ2_Esr",
    words: "radius of the sphere of that volume, µm",
    of: (shape) => shape.equivalentRadiusUm,
  },
  {
    name: "NucleusJ2_SurfaceArea",
    words:
      "summed faces of voxels, µm² (computeSurfaceObject; newer releases weigh the faces by the gradient of the image, which a mask does not have)",
    of: (shape) => shape.surfaceAreaFacesUm2,
  },
  {
    name: "NucleusJ2_Sphericity",
    words: "36 π V² / S³ of these two: about 0.3 for a sphere, as its faces are half too large",
    of: (shape) => sphericity(shape.volumeUm3, shape.surfaceAreaFacesUm2),
  },
  {
    name: "NucleusJ2_MeanIntensityNucleus",
    words: "mean of the image inside the nucleus",
    of: (shape) => shape.meanIntensity,
  },
  {
    name: "NucleusJ2_StandardDeviation",
    words: "standard deviation there (n − 1)",
    of: (shape) => shape.tools?.intensity?.sd ?? null,
  },
  { name: "NucleusJ2_MinIntensity", words: "the least there", of: (shape) => shape.tools?.intensity?.min ?? null },
  { name: "NucleusJ2_MaxIntensity", words: "the largest there", of: (shape) => shape.tools?.intensity?.max ?? null },
];

/** TANGO (Ollion et al. 2013, doi:10.1093/bioinformatics/btt276; its class Simple_MeasureGeometrical, by mcib3d). */
const tango: readonly ToolColumn[] = [
  { name: "TANGO_volume_pix", words: "number of voxels", of: (shape) => shape.voxels },
  { name: "TANGO_volume_unit", words: "the same in µm³", of: (shape) => shape.volumeUm3 },
  { name: "TANGO_surface_pix", words: "number of faces of voxels towards the outside", of: mask("surfacePix") },
  { name: "TANGO_surface_unit", words: "the same in µm²", of: (shape) => shape.surfaceAreaFacesUm2 },
  {
    name: "TANGO_cx",
    words: "centre along x, in voxels from the middle of the first one",
    of: (shape, size) => index(shape, size, 2),
  },
  { name: "TANGO_cy", words: "along y", of: (shape, size) => index(shape, size, 1) },
  { name: "TANGO_cz", words: "along z", of: (shape, size) => index(shape, size, 0) },
  {
    name: "TANGO_compacity",
    words: "36 π volume_pix² / surface_pix³",
    of: (shape) => {
      const faces = shape.tools?.mask?.surfacePix;
      return faces ? sphericity(shape.voxels, faces) : null;
    },
  },
  { name: "TANGO_feretMax", words: "longest distance between two border voxels, µm", of: mask("feretMaxUm") },
  { name: "TANGO_elongation", words: "√(l2 / l1)", of: (shape) => shape.elongation },
  {
    name: "TANGO_ratioEllVolume",
    words: "volume over that of the ellipsoid with half-axes √(5 l0), √(5 l1), √(5 l2)",
    of: mask("ratioEllVolume"),
  },
  {
    name: "TANGO_DCavg",
    words: "mean distance of border voxels from the centre, µm; empty where the centre is outside",
    of: mask("dcAvgUm"),
  },
  { name: "TANGO_DCsd", words: "standard deviation of these distances, µm", of: mask("dcSdUm") },
  { name: "TANGO_ZThickness", words: "from the first plane to the last, µm", of: mask("zThicknessUm") },
  { name: "TANGO_XYFeretMax", words: "feretMax of the projection along z, µm", of: mask("xyFeretMaxUm") },
  {
    name: "TANGO_XYAxisMax",
    words: "√(5 l) of the projection, l the larger variance, µm",
    of: mask("xyAxisMaxUm"),
  },
  { name: "TANGO_XYAxisMin", words: "the same of the smaller one", of: mask("xyAxisMinUm") },
];

export const toolColumns: readonly ToolColumn[] = [...nucleusJ, ...tango];
