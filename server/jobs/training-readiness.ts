import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { project, trainingBox, volume } from "../../db/schema/index.ts";
import { countsOfProject, countsOfProjectNow } from "../collab/operations/count-project.ts";
import type { Services } from "../services.ts";

/** A model cannot learn a shape from fewer. */
export const MIN_TRAINING_NUCLEI = 3;

export interface TrainingReadiness {
  readonly nuclei: number;
  readonly minNuclei: number;
  /** Of the nuclei only those that a second person approved are counted, and learned from. */
  readonly approvedOnly: boolean;
  /** Places that measure: validation boxes, and fully labelled boxes of kept-out volumes. */
  readonly validationPlaces: number;
  readonly volumes: number;
  /** What has to be there before a training can start, in sentences; empty when it can. */
  readonly missing: readonly string[];
  /** What would make the numbers mean something. */
  readonly advice: readonly string[];
}

/**
 * By the counts that are written down; it opens no volume. `isDecided`: a training is about to begin by it, and what has
 * changed since is counted first.
 */
export async function trainingReadiness(
  services: Services,
  projectId: string,
  isDecided = false,
): Promise<TrainingReadiness> {
  const { db } = services;
  const volumes = await db
    .select({ id: volume.id, specimen: volume.specimen, keptOut: volume.keptOut })
    .from(volume)
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")));
  const keptOutSpecimens = new Set(volumes.filter(({ keptOut }) => keptOut).map(({ specimen }) => specimen));
  const trained = volumes.filter(({ specimen }) => !keptOutSpecimens.has(specimen));
  const boxes = await readBoxes(db, projectId);
  const kept = boxes.filter(({ kind }) => kind === "validation");
  const trainedIds = new Set(trained.map(({ id }) => id));
  const counts = await (isDecided ? countsOfProjectNow : countsOfProject)(services, projectId);
  const countsOfTrained = counts.filter(({ volumeId }) => trainedIds.has(volumeId));
  const uncounted = countsOfTrained.filter(({ counted }) => counted === null).length;
  const [settings] = await db
    .select({ approvedOnly: project.trainApprovedOnly })
    .from(project)
    .where(eq(project.id, projectId));
  const approvedOnly = settings?.approvedOnly ?? false;
  const nuclei = countsOfTrained.reduce(
    (sum, { counted }) => sum + ((approvedOnly ? counted?.trainableApproved : counted?.trainable) ?? 0),
    0,
  );
  const validationPlaces = boxes.filter(
    ({ kind, volumeId }) => kind === "validation" || (kind === "fully-labelled" && !trainedIds.has(volumeId)),
  ).length;
  const emptinessIsKnown = boxes.some(({ kind, volumeId }) => kind !== "validation" && trainedIds.has(volumeId));
  const missing = missingWords(volumes.length, trained.length, { nuclei, uncounted, approvedOnly }, kept.length > 0);
  return {
    nuclei,
    minNuclei: MIN_TRAINING_NUCLEI,
    approvedOnly,
    validationPlaces,
    volumes: volumes.length,
    missing,
    advice: [...(validationPlaces === 0 ? [KEEP_SOMETHING] : []), ...(emptinessIsKnown ? [] : [SHOW_EMPTINESS])],
  };
}

const KEEP_SOMETHING =
  "Nothing is kept out of training, so no quality can be measured. Label every nucleus in one box and mark it “kept for validation”.";

// What is not labelled is unknown to a training: without such a box it sees background only in the shells round nuclei.
const SHOW_EMPTINESS =
  "No box says where there is nothing: the model may propose nuclei in dark places. Mark one as “fully labelled” or “checked empty”.";

function missingWords(
  volumes: number,
  trained: number,
  given: { readonly nuclei: number; readonly uncounted: number; readonly approvedOnly: boolean },
  hasValidationBox: boolean,
): string[] {
  const { nuclei, uncounted, approvedOnly } = given;
  if (volumes === 0) return ["The project has no volume yet: import one."];
  if (trained === 0) return ["Every specimen is kept out of training: give one back."];
  if (nuclei >= MIN_TRAINING_NUCLEI) return [];
  if (uncounted > 0)
    return [`The nuclei of ${uncounted === 1 ? "a volume are" : `${uncounted} volumes are`} being counted: a moment.`];
  const place = hasValidationBox ? " outside the validation boxes" : "";
  const done = approvedOnly ? "approved" : "labelled";
  const there =
    nuclei === 0
      ? `No nucleus is ${done}`
      : nuclei === 1
        ? `Only one nucleus is ${done}`
        : `Only ${nuclei} nuclei are ${done}`;
  const more = MIN_TRAINING_NUCLEI - nuclei;
  return approvedOnly
    ? [
        `${there}${place}, and this project trains on approved ones only: have a second person approve at least ${more} more.`,
      ]
    : [`${there}${place}: draw or accept at least ${more} more.`];
}

const readBoxes = (db: Database, projectId: string) =>
  db
    .select({
      volumeId: trainingBox.volumeId,
      kind: trainingBox.kind,
      minZyx: trainingBox.minZyx,
      maxZyx: trainingBox.maxZyx,
    })
    .from(trainingBox)
    .innerJoin(volume, eq(volume.id, trainingBox.volumeId))
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")));
