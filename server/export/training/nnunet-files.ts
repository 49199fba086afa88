import type { PixelArray, Zyx } from "../../../core/volume/voxel-space.ts";
import { layoutNrrd } from "../arrays/nrrd-layout.ts";
import { type ExportFile, jsonFile } from "../export-file.ts";
import type { DatasetDescription, FrozenVolume } from "../frozen/dataset-description.ts";
import type { ReadableDataset, ReadableVolume } from "../frozen/frozen-dataset.ts";
import { sameValues } from "../frozen/truth-labels.ts";
import { mappedPlanes } from "../stacks/mapped-planes.ts";
import { stackFile } from "../stacks/stack-stream.ts";

/** What a voxel is for a network that knows classes, not nuclei. `ignore` must be the largest. */
export const nnunetClasses = { background: 0, nucleus: 1, border: 2, ignore: 3 } as const;
export const NNUNET_ENDING = ".nrrd";
const MOST_FOLDS = 5;

/** Numbers up to 10 are those of the authors' own data. Whoever has this one already renames both folders. */
export const NNUNET_NAME = "Dataset501_nuclei";

/** Images and classes of voxels as nnU-Net v2 takes them, specimens that are kept out of training as its test set. */
export async function* nnunetFiles(dataset: ReadableDataset): AsyncGenerator<ExportFile> {
  const { description, openVolume } = dataset;
  const raw = `nnunet/nnUNet_raw/${NNUNET_NAME}`;
  yield jsonFile(`${raw}/dataset.json`, nnunetDescription(description));
  const splits = specimenFolds(description.volumes);
  if (splits.length > 0) yield jsonFile(`nnunet/nnUNet_preprocessed/${NNUNET_NAME}/splits_final.json`, splits);
  for (const frozen of description.volumes) {
    const volume = await openVolume(frozen);
    const side = frozen.split === "train" ? "Tr" : "Ts";
    const { pixelType } = volume.image;
    const image = layoutNrrd({ ...frozen, pixelType, content: "The image that was labelled" });
    const classes = layoutNrrd({
      ...frozen,
      pixelType: "uint8",
      content: "0 background, 1 nucleus, 2 border, 3 ignore",
    });
    yield stackFile(`${raw}/images${side}/${frozen.fileName}_0000${NNUNET_ENDING}`, image, (signal, first) =>
      volume.image.planes(signal, first),
    );
    yield stackFile(`${raw}/labels${side}/${frozen.fileName}${NNUNET_ENDING}`, classes, (signal, first) =>
      classPlanes(volume, signal, first),
    );
  }
}

export const hasUnknown = (volumes: readonly FrozenVolume[]): boolean =>
  volumes.some(({ knownShare }) => knownShare < 1);

function nnunetDescription({ volumes }: DatasetDescription): object {
  const { ignore, ...others } = nnunetClasses;
  return {
    // Some names of channels, such as CT, choose another way to normalise.
    channel_names: { "0": "nuclei" },
    labels: hasUnknown(volumes) ? { ...others, ignore } : others,
    numTraining: volumes.filter(({ split }) => split === "train").length,
    file_ending: NNUNET_ENDING,
    overwrite_image_reader_writer: "SimpleITKIO",
    description:
      "Sizes are micrometres. border: voxels of a nucleus that touch something else in their plane, or another nucleus in the next.",
  };
}

/** Each of up to five folds holds whole specimens out; none where there is one specimen only. */
export function specimenFolds(volumes: readonly FrozenVolume[]): { train: string[]; val: string[] }[] {
  const training = volumes.filter(({ split }) => split === "train");
  const specimens = [...new Set(training.map(({ specimen }) => specimen))].sort();
  const folds = Math.min(MOST_FOLDS, specimens.length);
  if (folds < 2) return [];
  const foldOf = new Map(specimens.map((specimen, index) => [specimen, index % folds]));
  const namesWhere = (wanted: (fold: number | undefined) => boolean) =>
    training.filter(({ specimen }) => wanted(foldOf.get(specimen))).map(({ fileName }) => fileName);
  return Array.from({ length: folds }, (_, fold) => ({
    train: namesWhere((one) => one !== fold),
    val: namesWhere((one) => one === fold),
  }));
}

async function* classPlanes(
  { labels, known, nuclei, volume }: ReadableVolume,
  signal: AbortSignal,
  firstPlane: number,
): AsyncGenerator<PixelArray> {
  const { shapeZyx } = volume;
  const planes = mappedPlanes(labels, sameValues(nuclei), "uint32", signal, Math.max(0, firstPlane - 1));
  const next = async (): Promise<PixelArray | null> => (await planes.next()).value ?? null;
  let before = firstPlane > 0 ? await next() : null;
  let here = await next();
  for await (const state of known.planes(signal, firstPlane)) {
    if (!here) throw new RangeError("the labels have fewer planes than the mask");
    const after = await next();
    yield classPlane({ before, here, after, known: state }, shapeZyx);
    before = here;
    here = after;
  }
}

interface Planes {
  readonly before: PixelArray | null;
  readonly here: PixelArray;
  readonly after: PixelArray | null;
  readonly known: PixelArray;
}

/**
 * A nucleus begins and ends with planes of its own class: with thick slices, whole planes of border would leave flat nuclei without
 * an inside. Where another nucleus lies above or below, the border divides them.
 */
export function classPlane({ before, here, after, known }: Planes, [, height, width]: Zyx): Uint8Array {
  const { background, nucleus, border, ignore } = nnunetClasses;
  const classes = new Uint8Array(here.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const label = here[i];
      const isOther = (neighbour: PixelArray | null) => neighbour && neighbour[i] !== 0 && neighbour[i] !== label;
      if (known[i] === 0) classes[i] = ignore;
      else if (label === 0) classes[i] = background;
      else
        classes[i] =
          (x > 0 && here[i - 1] !== label) ||
          (x + 1 < width && here[i + 1] !== label) ||
          (y > 0 && here[i - width] !== label) ||
          (y + 1 < height && here[i + width] !== label) ||
          isOther(before) ||
          isOther(after)
            ? border
            : nucleus;
    }
  return classes;
}
