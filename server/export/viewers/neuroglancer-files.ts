import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { toldSphericity } from "../../../core/morphometry/under-resolved.ts";
import { BRICK_SIZE, BRICK_VOXELS, brickBox, brickKeyOf } from "../../../core/volume/brick.ts";
import { type PyramidLevel, planPyramid } from "../../../core/volume/pyramid.ts";
import { boxShape, bytesPerPixel, type PixelType, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";
import { bytesOf, pixelsOf } from "../../ingest/voxels/pixel-bytes.ts";
import type { BlobStore } from "../../storage/blob-store.ts";
import { type ExportFile, jsonFile } from "../export-file.ts";
import type { FrozenNucleus, FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset } from "../frozen/frozen-dataset.ts";
import { damaged, type StoredImage } from "../frozen/stored-image.ts";
import { mapLabels, sameValues } from "../frozen/truth-labels.ts";
import { MESH_FOLDER, meshFiles } from "./neuroglancer-meshes.ts";

const decompress = promisify(gunzip);
const NM_PER_UM = 1000;

/** Whole numbers where they are meant: 0.65 µm are 650 nm, not 650.0000000000001. */
const inNm = (um: number): number => Number((um * NM_PER_UM).toPrecision(12));

/** Neuroglancer's precomputed format (https://github.com/google/neuroglancer/blob/master/src/datasource/precomputed/volume.md). */
export async function* neuroglancerFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const { description, blobs, openVolume } = dataset;
  for (const frozen of description.volumes) {
    const volume = await openVolume(frozen);
    const image = `neuroglancer/${frozen.fileName}_image/`;
    const nuclei = `neuroglancer/${frozen.fileName}_nuclei/`;
    yield jsonFile(`${image}info`, volumeInfo(frozen, "image", volume.image.pixelType));
    yield* chunkFiles(blobs, volume.image, frozen, image, (bytes) => bytes);
    yield jsonFile(`${nuclei}info`, {
      ...volumeInfo(frozen, "segmentation", "uint32"),
      segment_properties: "segment_properties",
      mesh: MESH_FOLDER,
    });
    yield jsonFile(`${nuclei}segment_properties/info`, segmentProperties(volume.nuclei, frozen.voxelSizeZyx));
    const truth = sameValues(volume.nuclei);
    yield* chunkFiles(blobs, volume.labels, frozen, nuclei, (bytes) => {
      const labels = pixelsOf("uint32", bytes);
      const kept = new Uint32Array(labels.length);
      mapLabels(labels, kept, truth);
      return bytesOf(kept);
    });
    yield* meshFiles(dataset, volume, `${nuclei}${MESH_FOLDER}/`);
  }
}

/** Sizes x, y, z, fastest first; lengths in nanometres. A coarser voxel begins where the finer ones do. */
export function volumeInfo(
  { shapeZyx, voxelSizeZyx }: FrozenVolume,
  type: "image" | "segmentation",
  pixelType: PixelType,
): { readonly scales: readonly object[] } & Record<string, unknown> {
  return {
    "@type": "neuroglancer_multiscale_volume",
    type,
    data_type: pixelType,
    num_channels: 1,
    scales: planPyramid(shapeZyx, voxelSizeZyx).map(({ scaleLevel, shapeZyx: size, factorZyx }) => ({
      key: `s${scaleLevel}`,
      size: size.toReversed(),
      resolution: voxelSizeZyx.map((um, axis) => inNm(um * factorZyx[axis])).reverse(),
      voxel_offset: [0, 0, 0],
      chunk_sizes: [[BRICK_SIZE, BRICK_SIZE, BRICK_SIZE]],
      encoding: "raw",
    })),
  };
}

/** What the list of segments shows and sorts by. */
export function segmentProperties(
  nuclei: readonly Pick<FrozenNucleus, "label" | "class" | "status" | "shape">[],
  voxelSizeZyx: Zyx,
): object {
  const texts = (id: string, type: "label" | "string", values: readonly string[]) => ({ id, type, values });
  const numbers = (id: string, description: string, values: readonly number[]) => ({
    id,
    type: "number",
    description,
    data_type: "float32",
    values,
  });
  return {
    "@type": "neuroglancer_segment_properties",
    inline: {
      ids: nuclei.map(({ label }) => String(label)),
      properties: [
        texts(
          "label",
          "label",
          nuclei.map((nucleus) => nucleus.class ?? ""),
        ),
        texts(
          "status",
          "string",
          nuclei.map(({ status }) => status),
        ),
        numbers(
          "volume_um3",
          "Volume, µm³",
          nuclei.map(({ shape }) => shape.volumeUm3),
        ),
        numbers(
          "sphericity",
          "Sphericity, 1 for a sphere; 0 where a nucleus is too few slices thick to tell",
          nuclei.map(({ shape }) => toldSphericity(shape, voxelSizeZyx) ?? 0),
        ),
      ],
    },
  };
}

/** The name of a chunk says its box. */
export const chunkName = ({ minZyx, maxZyx }: VoxelBox): string =>
  [2, 1, 0].map((axis) => `${minZyx[axis]}-${maxZyx[axis]}`).join("_");

/** Stored chunks, unpacked and cut where the volume ends: their order is x fastest already. Where none is stored all is 0. */
async function* chunkFiles(
  blobs: BlobStore,
  { prefix, pixelType }: StoredImage,
  { shapeZyx, voxelSizeZyx }: FrozenVolume,
  folder: string,
  change: (bytes: Uint8Array) => Uint8Array,
): AsyncGenerator<ExportFile> {
  const width = bytesPerPixel[pixelType];
  const levels = new Map(planPyramid(shapeZyx, voxelSizeZyx).map((level) => [level.scaleLevel, level]));
  for await (const key of blobs.list(prefix)) {
    const place = /^(\d+)\/c\/(\d+)\/(\d+)\/(\d+)$/.exec(key.slice(prefix.length))?.slice(1).map(Number);
    const level: PyramidLevel | undefined = place && levels.get(place[0]);
    if (!place || !level) continue;
    const box = brickBox(brickKeyOf(place[1], place[2], place[3]), level.shapeZyx);
    yield {
      path: `${folder}s${level.scaleLevel}/${chunkName(box)}`,
      compress: true,
      async *bytes(_signal, start = 0) {
        const packed = await blobs.get(key);
        const raw = packed && (await decompress(packed, { maxOutputLength: BRICK_VOXELS * width }).catch(() => null));
        if (!raw || raw.length !== BRICK_VOXELS * width) throw damaged(key, "A stored chunk is damaged.");
        yield cutOut(change(raw), box, width).subarray(start);
      },
    };
  }
}

/** The part of a brick of 64³ voxels that lies in the volume. */
function cutOut(brick: Uint8Array, box: VoxelBox, bytesPerVoxel: number): Uint8Array {
  const [depth, height, columns] = boxShape(box);
  const rowBytes = columns * bytesPerVoxel;
  const part = new Uint8Array(depth * height * rowBytes);
  for (let z = 0, to = 0; z < depth; z++)
    for (let y = 0; y < height; y++, to += rowBytes) {
      const from = (z * BRICK_SIZE + y) * BRICK_SIZE * bytesPerVoxel;
      part.set(brick.subarray(from, from + rowBytes), to);
    }
  return part;
}
