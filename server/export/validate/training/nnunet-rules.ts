import { z } from "zod";
import { voxelCount } from "../../../../core/volume/voxel-space.ts";
import { type FileSource, readJsonFile, type Say } from "../../file-source.ts";
import type { DatasetJson, FrozenVolume } from "../../frozen/dataset-description.ts";
import { hasUnknown, NNUNET_ENDING, NNUNET_NAME, nnunetClasses } from "../../training/nnunet-files.ts";
import { checkStack } from "../stack-rules.ts";

const descriptionSchema = z.looseObject({
  channel_names: z.record(z.string().regex(/^\d+$/), z.string().min(1)),
  labels: z.record(z.string(), z.int().min(0)),
  numTraining: z.int(),
  file_ending: z.string(),
});
const splitsSchema = z.array(z.object({ train: z.array(z.string()).min(1), val: z.array(z.string()).min(1) }));

const SHARE_TOLERANCE = 1e-6;

/** What nnU-Net's own look at a data set asks for, the split by specimen, and the voxels against dataset.json. */
export async function checkNnunet(files: FileSource, dataset: DatasetJson, say: Say): Promise<void> {
  const raw = `nnunet/nnUNet_raw/${NNUNET_NAME}`;
  await checkDescription(files, `${raw}/dataset.json`, dataset, say);
  await checkFolds(files, `nnunet/nnUNet_preprocessed/${NNUNET_NAME}/splits_final.json`, dataset.volumes, say);
  for (const volume of dataset.volumes) {
    const side = volume.split === "train" ? "Tr" : "Ts";
    const image = `${raw}/images${side}/${volume.fileName}_0000${NNUNET_ENDING}`;
    await checkStack(files, image, { ...volume, rule: "nnunet" }, say);
    await checkClasses(files, `${raw}/labels${side}/${volume.fileName}${NNUNET_ENDING}`, volume, say);
  }
}

async function checkDescription(files: FileSource, path: string, { volumes }: DatasetJson, say: Say): Promise<void> {
  const parsed = descriptionSchema.safeParse(await readJsonFile(files, path));
  if (!parsed.success) return say("nnunet-json", path, parsed.error.issues[0].message);
  const { channel_names, labels, numTraining, file_ending } = parsed.data;
  if (Object.keys(channel_names).join() !== "0") say("nnunet-channels", path, "does not name one channel, 0");
  const numbers = Object.values(labels).sort((a, b) => a - b);
  if (labels.background !== 0 || numbers.some((number, index) => number !== index))
    say("nnunet-labels", path, "does not number its labels 0, 1, 2… from background on");
  if (hasUnknown(volumes) && labels.ignore !== numbers.length - 1)
    say("nnunet-ignore", path, "has no label “ignore” with the largest number for what is unknown");
  const training = volumes.filter(({ split }) => split === "train").length;
  if (numTraining !== training) say("nnunet-count", path, `says ${numTraining} training cases, not ${training}`);
  if (file_ending !== NNUNET_ENDING) say("nnunet-ending", path, `says that files end with ${file_ending}`);
}

async function checkFolds(files: FileSource, path: string, volumes: readonly FrozenVolume[], say: Say): Promise<void> {
  const specimenOf = new Map(
    volumes.flatMap(({ split, fileName, specimen }) => (split === "train" ? [[fileName, specimen] as const] : [])),
  );
  const isDivisible = new Set(specimenOf.values()).size > 1;
  if (!files.paths.includes(path)) {
    if (isDivisible) say("nnunet-folds", path, "is not there, and nnU-Net would divide specimens");
    return;
  }
  const parsed = splitsSchema.safeParse(await readJsonFile(files, path));
  if (!parsed.success) return say("nnunet-folds", path, parsed.error.issues[0].message);
  for (const [fold, { train, val }] of parsed.data.entries()) {
    const where = `${path}: fold ${fold}`;
    const cases = [...train, ...val].sort().join();
    if (cases !== [...specimenOf.keys()].sort().join())
      say("nnunet-folds", where, "is not all training cases, once each");
    const learned = new Set(train.map((name) => specimenOf.get(name)));
    if (val.some((name) => learned.has(specimenOf.get(name))))
      say("nnunet-fold-specimen", where, "has a specimen on both sides");
  }
}

async function checkClasses(files: FileSource, path: string, volume: FrozenVolume, say: Say): Promise<void> {
  const { ignore } = nnunetClasses;
  const counts = new Float64Array(256);
  await checkStack(files, path, { ...volume, rule: "nnunet", pixelType: "uint8" }, say, (plane) => {
    for (const value of plane) counts[value & 0xff]++;
  });
  const voxels = counts.reduce((sum, count) => sum + count, 0);
  if (voxels !== voxelCount(volume.shapeZyx)) return;
  if (counts.subarray(ignore + 1).some((count) => count > 0))
    say("nnunet-values", path, `has values above ${ignore}: nnU-Net takes classes, not nuclei`);
  const known = 1 - counts[ignore] / voxels;
  if (Math.abs(known - volume.knownShare) > SHARE_TOLERANCE)
    say("nnunet-known", path, `${known} of it is known, not ${volume.knownShare}`);
  if (volume.nuclei > 0 && counts[nnunetClasses.nucleus] + counts[nnunetClasses.border] === 0)
    say("nnunet-empty", path, `has none of ${volume.nuclei} nuclei`);
}
