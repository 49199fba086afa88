import { Problem } from "../../../core/problem.ts";
import type { PixelType, VoxelSpace } from "../../../core/volume/voxel-space.ts";
import { software } from "../software-version.ts";
import { imagejDescription } from "./imagej-description.ts";
import { omeXml } from "./ome-xml.ts";
import { layoutTiff, type TiffLayout } from "./tiff-layout.ts";

const LARGEST_UINT16 = 0xffff;
const CM_PER_UM = 1e-4;

export interface OmeStack extends VoxelSpace {
  readonly name: string;
  readonly description: string;
  readonly pixelType: PixelType;
  readonly creator: string;
}

/** One channel, one time point; BigTIFF above 4 GB. */
export const omeLayout = (stack: OmeStack): TiffLayout =>
  layoutTiff({
    shapeZyx: stack.shapeZyx,
    pixelType: stack.pixelType,
    description: omeXml(stack),
    pixelsPerUnitYx: [1 / (stack.voxelSizeZyx[1] * CM_PER_UM), 1 / (stack.voxelSizeZyx[2] * CM_PER_UM)],
    resolutionUnit: "centimetre",
    whenTooLarge: "bigtiff",
  });

export interface ImagejStack extends VoxelSpace {
  readonly pixelType: "uint8" | "uint16" | "float32";
  /** Contrast that ImageJ opens with. */
  readonly displayRange: readonly [number, number];
}

export const imagejLayout = ({ shapeZyx, voxelSizeZyx, pixelType, displayRange }: ImagejStack): TiffLayout =>
  layoutTiff({
    shapeZyx,
    pixelType,
    description: imagejDescription({ planes: shapeZyx[0], spacingUm: voxelSizeZyx[0], displayRange }),
    pixelsPerUnitYx: [1 / voxelSizeZyx[1], 1 / voxelSizeZyx[2]],
    resolutionUnit: "none",
    whenTooLarge: "one-directory",
  });

export const omeLabelLayout = (name: string, space: VoxelSpace): TiffLayout =>
  omeLayout({
    ...space,
    name,
    description: "Nuclei",
    pixelType: "uint32",
    creator: `${software.name} ${software.version}`,
  });

export const fitsImagej = (nuclei: number): boolean => nuclei <= LARGEST_UINT16;

/** ImageJ's labels have 16 bits. Overflow is an error, never a wrap to another nucleus's number. */
export function assertFitsImagej(nuclei: number, where: string): void {
  if (fitsImagej(nuclei)) return;
  throw new Problem({
    tag: "too-many-nuclei-for-imagej",
    what: `ImageJ's label files hold ${LARGEST_UINT16} nuclei, this volume has ${nuclei}.`,
    where,
    hint: "Use OME-TIFF or OME-Zarr, whose labels have 32 bits.",
  });
}

/** Labels 1…n. */
export function imagejLabelLayout(space: VoxelSpace, nuclei: number, where: string): TiffLayout {
  assertFitsImagej(nuclei, where);
  return imagejLayout({ ...space, pixelType: "uint16", displayRange: [0, Math.max(1, nuclei)] });
}
