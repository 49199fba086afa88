import { planPyramid } from "../../../core/volume/pyramid.ts";
import type { PixelType } from "../../../core/volume/voxel-space.ts";
import { type ExportFile, jsonFile, textFile } from "../export-file.ts";
import type { FrozenNucleus, FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { omeZarrFiles } from "../zarr/ome-zarr-files.ts";

const NM_PER_UM = 1000;
/** In voxels: the middle of a nucleus may lie on the border between two. */
const ROUNDING = 1e-6;
const inNm = (um: number): number => Number((um * NM_PER_UM).toPrecision(12));

const elementClass: Readonly<Record<PixelType, string>> = {
  uint8: "uint8",
  int8: "int8",
  uint16: "uint16",
  int16: "int16",
  uint32: "uint32",
  int32: "int32",
  float32: "float",
};

export const webknossosFolder = ({ fileName }: Pick<FrozenVolume, "fileName">): string => `webknossos/${fileName}/`;
/** Of a volume, in its folder. */
export const webknossosStore = ({ fileName }: Pick<FrozenVolume, "fileName">): string => `${fileName}.ome.zarr`;

/** A data set of webKnossos per volume: the OME-Zarr as it is, what webKnossos reads of it, and the nuclei as its segments. */
export async function* webknossosFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  for (const frozen of dataset.description.volumes) {
    const { nuclei } = await dataset.openVolume(frozen);
    const folder = webknossosFolder(frozen);
    yield jsonFile(`${folder}datasource-properties.json`, datasourceProperties(frozen));
    yield textFile(`${folder}nuclei.nml`, nucleiNml(frozen, nuclei));
  }
  const roots = new Map(
    dataset.description.volumes.map((volume) => [webknossosStore(volume), webknossosFolder(volume)]),
  );
  for await (const file of omeZarrFiles(dataset)) {
    const [, store, rest] = /^ome-zarr\/([^/]+\.ome\.zarr)(\/.*)$/.exec(file.path) ?? [];
    const root = roots.get(store);
    if (root) yield { ...file, path: root + store + rest };
  }
}

/** https://docs.webknossos.org/webknossos/data/concepts.html: sizes x, y, z in voxels of the finest level, lengths in nanometres. */
export function datasourceProperties(volume: FrozenVolume): object {
  const { fileName, shapeZyx, voxelSizeZyx, pixelType, largestLabel } = volume;
  const [depth, height, width] = shapeZyx;
  const layer = (name: string, path: string, type: PixelType) => ({
    name,
    boundingBox: { topLeft: [0, 0, 0], width, height, depth },
    elementClass: elementClass[type],
    dataFormat: "zarr3",
    mags: planPyramid(shapeZyx, voxelSizeZyx).map(({ scaleLevel, factorZyx }) => ({
      mag: factorZyx.toReversed(),
      path: `./${webknossosStore(volume)}/${path}${scaleLevel}`,
      axisOrder: { x: 2, y: 1, z: 0 },
    })),
  });
  return {
    id: { name: fileName, team: "" },
    version: 1,
    scale: { factor: voxelSizeZyx.map(inNm).reverse(), unit: "nanometer" },
    dataLayers: [
      { category: "color", ...layer("image", "", pixelType) },
      { category: "segmentation", ...layer("nuclei", "labels/nuclei/", "uint32"), largestSegmentId: largestLabel },
      { category: "segmentation", ...layer("known", "labels/known/", "uint8"), largestSegmentId: 2 },
    ],
  };
}

const inXml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no word for them.
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");

/** The annotation: a volume that shows the layer `nuclei`, with a segment per nucleus, named by its class, and a voxel to jump to. */
export function nucleiNml(
  volume: FrozenVolume,
  nuclei: readonly Pick<FrozenNucleus, "label" | "class" | "shape">[],
): string {
  const [z, y, x] = volume.voxelSizeZyx.map(inNm);
  const segments = nuclei.map(({ label, class: kind, shape }) => {
    const [az, ay, ax] = shape.centroidZyxUm.map((um, axis) => Math.floor(um / volume.voxelSizeZyx[axis] + ROUNDING));
    const name = kind === null ? `nucleus ${label}` : `nucleus ${label}, ${kind}`;
    return `      <segment id="${label}" name="${inXml(name)}" anchorPositionX="${ax}" anchorPositionY="${ay}" anchorPositionZ="${az}" />\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<things>
  <meta name="writer" content="Karyoloop" />
  <parameters>
    <experiment name="${inXml(volume.fileName)}" description="" />
    <scale x="${x}" y="${y}" z="${z}" unit="nanometer" />
    <offset x="0" y="0" z="0" />
    <time ms="0" />
    <editPosition x="0" y="0" z="0" />
    <editRotation xRot="0.0" yRot="0.0" zRot="0.0" />
    <zoomLevel zoom="1.0" />
  </parameters>
  <branchpoints />
  <comments />
  <groups />
  <volume id="0" name="nuclei" fallbackLayer="nuclei" largestSegmentId="${volume.largestLabel}">
    <segments>
${segments.join("")}    </segments>
  </volume>
</things>
`;
}
