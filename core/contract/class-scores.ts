import { z } from "zod";
import { MAX_CLASSES } from "../classes/class-counts.ts";
import { classNameSchema } from "../classes/nucleus-classifier.ts";
import { plainTextSchema } from "../plain-problem.ts";
import { MAX_NUCLEI } from "./snapshot-manifest.ts";

/** It is shown on a page. */
const shownName = plainTextSchema(200).pipe(classNameSchema);
const count = z.int().min(0).max(MAX_NUCLEI);

/** What a training knows of classes (core/classes/learn-classes.ts). */
export const classScoresSchema = z.strictObject({
  /** Classes that were given to nuclei that a training may see, the most frequent first. */
  given: z.array(z.strictObject({ name: shownName, nuclei: count })).max(MAX_CLASSES),
  /** Null: fewer than two classes have enough nuclei. */
  measured: z
    .strictObject({
      classes: z.array(shownName).min(2).max(MAX_CLASSES),
      /** `counts[i][j]`: nuclei of class i that were told as class j by a classifier that had not seen them. */
      counts: z.array(z.array(count).max(MAX_CLASSES)).max(MAX_CLASSES),
      /** What was left out together. */
      by: z.enum(["specimen", "nucleus"]),
    })
    .refine(
      ({ classes, counts }) => counts.length === classes.length && counts.every((row) => row.length === classes.length),
      { error: "a count for every pair of classes" },
    )
    .nullable(),
});

export type ClassScores = z.infer<typeof classScoresSchema>;

/** The class proposed with a nucleus. */
export const proposedClassSchema = z.strictObject({ name: classNameSchema, probability: z.number().min(0).max(1) });
