import { z } from "zod";

/**
 * What every store must have to be read at all: the MUST rules of NGFF 0.5 that a shape can express, narrowed to what we
 * write (three axes in space, gzip chunks). What a shape cannot express is in ome-zarr-rules.ts.
 */
const axis = z.object({ name: z.enum(["z", "y", "x"]), type: z.literal("space"), unit: z.literal("micrometer") });
const numbers = z.array(z.number());

const transformations = z.union([
  z.tuple([z.object({ type: z.literal("scale"), scale: z.array(z.number().gt(0)) })]),
  z.tuple([
    z.object({ type: z.literal("scale"), scale: z.array(z.number().gt(0)) }),
    z.object({ type: z.literal("translation"), translation: numbers }),
  ]),
]);

export const multiscaleSchema = z.object({
  name: z.string(),
  axes: z.array(axis).length(3),
  datasets: z.array(z.object({ path: z.string(), coordinateTransformations: transformations })).min(1),
});

const byte = z.int().min(0).max(255);
const labelValue = z.int().min(0);

export const imageLabelSchema = z.object({
  colors: z.array(z.object({ "label-value": labelValue, rgba: z.tuple([byte, byte, byte, byte]) })).optional(),
  properties: z.array(z.looseObject({ "label-value": labelValue })).optional(),
  source: z.object({ image: z.string() }),
});

const group = z.object({ zarr_format: z.literal(3), node_type: z.literal("group") });
const version = z.literal("0.5");

export const multiscaleGroupSchema = group.extend({
  attributes: z.object({
    ome: z.object({
      version,
      multiscales: z.tuple([multiscaleSchema]),
      "image-label": imageLabelSchema.optional(),
    }),
  }),
});

export const labelsGroupSchema = group.extend({
  attributes: z.object({ ome: z.object({ version, labels: z.array(z.string()).min(1) }) }),
});

const chunkShape = z.array(z.int().min(1)).length(3);

export const arraySchema = z.object({
  zarr_format: z.literal(3),
  node_type: z.literal("array"),
  shape: chunkShape,
  data_type: z.enum(["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"]),
  chunk_grid: z.object({ name: z.literal("regular"), configuration: z.object({ chunk_shape: chunkShape }) }),
  chunk_key_encoding: z.object({
    name: z.literal("default"),
    configuration: z.object({ separator: z.literal("/") }).optional(),
  }),
  fill_value: z.number(),
  codecs: z.tuple([
    z.object({ name: z.literal("bytes"), configuration: z.object({ endian: z.literal("little") }).optional() }),
    z.object({ name: z.literal("gzip") }),
  ]),
  dimension_names: z.array(z.string()),
});

export type Multiscale = z.infer<typeof multiscaleSchema>;
export type ImageLabel = z.infer<typeof imageLabelSchema>;
export type ZarrArray = z.infer<typeof arraySchema>;
