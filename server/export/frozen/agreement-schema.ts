import { z } from "zod";
import {
  consensusMethods,
  MOST_ANNOTATORS,
  MOST_STUDIES,
  studyBeginnings,
} from "../../../core/agreement/blind-study.ts";
import { voxelBoxSchema } from "../../../core/contract/voxel-shapes.ts";

const count = z.int().min(0);
const share = z.number().min(-1).max(1).nullable();
const um = z.number().min(0).nullable();

/** Counts and means of two label images of one box, objects matched at IoU 0.5. */
const pairSchema = z.object({
  matched: count,
  onlyFirst: count,
  onlySecond: count,
  f1: share,
  meanIou: share,
  meanDice: share,
  surfaceUm: um,
  hausdorff95Um: um,
});

/** How far several people agreed who drew one box blind: what they drew is not in the dataset, and nothing says who they are. */
export const agreementSchema = z.object({
  volumeId: z.uuid(),
  box: voxelBoxSchema,
  annotators: z.int().min(2).max(MOST_ANNOTATORS),
  beginsWith: z.enum(studyBeginnings),
  pairs: z.array(pairSchema).max((MOST_ANNOTATORS * (MOST_ANNOTATORS - 1)) / 2),
  /** Fleiss' kappa over nuclei that somebody has: present or absent. */
  kappa: share,
  /** Krippendorff's alpha over classes; it may be far below zero. */
  alpha: z.number().nullable(),
  /** The model that proposed then against each person. */
  model: z.array(pairSchema).max(MOST_ANNOTATORS).nullable(),
  /** Every nucleus that somebody drew: where, and how many did. */
  nuclei: z.array(z.object({ centroidZyx: z.tuple([count, count, count]), agreed: count })).max(100_000),
  /** Null: no consensus was made of it. */
  consensus: z.enum(consensusMethods).nullable(),
  /** A person has judged the consensus. */
  adjudicated: z.boolean(),
});

export const agreementsSchema = z.array(agreementSchema).max(MOST_STUDIES);

export type FrozenAgreement = z.infer<typeof agreementSchema>;
