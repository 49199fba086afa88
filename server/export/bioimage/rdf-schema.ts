import { z } from "zod";

/*
 * The part of the bioimage.io model specification 0.5 that our packages use (https://bioimage-io.github.io/spec-bioimage-io); what else
 * a description says is let through.
 */

const file = z.looseObject({ source: z.string().min(1).max(1000), sha256: z.string() });
const scale = z.number().gt(0);
const whole = z.int().min(1);

const size = z.union([
  whole,
  z.strictObject({ min: whole, step: whole }),
  z.strictObject({ tensor_id: z.string(), axis_id: z.string(), offset: z.int().optional() }),
]);

const axis = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("batch") }),
  z.looseObject({ type: z.literal("channel"), channel_names: z.array(z.string()).min(1) }),
  z.looseObject({
    type: z.literal("space"),
    id: z.enum(["z", "y", "x"]),
    size,
    unit: z.string().optional(),
    scale: scale.optional(),
    halo: whole.optional(),
  }),
]);

const tensor = z.looseObject({ id: z.string().min(1), axes: z.array(axis).min(1), test_tensor: file });
const weights = z.looseObject({ ...file.shape, parent: z.string().optional() });

export const rdfSchema = z.looseObject({
  type: z.literal("model"),
  format_version: z.string().regex(/^0\.5\.\d+$/),
  name: z.string().regex(/^[A-Za-z0-9_+\-() ]{5,128}$/),
  description: z.string().max(1024).optional(),
  license: z.string().optional(),
  authors: z.array(z.looseObject({ name: z.string().min(1) })).optional(),
  documentation: file,
  covers: z.array(file).min(1),
  attachments: z.array(file),
  inputs: z.tuple([tensor]),
  outputs: z.tuple([tensor]),
  weights: z.strictObject({
    onnx: weights.extend({ opset_version: z.int().min(7) }),
    tensorflow_js: weights.extend({ tensorflow_version: z.string() }),
  }),
});

export type Rdf = z.infer<typeof rdfSchema>;
export type RdfTensor = z.infer<typeof tensor>;
export type RdfAxis = z.infer<typeof axis>;
