import { countClasses, learnable, MOST_OF_A_CLASS } from "../../../core/classes/class-counts.ts";
import { shuffled } from "../../../core/classes/cross-validate.ts";
import type { ClassifiedNucleus } from "../../../core/classes/fit-classifier.ts";
import { learnClasses } from "../../../core/classes/learn-classes.ts";
import type { NucleusClassifier } from "../../../core/classes/nucleus-classifier.ts";
import type { ClassScores } from "../../../core/contract/class-scores.ts";
import type { ClaimedTrainJob, JobVolume } from "../../../core/contract/trainer-job.ts";
import { isTruth } from "../../../core/labels/label-status.ts";
import { measureSource } from "../../../core/perception/intensity-window.ts";
import { intersectBoxes } from "../../../core/volume/voxel-space.ts";
import { openJobVolume } from "../bricks/open-job-volume.ts";
import { createChunkCache } from "../bricks/zarr-image.ts";
import type { HeldJob } from "../lease/held-job.ts";
import { createRandom, type Random } from "../random.ts";
import { findLabels, measureOneByOne } from "./measure-nuclei.ts";

const CACHE_BYTES = 256 << 20;

/** The job, as far as it is read here. */
type ReadingJob = Pick<HeldJob<ClaimedTrainJob>, "job" | "readBlob" | "check">;

/**
 * Learns the classes that people have given to nuclei of the frozen volumes. Nothing of a specimen or box that is kept out is
 * looked at. Null: too few nuclei have a class.
 */
export async function learnClassesOfJob(
  held: ReadingJob,
): Promise<{ readonly classifier: NucleusClassifier | null; readonly scores: ClassScores }> {
  const volumes = held.job.volumes.filter(({ frozen }) => frozen && !frozen.manifest.keptOut);
  const given = countClasses(volumes.flatMap((volume) => [...classesOf(volume).values()]));
  const classes = new Set(learnable(given));
  if (classes.size === 0) return { classifier: null, scores: { given, measured: null } };
  const random = createRandom(held.job.seed);
  const nuclei: ClassifiedNucleus[] = [];
  for (const volume of volumes) nuclei.push(...(await measureVolume(held, volume, classes, random)));
  const learned = learnClasses(nuclei, random.uniform);
  const measured = learned && {
    classes: [...learned.measured.classes],
    counts: learned.measured.counts.map((row) => [...row]),
    by: learned.measured.by,
  };
  return { classifier: learned?.classifier ?? null, scores: { given, measured } };
}

/** Of finished nuclei, by label. */
const classesOf = ({ frozen }: JobVolume): Map<number, string> =>
  new Map(
    frozen?.manifest.nuclei.flatMap(({ label, status, class: name }) =>
      name && isTruth(status) ? [[label, name]] : [],
    ),
  );

async function measureVolume(
  held: ReadingJob,
  volume: JobVolume,
  classes: ReadonlySet<string>,
  random: Random,
): Promise<ClassifiedNucleus[]> {
  const classOf = new Map([...classesOf(volume)].filter(([, name]) => classes.has(name)));
  if (classOf.size === 0) return [];
  const opened = await openJobVolume((key) => held.readBlob(key), volume, createChunkCache(CACHE_BYTES));
  const keptOut = volume.frozen?.manifest.boxes.filter(({ kind }) => kind === "validation") ?? [];
  const places = [...(await findLabels(opened, (label) => classOf.has(label)))]
    .filter(([, box]) => !keptOut.some((kept) => intersectBoxes(kept.box, box)))
    .sort((a, b) => a[0] - b[0]);
  // Enough of each class, by chance.
  const chosen = [...classes].flatMap((name) =>
    shuffled(
      places.filter(([label]) => classOf.get(label) === name),
      random.uniform,
    ).slice(0, MOST_OF_A_CLASS),
  );
  const nuclei: ClassifiedNucleus[] = [];
  for await (const { label, features } of measureOneByOne(opened, await measureSource(opened), new Map(chosen))) {
    held.check();
    nuclei.push({ className: classOf.get(label) ?? "", specimen: volume.specimen, features });
  }
  return nuclei;
}
