import { bytesPerPixel, type PixelType, type VoxelSpace } from "../../../core/volume/voxel-space.ts";
import type { StackLayout } from "../stacks/stack-stream.ts";

export interface NrrdStack extends VoxelSpace {
  readonly pixelType: PixelType;
  /** One line. */
  readonly content: string;
}

/**
 * NRRD 4 in one file (https://teem.sourceforge.net/nrrd/format.html), not packed. Axes x, y, z, fastest first; sizes in micrometres along
 * a right-handed space that claims no direction of a body; the middle of the first voxel lies at 0.
 */
export function layoutNrrd({ shapeZyx, voxelSizeZyx, pixelType, content }: NrrdStack): StackLayout {
  const [depth, height, width] = shapeZyx;
  const [dz, dy, dx] = voxelSizeZyx;
  const lines = [
    "NRRD0004",
    `content: ${content}`,
    `type: ${pixelType === "float32" ? "float" : pixelType}`,
    "dimension: 3",
    "space: 3D-right-handed",
    `sizes: ${width} ${height} ${depth}`,
    `space directions: (${dx},0,0) (0,${dy},0) (0,0,${dz})`,
    "kinds: space space space",
    'space units: "um" "um" "um"',
    "space origin: (0,0,0)",
    "endian: little",
    "encoding: raw",
  ];
  const head = new TextEncoder().encode(`${lines.join("\n")}\n\n`);
  const planeBytes = height * width * bytesPerPixel[pixelType];
  return { head, planeBytes, tail: new Uint8Array(), totalBytes: head.length + depth * planeBytes };
}
