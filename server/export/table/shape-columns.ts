import { isUnderResolved, toldSphericity } from "../../../core/morphometry/under-resolved.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import type { FrozenNucleus } from "../frozen/dataset-description.ts";
import { type Cell, csvCell } from "./csv-cells.ts";
import { toolColumns } from "./tool-columns.ts";

export type Shape = FrozenNucleus["shape"];

interface ShapeColumn {
  readonly name: string;
  /** Revision of the table that has it first. */
  readonly since: number;
  of(shape: Shape, voxelSizeZyx: Zyx, revision: number): Cell;
}

const column = (name: string, of: ShapeColumn["of"], since = 1): ShapeColumn => ({ name, since, of });

/** What is measured on the voxels alone. Columns name their unit, and their method where several are in use. */
const columns: readonly ShapeColumn[] = [
  column("truncated_by_border", (shape) => shape.truncated),
  column("under_resolved", isUnderResolved, 2),
  column("voxels", (shape) => shape.voxels),
  column("volume_um3", (shape) => shape.volumeUm3),
  column("equivalent_sphere_radius_um", (shape) => shape.equivalentRadiusUm),
  column("surface_crofton13_um2", (shape) => shape.surfaceAreaUm2),
  column("surface_voxel_faces_um2", (shape) => shape.surfaceAreaFacesUm2),
  column("sphericity_36piV2_over_S3_crofton13", (shape, voxelSizeZyx, revision) =>
    revision < 2 ? shape.sphericity : toldSphericity(shape, voxelSizeZyx),
  ),
  column("flatness_sqrt_l1_over_l0", (shape) => shape.flatness),
  column("elongation_sqrt_l2_over_l1", (shape) => shape.elongation),
  column("centroid_z_um", (shape) => shape.centroidZyxUm[0]),
  column("centroid_y_um", (shape) => shape.centroidZyxUm[1]),
  column("centroid_x_um", (shape) => shape.centroidZyxUm[2]),
  column("mean_intensity", (shape) => shape.meanIntensity),
  ...toolColumns.map(({ name, of }) => column(name, of, 3)),
];

export const shapeColumns = (revision: number): readonly ShapeColumn[] =>
  columns.filter(({ since }) => since <= revision);

/** Columns of a shape with what stands in their cells. */
export const nucleusShapeCells = (
  shape: Shape,
  voxelSizeZyx: Zyx,
  revision: number,
): [column: string, cell: string][] =>
  shapeColumns(revision).map(({ name, of }) => [name, csvCell(of(shape, voxelSizeZyx, revision))]);
