import { createHash } from "node:crypto";
import path from "node:path";
import { findObjects } from "../../../core/labels/object-boxes.ts";
import { Problem } from "../../../core/problem.ts";
import type { StudyPlan, StudySet } from "../../../core/study/plan/plan.ts";
import type { TrainingVolume } from "../../trainer/data/training-volume.ts";
import { readLabelledVolume } from "../model/labelled-volume.ts";

/** Volumes of one set, in the plan's order, labelled everywhere. */
export interface StudyData {
  readonly set: StudySet;
  readonly volumes: readonly TrainingVolume[];
  /** SHA-256 of image and labels, by file. */
  readonly digests: Readonly<Record<string, string>>;
}

export async function readStudyData(plan: StudyPlan, folder: string): Promise<StudyData[]> {
  const sets: StudyData[] = [];
  for (const set of plan.sets) {
    const volumes: TrainingVolume[] = [];
    for (const { file, specimen } of set.volumes) {
      const read = await readLabelledVolume(path.join(folder, file), set.voxelSizeZyx);
      volumes.push({ ...read, id: file, specimen });
    }
    sets.push(describeData(set, volumes));
  }
  return sets;
}

/** Throws a Problem where an image is in two specimens: then the test would not be kept out. */
export function describeData(set: StudySet, volumes: readonly TrainingVolume[]): StudyData {
  const specimenOf = new Map<string, string>();
  const digests: Record<string, string> = {};
  for (const volume of volumes) {
    const image = digestOf(volume.image);
    const other = specimenOf.get(image);
    if (other !== undefined && other !== volume.specimen)
      throw new Problem({
        tag: "specimens-share-image",
        what: `The specimens ${other} and ${volume.specimen} have the same image: neither could be kept out.`,
        where: `plan: ${set.name}, ${volume.id}`,
        hint: "Call them one specimen, or leave one out.",
      });
    specimenOf.set(image, volume.specimen);
    digests[volume.id] = `${image} ${digestOf(volume.labels)}`;
  }
  return { set, volumes, digests };
}

export const digestOf = (...arrays: readonly (Float32Array | Uint32Array | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
};

/** True nuclei without fragments. */
export function withoutFragments({ labels, shapeZyx }: TrainingVolume, minVoxels: number): Uint32Array {
  const large = new Set(
    findObjects(labels, shapeZyx)
      .filter(({ voxels }) => voxels >= minVoxels)
      .map(({ label }) => label),
  );
  return labels.map((label) => (large.has(label) ? label : 0));
}
