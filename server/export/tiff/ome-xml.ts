import type { PixelType, VoxelSpace } from "../../../core/volume/voxel-space.ts";

const NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06";

/** Names of the OME schema; it has no 64-bit integers. */
const omePixelTypes: Readonly<Record<PixelType, string>> = {
  uint8: "uint8",
  int8: "int8",
  uint16: "uint16",
  int16: "int16",
  uint32: "uint32",
  int32: "int32",
  float32: "float",
};

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** XML 1.0 has no place for most control characters and for halves of surrogate pairs, not even escaped. */
const UNWRITABLE = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

export const escapeXml = (text: string): string =>
  text.replace(UNWRITABLE, "\ufffd").replace(/[&<>"]/g, (character) => ESCAPES[character]);

export interface OmeImage extends VoxelSpace {
  readonly name: string;
  readonly description: string;
  readonly pixelType: PixelType;
  readonly creator: string;
}

/** OME-XML of one z stack, one channel, one time point; valid against the 2016-06 schema. */
export function omeXml(image: OmeImage): string {
  const [depth, height, width] = image.shapeZyx;
  const sizes = (["Z", "Y", "X"] as const)
    .map((axis, index) => `PhysicalSize${axis}="${image.voxelSizeZyx[index]}" PhysicalSize${axis}Unit="µm"`)
    .reverse()
    .join(" ");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<!-- Warning: this comment is an OME-XML metadata block, which contains crucial dimensional parameters and other important metadata. Please edit cautiously (if at all), and back up the original data before doing so. -->",
    `<OME xmlns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${NAMESPACE} ${NAMESPACE}/ome.xsd" Creator="${escapeXml(image.creator)}">`,
    `<Image ID="Image:0" Name="${escapeXml(image.name)}"><Description>${escapeXml(image.description)}</Description>`,
    `<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="${omePixelTypes[image.pixelType]}" SizeX="${width}" SizeY="${height}" SizeZ="${depth}" SizeC="1" SizeT="1" ${sizes} BigEndian="false" Interleaved="false">`,
    '<Channel ID="Channel:0:0" SamplesPerPixel="1"/>',
    `<TiffData IFD="0" FirstZ="0" FirstC="0" FirstT="0" PlaneCount="${depth}"/>`,
    "</Pixels></Image></OME>",
  ].join("");
}
