import { and, eq } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { trainingBox, volume } from "../../db/schema/index.ts";
import type { Services } from "../services.ts";
import { countLabelledNuclei } from "../snapshots/count-labelled-nuclei.ts";

/** A model cannot learn a shape from fewer. */
export const MIN_TRAINING_NUCLEI = 3;

export interface TrainingReadiness {
  readonly nuclei: number;
  readonly minNuclei: number;
  /** Places that measure: validation boxes, and fully labelled boxes of kept-out volumes. */
  readonly validationPlaces: number;
  readonly volumes: number;
  /** What has to be there before a training can start, in sentences; empty when it can. */
  readonly missing: readonly string[];
  /** What would make the numbers mean something. */
  readonly advice: readonly string[];
}

/** Looks at the labels as they are now. */
export async function trainingReadiness(services: Services, projectId: string): Promise<TrainingReadiness> {
  const { db } = services;
  const volumes = await db
    .select({ id: volume.id, specimen: volume.specimen, keptOut: volume.keptOut })
    .from(volume)
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")));
  const keptOutSpecimens = new Set(volumes.filter(({ keptOut }) => keptOut).map(({ specimen }) => specimen));
  const trained = volumes.filter(({ specimen }) => !keptOutSpecimens.has(specimen));
  const boxes = await readBoxes(db, projectId);
  const kept = boxes.filter(({ kind }) => kind === "validation");
  let nuclei = 0;
  for (const { id } of trained)
    nuclei += await countLabelledNuclei(
      services,
      id,
      kept.filter(({ volumeId }) => volumeId === id),
    );
  const trainedIds = new Set(trained.map(({ id }) => id));
  const validationPlaces = boxes.filter(
    ({ kind, volumeId }) => kind === "validation" || (kind === "fully-labelled" && !trainedIds.has(volumeId)),
  ).length;
  const emptinessIsKnown = boxes.some(({ kind, volumeId }) => kind !== "validation" && trainedIds.has(volumeId));
  const missing = missingWords(volumes.length, trained.length, nuclei, kept.length > 0);
  return {
    nuclei,
    minNuclei: MIN_TRAINING_NUCLEI,
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

function missingWords(volumes: number, trained: number, nuclei: number, hasValidationBox: boolean): string[] {
  if (volumes === 0) return ["The project has no volume yet: import one."];
  if (trained === 0) return ["Every specimen is kept out of training: give one back."];
  if (nuclei >= MIN_TRAINING_NUCLEI) return [];
  const place = hasValidationBox ? " outside the validation boxes" : "";
  const there =
    nuclei === 0
      ? "No nucleus is labelled"
      : nuclei === 1
        ? "Only one nucleus is labelled"
        : `Only ${nuclei} nuclei are labelled`;
  return [`${there}${place}: draw or accept at least ${MIN_TRAINING_NUCLEI - nuclei} more.`];
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
