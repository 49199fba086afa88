import { z } from "zod";
import { reviewScopes } from "../../core/review/review-rule.ts";
import { nameSchema } from "../../core/text/name.ts";
import { PLANT_EVERY } from "../../core/vigilance/plant-share.ts";

/** What an owner may set; every text bounded. */
export const projectFieldsSchema = z.object({
  name: nameSchema(120),
  description: z.string().max(2_000),
  /** Markdown; shown without raw HTML. */
  guidelines: z.string().max(50_000),
  dataLicence: z.string().trim().max(200),
  trainMinutes: z
    .number()
    .min(0.1)
    .max(24 * 60),
  retrainAfterDecisions: z.number().int().min(1).max(10_000),
  autoRetrain: z.boolean(),
  autoBegin: z.boolean(),
  reviewScope: z.enum(reviewScopes),
  reviewSharePercent: z.number().int().min(1).max(100),
  showsPace: z.boolean(),
  newcomerDays: z.number().int().min(1).max(365),
  trainApprovedOnly: z.boolean(),
  /** 0: nothing is planted. */
  plantEvery: z.union([z.literal(0), z.number().int().min(PLANT_EVERY.least).max(PLANT_EVERY.most)]),
});
