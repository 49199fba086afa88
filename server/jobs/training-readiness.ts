import { and, eq, ne } from "drizzle-orm";
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

export async function trainingReadiness(services: Services, projectId: string): Promise<TrainingReadiness> {
  const { db } = services;
  const volumes = await db
    .select({ id: volume.id, keptOut: volume.keptOut })
    .from(volume)
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready")));
  const trained = volumes.filter(({ keptOut }) => !keptOut);
  let nuclei = 0;
  for (const { id } of trained) nuclei += await countLabelledNuclei(services, id);
  const validationPlaces = await countValidationPlaces(db, projectId);
  const missing: string[] = [];
  if (volumes.length === 0) missing.push("The project has no volume yet: import one.");
  else if (trained.length === 0) missing.push("Every volume is kept out of training: give one back.");
  else if (nuclei < MIN_TRAINING_NUCLEI) {
    const more = MIN_TRAINING_NUCLEI - nuclei;
    missing.push(
      `${nuclei === 0 ? "No nucleus is" : nuclei === 1 ? "Only one nucleus is" : `Only ${nuclei} nuclei are`} labelled: draw or accept at least ${more} more.`,
    );
  }
  const advice =
    validationPlaces === 0
      ? [
          "Nothing is kept out of training, so no quality can be measured. Label every nucleus in one box and mark it “kept for validation”.",
        ]
      : [];
  return { nuclei, minNuclei: MIN_TRAINING_NUCLEI, validationPlaces, volumes: volumes.length, missing, advice };
}

async function countValidationPlaces(db: Database, projectId: string): Promise<number> {
  const boxes = await db
    .select({ kind: trainingBox.kind, keptOut: volume.keptOut })
    .from(trainingBox)
    .innerJoin(volume, eq(volume.id, trainingBox.volumeId))
    .where(and(eq(volume.projectId, projectId), eq(volume.state, "ready"), ne(trainingBox.kind, "checked-empty")));
  return boxes.filter(({ kind, keptOut }) => kind === "validation" || keptOut).length;
}
