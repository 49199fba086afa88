import { z } from "zod";
import { Problem } from "../../problem.ts";
import { armNames, baselineArms } from "../arms/arms.ts";
import { costModelSchema } from "../effort/cost-model.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
const share = z.number().min(0).max(1);
const count = (most: number) => z.int().min(1).max(most);

const setSchema = z.strictObject({
  name,
  /** z, y, x in micrometres, where the files do not say. */
  voxelSizeZyx: z.tuple([z.number().gt(0), z.number().gt(0), z.number().gt(0)]).optional(),
  /** `file`: in the folder of data sets, without `_image.tif` and `_labels.tif`. Each specimen takes its turn as the test. */
  volumes: z
    .array(z.strictObject({ file: z.string().min(1).max(300), specimen: name }))
    .min(2)
    .max(100),
  /** What was left out, and why. */
  leftOut: z.array(z.string().max(500)).max(50),
});
export type StudySet = z.infer<typeof setSchema>;

/** Everything that is decided before the first run (science page, 11). */
export const studyPlanSchema = z.strictObject({
  format: z.literal("karyoloop-study-1"),
  name,
  notes: z.array(z.string().max(500)).max(50),
  sets: z.array(setSchema).min(1).max(10),
  arms: z.array(z.enum(armNames)).min(2),
  seeds: z.array(z.int().min(0).max(0x7fffffff)).min(1).max(20),
  /** Nuclei that are drawn at random before the first question, the same for all arms of a seed. */
  coldStart: count(100),
  /** Nuclei that are asked about between two trainings. */
  querySize: count(100),
  rounds: count(50),
  /** Of each training, from the weights that come with the product. */
  steps: count(100_000),
  /** Smaller true and found objects are fragments. */
  minVoxels: count(100_000),
  annotator: z.strictObject({ jitterVoxels: z.union([z.literal(0), z.literal(1)]), missed: share, merged: share }),
  cost: costModelSchema,
  /** The one arm that a claim is about, what effort is measured in, and the share of the full labels' AP50 to be reached. */
  primary: z.strictObject({ arm: z.enum(armNames), effort: z.enum(["points", "seconds"]), target: share }),
  /** Reported beside it; no claim rests on it. */
  secondTarget: share,
  accept: z.strictObject({
    medianAtMost: z.number().gt(0),
    upperBoundBelow: z.number().gt(0),
    sets: count(10),
    seeds: count(20),
    /** In no set may the median be above it. */
    worstAtMost: z.number().gt(0),
    /** Of the doubt, for proposals with an IoU below 0.5. */
    aurocAbove: share,
    /** Of arms that are not the primary one, after Holm. */
    pAtMost: share,
  }),
  bootstrapDraws: count(100_000),
});
export type StudyPlan = z.infer<typeof studyPlanSchema>;

/** Throws a Problem that names what cannot be. */
export function parsePlan(given: unknown): StudyPlan {
  const parsed = studyPlanSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrongPlan(issue.message, issue.path.join("."));
  }
  const plan = parsed.data;
  for (const key of ["arms", "seeds"] as const)
    if (new Set<unknown>(plan[key]).size < plan[key].length) throw wrongPlan("Something stands there twice.", key);
  if (!plan.arms.includes(plan.primary.arm)) throw wrongPlan("The primary arm is none of the arms.", "primary.arm");
  if (!plan.arms.some((arm) => (baselineArms as readonly string[]).includes(arm)))
    throw wrongPlan(`There is nothing to compare with: name one of ${baselineArms.join(", ")}.`, "arms");
  if (new Set(plan.sets.map((set) => set.name)).size < plan.sets.length)
    throw wrongPlan("Two sets have one name.", "sets");
  for (const set of plan.sets) {
    if (specimensOf(set).length < 2) throw wrongPlan("A set needs two specimens: one of them is the test.", set.name);
    if (new Set(set.volumes.map(({ file }) => file)).size < set.volumes.length)
      throw wrongPlan("A volume stands there twice.", set.name);
  }
  return plan;
}

const wrongPlan = (what: string, where: string): Problem =>
  new Problem({ tag: "wrong-plan", what, where: `plan: ${where}`, hint: "See docs/studies for a plan that is right." });

export const specimensOf = ({ volumes }: StudySet): string[] => [...new Set(volumes.map(({ specimen }) => specimen))];

/** The specimen that is the test for a seed: they take turns. Its volumes are never asked about nor learned from. */
export function testSpecimen(plan: Pick<StudyPlan, "seeds">, set: StudySet, seed: number): string {
  const specimens = specimensOf(set);
  return specimens[plan.seeds.indexOf(seed) % specimens.length];
}

/** The same text for the same plan, however its file is laid out: what its hash is taken of. */
export const canonicalText = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === "object" && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

/** One arm with one seed on one set; `full`: all labels of the pool at once, the ceiling. */
export interface StudyRun {
  readonly set: string;
  readonly seed: number;
  readonly arm: StudyPlan["arms"][number] | "full";
}

export const runName = ({ set, seed, arm }: StudyRun): string => `${set}-${seed}-${arm}`;

/** Seed by seed, so that what is finished at any time can be compared in pairs. */
export const runsOf = ({ sets, seeds, arms }: StudyPlan): StudyRun[] =>
  seeds.flatMap((seed) =>
    sets.flatMap((set) => (["full", ...arms] as const).map((arm) => ({ set: set.name, seed, arm }))),
  );

/** Trainings, and so rows, of a run. */
export const roundsOf = ({ rounds }: StudyPlan, arm: StudyRun["arm"]): number => (arm === "full" ? 1 : rounds + 1);
