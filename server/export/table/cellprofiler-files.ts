import { isUnderResolved, toldSphericity } from "../../../core/morphometry/under-resolved.ts";
import { type ExportFile, withoutFirst } from "../export-file.ts";
import type { FrozenNucleus, FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { csvLine } from "./csv-cells.ts";

type Cell = string | number | boolean | null;

const imageColumns: readonly (readonly [name: string, of: (volume: FrozenVolume, imageNumber: number) => Cell])[] = [
  ["ImageNumber", (_, imageNumber) => imageNumber],
  ["Count_Nuclei", ({ nuclei }) => nuclei],
  ["Metadata_Volume", ({ fileName }) => fileName],
  ["Metadata_Specimen", ({ specimen }) => specimen],
  ["Metadata_Split", ({ split }) => split],
  ["Width_Image", ({ shapeZyx }) => shapeZyx[2]],
  ["Height_Image", ({ shapeZyx }) => shapeZyx[1]],
  ["Metadata_Depth", ({ shapeZyx }) => shapeZyx[0]],
  ["Metadata_VoxelSizeX_um", ({ voxelSizeZyx }) => voxelSizeZyx[2]],
  ["Metadata_VoxelSizeY_um", ({ voxelSizeZyx }) => voxelSizeZyx[1]],
  ["Metadata_VoxelSizeZ_um", ({ voxelSizeZyx }) => voxelSizeZyx[0]],
];

/** From the middle of the first voxel, in voxels. */
const inVoxels = (volume: FrozenVolume, { shape }: FrozenNucleus, axis: 0 | 1 | 2): number =>
  shape.centroidZyxUm[axis] / volume.voxelSizeZyx[axis] - 0.5;

/** CellProfiler's own measures count voxels; what is in micrometres has our name in front. */
const objectColumns: readonly (readonly [name: string, of: (volume: FrozenVolume, nucleus: FrozenNucleus) => Cell])[] =
  [
    ["Metadata_Label", (_, { label }) => label],
    ["Metadata_Status", (_, { status }) => status],
    ["Metadata_Class", (_, nucleus) => nucleus.class],
    ["Metadata_TruncatedByBorder", (_, { shape }) => (shape.truncated ? 1 : 0)],
    ["AreaShape_Volume", (_, { shape }) => shape.voxels],
    ["AreaShape_EquivalentDiameter", (_, { shape }) => Math.cbrt((6 * shape.voxels) / Math.PI)],
    ["AreaShape_Center_X", (volume, nucleus) => inVoxels(volume, nucleus, 2)],
    ["AreaShape_Center_Y", (volume, nucleus) => inVoxels(volume, nucleus, 1)],
    ["AreaShape_Center_Z", (volume, nucleus) => inVoxels(volume, nucleus, 0)],
    ["Intensity_MeanIntensity_Image", (_, { shape }) => shape.meanIntensity],
    ["Karyoloop_Volume_um3", (_, { shape }) => shape.volumeUm3],
    ["Karyoloop_SurfaceArea_um2", (_, { shape }) => shape.surfaceAreaUm2],
    ["Karyoloop_UnderResolved", ({ voxelSizeZyx }, { shape }) => (isUnderResolved(shape, voxelSizeZyx) ? 1 : 0)],
    ["Karyoloop_Sphericity", ({ voxelSizeZyx }, { shape }) => toldSphericity(shape, voxelSizeZyx)],
  ];

export const cellprofilerHeaders = {
  image: imageColumns.map(([name]) => name),
  nuclei: ["ImageNumber", "ObjectNumber", ...objectColumns.map(([name]) => name)],
} as const;

/** Tables as CellProfiler's ExportToSpreadsheet writes them: a line per image, a line per object numbered 1, 2, 3… in its image. */
export async function* cellprofilerFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const table = (path: string, lines: (signal: AbortSignal) => AsyncGenerator<Buffer>): ExportFile => ({
    path,
    compress: true,
    bytes: (signal, start = 0) => withoutFirst(start, lines(signal)),
  });
  yield table("cellprofiler/Image.csv", async function* () {
    yield Buffer.from(csvLine(cellprofilerHeaders.image));
    for (const [index, volume] of dataset.description.volumes.entries())
      yield Buffer.from(csvLine(imageColumns.map(([, of]) => of(volume, index + 1))));
  });
  yield table("cellprofiler/Nuclei.csv", async function* (signal) {
    yield Buffer.from(csvLine(cellprofilerHeaders.nuclei));
    for (const [index, volume] of dataset.description.volumes.entries()) {
      signal.throwIfAborted();
      const { nuclei } = await dataset.openVolume(volume);
      const lines = nuclei.map((nucleus, object) =>
        csvLine([index + 1, object + 1, ...objectColumns.map(([, of]) => of(volume, nucleus))]),
      );
      yield Buffer.from(lines.join(""));
    }
  });
}
