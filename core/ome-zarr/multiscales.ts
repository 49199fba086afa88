import { BRICK_SIZE } from "../volume/brick.ts";
import type { PixelType, Zyx } from "../volume/voxel-space.ts";

/**
 * OME-Zarr 0.5 metadata of our stored images: Zarr v3, axes z, y, x in micrometres, chunks of 64³, gzip.
 * Words of the format (multiscales, datasets) live in this folder only.
 */
export interface MultiscaleLevel {
  readonly shapeZyx: Zyx;
  readonly factorZyx: Zyx;
}

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

const axis = (name: string): JsonObject => ({ name, type: "space", unit: "micrometer" });

function multiscales(name: string, type: string, levels: readonly MultiscaleLevel[], voxelSizeZyx: Zyx): JsonObject {
  return {
    name,
    type,
    axes: [axis("z"), axis("y"), axis("x")],
    datasets: levels.map(({ factorZyx }, index) => ({
      path: String(index),
      coordinateTransformations: [
        { type: "scale", scale: factorZyx.map((factor, a) => factor * voxelSizeZyx[a]) },
        // Centres of coarse voxels lie between those of the fine ones they were made from.
        { type: "translation", translation: factorZyx.map((factor, a) => ((factor - 1) / 2) * voxelSizeZyx[a]) },
      ],
    })),
    metadata: { method: type, description: "Each level halves the axes whose voxels are finest." },
  };
}

const group = (ome: JsonObject): JsonObject => ({
  zarr_format: 3,
  node_type: "group",
  attributes: { ome: { version: "0.5", ...ome } },
});

/** `zarr.json` of an image. `window` sets the first contrast for viewers that read `omero`. */
export const imageGroup = (image: {
  name: string;
  /** `RRGGBB`; white where it is not known. */
  color?: string | null;
  levels: readonly MultiscaleLevel[];
  voxelSizeZyx: Zyx;
  window: { min: number; max: number; start: number; end: number };
}): JsonObject =>
  group({
    multiscales: [multiscales(image.name, "mean", image.levels, image.voxelSizeZyx)],
    omero: {
      channels: [{ label: image.name, color: image.color ?? "FFFFFF", active: true, window: image.window }],
    },
  });

/** What is known of one label of a label image; keys beyond these are free. */
export type LabelProperty = JsonObject & { readonly "label-value": number };

/** `zarr.json` of a label image below an image's `labels` group. */
export const labelGroup = (labels: {
  name: string;
  levels: readonly MultiscaleLevel[];
  voxelSizeZyx: Zyx;
  colors: readonly { "label-value": number; rgba: readonly [number, number, number, number] }[];
  properties: readonly LabelProperty[];
  /** Relative path to the image. */
  sourceImage: string;
}): JsonObject =>
  group({
    multiscales: [multiscales(labels.name, "mode", labels.levels, labels.voxelSizeZyx)],
    "image-label": {
      version: "0.5",
      colors: labels.colors,
      ...(labels.properties.length ? { properties: labels.properties } : {}),
      source: { image: labels.sourceImage },
    },
  });

/** `labels/zarr.json`: the list of label images. */
export const labelsIndex = (names: readonly string[]): JsonObject => group({ labels: names });

/** `<level>/zarr.json`. */
export const levelArray = (shapeZyx: Zyx, pixelType: PixelType): JsonObject => ({
  zarr_format: 3,
  node_type: "array",
  shape: shapeZyx,
  data_type: pixelType,
  chunk_grid: { name: "regular", configuration: { chunk_shape: [BRICK_SIZE, BRICK_SIZE, BRICK_SIZE] } },
  chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
  fill_value: 0,
  codecs: [
    { name: "bytes", configuration: { endian: "little" } },
    { name: "gzip", configuration: { level: 1 } },
  ],
  attributes: {},
  dimension_names: ["z", "y", "x"],
});

/** Key of a chunk below the image's prefix. */
export const chunkKey = (scaleLevel: number, bz: number, by: number, bx: number): string =>
  `${scaleLevel}/c/${bz}/${by}/${bx}`;
