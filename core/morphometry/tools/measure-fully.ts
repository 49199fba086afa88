import type { PixelArray, VoxelSpace } from "../../volume/voxel-space.ts";
import { createNucleusMeasurement, type MeasuredPlane } from "../measure-nuclei.ts";
import type { NucleusMorphometry } from "../nucleus-morphometry.ts";
import { createToolMeasurement, type ToolMeasures } from "./tool-measures.ts";

/** Our own measures, and beside them those of other programs. */
export interface FullMorphometry extends NucleusMorphometry {
  readonly tools: Omit<ToolMeasures, "labelValue">;
}

/** Everything that a table of nuclei tells, of planes that pass by in order of z. */
export function createFullMeasurement(space: VoxelSpace) {
  const ours = createNucleusMeasurement(space);
  const theirs = createToolMeasurement(space);
  return {
    /** The arrays are kept until later planes have come: do not reuse them. */
    addPlane(plane: MeasuredPlane): void {
      ours.addPlane(plane);
      theirs.addPlane(plane);
    },
    /** After the last plane; ascending label values. */
    finish(): FullMorphometry[] {
      const tools = theirs.finish();
      return ours.finish().map((shape, i) => {
        const { mask, intensity } = tools[i];
        return { ...shape, tools: { mask, intensity } };
      });
    },
  };
}

/** The same for a label image that is in memory, C order z, y, x. */
export function measureFully(labels: Uint32Array, space: VoxelSpace, image: PixelArray | null): FullMorphometry[] {
  const measurement = createFullMeasurement(space);
  const [depth, height, width] = space.shapeZyx;
  for (let z = 0; z < depth; z++) {
    const [start, end] = [z * height * width, (z + 1) * height * width];
    measurement.addPlane({ labels: labels.subarray(start, end), image: image?.subarray(start, end) ?? null });
  }
  return measurement.finish();
}
