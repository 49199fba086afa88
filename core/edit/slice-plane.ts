/** The three slice planes and their axes. Axis numbers are indices into zyx arrays: 0 = z, 1 = y, 2 = x. */
export type SlicePlane = "xy" | "xz" | "yz";

export type Axis = 0 | 1 | 2;

export interface PlaneAxes {
  /** Rows of the plane; the axis that moves slower in memory. */
  readonly row: Axis;
  readonly column: Axis;
  /** Across the slice. */
  readonly normal: Axis;
}

const axes: Readonly<Record<SlicePlane, PlaneAxes>> = {
  xy: { row: 1, column: 2, normal: 0 },
  xz: { row: 0, column: 2, normal: 1 },
  yz: { row: 0, column: 1, normal: 2 },
};

export const planeAxes = (plane: SlicePlane): PlaneAxes => axes[plane];
