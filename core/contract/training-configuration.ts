import { z } from "zod";
import { networkConfigSchema } from "../checkpoint/network-config.ts";
import {
  canonicalSizeSchema,
  outlineUmSchema,
  thresholdsSchema,
  trainingSummarySchema,
} from "../checkpoint/trained-model.ts";

export const engineNames = ["native-gpu", "native-cpu", "wasm", "forest"] as const;

/**
 * How a checkpoint was trained: what is needed to do it again, and nothing else. It leaves the platform with every
 * exported model, so each field is named here; a trainer cannot add one.
 */
export const trainingConfigurationSchema = z.strictObject({
  engine: z.enum(engineNames),
  minutes: z.number().gt(0),
  /** Null: as large as the engine trains in minutes. */
  baseChannels: z.int().min(1).max(1024).nullable(),
  /** How often weights were handed in to go on from. */
  checkpointSeconds: z.number().gt(0),
  /** Missing: it is no network. */
  network: networkConfigSchema.optional(),
  /** What a pixel classifier learned from; missing: it is none. */
  forest: z
    .strictObject({
      sigmasUm: z.array(z.number()).max(5),
      voxels: z.int().min(0),
      outOfBagError: z.number().nullable(),
    })
    .optional(),
  thresholds: thresholdsSchema,
  /** How large nuclei are to it; null or missing: it sees volumes on their own grid. */
  canonical: canonicalSizeSchema.nullable().optional(),
  /** How far the labelled outlines lie outside (+) or inside (−) of its own, µm; null or missing: nobody knows. */
  outlineUm: outlineUmSchema.nullable().optional(),
  ...trainingSummarySchema.shape,
});

export type TrainingConfiguration = z.infer<typeof trainingConfigurationSchema>;

/** The fields of a stored configuration that are named here and right; whatever else a row holds stays behind. */
export function namedConfiguration(stored: unknown): Partial<TrainingConfiguration> {
  if (typeof stored !== "object" || stored === null) return {};
  const given = stored as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(trainingConfigurationSchema.shape).flatMap(([name, schema]) => {
      const parsed = schema.safeParse(given[name]);
      return name in given && parsed.success ? [[name, parsed.data]] : [];
    }),
  );
}
